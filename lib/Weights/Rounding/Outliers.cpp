//===- Outliers.cpp - weights that are kept beside codes ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Without a rounding the largest (arXiv:2306.07629). With one those that cost most: the
// error of the group that is gone once a weight is no part of it (arXiv:2306.03078,
// which takes as many of each group as are above a threshold, we as many of each row).
// Only a group's extremes change the scale of the others.
//===----------------------------------------------------------------------===//
#include "Outliers.h"

#include "../InputStatistics.h"
#include "GridFit.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>
#include <numeric>

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

namespace {

/// One group of a row.
struct Group {
  ArrayRef<float> values, importance;

  double weigh(int64_t i, float error) const {
    return static_cast<double>(error) * error *
           (importance.empty() ? 1.0F : importance[i]);
  }
};

} // namespace

/// What each weight's rounding costs with the scale that spans `of`.
static std::vector<double> findErrors(const CodeRange &range,
                                      const Group &group, ArrayRef<float> of) {
  const GroupScale scale = fitGroup(range, of, {}, /*search=*/false);
  const float inverse = CodeRange::inverseOf(scale);
  std::vector<double> errors(of.size());
  for (auto [i, value] : enumerate(of))
    errors[i] = group.weigh(
        static_cast<int64_t>(i),
        value - range.valueOf(range.codeOf(value, scale, inverse), scale));
  return errors;
}

static double sum(ArrayRef<double> numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0.0);
}

/// What is gained for each weight if it is kept.
static void scoreGroup(const CodeRange &range, const Group &group,
                       MutableArrayRef<double> scores) {
  const std::vector<double> errors = findErrors(range, group, group.values);
  llvm::copy(errors, scores.begin());
  std::vector<float> others(group.values.begin(), group.values.end());
  auto [least, most] = std::minmax_element(others.begin(), others.end());
  for (float *extreme : {&*least, &*most}) {
    const float value = std::exchange(*extreme, 0.0F);
    scores[extreme - others.data()] =
        sum(errors) - sum(findErrors(range, group, others));
    *extreme = value;
  }
}

static void scoreRow(const CodeRange &range, ArrayRef<float> values,
                     ArrayRef<float> importance,
                     MutableArrayRef<double> scores) {
  const int64_t group = range.grid.group;
  for (int64_t first = 0; first < static_cast<int64_t>(values.size());
       first += group)
    scoreGroup(
        range,
        {values.slice(first, group),
         importance.empty() ? importance : importance.slice(first, group)},
        scores.slice(first, group));
}

/// Mean squares of the input's columns; empty without statistics.
static std::string readImportance(RoundStepAttr round, const WeightStore &store,
                                  int64_t cols, const InputColumns &columns,
                                  std::vector<float> &importance) {
  if (!round || !round.getStats())
    return "";
  std::vector<float> sums;
  std::string problem =
      readSums(store, round.getStats().getValue(), cols, columns, sums);
  for (int64_t i = 0; problem.empty() && i < cols; ++i)
    importance.push_back(sums[i * cols + i]);
  return problem;
}

std::string llmc::chooseOutliers(OutliersStepAttr step,
                                 const WeightStore &store,
                                 ArrayRef<float> values, int64_t cols,
                                 const InputColumns &columns,
                                 std::vector<bool> &isOutlier) {
  RoundStepAttr round = step.getRound();
  if (step.getEntries() > cols)
    return "rows of " + std::to_string(cols) + " have no " +
           std::to_string(step.getEntries()) + " outliers";
  if (round && cols % round.getGrid().getGroup())
    return "rows of " + std::to_string(cols) + " are no groups of " +
           std::to_string(round.getGrid().getGroup());
  std::vector<float> importance;
  if (std::string problem =
          readImportance(round, store, cols, columns, importance);
      !problem.empty())
    return problem;
  isOutlier.assign(values.size(), false);
  std::vector<double> scores(cols);
  std::vector<int64_t> order(cols);
  const CodeRange range(round ? *round.getGrid().getGrid() : Grid());
  for (int64_t first = 0; first < static_cast<int64_t>(values.size());
       first += cols) {
    ArrayRef<float> row = values.slice(first, cols);
    if (round)
      scoreRow(range, row, importance, scores);
    else
      llvm::transform(row, scores.begin(), [](float x) { return std::abs(x); });
    std::iota(order.begin(), order.end(), 0);
    std::nth_element(order.begin(), order.begin() + step.getEntries() - 1,
                     order.end(), [&](int64_t a, int64_t b) {
                       return scores[a] != scores[b] ? scores[a] > scores[b]
                                                     : a < b;
                     });
    for (int64_t i : ArrayRef(order).take_front(step.getEntries()))
      isOutlier[first + i] = true;
  }
  return "";
}
