//===- ValueFitTest.cpp - a table of values for weights -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "RecipeTesting.h"

#include "dialects/llm/ValueTables.h"
#include "llmc/Weights/Rounding.h"
#include "llmc/Weights/ValueFit.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace llmc;
using namespace llmc::test;
using llvm::ArrayRef;

namespace {

constexpr int64_t bins = 4 * 254 + 1;

double numberOf(int64_t bin) { return double(bin) / 4 - 127; }

double costOf(ArrayRef<double> mass, ArrayRef<int8_t> values) {
  double all = 0;
  for (int64_t bin = 0; bin < bins; ++bin) {
    double least = INFINITY;
    for (int value : values)
      least = std::min(least, std::pow(numberOf(bin) - value, 2));
    all += mass[bin] * least;
  }
  return all;
}

class ValueFitTest : public RecipeTest {
protected:
  /// Rows around a few numbers of each group's largest.
  std::vector<float> addClusters() {
    const float centres[] = {-1, -0.8f, -0.75f, -0.3f, 0, 0.1f, 0.55f, 1};
    std::vector<float> weights = noise(32 * 64, 1);
    for (size_t i = 0; i < weights.size(); ++i) {
      float scale = 0.5f + float(i / 32 % 7);
      weights[i] = scale * (centres[i % 8] +
                            (i % 8 && i % 8 != 7 ? 0.004f * weights[i] : 0));
    }
    add("w", {32, 64}, f32(), floats(weights));
    return weights;
  }
  FittedWeight fitted(const std::string &more = "", int bits = 4) {
    auto made = weight(
        "tensor<32x64xf32> source \"w\" recipe [#llm.round<grid = <bits = " +
        std::to_string(bits) + ", group = 32, scale = f32, zero = " +
        std::to_string(1 << (bits - 1)) + ">, method = \"rtn\"" + more + ">]");
    return {made,
            llvm::cast<mlir::llm::RoundStepAttr>(
                made.getRecipeAttr().getValue().back()),
            {},
            {}};
  }
  ValueTable fit(const FittedWeight &weight) {
    return llvm::cantFail(fitValues(weight, store));
  }
};

} // namespace

TEST_F(ValueFitTest, NothingIsLeftOfSixteenNumbers) {
  std::vector<double> mass(bins);
  ValueTable expected = {-127, -90, -70, -66, -41, -30, -12, -1,
                         0,    3,   17,  40,  41,  80,  99,  127};
  for (int value : expected)
    mass[4 * (value + 127)] = 1 + value * value % 5;
  EXPECT_EQ(clusterNumbers(mass, 16), expected);
}

/// No value moved by one, nor any of those tables, leaves less.
TEST_F(ValueFitTest, ClustersAreTheBest) {
  std::vector<double> mass;
  for (int64_t bin = 0; bin < bins; ++bin)
    mass.push_back(std::exp(-std::pow((numberOf(bin) - 9) / 45, 2)) +
                   (bin % 100 == 7 ? 0.7 : 0));
  const ValueTable found = clusterNumbers(mass, 16);
  const double least = costOf(mass, found);
  EXPECT_TRUE(llvm::is_sorted(found));
  EXPECT_EQ(found.front(), -127);
  EXPECT_EQ(found.back(), 127);
  EXPECT_LT(least, 0.98 * costOf(mass, mlir::llm::nf4Values));
  for (size_t i = 1; i < 15; ++i)
    for (int by : {-3, 3}) {
      ValueTable other = found;
      other[i] = int8_t(other[i] + by);
      EXPECT_LT(least, costOf(mass, other)) << i << " " << by;
    }
}

TEST_F(ValueFitTest, AWeightsClustersAreFound) {
  addClusters();
  for (const char *search : {"", ", search = true"}) {
    const ValueTable found = fit(fitted(search));
    // A search may take scales of the other sign, and so the opposite of each.
    const int sign =
        llvm::any_of(found, [](int value) { return value == -102; }) ? 1 : -1;
    for (int centre : {-127, -102, -95, -38, 0, 13, 70, 127})
      EXPECT_TRUE(llvm::any_of(
          found,
          [&](int value) { return std::abs(sign * value - centre) <= 1; }))
          << centre << " of "
          << testing::PrintToString(
                 std::vector<int>(found.begin(), found.end()));
  }
}

TEST_F(ValueFitTest, FewerBitsHaveFewerValues) {
  const float centres[] = {-1, -0.8f, -0.45f, -0.3f, 0, 0.1f, 0.55f, 1};
  std::vector<float> weights;
  for (int i = 0; i < 32 * 64; ++i)
    weights.push_back(0.3f * centres[i % 8]);
  add("w", {32, 64}, f32(), floats(weights));
  EXPECT_EQ(fit(fitted("", 3)),
            ValueTable({-127, -102, -57, -38, 0, 13, 70, 127}));
  // What is nearest to 0 is 0, for weights that are.
  const ValueTable four = fit(fitted("", 2));
  EXPECT_EQ(four.size(), 4u);
  EXPECT_TRUE(llvm::is_sorted(four));
  EXPECT_TRUE(llvm::is_contained(four, 0));
}

TEST_F(ValueFitTest, ColumnsOfLargeInputsCountMore) {
  std::vector<float> weights = noise(32 * 64, 2), xtx(64 * 64);
  for (size_t i = 0; i < weights.size(); ++i)
    if (i % 64 == 9)
      weights[i] = 0.43f; // 55 of 127
  for (size_t row = 0; row < 32; ++row)
    for (size_t group : {0, 32})
      weights[64 * row + group] = 1;
  add("w", {32, 64}, f32(), floats(weights));
  for (size_t i = 0; i < 64; ++i)
    xtx[65 * i] = i == 9 ? 1e6f : 1.0f;
  add(getStatisticName("w", "xtx").c_str(), {64, 64}, f32(), floats(xtx));
  EXPECT_TRUE(llvm::is_contained(fit(fitted()), 55));
}

/// What one number of each row is before, all have a part of behind.
TEST_F(ValueFitTest, TurnedWeightsHaveTheirOwn) {
  std::vector<float> weights(32 * 64);
  for (size_t row = 0; row < 32; ++row)
    weights[row * 65] = 1;
  add("w", {32, 64}, f32(), floats(weights));
  FittedWeight turned = fitted();
  const ValueTable before = fit(turned);
  turned.input = makeRotation(64);
  const ValueTable behind = fit(turned);
  auto isEvenlySpread = [](const ValueTable &values) {
    return llvm::count_if(values, [](int value) {
             return std::abs(value) > 10 && std::abs(value) < 100;
           }) >= 8;
  };
  EXPECT_TRUE(isEvenlySpread(behind));
  // Both sides: the identity turned once is orthogonal, twice again no identity.
  turned.result = makeRotation(32);
  EXPECT_NE(fit(turned), behind);
  EXPECT_NE(before, behind);
}

TEST_F(ValueFitTest, NumbersThatAreNoneAreRefused) {
  std::vector<float> weights(32 * 64, NAN);
  add("w", {32, 64}, f32(), floats(weights));
  auto found = fitValues(fitted(), store);
  ASSERT_FALSE(bool(found));
  EXPECT_EQ(llvm::toString(found.takeError()),
            "weight 'w' has numbers that are not finite");
}
