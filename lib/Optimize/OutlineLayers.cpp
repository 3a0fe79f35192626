//===- OutlineLayers.cpp - equal layers become a loop -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Thirty unrolled layers cost thirty times the code and the compile time of one.
// LayerRuns.h finds them; this writes the loops.
//===----------------------------------------------------------------------===//
#include "LayerRuns.h"

#include "llmc/Optimize/Passes.h"
#include "llmc/Support/Explain.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace llmc {
#define GEN_PASS_DEF_OUTLINELAYERS
#include "llmc/Optimize/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

/// Tables of the weights of layers; equal lists share one.
class WeightTables {
public:
  explicit WeightTables(ModuleOp module) : module(module), symbols(module) {}

  StringAttr get(ArrayAttr weights, Type type, Operation *user) {
    StringAttr &name = tables[weights];
    if (name)
      return name;
    OpBuilder builder(user->getParentOfType<func::FuncOp>());
    name = builder.getStringAttr("layers." + std::to_string(tables.size() - 1));
    assert(!symbols.lookup(name) && "layers are outlined once");
    auto table = WeightTableOp::create(builder, module.getLoc(), name,
                                       TypeAttr::get(type), weights);
    symbols.insert(table);
    return name;
  }

private:
  ModuleOp module;
  SymbolTable symbols;
  DenseMap<Attribute, StringAttr> tables;
};

/// Replaces the ops of one run by a loop.
class LoopWriter {
public:
  LoopWriter(const OpSequence &ops, const LayerRun &run, WeightTables &tables)
      : ops(ops), run(run), tables(tables) {}

  scf::ForOp write() {
    assert(run.count >= 2 && "one layer is no loop");
    assert(run.sources.size() == size_t(run.period) &&
           "every op of a layer knows its operands");
    Operation *first = ops[run.start];
    OpBuilder builder(first);
    hoistLeaves(first);
    SmallVector<Value> starts;
    for (const CarriedValue &value : run.carried)
      starts.push_back(getOperand(0, value.reader, value.operand));
    Location loc = first->getLoc();
    Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
    Value one = arith::ConstantIndexOp::create(builder, loc, 1);
    Value count = arith::ConstantIndexOp::create(builder, loc, run.count);
    loop = scf::ForOp::create(builder, loc, zero, count, one, starts);
    fillBody();
    replaceUses();
    return loop;
  }

private:
  Operation *getOp(int64_t repetition, int64_t index) const {
    return ops[run.start + repetition * run.period + index];
  }
  Value getOperand(int64_t repetition, int64_t index, int64_t operand) const {
    return getOp(repetition, index)->getOperand(operand);
  }

  /// Leaves that every repetition shares must dominate the loop.
  void hoistLeaves(Operation *first) {
    for (auto [index, sources] : llvm::enumerate(run.sources))
      for (auto [o, source] : llvm::enumerate(sources))
        if (source.kind == LayerSource::invariant)
          hoist(getOperand(0, index, o), first);
  }

  static void hoist(Value value, Operation *first) {
    Operation *leaf = value.getDefiningOp();
    if (!leaf || !OpSequence::isLeaf(leaf) || leaf->isBeforeInBlock(first))
      return;
    for (Value operand : leaf->getOperands())
      hoist(operand, first);
    leaf->moveBefore(first);
  }

  void fillBody() {
    OpBuilder builder = OpBuilder::atBlockBegin(loop.getBody());
    for (int64_t index = 0; index < run.period; ++index) {
      SmallVector<Value> operands;
      for (size_t o = 0; o < run.sources[index].size(); ++o)
        operands.push_back(createOperand(builder, index, o));
      Operation *clone = getOp(0, index)->clone();
      clone->setOperands(operands);
      body.push_back(builder.insert(clone));
    }
    SmallVector<Value> yielded;
    for (const CarriedValue &value : run.carried)
      yielded.push_back(body[value.op]->getResult(value.result));
    scf::YieldOp::create(builder, loop.getLoc(), yielded);
  }

  Value createOperand(OpBuilder &builder, int64_t index, int64_t operand) {
    LayerSource source = run.sources[index][operand];
    Value original = getOperand(0, index, operand);
    switch (source.kind) {
    case LayerSource::invariant:
      return original;
    case LayerSource::inside:
      return body[source.op]->getResult(source.result);
    case LayerSource::carried: {
      auto it = llvm::find_if(run.carried, [&](const CarriedValue &value) {
        return value.op == source.op && value.result == source.result;
      });
      assert(it != run.carried.end() && "what is read is carried");
      return loop.getRegionIterArg(it - run.carried.begin());
    }
    case LayerSource::slot:
      return createSlot(builder, *getConstantIntValue(original), source.step);
    case LayerSource::weight:
      return ParamOp::create(builder, original.getLoc(), original.getType(),
                             createTable(index, operand),
                             loop.getInductionVar());
    }
    llvm_unreachable("all kinds of sources are handled");
  }

  /// first + layer * step
  Value createSlot(OpBuilder &builder, int64_t first, int64_t step) {
    Location loc = loop.getLoc();
    Value slot = loop.getInductionVar();
    if (step != 1)
      slot = arith::MulIOp::create(
          builder, loc, slot,
          arith::ConstantIndexOp::create(builder, loc, step));
    if (first != 0)
      slot = arith::AddIOp::create(
          builder, loc, slot,
          arith::ConstantIndexOp::create(builder, loc, first));
    return slot;
  }

  StringAttr createTable(int64_t index, int64_t operand) {
    SmallVector<Attribute> weights;
    for (int64_t r = 0; r < run.count; ++r)
      weights.push_back(getOperand(r, index, operand)
                            .getDefiningOp<ParamOp>()
                            .getWeightAttr());
    return tables.get(ArrayAttr::get(loop.getContext(), weights),
                      getOperand(0, index, operand).getType(), loop);
  }

  /// Who reads the last repetition reads the loop; then nobody reads the run.
  void replaceUses() {
    DenseSet<Operation *> members;
    for (int64_t place = run.start; place < run.getEnd(); ++place)
      members.insert(ops[place]);
    for (auto [value, result] : llvm::zip(run.carried, loop.getResults()))
      getOp(run.count - 1, value.op)
          ->getResult(value.result)
          .replaceUsesWithIf(result, [&](OpOperand &use) {
            return !members.contains(use.getOwner());
          });
    for (int64_t place = run.getEnd() - 1; place >= run.start; --place) {
      assert(ops[place]->use_empty() && "only carried values leave a run");
      ops[place]->erase();
    }
  }

  const OpSequence &ops;
  const LayerRun &run;
  WeightTables &tables;
  scf::ForOp loop;
  std::vector<Operation *> body;
};

struct OutlineLayers : impl::OutlineLayersBase<OutlineLayers> {
  void runOnOperation() override {
    WeightTables tables(getOperation());
    for (auto func : llvm::to_vector(getOperation().getOps<func::FuncOp>()))
      if (!func.isDeclaration())
        outline(func, tables);
  }

  void outline(func::FuncOp func, WeightTables &tables) {
    OpSequence ops(func.getBody().front());
    LayerRuns found = findLayerRuns(ops);
    for (const LayerRun &run : found.runs) {
      scf::ForOp loop = LoopWriter(ops, run, tables).write();
      applied(loop, getArgument(), [&] {
        return std::to_string(run.count) + " layers of " +
               std::to_string(run.period) + " ops become a loop that carries " +
               std::to_string(run.carried.size()) + " values";
      });
    }
    if (found.runs.empty())
      explainNone(func, found.broken);
  }

  void explainNone(func::FuncOp func, const BrokenRun &broken) {
    if (!broken.op)
      return decline(func, getArgument(), "no run of equal layers found");
    decline(broken.op, getArgument(), [&] {
      return "one of " + std::to_string(broken.period) +
             " ops that repeat, but " + broken.reason;
    });
  }
};

} // namespace
} // namespace llmc
