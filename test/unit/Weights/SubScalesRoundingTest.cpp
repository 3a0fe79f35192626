//===- SubScalesRoundingTest.cpp - scales that are bytes of a float -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Against the formula: the float of a block is its largest scale over the greatest
// integer, a scale the nearest integer of it, a code the nearest under that.
//===----------------------------------------------------------------------===//
#include "RecipeTesting.h"

#include "dialects/llm/ValueTables.h"
#include "llmc/Weights/Rounding.h"

#include <cmath>

using namespace llmc;
using namespace llmc::test;
using llvm::ArrayRef;

using Floats = std::vector<float>;

namespace {

constexpr int64_t rows = 6, cols = 192, block = 96, group = 16;

class SubScalesRoundingTest : public RecipeTest {
protected:
  static std::string spell(const std::string &grid, const std::string &how) {
    return "!llm.packed<6x192, #llm.grid<" + grid +
           ">> source \"w\" recipe [#llm.round<grid = <" + grid + ">, " + how +
           ">]";
  }
  /// Groups of different sizes.
  Floats addWeights(float offset = 0) {
    Floats made = noise(rows * cols, 1);
    for (size_t i = 0; i < made.size(); ++i)
      made[i] = (made[i] + offset) * float(1 + i / group * 5 % 7) / 8;
    add("w", {rows, cols}, f32(), floats(made));
    return made;
  }
  void addStatistics(bool areApart) {
    Floats inputs = noise(400 * cols, 5), xtx(cols * cols);
    for (size_t i = 1; i < inputs.size(); ++i)
      inputs[i] += 0.9f * inputs[i - 1];
    for (int64_t i = 0; i < cols; ++i)
      for (int64_t j = 0; j < cols; ++j)
        for (int64_t token = 0; token < 400; ++token)
          xtx[i * cols + j] +=
              areApart ? float(i == j)
                       : inputs[token * cols + i] * inputs[token * cols + j];
    add(getStatisticName("w", "xtx").c_str(), {cols, cols}, f32(), floats(xtx));
    sums = xtx;
  }
  double productError(const Floats &made, const Floats &weights) {
    double all = 0;
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t i = 0; i < cols; ++i)
        for (int64_t j = 0; j < cols; ++j)
          all += double(made[row * cols + i] - weights[row * cols + i]) *
                 sums[i * cols + j] *
                 (made[row * cols + j] - weights[row * cols + j]);
    return all;
  }
  static double squaredError(const Floats &a, const Floats &b) {
    double sum = 0;
    for (size_t i = 0; i < a.size(); ++i)
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
  }
  Floats sums;
};

const std::string bytes4 =
    "bits = 4, group = 16, scale = f16, sub = si8, block = 96, zero = 8";
const std::string floats4 = "bits = 4, group = 16, scale = f16, zero = 8";
const std::string bytes3 =
    "bits = 3, group = 16, scale = f16, sub = ui8, block = 96, min = true";

float toHalf(float x) { return static_cast<float>(static_cast<_Float16>(x)); }

} // namespace

TEST_F(SubScalesRoundingTest, EachScaleIsAByteOfTheBlocksFloat) {
  Floats weights = addWeights(), expected;
  for (int64_t first = 0; first < rows * cols; first += block) {
    Floats scales;
    for (int64_t at = first; at < first + block; at += group) {
      float extreme = 0;
      for (float x : ArrayRef(weights).slice(at, group))
        extreme = std::abs(x) > std::abs(extreme) ? x : extreme;
      scales.push_back(extreme / -8);
    }
    float most = 0;
    for (float scale : scales)
      most = std::abs(scale) > std::abs(most) ? scale : most;
    const float shared = toHalf(most / 127);
    for (size_t i = 0; i < scales.size(); ++i) {
      const float scale = shared * std::nearbyint(scales[i] / shared);
      for (float x : ArrayRef(weights).slice(first + i * group, group))
        expected.push_back(
            scale * std::clamp(std::nearbyint(x * (1 / scale)), -8.0f, 7.0f));
    }
  }
  EXPECT_EQ(values(spell(bytes4, "method = \"rtn\"")), expected);
}

TEST_F(SubScalesRoundingTest, LittleIsLostAgainstFloats) {
  Floats weights = addWeights();
  for (const char *how :
       {"method = \"rtn\"", "method = \"rtn\", search = true"}) {
    const double by = squaredError(values(spell(bytes4, how)), weights),
                 of = squaredError(values(spell(floats4, how)), weights);
    EXPECT_LT(by, 1.06 * of) << how;
    EXPECT_GT(by, 0.94 * of) << how;
  }
  EXPECT_LT(
      squaredError(values(spell(bytes4, "method = \"rtn\", search = true")),
                   weights),
      0.95 * squaredError(values(spell(bytes4, "method = \"rtn\"")), weights));
}

TEST_F(SubScalesRoundingTest, MinimumsAreBytesOfAnotherFloat) {
  Floats weights = addWeights(-0.2f);
  const std::string floats3 = "bits = 3, group = 32, scale = f16, min = true";
  for (const char *how :
       {"method = \"rtn\"", "method = \"rtn\", search = true"})
    EXPECT_LT(squaredError(values(spell(bytes3, how)), weights),
              squaredError(values(spell(floats3, how)), weights))
        << how;
}

/// Sub-minimums have one sign: groups above zero keep it in their range.
TEST_F(SubScalesRoundingTest, GroupsAboveZeroBeginThere) {
  Floats weights = addWeights(1.5f);
  Floats made = values(spell(bytes3, "method = \"rtn\""));
  for (size_t i = 0; i < made.size(); ++i) {
    const float most = 2.5f * float(1 + i / group * 5 % 7) / 8;
    EXPECT_NEAR(made[i], weights[i], 0.52f * most / 7);
  }
}

TEST_F(SubScalesRoundingTest, ASmallGroupIsNotLost) {
  Floats weights(rows * cols, 1e-3f);
  weights[0] = 1;
  add("w", {rows, cols}, f32(), floats(weights));
  Floats made = values(spell(bytes4, "method = \"rtn\""));
  EXPECT_NEAR(made[0], 1, 1e-3);
  EXPECT_NEAR(made[group], 1e-3, 1e-4);
  EXPECT_NEAR(made[block], 1e-3, 1e-5); // beside nothing large
}

TEST_F(SubScalesRoundingTest,
       ColumnsThatDoNotDependOnEachOtherAreRoundedAlone) {
  addWeights();
  addStatistics(/*areApart=*/true);
  for (const std::string &grid : {bytes4, bytes3})
    for (const char *how : {"", ", search = true", ", order = true"})
      EXPECT_EQ(values(spell(grid, "method = \"gptq\", stats = \"w\"" +
                                       std::string(how))),
                values(spell(grid, "method = \"rtn\", stats = \"w\"" +
                                       std::string(how))))
          << grid << how;
}

TEST_F(SubScalesRoundingTest, CalibratedMethodsLeaveLess) {
  Floats weights = addWeights();
  addStatistics(/*areApart=*/false);
  auto errorOf = [&](const std::string &grid, const char *method) {
    return productError(values(spell(grid, "method = \"" + std::string(method) +
                                               "\", stats = \"w\", search = "
                                               "true")),
                        weights);
  };
  for (const std::string &grid : {bytes4, bytes3}) {
    const double nearest = errorOf(grid, "rtn"), gptq = errorOf(grid, "gptq");
    EXPECT_LT(gptq, 0.8 * nearest) << grid;
    EXPECT_LT(errorOf(grid, "quantease"), gptq) << grid;
  }
  EXPECT_LT(errorOf(bytes4, "gptq"), 1.1 * errorOf(floats4, "gptq"));
}

TEST_F(SubScalesRoundingTest, TablesOfFewValuesToo) {
  Floats weights = addWeights();
  // One bit: the scale of least error is the mean of magnitudes.
  Floats made = values(spell("bits = 1, group = 32, scale = f32, values = [-1, "
                             "1]",
                             "method = \"rtn\", search = true"));
  for (size_t first = 0; first < made.size(); first += 32) {
    float mean = 0;
    for (size_t i = first; i < first + 32; ++i)
      mean += std::abs(weights[i]) / 32;
    for (size_t i = first; i < first + 32; ++i)
      EXPECT_NEAR(made[i], weights[i] < 0 ? -mean : mean, 1e-6);
  }
  const std::string two = "bits = 2, group = 16, scale = f16, sub = si8, block "
                          "= 96, values = [-127, -40, 40, 127]";
  EXPECT_LT(squaredError(values(spell(two, "method = \"rtn\", search = true")),
                         weights),
            squaredError(made, weights));
}

TEST_F(SubScalesRoundingTest, RowsAreWholeBlocks) {
  add("w", {1, 144}, f32(), floats(Floats(144)));
  expectRefused("tensor<1x144xf32> source \"w\" recipe [#llm.round<grid = <" +
                    bytes4 + ">, method = \"rtn\">]",
                "rows of 144 are no blocks of 96");
}

TEST_F(SubScalesRoundingTest, AFloatThatItsTypeCannotHoldIsRefused) {
  add("w", {rows, cols}, f32(), floats(Floats(rows * cols, 1e9f)));
  for (const char *how :
       {"method = \"rtn\"", "method = \"rtn\", search = true"})
    expectRefused(spell(bytes4, how),
                  "too large for scales of this type: take scale=f32");
}
