//===- InputSumsTest.cpp - sums over the rows of a product's input --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "lib/Driver/InputSums.h"

#include "DriverTesting.h"

#include <cmath>
#include <random>
#include <set>

using namespace llmc;

namespace {

/// Rows that lie apart: heavy tails, and columns of one sign.
std::vector<float> makeRows(int64_t rows, int64_t cols) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  std::vector<float> made(rows * cols);
  for (size_t i = 0; i < made.size(); ++i)
    made[i] = std::exp(2 * normal(random)) *
              (i % cols == 0 || random() % 2 ? 1.0f : -1.0f);
  return made;
}

} // namespace

TEST(RowAdder, AddsRowsInAnyPortions) {
  constexpr int64_t cols = 5, count = 37;
  const std::vector<float> rows = makeRows(count, cols);
  llmc::testing::Context context;
  auto isas = getIsas("native");
  ASSERT_TRUE(bool(isas));
  auto adder = RowAdder::create(context, cols, *isas, /*threads=*/2);
  ASSERT_TRUE(bool(adder)) << llvm::toString(adder.takeError());
  InputStatistics input;
  startSums(input, cols);
  MagnitudeCounts magnitudes;
  int64_t at = 0;
  for (int64_t some : {1, 20, 16}) {
    ASSERT_FALSE(bool(adder->add(rows.data() + at * cols, some, input)));
    magnitudes.add(
        llvm::ArrayRef(rows).slice(size_t(at * cols), size_t(some * cols)));
    at += some;
  }
  finishSums(input, magnitudes, count);
  for (int64_t i = 0; i < cols; ++i) {
    float least = INFINITY, most = -INFINITY;
    double sum = 0, squares = 0, products = 0;
    for (int64_t row = 0; row < count; ++row) {
      const float x = rows[row * cols + i];
      least = std::min(least, x);
      most = std::max(most, x);
      sum += x;
      squares += double(x) * x;
      products += double(x) * rows[row * cols];
    }
    EXPECT_EQ(input.min[i], least);
    EXPECT_EQ(input.max[i], most);
    EXPECT_EQ(input.absmax[i], std::max(std::fabs(least), std::fabs(most)));
    EXPECT_NEAR(input.mean[i], sum / count, 1e-4 * squares);
    EXPECT_NEAR(input.l2[i], std::sqrt(squares), 1e-4 * std::sqrt(squares));
    EXPECT_NEAR(input.xtx[i], products, 1e-4 * squares);
  }
  EXPECT_EQ(input.quantiles.size(), std::size(quantileShares));
  EXPECT_GT(input.min[0], 0); // of one sign
}

TEST(MagnitudeCounts, QuantilesAreThoseOfTheNumbers) {
  std::vector<float> numbers = makeRows(20000, 3);
  MagnitudeCounts counts;
  // In any order.
  counts.add(llvm::ArrayRef(numbers).drop_front(1000));
  counts.add(llvm::ArrayRef(numbers).take_front(1000));
  for (float &number : numbers)
    number = std::fabs(number);
  llvm::sort(numbers);
  for (int64_t share : quantileShares) {
    const float found = counts.findQuantile(share);
    const size_t above = numbers.size() / share;
    const float exact = numbers[numbers.size() - 1 - above];
    EXPECT_LE(exact, found) << share;
    EXPECT_LE(found, exact * (1 + 1.0f / 128)) << share;
    EXPECT_LE(size_t(numbers.end() - llvm::upper_bound(numbers, found)), above);
  }
}

TEST(MagnitudeCounts, ReachTheEnds) {
  MagnitudeCounts zeros;
  const std::vector<float> none(200, -0.0f);
  zeros.add(none);
  EXPECT_LT(zeros.findQuantile(100), 1e-38f);
  // One in a hundred may be above: here one is, of a thousand it may not.
  MagnitudeCounts one;
  std::vector<float> some(100, 1.0f);
  some[17] = -3.0e38f;
  one.add(some);
  EXPECT_LT(one.findQuantile(100), 1.01f);
  EXPECT_GE(one.findQuantile(1000), 3.0e38f);
}

TEST(InputSums, NoQuantileIsAboveTheLargest) {
  InputStatistics input;
  startSums(input, 1);
  input.xtx = {2};
  input.min = {-1.001f};
  input.max = {1};
  MagnitudeCounts magnitudes;
  magnitudes.add({-1.001f, 1.0f});
  finishSums(input, magnitudes, 2);
  EXPECT_EQ(input.absmax, std::vector<float>{1.001f});
  for (float quantile : input.quantiles)
    EXPECT_EQ(quantile, 1.001f);
}

TEST(InputSums, PartsFit) {
  const std::vector<ObservedInput> inputs = {
      {{"a"}, 100}, {{"b"}, 100}, {{"c"}, 300}, {{"d"}, 100}};
  constexpr int64_t step = 16;
  const uint64_t small = countSumBytes(100, step),
                 large = countSumBytes(300, step);
  EXPECT_GT(small, 4u * 100 * 100);
  // The adder of a width has sums of its own.
  const uint64_t one = small + 4 * 100 * 100, two = one + small;
  EXPECT_EQ(countFitting(inputs, 1, step), 1u); // one always fits
  EXPECT_EQ(countFitting(inputs, two - 1, step), 1u);
  EXPECT_EQ(countFitting(inputs, two, step), 2u);
  const uint64_t three = two + large + 4 * 300 * 300;
  EXPECT_EQ(countFitting(inputs, three - 1, step), 2u);
  EXPECT_EQ(countFitting(inputs, three, step), 3u);
  EXPECT_EQ(countFitting(inputs, three + small, step), 4u);
}

TEST(InputSums, SamplesComeFromAllOfTheTextAndOfWindows) {
  EXPECT_EQ(chooseSample(3), (std::vector<int64_t>{0, 1, 2}));
  for (int64_t tokens : {32, 33, 512, 32768, 1000000}) {
    const std::vector<int64_t> chosen = chooseSample(tokens);
    ASSERT_EQ(chosen.size(), size_t(mostSampleRows));
    for (int64_t i = 0; i < mostSampleRows; ++i) { // one of each stretch
      EXPECT_GE(chosen[i], tokens * i / mostSampleRows);
      EXPECT_LT(chosen[i], (tokens * (i + 1) + 31) / mostSampleRows);
    }
  }
  // Not the first of a window again and again.
  std::set<int64_t> places;
  for (int64_t token : chooseSample(32768))
    places.insert(token % 512 / 64);
  EXPECT_EQ(places.size(), 8u);
}
