//===- PlanWeights.cpp - weights in the order of their reading --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A step reads the section front to back, layer by layer: what the prefetcher
// and the page cache like best.
//===----------------------------------------------------------------------===//
#include "Planning.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

class WeightPlanner {
public:
  explicit WeightPlanner(ModuleOp module) : module(module), symbols(module) {}

  int64_t run() {
    for (auto func : module.getOps<func::FuncOp>())
      if (!func.isExternal())
        visit(func.getBody().front());
    for (auto table : llvm::to_vector(module.getOps<WeightTableOp>()))
      if (!readTables.contains(table))
        table.erase();
    for (auto weight : llvm::to_vector(module.getOps<WeightOp>()))
      if (!weight.getOffset())
        weight.erase();
    return bytes;
  }

private:
  void visit(Block &block) {
    for (Operation &op : block) {
      if (auto loop = dyn_cast<scf::ForOp>(op))
        visit(*loop.getBody());
      if (auto param = dyn_cast<ParamOp>(op)) {
        if (param.getIndex())
          placeTables(block);
        else
          place(symbols.lookup<WeightOp>(param.getWeight()));
      }
    }
  }

  /// Layer by layer, all tables that the block reads: a loop, or what is left of
  /// one that ran once.
  void placeTables(Block &block) {
    SmallVector<WeightTableOp> tables;
    for (auto param : block.getOps<ParamOp>())
      if (param.getIndex())
        tables.push_back(symbols.lookup<WeightTableOp>(param.getWeight()));
    readTables.insert_range(tables);
    size_t layers = 0;
    for (auto table : tables)
      layers = std::max(layers, table.getEntries().size());
    for (size_t layer = 0; layer < layers; ++layer)
      for (auto table : tables)
        if (layer < table.getEntries().size())
          place(symbols.lookup<WeightOp>(
              cast<FlatSymbolRefAttr>(table.getEntries()[layer]).getAttr()));
  }

  void place(WeightOp weight) {
    assert(weight && "the verifier of llm.param finds every weight");
    if (weight.getOffset())
      return;
    weight.setOffset(bytes);
    bytes =
        llvm::alignTo(bytes + getWeightBytes(weight.getType()), placeAlignment);
  }

  ModuleOp module;
  SymbolTable symbols;
  DenseSet<Operation *> readTables;
  int64_t bytes = 0;
};

} // namespace

int64_t planWeights(ModuleOp module) { return WeightPlanner(module).run(); }

} // namespace llmc
