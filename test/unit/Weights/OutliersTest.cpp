//===- OutliersTest.cpp - weights that are kept beside codes --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RecipeTesting.h"

#include "llmc/Weights/Rounding.h"

using namespace llmc;
using namespace llmc::test;

using Floats = std::vector<float>;

namespace {

constexpr size_t rows = 8, cols = 32;
const std::string grid = "bits = 3, group = 16, scale = f32, zero = 4";
const std::string nearest = "<grid = <" + grid + ">, method = \"rtn\">";

class OutliersTest : public RecipeTest {
protected:
  Floats addWeights(const std::vector<std::pair<size_t, float>> &large = {}) {
    Floats weights = noise(rows * cols, 3);
    for (auto [i, value] : large)
      weights[i] = value;
    add("w", {rows, cols}, f32(), floats(weights));
    return weights;
  }
  static std::string spell(const std::string &part, int entries,
                           const std::string &of) {
    return "#llm.outliers<part = \"" + part +
           "\", entries = " + std::to_string(entries) +
           (of.empty() ? "" : ", round = " + of) + ">";
  }
  std::string source(const std::string &steps) {
    return " source \"w\" recipe [" + steps + "]";
  }
  Floats part(const std::string &name, int entries, const std::string &of) {
    return values("tensor<8x32xf32>" + source(spell(name, entries, of)));
  }
  /// The squared error of codes of the rest with the outliers beside them.
  double measure(const Floats &weights, int entries) {
    std::string type = "!llm.packed<8x32, #llm.grid<" + grid + ">>";
    std::string steps = "#llm.round" + nearest;
    if (entries == 0)
      return square(weights, values(type + source(steps)), {});
    return square(
        weights,
        values(type + source(spell("rest", entries, nearest) + ", " + steps)),
        part("kept", entries, nearest));
  }
  static double square(const Floats &weights, const Floats &codes,
                       const Floats &kept) {
    double sum = 0;
    for (size_t i = 0; i < weights.size(); ++i) {
      double error = weights[i] - codes[i] - (kept.empty() ? 0 : kept[i]);
      sum += error * error;
    }
    return sum;
  }
};

} // namespace

TEST_F(OutliersTest, PartAMatrix) {
  Floats weights = addWeights();
  for (const std::string &of : {std::string(), nearest}) {
    Floats kept = part("kept", 3, of), rest = part("rest", 3, of);
    for (size_t row = 0; row < rows; ++row) {
      size_t count = 0;
      for (size_t i = row * cols; i < (row + 1) * cols; ++i) {
        EXPECT_EQ(kept[i] + rest[i], weights[i]);
        EXPECT_TRUE(kept[i] == 0 || rest[i] == 0);
        count += kept[i] != 0;
      }
      EXPECT_EQ(count, 3U);
    }
  }
}

/// With two of a row as large as they are, the others' scale follows them.
TEST_F(OutliersTest, AreWhatScalesFollow) {
  Floats weights = addWeights({{5, 9}, {20, -8}, {cols + 2, 12}});
  for (const std::string &of : {std::string(), nearest}) {
    Floats kept = part("kept", 2, of);
    EXPECT_EQ(kept[5], 9);
    EXPECT_EQ(kept[20], -8);
    EXPECT_EQ(kept[cols + 2], 12);
  }
  EXPECT_LT(measure(weights, 2), 0.5 * measure(weights, 0));
}

TEST_F(OutliersTest, MoreOfThemLeaveLess) {
  Floats weights = addWeights();
  double least = measure(weights, 0);
  for (int entries : {1, 2, 4, 8}) {
    double left = measure(weights, entries);
    EXPECT_LT(left, least) << entries;
    least = left;
  }
}

/// A column whose input is large counts more.
TEST_F(OutliersTest, FollowTheInput) {
  addWeights();
  Floats sums(cols * cols);
  for (size_t i = 0; i < cols; ++i)
    sums[i * cols + i] = i == 7 ? 1e6F : 1;
  add(getStatisticName("w", "xtx").c_str(), {cols, cols}, f32(), floats(sums));
  std::string calibrated =
      "<grid = <" + grid + ">, method = \"rtn\", stats = \"w\">";
  Floats kept = part("kept", 1, calibrated);
  size_t count = 0;
  for (size_t row = 0; row < rows; ++row)
    count += kept[row * cols + 7] != 0;
  EXPECT_GE(count, rows - 1); // but for one that is on the grid by chance
}

TEST_F(OutliersTest, AreRowsOfFewNumbers) {
  addWeights();
  std::string sparse = "!llm.packed<8x32, #llm.sparse<cols = 32, entries = 3, "
                       "type = f32>>";
  EXPECT_EQ(values(sparse + source(spell("kept", 3, ""))), part("kept", 3, ""));
  expectRefused(sparse + source(spell("kept", 4, "")),
                "row 0 has 4 numbers that are not 0, and its encoding a place "
                "for 3");
  expectRefused("tensor<8x32xf32>" + source(spell("kept", 33, "")),
                "rows of 32 have no 33 outliers");
}
