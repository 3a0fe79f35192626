//===- LayerRuns.cpp - where a step repeats itself --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A word that repeats (OpSequence.h) is a run of layers if its data flow repeats,
// too: what an operand reads in one repetition, it must read in the next, one
// period on.
//===----------------------------------------------------------------------===//
#include "LayerRuns.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

#include <queue>

namespace llmc {

using namespace mlir;
using namespace mlir::llm;

namespace {

//===----------------------------------------------------------------------===//
// Data flow
//===----------------------------------------------------------------------===//

/// How an operand changes from one repetition to the next.
struct Change {
  enum Kind { none, shifted, same, counted, parameter } kind = none;
  int64_t step = 0; // counted

  bool operator==(const Change &) const = default;
};

/// A loop is worth its stores if a body does more than a kernel's epilogue.
bool isEpilogue(Operation *op) {
  return op->hasTrait<OpTrait::Elementwise>() || isSpread(op) ||
         isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op);
}

/// Finds the best run within one repetition of words.
class RunAnalysis {
public:
  RunAnalysis(const OpSequence &ops, Repetition where)
      : ops(ops), where(where), period(where.period) {
    assert(where.end - where.begin >= 2 * period && "a word stands twice");
  }

  std::optional<LayerRun> run() {
    if (llvm::all_of(llvm::seq(where.begin, where.begin + period),
                     [&](int64_t at) { return isEpilogue(ops[at]); }))
      return std::nullopt;
    scan();
    std::optional<LayerRun> best;
    for (int64_t start = where.begin; start + 2 * period <= where.end;
         ++start) {
      int64_t most = countAtMost(start);
      if (most < 2 || (best && most < best->count))
        continue;
      std::optional<LayerRun> run = analyse(start, most);
      if (run && (!best || run->count > best->count ||
                  (run->count == best->count &&
                   run->carried.size() < best->carried.size())))
        best = std::move(run);
    }
    return best;
  }

  /// Where and why the first attempt ended, if `run` found nothing.
  BrokenRun getBroken() const { return broken; }

private:
  Value getOperand(int64_t place, int64_t operand) const {
    return ops[place]->getOperand(operand);
  }

  /// From the op one period before `place` to the one at `place`.
  Change compare(int64_t place, int64_t operand) const {
    Value before = getOperand(place - period, operand),
          now = getOperand(place, operand);
    if (before == now && !before.getDefiningOp<ParamOp>())
      return {Change::same};
    int64_t from = ops.find(before), to = ops.find(now);
    if (from >= 0 || to >= 0) {
      bool moved = from >= 0 && to == from + period &&
                   cast<OpResult>(before).getResultNumber() ==
                       cast<OpResult>(now).getResultNumber();
      return {moved ? Change::shifted : Change::none};
    }
    return compareLeaves(before.getDefiningOp(), now.getDefiningOp());
  }

  static Change compareLeaves(Operation *before, Operation *now) {
    // Whether parameters are one weight is known when all have been seen.
    auto from = dyn_cast_or_null<ParamOp>(before),
         to = dyn_cast_or_null<ParamOp>(now);
    if (from && to && !from.getIndex() && !to.getIndex())
      return {from.getType() == to.getType() ? Change::parameter
                                             : Change::none};
    if (before == now)
      return {Change::same};
    if (isa_and_nonnull<tensor::SplatOp>(before) &&
        isa_and_nonnull<tensor::SplatOp>(now))
      return {areSame(before, now) ? Change::same : Change::none};
    auto first = dyn_cast_or_null<arith::ConstantOp>(before),
         second = dyn_cast_or_null<arith::ConstantOp>(now);
    if (!first || !second || first.getType() != second.getType())
      return {};
    if (first.getValue() == second.getValue())
      return {Change::same};
    if (!first.getType().isIndex())
      return {};
    return {Change::counted, *getConstantIntValue(now->getResult(0)) -
                                 *getConstantIntValue(before->getResult(0))};
  }

  static bool areSame(Operation *before, Operation *now) {
    return before->getResultTypes() == now->getResultTypes() &&
           llvm::all_of(llvm::zip(before->getOperands(), now->getOperands()),
                        [](auto pair) {
                          auto [a, b] = pair;
                          return a == b || compareLeaves(a.getDefiningOp(),
                                                         b.getDefiningOp())
                                                   .kind == Change::same;
                        });
  }

  //===--- how long a run can be ---------------------------------------------//

  /// Whether every operand at `place` changes as it did one period before.
  bool isSteady(int64_t place) const {
    for (int64_t o = 0, end = ops[place]->getNumOperands(); o < end; ++o) {
      Change change = compare(place, o);
      if (change.kind == Change::none || change != compare(place - period, o))
        return false;
    }
    return true;
  }

  void scan() {
    int64_t size = where.end - where.begin;
    steadyEnd.assign(size + 1, where.end);
    nextFar.assign(size + 1, where.end);
    for (int64_t i = size - 1; i >= 0; --i) {
      int64_t place = where.begin + i;
      steadyEnd[i] =
          i < 2 * period || isSteady(place) ? steadyEnd[i + 1] : place;
      nextFar[i] = ops.getLastReader(place) - place >= 2 * period
                       ? place
                       : nextFar[i + 1];
    }
  }

  /// Repetitions from `start` on, as far as those after the third go on as
  /// before and only the last one holds a value that is read far away.
  int64_t countAtMost(int64_t start) {
    int64_t third = start + 3 * period, count = (where.end - start) / period;
    if (third <= where.end)
      count = 3 + (steadyEnd[third - where.begin] - third) / period;
    int64_t far = nextFar[start - where.begin];
    if (far < start + period && count >= 2)
      fail(far, "a value of an inner layer is read after the layers");
    return std::min(count, (far - start) / period + 1);
  }

  //===--- one start ----------------------------------------------------------//

  std::optional<LayerRun> analyse(int64_t start, int64_t most) {
    LayerRun run{start, period, most, {}, {}};
    for (int64_t index = 0; index < period; ++index) {
      auto &sources = run.sources.emplace_back();
      for (int64_t o = 0, end = ops[start + index]->getNumOperands(); o < end;
           ++o) {
        std::optional<LayerSource> source = classify(start, index, o);
        if (!source)
          return std::nullopt;
        sources.push_back(*source);
        if (most >= 3 && !goesOn(start + 2 * period + index, o, *source))
          run.count = 2;
      }
    }
    if (!collectCarried(run) || !shortenToReaders(run))
      return std::nullopt;
    settleWeights(run);
    return run;
  }

  /// The source of an operand, by the first two repetitions.
  std::optional<LayerSource> classify(int64_t start, int64_t index,
                                      int64_t operand) {
    int64_t place = start + period + index;
    Value first = getOperand(place - period, operand),
          second = getOperand(place, operand);
    int64_t from = ops.find(first), to = ops.find(second);
    if (to >= start) {
      LayerSource source;
      source.kind =
          to >= start + period ? LayerSource::inside : LayerSource::carried;
      source.op = (to - start) % period;
      source.result = cast<OpResult>(second).getResultNumber();
      bool fits = source.kind == LayerSource::inside
                      ? compare(place, operand).kind == Change::shifted
                      : from < start;
      return fits ? std::optional(source)
                  : fail(place, "it reads another op than one period before");
    }
    Change change = compare(place, operand);
    switch (change.kind) {
    case Change::none:
    case Change::shifted:
      return fail(place, "it reads a value that no repetition before it makes");
    case Change::same:
      // A dimension can only move before the loop with what it is asked of.
      if (asksFrom(second, start))
        return fail(place, "it reads a dimension of a layer's value");
      return LayerSource{LayerSource::invariant};
    case Change::counted:
      return LayerSource{LayerSource::slot, 0, 0, change.step};
    case Change::parameter:
      return LayerSource{LayerSource::weight};
    }
    llvm_unreachable("every change is a source or none");
  }

  /// Whether a leaf is made of what ops from `start` on compute.
  bool asksFrom(Value leaf, int64_t start) const {
    if (ops.find(leaf) >= start)
      return true;
    Operation *maker = leaf.getDefiningOp();
    return maker && OpSequence::isLeaf(maker) &&
           llvm::any_of(maker->getOperands(), [&](Value operand) {
             return asksFrom(operand, start);
           });
  }

  /// Whether the third repetition reads what `source` says.
  bool goesOn(int64_t place, int64_t operand, const LayerSource &source) const {
    Change change = compare(place, operand);
    switch (source.kind) {
    case LayerSource::invariant:
      return change.kind == Change::same;
    case LayerSource::inside:
    case LayerSource::carried:
      return change.kind == Change::shifted;
    case LayerSource::slot:
      return change == Change{Change::counted, source.step};
    case LayerSource::weight:
      return change.kind == Change::parameter;
    }
    llvm_unreachable("every source goes on somehow");
  }

  /// A carried value has one start, wherever it is read.
  bool collectCarried(LayerRun &run) {
    std::map<std::pair<int64_t, int64_t>, CarriedValue> values;
    for (auto [index, sources] : llvm::enumerate(run.sources))
      for (auto [o, source] : llvm::enumerate(sources)) {
        if (source.kind != LayerSource::carried)
          continue;
        CarriedValue value{source.op, source.result, int64_t(index),
                           int64_t(o)};
        auto [it, added] =
            values.try_emplace({source.op, source.result}, value);
        Value start =
            getOperand(run.start + it->second.reader, it->second.operand);
        if (start != getOperand(run.start + index, o)) {
          fail(run.start + index, "one value of a layer starts as two");
          return false;
        }
      }
    for (auto &[place, value] : values)
      run.carried.push_back(value);
    return true;
  }

  /// Only carried values, and only the last ones, may be read after a loop:
  /// drops repetitions at the end until that holds.
  bool shortenToReaders(LayerRun &run) {
    std::vector<int64_t> reach; // last reader of any repetition up to this one
    for (int64_t at = run.start; at < run.getEnd(); ++at) {
      if ((at - run.start) % period == 0)
        reach.push_back(reach.empty() ? -1 : reach.back());
      reach.back() = std::max(reach.back(), ops.getLastReader(at));
    }
    for (; run.count >= 2; --run.count)
      if (reach[run.count - 2] < run.getEnd() && onlyCarriedLeave(run))
        return true;
    fail(run.start, "a value of an inner layer is read after the layers");
    return false;
  }

  bool onlyCarriedLeave(const LayerRun &run) const {
    for (int64_t index = 0; index < period; ++index)
      for (OpResult result : ops[run.getEnd() - period + index]->getResults())
        if (ops.findLastReader(result) >= run.getEnd() &&
            llvm::none_of(run.carried, [&](const CarriedValue &value) {
              return value.op == index &&
                     value.result == result.getResultNumber();
            }))
          return false;
    return true;
  }

  /// Parameters that are one weight throughout need no table.
  void settleWeights(LayerRun &run) const {
    auto getWeight = [&](int64_t place, int64_t operand) {
      return getOperand(place, operand)
          .getDefiningOp<ParamOp>()
          .getWeightAttr();
    };
    for (auto [index, sources] : llvm::enumerate(run.sources))
      for (auto [o, source] : llvm::enumerate(sources)) {
        if (source.kind != LayerSource::weight)
          continue;
        int64_t first = run.start + index;
        bool same = true;
        for (int64_t r = 1; r < run.count; ++r)
          same &= getWeight(first, o) == getWeight(first + r * period, o);
        if (same)
          source.kind = LayerSource::invariant;
      }
  }

  std::nullopt_t fail(int64_t place, const char *reason) {
    if (!broken.op)
      broken = {ops[place], reason, period};
    return std::nullopt;
  }

  const OpSequence &ops;
  Repetition where;
  int64_t period;
  // By place - where.begin: the first place from there on where a change is new,
  // and whose value is read more than one repetition on.
  std::vector<int64_t> steadyEnd, nextFar;
  BrokenRun broken;
};

//===----------------------------------------------------------------------===//
// Choice
//===----------------------------------------------------------------------===//

/// A repetition of words, and its run once somebody has looked.
struct Candidate {
  Repetition where;
  std::optional<LayerRun> run;

  int64_t getCovered() const {
    return run ? run->getLength() : where.getBound();
  }
  /// In a priority queue: the most covered first, then the shortest period.
  bool operator<(const Candidate &other) const {
    return std::make_tuple(getCovered(), -where.period, -where.begin) <
           std::make_tuple(other.getCovered(), -other.where.period,
                           -other.where.begin);
  }
};

/// Takes runs greedily. A candidate is analysed only when no other could cover
/// more, and again only in what the runs before it have left free.
class RunChooser {
public:
  explicit RunChooser(const OpSequence &ops) : ops(ops), taken(ops.size()) {}

  LayerRuns run() {
    for (const Repetition &repetition : findRepetitions(ops))
      queue.push({repetition, std::nullopt});
    while (!queue.empty()) {
      Candidate candidate = queue.top();
      queue.pop();
      visit(candidate);
    }
    llvm::sort(chosen.runs, [](const LayerRun &a, const LayerRun &b) {
      return a.start < b.start;
    });
    return std::move(chosen);
  }

private:
  void visit(Candidate &candidate) {
    Repetition &where = candidate.where;
    if (llvm::is_contained(
            ArrayRef(taken).slice(where.begin, where.end - where.begin), true))
      return pushFreeParts(where);
    if (candidate.run) {
      assert(candidate.run->start >= where.begin &&
             candidate.run->getEnd() <= where.end &&
             "a run lies in what was free for it");
      std::fill_n(taken.begin() + candidate.run->start,
                  candidate.run->getLength(), true);
      chosen.runs.push_back(std::move(*candidate.run));
      return pushFreeParts(where);
    }
    RunAnalysis analysis(ops, where);
    candidate.run = analysis.run();
    if (candidate.run)
      queue.push(std::move(candidate));
    else if (!chosen.broken.op)
      chosen.broken = analysis.getBroken();
  }

  void pushFreeParts(const Repetition &where) {
    for (int64_t begin = where.begin, end; begin < where.end; begin = end + 1) {
      for (end = begin; end < where.end && !taken[end];)
        ++end;
      if (end - begin >= 2 * where.period)
        queue.push({{begin, end, where.period}, std::nullopt});
    }
  }

  const OpSequence &ops;
  std::vector<char> taken; // by place
  std::priority_queue<Candidate> queue;
  LayerRuns chosen;
};

} // namespace

LayerRuns findLayerRuns(const OpSequence &ops) { return RunChooser(ops).run(); }

} // namespace llmc
