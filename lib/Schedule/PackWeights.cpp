//===- PackWeights.cpp - matrices get the panel layout ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// In panels of 16 rows each vector lane holds one output row, so a kernel reads
// weights front to back and never sums across lanes.
//===----------------------------------------------------------------------===//
#include "llmc/Schedule/Passes.h"
#include "llmc/Support/Explain.h"

#include "dialects/llm/GridPanel.h"

#include "llvm/Support/Format.h"

namespace llmc {
#define GEN_PASS_DEF_PACKWEIGHTS
#include "llmc/Schedule/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

/// Why a matrix stays in source order; empty if it gets panels.
std::string refusePanels(Type type) {
  return PanelsLayoutAttr::get(type.getContext()).refuse(getEncoding(type));
}

/// What the pass did to a matrix: where panels take more than a tenth more bytes
/// than the encoding, also how many.
std::string describePanels(EncodingAttrInterface encoding) {
  std::string text = "a matrix is packed in panels";
  auto grid = encoding.getGrid();
  if (!grid)
    return text;
  constexpr int64_t rows = 16;
  auto bitsOf = [&](int64_t bytes, int64_t elements) {
    return 8.0 * static_cast<double>(bytes) / static_cast<double>(elements);
  };
  double file = bitsOf(encoding.getBlockBytes(), encoding.getBlockElems());
  double panel =
      bitsOf(GridPanel(*grid, rows).getBytes(), rows * grid->getBlock());
  if (panel > 1.1 * file)
    llvm::raw_string_ostream(text) << llvm::format(
        ", where its codes take %.1f bits instead of %.1f", panel, file);
  return text;
}

struct PackWeights : impl::PackWeightsBase<PackWeights> {
  void runOnOperation() override {
    findMatrices();
    for (auto table : getOperation().getOps<WeightTableOp>()) {
      if (!matrices.contains(table.getSymNameAttr()))
        continue;
      for (auto entry : table.getEntries().getAsRange<FlatSymbolRefAttr>())
        matrices.insert(entry.getAttr());
      if (refusePanels(table.getType()).empty())
        table.setType(pack(table.getType()));
    }
    for (auto weight : getOperation().getOps<WeightOp>())
      visit(weight);
    getOperation().walk([&](ParamOp param) {
      if (matrices.contains(param.getWeightAttr().getAttr()) &&
          refusePanels(param.getType()).empty())
        param.getResult().setType(pack(param.getType()));
    });
  }

  void findMatrices() {
    matrices.clear();
    getOperation().walk([&](Operation *op) {
      bool isByExpert = isa<ExpertLinearOp>(op);
      if (!isByExpert && !isa<LinearOp, EmbedOp>(op))
        return;
      // The biases of experts are a matrix too; it is read by row.
      for (Value operand : op->getOperands())
        if (auto param = operand.getDefiningOp<ParamOp>())
          if (getMatrixShape(param.getType()).size() >= (isByExpert ? 3 : 2))
            matrices.insert(param.getWeightAttr().getAttr());
    });
  }

  void visit(WeightOp weight) {
    if (!matrices.contains(weight.getSymNameAttr()))
      return decline(weight, getArgument(),
                     "no product or table lookup reads it");
    if (std::string problem = refusePanels(weight.getType()); !problem.empty())
      return decline(weight, getArgument(), problem);
    weight.setType(pack(weight.getType()));
    applied(weight, getArgument(),
            [&] { return describePanels(getEncoding(weight.getType())); });
  }

  Type pack(Type type) {
    return PackedType::get(getMatrixShape(type), getEncoding(type),
                           PanelsLayoutAttr::get(&getContext()));
  }

  DenseSet<StringAttr> matrices; // symbols that products and embeds read
};

} // namespace
} // namespace llmc
