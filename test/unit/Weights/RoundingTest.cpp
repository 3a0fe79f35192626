//===- RoundingTest.cpp - quantisers choose codes -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RecipeTesting.h"

#include "llmc/Weights/Files.h"
#include "llmc/Weights/Rounding.h"
#include "llmc/Weights/Safetensors.h"

#include <random>

using namespace llmc;
using namespace llmc::test;

using Floats = std::vector<float>;

namespace {

class RoundingTest : public RecipeTest {
protected:
  /// The weight `w` of this shape, rounded as `step` says.
  static std::string rounded(const std::string &shape, const std::string &grid,
                             const std::string &step = "method = \"rtn\"") {
    return "!llm.packed<" + shape + ", #llm.grid<" + grid +
           ">> source \"w\" recipe [#llm.round<grid = <" + grid + ">, " + step +
           ">]";
  }
  static Floats randomFloats(size_t count) {
    std::mt19937 generator(3);
    std::normal_distribution<float> normal;
    Floats made(count);
    for (float &value : made)
      value = normal(generator);
    return made;
  }
  static double squaredError(const Floats &a, const Floats &b) {
    double sum = 0;
    for (size_t i = 0; i < a.size(); ++i)
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
  }
  /// X^T X of inputs for the weight `w`.
  void addStatistics(const Floats &xtx, int64_t cols) {
    add(getStatisticName("w", "xtx").c_str(), {cols, cols}, f32(), floats(xtx));
  }
  static Floats identity(int64_t cols) {
    Floats made(cols * cols);
    for (int64_t i = 0; i < cols; ++i)
      made[i * cols + i] = 1;
    return made;
  }
};

const char *const sym4 = "bits = 4, group = 16, scale = f32, zero = 8";
const char *const asym2 = "bits = 2, group = 16, scale = f32, min = true";

} // namespace

TEST_F(RoundingTest, ValuesOfTheGridStay) {
  Floats onGrid;
  for (int i = 0; i < 32; ++i)
    onGrid.push_back(0.5f * static_cast<float>(i % 16 - 8));
  add("w", {2, 16}, f32(), floats(onGrid));
  EXPECT_EQ(values(rounded("2x16", sym4)), onGrid);
  EXPECT_EQ(values(rounded("2x16", sym4, "method = \"rtn\", search = true")),
            onGrid);
}

TEST_F(RoundingTest, TheRangeOfAMinimumIsSpanned) {
  Floats row = {1,    1.1f, 1.9f, 2, 2.1f, 2.9f, 3, 3.1f,
                3.9f, 4,    1,    1, 1,    1,    1, 4};
  add("w", {1, 16}, f32(), floats(row));
  Floats expected;
  for (float value : row)
    expected.push_back(std::nearbyint(value));
  EXPECT_EQ(values(rounded("1x16", asym2)), expected);
}

TEST_F(RoundingTest, EachGroupHasItsScale) {
  Floats row(32, 1.0f);
  std::fill(row.begin() + 16, row.end(), 1000.0f);
  add("w", {1, 32}, f32(), floats(row));
  EXPECT_EQ(values(rounded("1x32", sym4)), row);
}

TEST_F(RoundingTest, ASpanSharesOne) {
  Floats row(32, 1.0f);
  std::fill(row.begin() + 16, row.end(), 1000.0f);
  add("w", {1, 32}, f32(), floats(row));
  Floats made = values(rounded("1x32", sym4, "method = \"rtn\", span = 32"));
  EXPECT_EQ(made[0], 0); // 1 is nothing beside 1000
  EXPECT_EQ(made[31], 1000);
}

TEST_F(RoundingTest, ASearchHasTheSmallerError) {
  Floats weights = randomFloats(64 * 64);
  add("w", {64, 64}, f32(), floats(weights));
  for (const char *grid : {"bits = 4, group = 32, scale = f16, zero = 8",
                           "bits = 3, group = 32, scale = f16, zero = 4",
                           "bits = 2, group = 64, scale = f16, min = true"}) {
    double spanned = squaredError(values(rounded("64x64", grid)), weights);
    double searched = squaredError(
        values(rounded("64x64", grid, "method = \"rtn\", search = true")),
        weights);
    EXPECT_LT(searched, 0.95 * spanned) << grid;
  }
}

TEST_F(RoundingTest, AConstantGroupIsExactAboveAMinimum) {
  add("w", {1, 16}, f32(), floats(Floats(16, 0.75f)));
  EXPECT_EQ(values(rounded("1x16", asym2)), Floats(16, 0.75f));
  EXPECT_EQ(values(rounded("1x16", asym2, "method = \"rtn\", search = true")),
            Floats(16, 0.75f));
}

TEST_F(RoundingTest, MatricesOfExpertsAreRoundedRowByRow) {
  add("w", {2, 1, 16}, f32(), floats(Floats(32, 3.0f)));
  EXPECT_EQ(values(rounded("2x1x16", sym4)), Floats(32, 3.0f));
}

TEST_F(RoundingTest, WhatIsNoNumberIsRefusedWithItsPlace) {
  Floats row(32, 1.0f);
  row[19] = NAN;
  add("w", {2, 16}, f32(), floats(row));
  expectRefused(rounded("2x16", sym4),
                "cannot be quantised: row 1, column 3 is not a number");
}

TEST_F(RoundingTest, ScalesThatTheirTypeCannotHoldAreRefused) {
  add("w", {1, 16}, f32(), floats(Floats(16, 1e7f)));
  for (const char *method :
       {"method = \"rtn\"", "method = \"rtn\", search = true"})
    expectRefused(
        rounded("1x16", "bits = 4, group = 16, scale = f16, zero = 8", method),
        "too large for scales of this type: take scale=f32");
}

TEST_F(RoundingTest, RowsAreWholeGroups) {
  add("w", {2, 24}, f32(), floats(Floats(48)));
  expectRefused("tensor<2x24xf32> source \"w\" recipe [#llm.round<grid = <" +
                    std::string(sym4) + ">, method = \"rtn\">]",
                "rows of 24 are no groups of 16");
}

TEST_F(RoundingTest, AMethodIsOneThatIsThere) {
  add("w", {1, 16}, f32(), floats(Floats(16)));
  expectRefused(rounded("1x16", sym4, "method = \"best\""),
                "there is no method 'best' that rounds weights");
}

//===----------------------------------------------------------------------===//
// With statistics
//===----------------------------------------------------------------------===//

TEST_F(RoundingTest, GptqNeedsStatistics) {
  add("w", {1, 16}, f32(), floats(Floats(16)));
  expectRefused(rounded("1x16", sym4, "method = \"gptq\""),
                "the method gptq needs statistics of its input");
  expectRefused(rounded("1x16", sym4, "method = \"gptq\", stats = \"w\""),
                "there are no statistics of the input of 'w'");
}

TEST_F(RoundingTest, StatisticsAreOfThisInput) {
  add("w", {1, 16}, f32(), floats(Floats(16)));
  addStatistics(Floats(64), 8);
  expectRefused(rounded("1x16", sym4, "method = \"gptq\", stats = \"w\""),
                "its input has 16 columns, and the statistics are of [8, 8]");
}

TEST_F(RoundingTest, ColumnsThatDoNotDependOnEachOtherAreRoundedAlone) {
  add("w", {20, 32}, f32(), floats(randomFloats(20 * 32)));
  addStatistics(identity(32), 32);
  for (const char *search : {"", ", search = true"})
    EXPECT_EQ(values(rounded("20x32", sym4,
                             "method = \"gptq\", stats = \"w\"" +
                                 std::string(search))),
              values(rounded("20x32", sym4,
                             "method = \"rtn\"" + std::string(search))));
}

TEST_F(RoundingTest, StatisticsThatAreNoSumOfSquaresAreRefused) {
  add("w", {1, 16}, f32(), floats(Floats(16, 1.0f)));
  addStatistics(Floats(16 * 16, 1.0f), 16); // of rank 1
  expectRefused(rounded("1x16", sym4,
                        "method = \"gptq\", stats = \"w\", damp = 0.0 : f64"),
                "give a larger damp, or calibrate with more tokens");
}

namespace {

/// One layer, and what NumPy makes of it (utils/make-rounding-goldens.py).
class GptqGoldenTest
    : public RoundingTest,
      public testing::WithParamInterface<
          std::tuple<const char *, const char *, const char *>> {};

} // namespace

TEST_P(GptqGoldenTest, EqualsNumPy) {
  auto [name, grid, step] = GetParam();
  auto file = openFile(LLMC_TEST_INPUTS "/rounding/gptq.safetensors");
  ASSERT_TRUE(bool(file));
  auto tensors = llvm::cantFail(parseSafetensors("gptq", bytesOf(**file)));
  Floats expected;
  for (const SafeTensor &tensor : tensors) {
    if (tensor.name == "w")
      add("w", tensor.shape, f32(), tensor.bytes.vec());
    if (tensor.name == "xtx")
      add(getStatisticName("w", "xtx").c_str(), tensor.shape, f32(),
          tensor.bytes.vec());
    if (tensor.name == std::string(name) + "/values") {
      expected.resize(tensor.bytes.size() / 4);
      std::memcpy(expected.data(), tensor.bytes.data(), tensor.bytes.size());
    }
  }
  EXPECT_EQ(
      values(rounded("20x128", grid,
                     "method = \"gptq\", stats = \"w\"" + std::string(step))),
      expected);
}

INSTANTIATE_TEST_SUITE_P(
    Layer, GptqGoldenTest,
    testing::Values(
        std::tuple("sym4", "bits = 4, group = 32, scale = f16, zero = 8", ""),
        std::tuple("asym3", "bits = 3, group = 64, scale = f16, min = true",
                   ", damp = 5.0e-02 : f64"),
        std::tuple("ordered", "bits = 4, group = 32, scale = f16, zero = 8",
                   ", order = true")));

TEST_F(RoundingTest, QuantEaseLeavesLessThanGptq) {
  auto file = openFile(LLMC_TEST_INPUTS "/rounding/gptq.safetensors");
  ASSERT_TRUE(bool(file));
  auto tensors = llvm::cantFail(parseSafetensors("gptq", bytesOf(**file)));
  Floats weights, xtx;
  for (const SafeTensor &tensor : tensors)
    for (auto [name, numbers] :
         {std::pair("w", &weights), std::pair("xtx", &xtx)})
      if (tensor.name == name) {
        numbers->resize(tensor.bytes.size() / 4);
        std::memcpy(numbers->data(), tensor.bytes.data(), tensor.bytes.size());
      }
  add("w", {20, 128}, f32(), floats(weights));
  addStatistics(xtx, 128);
  auto errorOf = [&](const std::string &grid, const std::string &method) {
    Floats made = values(
        rounded("20x128", grid,
                "method = \"" + method + "\", stats = \"w\", search = true"));
    double sum = 0;
    for (size_t row = 0; row < 20; ++row)
      for (size_t i = 0; i < 128; ++i)
        for (size_t j = 0; j < 128; ++j)
          sum += static_cast<double>(made[row * 128 + i] -
                                     weights[row * 128 + i]) *
                 xtx[i * 128 + j] *
                 (made[row * 128 + j] - weights[row * 128 + j]);
    return sum;
  };
  for (const char *grid : {"bits = 4, group = 32, scale = f16, zero = 8",
                           "bits = 3, group = 64, scale = f16, min = true",
                           "bits = 8, group = 32, scale = f16, zero = 128"}) {
    double gptq = errorOf(grid, "gptq");
    EXPECT_LT(gptq, errorOf(grid, "rtn")) << grid;
    EXPECT_LT(errorOf(grid, "quantease"), 0.95 * gptq) << grid;
  }
}

//===----------------------------------------------------------------------===//
// Scales of columns
//===----------------------------------------------------------------------===//

namespace {

const char *const half =
    "#llm.equalize<method = \"awq\", weights = [@w], stats = \"w\", grid = "
    "<bits = 4, group = 16, scale = f32, zero = 8>";

std::string scaled(const std::string &shape, const std::string &by,
                   const std::string &more = "") {
  return "tensor<" + shape +
         "xf32> source \"w\" recipe [#llm.scale<by = " + by + more + ">]";
}

} // namespace

TEST_F(RoundingTest, ColumnsAreMultiplied) {
  add("w", {2, 2}, f32(), floats({1, 2, 3, 4}));
  add("s", {2}, f32(), floats({2, 4}));
  EXPECT_EQ(values(scaled("2x2", "\"s\"")), (Floats{2, 8, 6, 16}));
  EXPECT_EQ(values(scaled("2x2", "\"s\"", ", inverse = true")),
            (Floats{0.5f, 0.5f, 1.5f, 1}));
}

TEST_F(RoundingTest, RowsAndVectorsAreMultiplied) {
  add("w", {2, 2}, f32(), floats({1, 2, 3, 4}));
  add("s", {2}, f32(), floats({2, 4}));
  EXPECT_EQ(values(scaled("2x2", "\"s\"", ", rows = true")),
            (Floats{2, 4, 12, 16}));
  add("v", {2}, f32(), floats({8, 8}));
  EXPECT_EQ(values("tensor<2xf32> source \"v\" recipe [#llm.scale<by = \"s\", "
                   "rows = true, inverse = true>]"),
            (Floats{4, 2}));
}

TEST_F(RoundingTest, EachColumnHasAFactor) {
  add("w", {2, 2}, f32(), floats({1, 2, 3, 4}));
  add("s", {3}, f32(), floats({2, 4, 5}));
  expectRefused(scaled("2x2", "\"s\""), "needs 2 factors, found 3");
  expectRefused(scaled("2x2", "\"t\""), "have no tensor 't'");
}

TEST_F(RoundingTest, TheInputOfScaledColumnsIsDivided) {
  // Of columns that were doubled, gptq sees an input of half the size: the codes are
  // those of the matrix whose statistics say so.
  Floats weights = randomFloats(4 * 16), doubled = weights;
  for (size_t i = 0; i < weights.size(); i += 2)
    doubled[i] *= 2;
  Floats factors(16, 1.0f), xtx(16 * 16), halved;
  for (size_t i = 0; i < 16; i += 2)
    factors[i] = 2;
  Floats inputs = randomFloats(40 * 16);
  for (size_t i = 0; i < 16; ++i)
    for (size_t j = 0; j < 16; ++j) {
      for (size_t t = 0; t < 40; ++t)
        xtx[i * 16 + j] += inputs[t * 16 + i] * inputs[t * 16 + j];
      halved.push_back(xtx[i * 16 + j] / (factors[i] * factors[j]));
    }
  add("w", {4, 16}, f32(), floats(weights));
  add("doubled", {4, 16}, f32(), floats(doubled));
  add("s", {16}, f32(), floats(factors));
  addStatistics(xtx, 16);
  add(getStatisticName("halved", "xtx").c_str(), {16, 16}, f32(),
      floats(halved));
  std::string grid = sym4;
  EXPECT_EQ(values("!llm.packed<4x16, #llm.grid<" + grid +
                   ">> source \"w\" recipe [#llm.scale<by = \"s\">, "
                   "#llm.round<grid = <" +
                   grid + ">, method = \"gptq\", stats = \"w\">]"),
            values("!llm.packed<4x16, #llm.grid<" + grid +
                   ">> source \"doubled\" recipe [#llm.round<grid = <" + grid +
                   ">, method = \"gptq\", stats = \"halved\">]"));
}

TEST_F(RoundingTest, AwqScalesTheColumnsOfLargeInputsUp) {
  add("w", {8, 32}, f32(), floats(randomFloats(8 * 32)));
  Floats xtx = identity(32);
  xtx[5 * 32 + 5] = 10000;
  addStatistics(xtx, 32);
  Floats before = values("tensor<8x32xf32> source \"w\"");
  Floats after = values(scaled("8x32", std::string(half) + ">"));
  for (size_t i = 0; i < 32; ++i)
    EXPECT_EQ(after[i] / before[i] > 1.5f, i == 5) << i;
}

TEST_F(RoundingTest, HeadsThatReadOneShareTheirFactors) {
  add("w", {8, 32}, f32(), floats(randomFloats(8 * 32)));
  Floats xtx = identity(32);
  xtx[3 * 32 + 3] = 10000; // of the second of two heads of 2 columns
  addStatistics(xtx, 32);
  std::string by = std::string(half) + ", repeat = 2, head = 2>";
  Floats before = values("tensor<8x32xf32> source \"w\"");
  Floats after = values(scaled("8x32", by));
  for (size_t i = 0; i < 32; ++i)
    EXPECT_EQ(after[i] / before[i] > 1.5f, i == 1 || i == 3) << i;
  // What makes them has 16 rows, of which the second is their factor's.
  contents.push_back(floats(Floats(16 * 2, 1.0f)));
  ASSERT_EQ(llvm::toString(
                store.addTensor({"values", {16, 2}, f32(), contents.back()})),
            "");
  auto module = mlir::parseSourceString<mlir::ModuleOp>(
      "llm.weight @w : tensor<8x32xf32> source \"w\"\n"
      "llm.weight @v : tensor<16x2xf32> source \"values\" recipe "
      "[#llm.scale<by = " +
          by + ", rows = true, inverse = true>]",
      &context);
  auto made = llvm::cantFail(
      makeWeightValues(module->lookupSymbol<mlir::llm::WeightOp>("v"), store));
  for (size_t row = 0; row < 16; ++row)
    EXPECT_EQ(made[2 * row] < 0.7f, row == 1) << row;
  EXPECT_FLOAT_EQ(made[2] * after[1] / before[1], 1);
}

TEST_F(RoundingTest, QuipSharesLengthsBetweenInputsAndWeights) {
  add("w", {2, 4}, f32(), floats({3, -4, 0.6F, 0, 4, 3, 0.8F, 0}));
  add(getStatisticName("w", "l2").c_str(), {4}, f32(), floats({20, 5, 4, 5}));
  const std::string quip =
      "#llm.equalize<method = \"quip\", weights = [@w], stats = \"w\"";
  // sqrt(20 / 5), sqrt(5 / 5), sqrt(4 / 1); a column of zeros has no scale.
  EXPECT_EQ(values(scaled("2x4", quip + ">")),
            (Floats{6, -4, 1.2F, 0, 8, 3, 1.6F, 0}));
}

TEST_F(RoundingTest, SmoothMovesLargeInputsIntoTheWeights) {
  add("w", {2, 4}, f32(), floats({1, -4, 2, 0, -1, 2, 8, 0}));
  add(getStatisticName("w", "absmax").c_str(), {4}, f32(),
      floats({4, 16, 2, 5}));
  const std::string smooth =
      "#llm.equalize<method = \"smooth\", weights = [@w], stats = \"w\"";
  // sqrt(4 / 1), sqrt(16 / 4), sqrt(2 / 8); a column of zeros has no scale.
  EXPECT_EQ(values(scaled("2x4", smooth + ">")),
            (Floats{2, -8, 1, 0, -2, 4, 4, 0}));
  EXPECT_EQ(values(scaled("2x4", smooth + ", alpha = 1.0>")),
            (Floats{4, -64, 4, 0, -4, 32, 16, 0}));
  // Two heads of two columns that share theirs: the larger of either.
  EXPECT_EQ(
      values(scaled("2x4", smooth + ", alpha = 1.0, repeat = 2, head = 2>")),
      (Floats{4, -64, 8, 0, -4, 32, 32, 0}));
  expectRefused(scaled("2x4", smooth + ", repeat = 3, head = 1>"),
                "no heads of 1 in groups of 3");
  expectRefused(scaled("2x4", "#llm.equalize<method = \"rough\", weights = "
                              "[@w], stats = \"w\">"),
                "there is no method 'rough' that scales columns");
}

TEST_F(RoundingTest, LaeLeavesTheLogarithmOfAnInputsReach) {
  add("w", {2, 4}, f32(), floats({1, -4, 2, 3, -1, 2, 8, 0}));
  add(getStatisticName("w", "absmax").c_str(), {4}, f32(),
      floats({2, 6, 14, 0}));
  const std::string lae =
      "#llm.equalize<method = \"lae\", weights = [@w], stats = \"w\"";
  // 2 / log2(4), 6 / log2(8), 14 / log2(16); a column of zeros has no scale.
  EXPECT_EQ(values(scaled("2x4", lae + ">")),
            (Floats{1, -8, 7, 3, -1, 4, 28, 0}));
  // Two heads of two columns that share theirs: the larger of either.
  EXPECT_EQ(values(scaled("2x4", lae + ", repeat = 2, head = 2>")),
            (Floats{3.5f, -8, 7, 6, -3.5f, 4, 28, 0}));
}

namespace {

/// Each row as integers of 8 bits times its scale.
Floats roundInputs(Floats x, size_t cols) {
  for (size_t at = 0; at < x.size(); at += cols) {
    float most = 0;
    for (size_t i = 0; i < cols; ++i)
      most = std::max(most, std::abs(x[at + i]));
    for (size_t i = 0; i < cols; ++i)
      x[at + i] = std::round(x[at + i] / most * 127) * most / 127;
  }
  return x;
}

/// x W^T of rows of `cols`.
Floats multiply(const Floats &x, const Floats &w, size_t cols) {
  Floats y;
  for (size_t row = 0; row < x.size(); row += cols)
    for (size_t out = 0; out < w.size(); out += cols) {
      double sum = 0;
      for (size_t i = 0; i < cols; ++i)
        sum += double(x[row + i]) * w[out + i];
      y.push_back(static_cast<float>(sum));
    }
  return y;
}

} // namespace

/// Three columns of a layer's input are 100 times as large as the others.
TEST_F(RoundingTest, LaeGainsWhereFewColumnsOfAnInputAreLarge) {
  const size_t cols = 64, outs = 16, tokens = 40;
  Floats weights = randomFloats(outs * cols), x = randomFloats(tokens * cols),
         most(cols);
  for (size_t i = 0; i < x.size(); ++i) {
    if (i % cols == 7 || i % cols == 30 || i % cols == 55)
      x[i] *= 100;
    most[i % cols] = std::max(most[i % cols], std::abs(x[i]));
  }
  add("w", {outs, cols}, f32(), floats(weights));
  add(getStatisticName("w", "absmax").c_str(), {cols}, f32(), floats(most));
  const Floats larger = values(
      scaled("16x64",
             "#llm.equalize<method = \"lae\", weights = [@w], stats = \"w\">"));
  Floats smaller = x;
  for (size_t i = 0; i < x.size(); ++i)
    smaller[i] *= weights[i % cols] / larger[i % cols];
  const Floats expected = multiply(x, weights, cols);
  auto measure = [&](const Floats &found) { // SQNR in dB
    return 10 * std::log10(squaredError(expected, Floats(expected.size())) /
                           squaredError(expected, found));
  };
  EXPECT_GT(measure(multiply(smaller, larger, cols)), 100);
  EXPECT_GT(measure(multiply(roundInputs(smaller, cols), larger, cols)),
            6 + measure(multiply(roundInputs(x, cols), weights, cols)));
}
