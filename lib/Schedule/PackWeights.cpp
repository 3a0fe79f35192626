//===- PackWeights.cpp - matrices get the panel layout ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// In panels of 16 rows each vector lane holds one output row, so a kernel reads
// weights front to back and never sums across lanes.
//===----------------------------------------------------------------------===//
#include "llmc/Schedule/Passes.h"
#include "llmc/Support/Explain.h"

namespace llmc {
#define GEN_PASS_DEF_PACKWEIGHTS
#include "llmc/Schedule/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

struct PackWeights : impl::PackWeightsBase<PackWeights> {
  void runOnOperation() override {
    DenseSet<StringAttr> matrices; // symbols that linears and embeds read
    getOperation().walk([&](Operation *op) {
      if (!isa<LinearOp, EmbedOp, ExpertLinearOp>(op))
        return;
      for (Value operand : op->getOperands())
        if (auto param = operand.getDefiningOp<ParamOp>())
          if (getMatrixShape(param.getType()).size() >= 2)
            matrices.insert(param.getWeightAttr().getAttr());
    });
    for (auto table : getOperation().getOps<WeightTableOp>()) {
      if (!matrices.contains(table.getSymNameAttr()))
        continue;
      table.setType(pack(table.getType()));
      for (auto entry : table.getEntries().getAsRange<FlatSymbolRefAttr>())
        matrices.insert(entry.getAttr());
    }
    for (auto weight : getOperation().getOps<WeightOp>())
      if (matrices.contains(weight.getSymNameAttr())) {
        weight.setType(pack(weight.getType()));
        explainApplied(weight.getLoc(), getArgument(), [&] {
          return (weight.getSymName() + " is packed in panels").str();
        });
      }
    getOperation().walk([&](ParamOp param) {
      if (matrices.contains(param.getWeightAttr().getAttr()))
        param.getResult().setType(pack(param.getType()));
    });
  }

  Type pack(Type type) {
    return PackedType::get(getMatrixShape(type), getEncoding(type),
                           PanelsLayoutAttr::get(&getContext(), 16));
  }
};

} // namespace
} // namespace llmc
