//===- PackWeights.cpp - matrices get the panel layout ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// In panels of 16 rows each vector lane holds one output row, so a kernel reads
// weights front to back and never sums across lanes. Zeros that a recipe makes are left
// out where that pays (Packing.h).
//===----------------------------------------------------------------------===//
#include "Packing.h"
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
    SymbolTable symbols(getOperation());
    findMatrices();
    for (auto table : getOperation().getOps<WeightTableOp>())
      if (matrices.contains(table.getSymNameAttr()))
        visit(table, symbols);
    for (auto weight : getOperation().getOps<WeightOp>())
      visit(weight);
    getOperation().walk([&](ParamOp param) {
      auto it = matrices.find(param.getWeightAttr().getAttr());
      if (it != matrices.end())
        param.getResult().setType(pack(param.getType(), it->second));
    });
  }

private:
  void findMatrices() {
    matrices.clear();
    tables.clear();
    roundedRows.clear();
    getOperation().walk([&](Operation *op) {
      bool isByExpert = isa<ExpertLinearOp>(op);
      if (!isByExpert && !isa<LinearOp, EmbedOp>(op))
        return;
      // The biases of experts are a matrix too; it is read by row.
      for (Value operand : op->getOperands())
        if (auto param = operand.getDefiningOp<ParamOp>())
          if (getMatrixShape(param.getType()).size() >= (isByExpert ? 3 : 2)) {
            matrices.insert({param.getWeightAttr().getAttr(), {}});
            if (!isa<LinearOp>(op))
              tables.insert(param.getWeightAttr().getAttr());
            else if (areFloatRows(getEncoding(op->getOperand(0).getType())))
              roundedRows.insert(param.getWeightAttr().getAttr());
          }
    });
  }

  /// Others than products find a row's numbers where they are, and sparse rows gather
  /// f32s as they were.
  Packing choose(WeightOp weight, StringAttr symbol) {
    Packing packing = choosePacking(weight);
    bool gathers = isa<SparseEncodingAttr>(packing.encoding);
    return tables.contains(symbol) || (gathers && roundedRows.contains(symbol))
               ? packDense(weight.getType())
               : packing;
  }

  /// The weights of a table have one type.
  void visit(WeightTableOp table, SymbolTable &symbols) {
    StringAttr name = table.getSymNameAttr();
    std::optional<Packing> all;
    auto entries = table.getEntries().getAsRange<FlatSymbolRefAttr>();
    for (FlatSymbolRefAttr entry : entries) {
      Packing own = choose(symbols.lookup<WeightOp>(entry.getAttr()), name);
      all = all ? combine(*all, own, table.getType()) : own;
    }
    matrices[name] = *all;
    for (FlatSymbolRefAttr entry : entries) {
      matrices[entry.getAttr()] = *all;
      if (roundedRows.contains(name))
        roundedRows.insert(entry.getAttr());
    }
    table.setType(pack(table.getType(), *all));
  }

  void visit(WeightOp weight) {
    StringAttr name = weight.getSymNameAttr();
    auto it = matrices.find(name);
    if (it == matrices.end())
      return decline(weight, getArgument(),
                     "no product or table lookup reads it");
    Packing &packing = it->second;
    if (!packing.encoding)
      packing = choose(weight, name);
    if (std::string problem = packing.refuse(); !problem.empty())
      return decline(weight, getArgument(), problem);
    Type type = weight.getType();
    if (!packing.skipsZeros())
      sayStoredZeros(weight);
    weight.setType(pack(type, packing));
    applied(weight, getArgument(), [&] { return describe(packing, type); });
  }

  void sayStoredZeros(WeightOp weight) {
    std::string stored =
        !choosePacking(weight).skipsZeros() ? describeStoredZeros(weight)
        : tables.contains(weight.getSymNameAttr())
            ? "its zeros are stored: it is read by rows"
        : roundedRows.contains(weight.getSymNameAttr())
            ? "its zeros are stored: rows of its input are rounded"
            : "its zeros are stored: the same weight of another layer has none";
    if (!stored.empty())
      decline(weight, getArgument(), stored);
  }

  /// What panels cannot hold stays as it is.
  static Type pack(Type type, const Packing &packing) {
    if (!packing.refuse().empty())
      return type;
    return PackedType::get(getMatrixShape(type), packing.encoding,
                           packing.panels);
  }

  // Symbols that products and lookups read, and how each lies in memory.
  llvm::DenseMap<StringAttr, Packing> matrices;
  llvm::DenseSet<StringAttr>
      tables; // of them, those that others than products read
  llvm::DenseSet<StringAttr>
      roundedRows; // those whose rows are no plain f32s (--activations)
};

} // namespace
} // namespace llmc
