//===- OutlineLayers.cpp - equal layers become a loop -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Thirty unrolled layers cost thirty times the code and the compile time of one.
// Layers are found, not declared: the longest run of ops that repeats with equal
// types and equal data flow. So graphs from any source become loops.
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/Passes.h"
#include "llmc/Support/Explain.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

namespace llmc {
#define GEN_PASS_DEF_OUTLINELAYERS
#include "llmc/Optimize/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

/// A run of `count` repetitions of `period` ops that starts at op `start`.
struct Run {
  int64_t start = 0, period = 0, count = 0;
  int64_t covered() const { return period * count; }
};

/// Where an operand of a repetition comes from.
struct Source {
  enum Kind { invariant, inside, carried, slot, weight } kind;
  int64_t op = 0, result = 0; // inside, carried: op in the period, its result
};

/// Constants, params and dimensions are leaves: they move to where they are read.
bool isLeaf(Operation *op) {
  return isa<arith::ConstantOp, ParamOp, tensor::DimOp>(op);
}

class Outliner {
public:
  Outliner(func::FuncOp func) : func(func) {
    for (Operation &op : func.getBody().front().without_terminator())
      if (!isLeaf(&op)) {
        position[&op] = ops.size();
        ops.push_back(&op);
      }
    numberOps();
  }

  /// Outlines the best run; says whether there was one.
  bool outline() {
    Run best = findRun();
    if (best.count < 2)
      return false;
    // The run may start anywhere in the layer; fewest carried values is where
    // the layer itself starts.
    std::optional<Run> chosen;
    int64_t fewest = 0;
    for (int64_t shift = 0; shift < best.period; ++shift) {
      Run run = best;
      run.start += shift;
      int64_t length = best.covered() + tail(best) - shift;
      run.count = length / run.period;
      if (run.count < 2 || (chosen && run.count < chosen->count))
        continue;
      sources.clear();
      if (!analyse(run))
        continue;
      int64_t carried = carriedValues().size();
      if (!chosen || run.count > chosen->count || carried < fewest) {
        chosen = run;
        fewest = carried;
      }
    }
    if (!chosen)
      return false;
    sources.clear();
    analyse(*chosen);
    applied(func, "llm-outline-layers", [&] {
      return std::to_string(chosen->count) + " layers of " +
             std::to_string(chosen->period) +
             " ops become a loop that carries " + std::to_string(fewest) +
             " values";
    });
    rewrite(*chosen);
    return true;
  }

private:
  //===--- finding the period ---------------------------------------------===//

  /// Equal ops get equal numbers.
  void numberOps() {
    std::vector<Operation *> representatives;
    for (Operation *op : ops) {
      auto it = llvm::find_if(representatives, [&](Operation *other) {
        return OperationEquivalence::isEquivalentTo(
            op, other, OperationEquivalence::ignoreValueEquivalence, nullptr,
            OperationEquivalence::IgnoreLocations);
      });
      if (it == representatives.end())
        it = representatives.insert(it, op);
      numbers.push_back(it - representatives.begin());
    }
  }

  /// The run that covers most ops; the shortest period among equals.
  Run findRun() {
    Run best;
    int64_t size = numbers.size();
    for (int64_t period = 1; period <= size / 2; ++period)
      for (int64_t i = 0; i + period < size;) {
        int64_t start = i;
        while (i + period < size && numbers[i] == numbers[i + period])
          ++i;
        Run run{start, period, (i - start) / period + 1};
        if (run.count >= 2 && run.covered() > best.covered())
          best = run;
        ++i;
      }
    return best;
  }

  /// Ops after the run that still match the repetition.
  int64_t tail(const Run &run) {
    int64_t i = run.start + run.covered();
    int64_t end = numbers.size();
    int64_t first = i;
    while (i < end && numbers[i] == numbers[i - run.period])
      ++i;
    return i - first;
  }

  //===--- checking the data flow -----------------------------------------===//

  Operation *opAt(const Run &run, int64_t repetition, int64_t index) {
    return ops[run.start + repetition * run.period + index];
  }

  /// Repetition and place of the op that defines `value`, if it is in the run.
  std::optional<std::pair<int64_t, int64_t>> locate(const Run &run,
                                                    Value value) {
    auto it = position.find(value.getDefiningOp());
    if (!value.getDefiningOp() || it == position.end())
      return std::nullopt;
    int64_t offset = it->second - run.start;
    if (offset < 0 || offset >= run.covered())
      return std::nullopt;
    return std::make_pair(offset / run.period, offset % run.period);
  }

  std::optional<Source> classify(const Run &run, int64_t index,
                                 unsigned operand) {
    auto valueAt = [&](int64_t repetition) {
      return opAt(run, repetition, index)->getOperand(operand);
    };
    Value first = valueAt(0), second = valueAt(1);
    if (auto place = locate(run, second)) {
      auto [repetition, op] = *place;
      int64_t result = cast<OpResult>(second).getResultNumber();
      Source source{repetition == 1 ? Source::inside : Source::carried, op,
                    result};
      if (repetition > 1)
        return std::nullopt;
      for (int64_t r = 0; r < run.count; ++r) {
        auto at = locate(run, valueAt(r));
        if (source.kind == Source::carried && r == 0) {
          if (at)
            return std::nullopt; // reads inside the first repetition only
          continue;
        }
        int64_t expected = source.kind == Source::inside ? r : r - 1;
        if (!at || at->first != expected || at->second != op ||
            cast<OpResult>(valueAt(r)).getResultNumber() != result)
          return std::nullopt;
      }
      return source;
    }
    if (auto slot = classifyLeaf(run, first, valueAt))
      return slot;
    for (int64_t r = 1; r < run.count; ++r)
      if (valueAt(r) != first)
        return std::nullopt;
    return Source{Source::invariant};
  }

  /// Slots (0, 1, 2, …) and weights that differ between repetitions.
  template <typename ValueAt>
  std::optional<Source> classifyLeaf(const Run &run, Value first,
                                     ValueAt valueAt) {
    if (auto param = first.getDefiningOp<ParamOp>()) {
      bool same = true;
      for (int64_t r = 1; r < run.count; ++r) {
        auto other = valueAt(r).template getDefiningOp<ParamOp>();
        if (!other || other.getType() != param.getType() || other.getIndex())
          return std::nullopt;
        same &= other.getWeightAttr() == param.getWeightAttr();
      }
      return Source{same ? Source::invariant : Source::weight};
    }
    std::optional<int64_t> base = getConstantIntValue(first);
    if (!base || !first.getType().isIndex())
      return std::nullopt;
    bool same = true, counts = true;
    for (int64_t r = 1; r < run.count; ++r) {
      std::optional<int64_t> value = getConstantIntValue(valueAt(r));
      same &= value == base;
      counts &= value && *value == *base + r;
    }
    if (!same && !counts)
      return std::nullopt;
    return Source{same ? Source::invariant : Source::slot};
  }

  bool analyse(const Run &run) {
    for (int64_t index = 0; index < run.period; ++index) {
      Operation *op = opAt(run, 0, index);
      if (op->getNumRegions())
        return false;
      for (unsigned o = 0; o < op->getNumOperands(); ++o) {
        std::optional<Source> source = classify(run, index, o);
        if (!source)
          return false;
        // A carried value has one start, wherever it is read.
        sources[{index, o}] = *source;
      }
    }
    return resultsAreCarried(run) && startsAgree(run);
  }

  bool startsAgree(const Run &run) {
    std::map<std::pair<int64_t, int64_t>, Value> starts;
    for (auto &[place, source] : sources) {
      if (source.kind != Source::carried)
        continue;
      Value start = opAt(run, 0, place.first)->getOperand(place.second);
      Value &known = starts[{source.op, source.result}];
      if (known && known != start)
        return false;
      known = start;
    }
    return true;
  }

  /// Only values that the loop carries may be read after it, and only the last.
  bool resultsAreCarried(const Run &run) {
    for (int64_t r = 0; r < run.count; ++r)
      for (int64_t index = 0; index < run.period; ++index)
        for (OpResult result : opAt(run, r, index)->getResults())
          for (Operation *user : result.getUsers()) {
            auto it = position.find(user);
            int64_t end = run.start + run.covered();
            bool after = it == position.end() || it->second >= end;
            if (!after)
              continue;
            if (r != run.count - 1 ||
                !isCarried(index, result.getResultNumber()))
              return false;
          }
    return true;
  }

  bool isCarried(int64_t op, int64_t result) {
    return llvm::any_of(sources, [&](auto &entry) {
      return entry.second.kind == Source::carried && entry.second.op == op &&
             entry.second.result == result;
    });
  }

  /// Values that the loop carries, in program order of their definitions.
  std::vector<std::pair<int64_t, int64_t>> carriedValues() {
    std::set<std::pair<int64_t, int64_t>> values;
    for (auto &[place, source] : sources)
      if (source.kind == Source::carried)
        values.insert({source.op, source.result});
    return {values.begin(), values.end()};
  }

  //===--- rewriting --------------------------------------------------------===//

  void rewrite(const Run &run) {
    OpBuilder builder(opAt(run, 0, 0));
    Location loc = opAt(run, 0, 0)->getLoc();
    hoistLeaves(run, builder);
    auto carried = carriedValues();
    SmallVector<Value> starts;
    for (auto [op, result] : carried)
      starts.push_back(findStart(run, op, result));
    Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
    Value one = arith::ConstantIndexOp::create(builder, loc, 1);
    Value count = arith::ConstantIndexOp::create(builder, loc, run.count);
    auto loop = scf::ForOp::create(builder, loc, zero, count, one, starts);
    fillBody(run, loop, carried);
    for (auto [i, value] : llvm::enumerate(carried))
      opAt(run, run.count - 1, value.first)
          ->getResult(value.second)
          .replaceUsesWithIf(loop.getResult(i), [&](OpOperand &use) {
            auto it = position.find(use.getOwner());
            return use.getOwner() != loop &&
                   !loop->isProperAncestor(use.getOwner()) &&
                   (it == position.end() ||
                    it->second >= run.start + run.covered());
          });
    for (int64_t i = run.covered() - 1; i >= 0; --i)
      ops[run.start + i]->erase();
  }

  /// Leaves that every repetition shares must dominate the loop.
  void hoistLeaves(const Run &run, OpBuilder &builder) {
    for (auto &[place, source] : sources) {
      Value value = opAt(run, 0, place.first)->getOperand(place.second);
      Operation *leaf = value.getDefiningOp();
      if (source.kind == Source::invariant && leaf && isLeaf(leaf))
        leaf->moveBefore(&*builder.getInsertionPoint());
    }
  }

  Value findStart(const Run &run, int64_t op, int64_t result) {
    for (auto &[place, source] : sources)
      if (source.kind == Source::carried && source.op == op &&
          source.result == result)
        return opAt(run, 0, place.first)->getOperand(place.second);
    llvm_unreachable("a carried value is read somewhere");
  }

  void fillBody(const Run &run, scf::ForOp loop,
                ArrayRef<std::pair<int64_t, int64_t>> carried) {
    OpBuilder builder = OpBuilder::atBlockBegin(loop.getBody());
    SmallVector<Operation *> body(run.period);
    for (int64_t index = 0; index < run.period; ++index) {
      Operation *original = opAt(run, 0, index);
      SmallVector<Value> operands;
      for (unsigned o = 0; o < original->getNumOperands(); ++o)
        operands.push_back(
            getOperand(run, index, o, loop, body, carried, builder));
      Operation *clone = original->clone();
      clone->setOperands(operands);
      body[index] = builder.insert(clone);
    }
    SmallVector<Value> yielded;
    for (auto [op, result] : carried)
      yielded.push_back(body[op]->getResult(result));
    // A loop that carries nothing was built with its terminator.
    if (carried.empty())
      return;
    builder.setInsertionPointToEnd(loop.getBody());
    scf::YieldOp::create(builder, loop.getLoc(), yielded);
  }

  Value getOperand(const Run &run, int64_t index, unsigned o, scf::ForOp loop,
                   ArrayRef<Operation *> body,
                   ArrayRef<std::pair<int64_t, int64_t>> carried,
                   OpBuilder &builder) {
    Source source = sources[{index, o}];
    Value original = opAt(run, 0, index)->getOperand(o);
    switch (source.kind) {
    case Source::invariant:
      return original;
    case Source::inside:
      return body[source.op]->getResult(source.result);
    case Source::carried: {
      auto it = llvm::find(carried, std::make_pair(source.op, source.result));
      return loop.getRegionIterArg(it - carried.begin());
    }
    case Source::slot: {
      int64_t base = *getConstantIntValue(original);
      if (!base)
        return loop.getInductionVar();
      Value offset =
          arith::ConstantIndexOp::create(builder, loop.getLoc(), base);
      return arith::AddIOp::create(builder, loop.getLoc(),
                                   loop.getInductionVar(), offset);
    }
    case Source::weight:
      return ParamOp::create(builder, original.getLoc(), original.getType(),
                             createTable(run, index, o),
                             loop.getInductionVar());
    }
    llvm_unreachable("all kinds of sources are handled");
  }

  /// The table of one operand's weights; equal lists share a table.
  StringAttr createTable(const Run &run, int64_t index, unsigned o) {
    SmallVector<Attribute> entries;
    for (int64_t r = 0; r < run.count; ++r)
      entries.push_back(opAt(run, r, index)
                            ->getOperand(o)
                            .getDefiningOp<ParamOp>()
                            .getWeightAttr());
    auto list = ArrayAttr::get(func.getContext(), entries);
    StringAttr &name = tables[list];
    if (name)
      return name;
    auto module = func->getParentOfType<ModuleOp>();
    OpBuilder builder(func);
    name = builder.getStringAttr("layers." + std::to_string(tables.size() - 1));
    Type type = opAt(run, 0, index)->getOperand(o).getType();
    WeightTableOp::create(builder, module.getLoc(), name, TypeAttr::get(type),
                          list);
    return name;
  }

  func::FuncOp func;
  std::vector<Operation *> ops;
  DenseMap<Operation *, int64_t> position;
  std::vector<int64_t> numbers;
  std::map<std::pair<int64_t, unsigned>, Source> sources;
  DenseMap<Attribute, StringAttr> tables;
};

struct OutlineLayers : impl::OutlineLayersBase<OutlineLayers> {
  void runOnOperation() override {
    for (auto func : llvm::to_vector(getOperation().getOps<func::FuncOp>()))
      if (!Outliner(func).outline())
        decline(func, getArgument(),
                      [] { return "no run of equal layers found"; });
  }
};

} // namespace
} // namespace llmc
