//===- Outliers.cpp - weights that are kept beside codes ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Without a rounding the largest (arXiv:2306.07629). With one those that cost most: the
// error of the group that is gone once a weight is no part of it (arXiv:2306.03078,
// which takes as many of each group as are above a threshold, we as many of each row).
// Only a group's extremes change the scale of the others. Or whole columns, those whose
// weights cost most together (arXiv:2306.02272). Or those that the others can least make
// up for, by the inverse of X^T X (arXiv:2310.00034).
//===----------------------------------------------------------------------===//
#include "Outliers.h"

#include "GridFit.h"
#include "Rounding.h"

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
  // The largest says nothing of a scale that all weights of one bit have.
  const GroupScale scale =
      fitGroup(range, of, {}, /*search=*/range.grid.bits == 1);
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

/// The places of the `count` largest scores, of equals the first ones.
static void takeLargest(ArrayRef<double> scores, int64_t count,
                        std::vector<int64_t> &places) {
  places.resize(scores.size());
  std::iota(places.begin(), places.end(), 0);
  std::nth_element(places.begin(), places.begin() + count - 1, places.end(),
                   [&](int64_t a, int64_t b) {
                     return scores[a] != scores[b] ? scores[a] > scores[b]
                                                   : a < b;
                   });
  places.resize(count);
}

/// H_jj * ||W_j - Q(W_j)||^2 of each column, Q being the nearest of the step's own grid
/// and H = X^T X; without statistics 1.
static std::string scoreColumns(RoundStepAttr round, const WeightStore &store,
                                ArrayRef<float> values, int64_t cols,
                                const InputColumns &columns,
                                std::vector<double> &scores) {
  mlir::MLIRContext *context = round.getContext();
  auto nearest = RoundStepAttr::get(
      context, round.getGrid(), mlir::StringAttr::get(context, "rtn"),
      round.getStats(), round.getSpan(), round.getSearch(), {}, false);
  RoundingInput input;
  std::vector<uint8_t> codes;
  std::string problem = prepareRounding(nearest, store, values, cols, columns,
                                        /*keepsZeros=*/false, input);
  if (problem.empty())
    problem = roundPrepared(input, codes);
  if (!problem.empty())
    return problem;
  std::vector<float> rounded(values.size());
  EncodingAttrInterface grid = round.getGrid();
  grid.dequantize(codes.data(), rounded.size(), rounded.data());
  scores.assign(cols, 0);
  for (auto [i, value] : enumerate(values)) {
    const double error = value - rounded[i];
    scores[i % cols] += error * error;
  }
  for (auto [score, weight] : zip(scores, input.importance))
    score *= weight;
  return "";
}

/// Of each block of a row's scores the largest become outliers.
static void chooseOfRow(OutliersStepAttr step, ArrayRef<double> scores,
                        int64_t row, std::vector<bool> &isOutlier) {
  const auto cols = static_cast<int64_t>(scores.size()),
             block = step.getBlock() ? step.getBlock() : cols;
  std::vector<int64_t> chosen;
  for (int64_t first = 0; first < cols; first += block) {
    takeLargest(scores.slice(first, block), step.getEntries(), chosen);
    for (int64_t col : chosen)
      isOutlier[row * cols + first + col] = true;
  }
}

static std::string chooseColumns(OutliersStepAttr step,
                                 const WeightStore &store,
                                 ArrayRef<float> values, int64_t cols,
                                 const InputColumns &columns,
                                 std::vector<bool> &isOutlier) {
  std::vector<double> scores;
  if (std::string problem =
          scoreColumns(step.getRound(), store, values, cols, columns, scores);
      !problem.empty())
    return problem;
  const auto rows = static_cast<int64_t>(values.size()) / cols;
  for (int64_t row = 0; row < rows; ++row)
    chooseOfRow(step, scores, row, isOutlier);
  return "";
}

/// What each column's w^2 counts: by `hessian` 1 / [H^-1]_jj^2, and nothing where the input
/// is always 0.
static std::string weighSquares(OutliersStepAttr step, const WeightStore &store,
                                int64_t cols, const InputColumns &columns,
                                std::vector<double> &weights) {
  weights.assign(cols, 1);
  if (!step.getBy() || step.getBy() != "hessian")
    return "";
  mlir::StringAttr stats = step.getRound().getStats();
  if (!stats)
    return "has outliers by hessian, which needs statistics of its input";
  std::vector<float> xtx;
  if (std::string problem = readSums(store, stats, cols, columns, xtx);
      !problem.empty())
    return problem;
  mlir::FloatAttr damp = step.getRound().getDamp();
  std::vector<int64_t> order(cols);
  std::iota(order.begin(), order.end(), 0);
  InverseFactor inverse;
  if (std::string problem = factorSums(
          xtx, damp ? damp.getValueAsDouble() : usualDamp, order, inverse);
      !problem.empty())
    return problem;
  std::vector<double> diagonal(cols);
  for (int64_t i = 0; i < cols; ++i)
    for (int64_t j = i; j < cols; ++j)
      diagonal[j] += inverse.u[i * cols + j] * inverse.u[i * cols + j];
  for (int64_t j = 0; j < cols; ++j)
    weights[j] = inverse.isDead[j] ? 0 : 1 / (diagonal[j] * diagonal[j]);
  return "";
}

/// By what a weight is, whatever its codes would be.
static std::string chooseBySquares(OutliersStepAttr step,
                                   const WeightStore &store,
                                   ArrayRef<float> values, int64_t cols,
                                   const InputColumns &columns,
                                   std::vector<bool> &isOutlier) {
  std::vector<double> weights, scores(cols);
  if (std::string problem = weighSquares(step, store, cols, columns, weights);
      !problem.empty())
    return problem;
  const auto rows = static_cast<int64_t>(values.size()) / cols;
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t col = 0; col < cols; ++col) {
      const double value = values[row * cols + col];
      scores[col] = value * value * weights[col];
    }
    chooseOfRow(step, scores, row, isOutlier);
  }
  return "";
}

static std::string chooseOfRows(OutliersStepAttr step, const WeightStore &store,
                                ArrayRef<float> values, int64_t cols,
                                const InputColumns &columns,
                                std::vector<bool> &isOutlier) {
  RoundStepAttr round = step.getRound();
  std::vector<float> importance;
  if (std::string problem =
          readImportance(round, store, cols, columns, importance);
      !problem.empty())
    return problem;
  std::vector<double> scores(cols);
  const CodeRange range(*round.getGrid().getGrid());
  const auto rows = static_cast<int64_t>(values.size()) / cols;
  for (int64_t row = 0; row < rows; ++row) {
    scoreRow(range, values.slice(row * cols, cols), importance, scores);
    chooseOfRow(step, scores, row, isOutlier);
  }
  return "";
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
  if (step.getBlock() && cols % step.getBlock())
    return "rows of " + std::to_string(cols) + " are no blocks of " +
           std::to_string(step.getBlock());
  if (round && cols % round.getGrid().getGroup())
    return "rows of " + std::to_string(cols) + " are no groups of " +
           std::to_string(round.getGrid().getGroup());
  isOutlier.assign(values.size(), false);
  const StringRef by = step.getBy()      ? step.getBy().getValue()
                       : step.getRound() ? "weight"
                                         : "magnitude";
  auto choose = by == "column"   ? chooseColumns
                : by == "weight" ? chooseOfRows
                                 : chooseBySquares;
  return choose(step, store, values, cols, columns, isOutlier);
}

std::string llmc::roundBesideOutliers(
    OutliersStepAttr step, const WeightStore &store, ArrayRef<float> values,
    int64_t cols, const InputColumns &columns, bool keepsZeros,
    std::vector<uint8_t> &codes, std::vector<float> &left) {
  RoundingInput input;
  std::string problem = prepareRounding(step.getRound(), store, values, cols,
                                        columns, keepsZeros, input);
  if (problem.empty())
    problem =
        chooseOutliers(step, store, values, cols, columns, input.isOutlier);
  return problem.empty() ? roundPrepared(input, codes, &left) : problem;
}
