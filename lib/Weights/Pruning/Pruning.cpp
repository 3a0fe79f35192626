//===- Pruning.cpp - which weights become 0 -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Pruning.h"

#include "../InputStatistics.h"
#include "../MethodTable.h"
#include "llmc/Weights/Errors.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <cmath>
#include <numeric>

using namespace llvm;
using namespace llmc;
using mlir::llm::PruneStepAttr;

namespace {
struct Method {
  StringRef name;
  PruneMatrix prune;
  bool needsStatistics;
  bool takesBlocks;
  RefineMask refine = nullptr; // after it
};
} // namespace

static const Method rows[] = {
    {"magnitude", pruneByMagnitude, false, true},
    {"wanda", pruneByWanda, true, true},
    {"sparsegpt", pruneBySparseGpt, true, false},
    {"magnitude+dsnot", pruneByMagnitude, true, false, refineByDsnot},
    {"wanda+dsnot", pruneByWanda, true, false, refineByDsnot}};

static const MethodTable<Method> methods(rows, "prunes weights");

bool llmc::isPruningMethod(StringRef name) { return methods.find(name); }

std::string llmc::listPruningMethods() { return methods.list(); }

bool llmc::prunesBlocks(StringRef method) {
  const Method *found = methods.find(method);
  return found && found->takesBlocks;
}

bool llmc::pruningNeedsStatistics(StringRef method) {
  return methods.needsStatistics(method);
}

std::string llmc::checkStatistics(const WeightStore &store, PruneStepAttr step,
                                  int64_t cols) {
  return methods.check(store, step, cols);
}

/// The `count` smallest of `scores`.
static void chooseSmallest(ArrayRef<float> scores, int64_t count,
                           MutableArrayRef<bool> isPruned) {
  std::vector<int64_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  auto isLess = [&](int64_t a, int64_t b) {
    return scores[a] != scores[b] ? scores[a] < scores[b] : a < b;
  };
  std::nth_element(order.begin(), order.begin() + count, order.end(), isLess);
  for (int64_t i : ArrayRef(order).take_front(count))
    isPruned[i] = true;
}

void llmc::choosePruned(const Pattern &pattern, ArrayRef<float> scores,
                        MutableArrayRef<bool> isPruned) {
  const auto all = static_cast<int64_t>(scores.size());
  if (pattern.of == 0)
    return chooseSmallest(
        scores, std::llround(pattern.share * static_cast<double>(all)),
        isPruned);
  assert(all % pattern.of == 0 && "scores are whole groups");
  for (int64_t first = 0; first < all; first += pattern.of)
    chooseSmallest(scores.slice(first, pattern.of), pattern.of - pattern.keep,
                   isPruned.slice(first, pattern.of));
}

/// Of `rows`, whole rows of scores, the sum of each block's.
static std::vector<float> sumBlocks(const Pattern &pattern, int64_t cols,
                                    ArrayRef<float> rows) {
  std::vector<float> sums(cols / pattern.blockCols);
  for (auto [i, score] : enumerate(rows))
    sums[static_cast<int64_t>(i) % cols / pattern.blockCols] += score;
  return sums;
}

void llmc::pruneRows(const Pattern &pattern, int64_t cols,
                     ArrayRef<float> scores, MutableArrayRef<float> values) {
  const int64_t all = static_cast<int64_t>(scores.size()),
                step = pattern.blockRows * cols;
  for (int64_t first = 0; first < all; first += step) {
    const int64_t count = std::min(step, all - first);
    std::vector<float> blocks =
        sumBlocks(pattern, cols, scores.slice(first, count));
    SmallVector<bool> isPruned(blocks.size(), false);
    choosePruned(pattern, blocks, isPruned);
    for (int64_t i = 0; i < count; ++i)
      if (isPruned[i % cols / pattern.blockCols])
        values[first + i] = 0;
  }
}

/// Why rows of so many columns cannot be pruned so; empty if they can.
static std::string checkColumns(const Pattern &pattern, int64_t cols) {
  const int64_t set = std::max<int64_t>(pattern.of, 1) * pattern.blockCols;
  if (cols % set == 0)
    return "";
  return "rows of " + std::to_string(cols) + " are no " +
         (pattern.hasBlocks() ? "blocks" : "groups") + " of " +
         std::to_string(set);
}

std::string llmc::pruneMatrix(PruneStepAttr step, const WeightStore &store,
                              int64_t cols, const InputColumns &columns,
                              MutableArrayRef<float> values) {
  const Method *method = methods.find(step.getMethod());
  if (!method)
    return methods.refuse(step.getMethod());
  if (std::string problem =
          checkStatistics(store, step, columns.countObserved(cols));
      !problem.empty())
    return problem;
  PruningInput input;
  input.cols = cols;
  input.rows = static_cast<int64_t>(values.size()) / cols;
  input.pattern.keep = step.getKeep();
  input.pattern.of = step.getOf();
  input.pattern.blockRows = step.getBlockRows();
  input.pattern.blockCols = step.getBlockCols();
  if (step.getShare())
    input.pattern.share = step.getShare().getValueAsDouble();
  if (std::string problem = checkColumns(input.pattern, cols); !problem.empty())
    return problem;
  if (input.pattern.hasBlocks() && !method->takesBlocks)
    return "method \"" + method->name.str() + "\" prunes no blocks";
  for (auto [i, value] : enumerate(values))
    if (!std::isfinite(value))
      return "cannot be pruned: row " + std::to_string(i / cols) + ", column " +
             std::to_string(i % cols) + " is " +
             (std::isnan(value) ? "not a number" : "infinite");
  if (step.getStats())
    if (std::string problem = readSums(store, step.getStats().getValue(), cols,
                                       columns, input.xtx);
        !problem.empty())
      return problem;
  const std::vector<float> weights(values.begin(), values.end());
  std::string problem = method->prune(input, values);
  if (problem.empty() && method->refine)
    method->refine(input, weights, values);
  return problem;
}
