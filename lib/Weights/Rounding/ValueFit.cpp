//===- ValueFit.cpp - a table of values for weights -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Weights over their group's scale lie between -127 and 127, so k-means is of one
// dimension: a histogram, of which dynamic programming finds the best intervals. Scales
// that a search fits follow the table, and the table them: they take turns.
//===----------------------------------------------------------------------===//
#include "llmc/Weights/ValueFit.h"

#include "../Recipe.h"
#include "Rounding.h"

#include "dialects/llm/ValueTables.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>
#include <limits>

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

static constexpr int64_t mostRows = 32; // of each matrix
static constexpr int64_t perUnit = 4; // bins between two values that are whole
static constexpr int64_t bins = 2 * 127 * perUnit + 1;
static constexpr int turns =
    4; // of a search for scales: the fifth changes nothing

static double numberOf(int64_t bin) {
  return static_cast<double>(bin) / perUnit - 127;
}

//===----------------------------------------------------------------------===//
// The best values
//===----------------------------------------------------------------------===//

namespace {

/// Of bins [0, i): their mass, and its first two moments.
struct Moments {
  std::vector<double> mass{0}, first{0}, second{0};

  explicit Moments(ArrayRef<double> of) {
    for (auto [bin, weight] : enumerate(of)) {
      const double x = numberOf(static_cast<int64_t>(bin));
      mass.push_back(mass.back() + weight);
      first.push_back(first.back() + weight * x);
      second.push_back(second.back() + weight * x * x);
    }
  }
  double meanOf(int64_t begin, int64_t end) const {
    const double all = mass[end] - mass[begin];
    return all > 0 ? (first[end] - first[begin]) / all
                   : (numberOf(begin) + numberOf(end - 1)) / 2;
  }
  /// What is left where all of [begin, end) is `value`.
  double costOf(int64_t begin, int64_t end, double value) const {
    return second[end] - second[begin] -
           2 * value * (first[end] - first[begin]) +
           value * value * (mass[end] - mass[begin]);
  }
};

} // namespace

/// The value of interval `place` of `count`, [begin, end): its mean, but for the ends.
static double valueOf(const Moments &moments, size_t place, size_t count,
                      int64_t begin, int64_t end) {
  if (place == 0)
    return -127;
  return place + 1 == count ? 127 : moments.meanOf(begin, end);
}

ValueTable llmc::clusterNumbers(ArrayRef<double> mass, size_t count) {
  assert(mass.size() == bins && "a histogram of this file's bins");
  const Moments moments(mass);
  const double infinity = std::numeric_limits<double>::infinity();
  // least[end]: of bins [0, end) in the intervals so far; cuts: where the last begins.
  std::vector<double> least(bins + 1, infinity), next;
  std::vector<std::vector<int64_t>> cuts(count);
  least[0] = 0;
  for (size_t place = 0; place < count; ++place) {
    next.assign(bins + 1, infinity);
    cuts[place].assign(bins + 1, 0);
    for (int64_t end = 1; end <= bins; ++end)
      for (int64_t begin = 0; begin < end; ++begin) {
        if (least[begin] == infinity)
          continue;
        const double cost =
            least[begin] +
            moments.costOf(begin, end,
                           valueOf(moments, place, count, begin, end));
        if (cost < next[end]) {
          next[end] = cost;
          cuts[place][end] = begin;
        }
      }
    least.swap(next);
  }
  ValueTable table(count);
  int64_t end = bins;
  for (size_t place = count; place-- > 0;) {
    const int64_t begin = cuts[place][end];
    table[place] = static_cast<int8_t>(
        std::lround(valueOf(moments, place, count, begin, end)));
    end = begin;
  }
  return table;
}

//===----------------------------------------------------------------------===//
// What is clustered
//===----------------------------------------------------------------------===//

namespace {

/// Rows of a matrix that stand for all.
struct Sample {
  RoundStepAttr step;
  int64_t cols;
  std::vector<float> rows, importance;
};

} // namespace

static Expected<Sample> readSample(const FittedWeight &fitted,
                                   const WeightStore &store) {
  WeightOp weight = fitted.weight;
  const StringRef name = weight.getSymName();
  const int64_t cols = getMatrixShape(weight.getType()).back();
  Sample sample{fitted.step, cols, {}, {}};
  Expected<Material> material = makeModelMaterial(weight, store);
  if (!material)
    return material.takeError();
  std::vector<float> values = material->dequantize();
  if (!fitted.result.isEmpty())
    fitted.result.turnColumnsBack(values);
  const auto rows = static_cast<int64_t>(values.size()) / cols;
  const int64_t count = std::min(rows, mostRows);
  for (int64_t i = 0; i < count; ++i)
    append_range(sample.rows,
                 ArrayRef(values).slice(i * rows / count * cols, cols));
  if (!fitted.input.isEmpty()) {
    fitted.input.turn(sample.rows);
    material->columns.rotation = fitted.input;
  }
  if (!all_of(sample.rows, [](float value) { return std::isfinite(value); }))
    return createStringError("weight " + quote(name) +
                             " has numbers that are not finite");
  if (!checkSums(store, name, material->columns.countObserved(cols)).empty())
    return sample; // all count alike
  std::vector<float> sums;
  if (std::string problem =
          readSums(store, name, cols, material->columns, sums);
      !problem.empty())
    return createStringError("weight " + quote(name) + ": " + problem);
  for (int64_t i = 0; i < cols; ++i)
    sample.importance.push_back(sums[i * cols + i]);
  return sample;
}

/// Adds each number over its group's scale, with what its square costs: more where the
/// input is large, and the scale. Each matrix counts as much as any other.
static void addNumbers(const Sample &sample, const Grid &grid,
                       MutableArrayRef<double> mass) {
  const CodeRange range(grid);
  std::vector<double> own(bins);
  double size = 0;
  const int64_t span =
      sample.step.getSpan() ? sample.step.getSpan() : grid.group;
  for (int64_t at = 0; at < static_cast<int64_t>(sample.rows.size());
       at += span) {
    ArrayRef<float> group = ArrayRef(sample.rows).slice(at, span), importance;
    if (!sample.importance.empty())
      importance = ArrayRef(sample.importance).slice(at % sample.cols, span);
    const GroupScale scale =
        fitGroup(range, group, importance, sample.step.getSearch());
    if (!std::isfinite(scale.scale) || scale.scale == 0)
      continue;
    for (auto [i, value] : enumerate(group)) {
      const double x =
          std::clamp(static_cast<double>(value) / scale.scale, -127.0, 127.0);
      const double cost = importance.empty() ? 1 : importance[i];
      own[std::lround((x + 127) * perUnit)] += cost * scale.scale * scale.scale;
      size += cost * value * value;
    }
  }
  for (auto [all, number] : zip_equal(mass, own))
    all += size > 0 ? number / size : 0;
}

/// What is pruned, or an outlier, stays 0.
static void includeZero(ValueTable &table) {
  *min_element(table, [](int a, int b) { return std::abs(a) < std::abs(b); }) =
      0;
}

/// Where a search for scales begins: those of NormalFloat, or evenly some of them.
static ValueTable getFirstTable(size_t count) {
  ValueTable table;
  constexpr size_t known = std::size(nf4Values);
  for (size_t i = 0; i < count; ++i)
    table.push_back(nf4Values[i * (known - 1) / (count - 1)]);
  includeZero(table);
  return table;
}

Expected<ValueTable> llmc::fitValues(ArrayRef<FittedWeight> weights,
                                     const WeightStore &store) {
  std::vector<Sample> samples;
  bool searches = false;
  for (const FittedWeight &weight : weights) {
    auto sample = ::readSample(weight, store);
    if (!sample)
      return sample.takeError();
    samples.push_back(std::move(*sample));
    searches |= weight.step.getSearch();
  }
  const size_t count = size_t(1) << samples.front().step.getGrid().getBits();
  ValueTable table = getFirstTable(count);
  for (int turn = 0; turn < (searches ? turns : 1); ++turn) {
    std::vector<double> mass(bins);
    for (const Sample &sample : samples) {
      Grid grid = *sample.step.getGrid().getGrid();
      grid.zero = 0;
      grid.table = table;
      addNumbers(sample, grid, mass);
    }
    table = clusterNumbers(mass, count);
    includeZero(table);
  }
  return table;
}
