//===- OutliersTest.cpp - weights that are kept beside codes --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RecipeTesting.h"

#include "llmc/Weights/Rounding.h"
#include "llmc/Weights/RoundingError.h"

#include "llvm/ADT/STLExtras.h"

using namespace llmc;
using namespace llmc::test;

using Floats = std::vector<float>;

namespace {

constexpr size_t rows = 8, cols = 32;
const std::string grid = "bits = 3, group = 16, scale = f32, zero = 4";
const std::string nearest = "<grid = <" + grid + ">, method = \"rtn\">";
constexpr const char *byColumn = ", by = \"column\"";

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
                           const std::string &of, const char *more = "") {
    return "#llm.outliers<part = \"" + part +
           "\", entries = " + std::to_string(entries) +
           (of.empty() ? "" : ", round = " + of) + more + ">";
  }
  std::string source(const std::string &steps) {
    return " source \"w\" recipe [" + steps + "]";
  }
  Floats part(const std::string &name, int entries, const std::string &of,
              const char *more = "") {
    return values("tensor<8x32xf32>" + source(spell(name, entries, of, more)));
  }
  /// Statistics of inputs whose columns `large` are 30 times as large as others, all of
  /// which have something in common.
  Floats addSums(const std::vector<size_t> &large) {
    const size_t count = 100;
    Floats x = noise(count * cols, 5), shared = noise(count, 6),
           sums(cols * cols);
    for (size_t row = 0; row < count; ++row)
      for (size_t i = 0; i < cols; ++i) {
        x[row * cols + i] += shared[row];
        if (llvm::is_contained(large, i))
          x[row * cols + i] *= 30;
      }
    for (size_t row = 0; row < count; ++row)
      for (size_t i = 0; i < cols; ++i)
        for (size_t j = 0; j < cols; ++j)
          sums[i * cols + j] += x[row * cols + i] * x[row * cols + j];
    add(getStatisticName("w", "xtx").c_str(), {cols, cols}, f32(),
        floats(sums));
    return sums;
  }
  static std::string calibrated(const std::string &method,
                                const char *more = "") {
    return "<grid = <" + grid + ">, method = \"" + method +
           "\", stats = \"w\"" + more + ">";
  }
  Floats rounded(const std::string &steps) {
    return values("!llm.packed<8x32, #llm.grid<" + grid + ">>" + source(steps));
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

/// The columns of the largest H_jj * ||W_j - Q(W_j)||^2, of all rows.
TEST_F(OutliersTest, ColumnsAreTheFirstOfTheirRanking) {
  const Floats weights = addWeights();
  const Floats sums = addSums({4, 9, 21});
  for (const char *search : {"", ", search = true"}) {
    const Floats nearest = rounded("#llm.round" + calibrated("rtn", search));
    std::vector<std::pair<double, size_t>> ranking;
    for (size_t col = 0; col < cols; ++col) {
      double square = 0;
      for (size_t row = 0; row < rows; ++row)
        square += std::pow(
            double(weights[row * cols + col]) - nearest[row * cols + col], 2);
      ranking.push_back({-square * sums[col * cols + col], col});
    }
    llvm::sort(ranking);
    for (int entries : {1, 3, 7}) {
      const std::string of = calibrated("gptq", search);
      const Floats kept = part("kept", entries, of, byColumn),
                   rest = part("rest", entries, of, byColumn);
      for (int place = 0; place < int(cols); ++place)
        for (size_t row = 0; row < rows; ++row) {
          const size_t i = row * cols + ranking[place].second;
          EXPECT_EQ(kept[i], place < entries ? weights[i] : 0) << place;
          EXPECT_EQ(rest[i], place < entries ? 0 : weights[i]) << place;
        }
    }
  }
}

/// Without statistics columns count by their errors alone: one on the grid does not.
TEST_F(OutliersTest, ColumnsNeedNoStatistics) {
  Floats weights = noise(rows * cols, 3);
  for (size_t i = 0; i < weights.size(); ++i)
    weights[i] = i % 16 == 0 ? -4.0F : i % 16 == 11 ? 1.4F : 1.0F;
  add("w", {rows, cols}, f32(), floats(weights));
  const Floats kept = part("kept", 2, nearest, byColumn);
  for (size_t i = 0; i < weights.size(); ++i)
    EXPECT_EQ(kept[i], i % 16 == 11 ? 1.4F : 0) << i;
}

/// trace(E H E^T) of gptq at 3 bits, where inputs of two columns are large.
TEST_F(OutliersTest, WeakColumnsLeaveGptqLess) {
  const Floats weights = addWeights();
  const Floats sums = addSums({5, 20});
  const std::string gptq = calibrated("gptq", ", search = true");
  auto measure = [&](Floats made, const Floats &kept) {
    for (size_t i = 0; i < made.size(); ++i)
      made[i] += (kept.empty() ? 0 : kept[i]) - weights[i];
    return measureProduct(made, cols, sums);
  };
  const double alone = measure(rounded("#llm.round" + gptq), {});
  const double beside =
      measure(rounded(spell("rest", 2, gptq, byColumn) + ", #llm.round" + gptq),
              part("kept", 2, gptq, byColumn));
  EXPECT_LT(beside, 0.9 * alone);
  EXPECT_GT(beside, 0);
}

TEST_F(OutliersTest, ColumnsThatCannotBeRoundedAreRefused) {
  addWeights();
  expectRefused("tensor<8x32xf32>" +
                    source(spell("kept", 2, calibrated("rtn"), byColumn)),
                "there are no statistics of the input");
}

//===----------------------------------------------------------------------===//
// Outliers of blocks are what codes leave
//===----------------------------------------------------------------------===//

namespace {

/// Codes of one bit, which have none for 0.
class BlockOutliersTest : public OutliersTest {
protected:
  const std::string binary = "bits = 1, group = 16, scale = f32, "
                             "values = [-1, 1]";
  std::string by(const std::string &how, const std::string &method,
                 const std::string &stats = "") const {
    return "round = <grid = <" + binary + ">, method = \"" + method + "\"" +
           stats + ", search = true>, by = \"" + how + "\", block = 16";
  }
  static std::string step(const std::string &part, int entries,
                          const std::string &how) {
    return "#llm.outliers<part = \"" + part +
           "\", entries = " + std::to_string(entries) + ", " + how + ">";
  }
  std::string round(const std::string &method,
                    const std::string &stats = "") const {
    return "#llm.round<grid = <" + binary + ">, method = \"" + method + "\"" +
           stats + ", search = true>";
  }
  Floats kept(int entries, const std::string &how) {
    return values("tensor<8x32xf32>" + source(step("kept", entries, how)));
  }
  Floats coded(const std::string &steps) {
    return values("!llm.packed<8x32, #llm.grid<" + binary + ">>" +
                  source(steps));
  }
  /// trace(E H E^T) with `entries` of each block beside the codes.
  double measureBeside(const Floats &weights, const Floats &sums, int entries,
                       const std::string &method, const std::string &how) {
    const std::string stats = ", stats = \"w\"";
    Floats made = coded(
        (entries ? step("rest", entries, by(how, method, stats)) + ", " : "") +
        round(method, stats));
    Floats beside = entries ? kept(entries, by(how, method, stats))
                            : Floats(weights.size());
    for (size_t i = 0; i < made.size(); ++i)
      made[i] += beside[i] - weights[i];
    return measureProduct(made, cols, sums);
  }
};

} // namespace

/// The largest two of each 16 are exact, and the others' scale is their mean magnitude.
TEST_F(BlockOutliersTest, AreWhatCodesLeave) {
  const Floats weights = addWeights({{5, 9}, {20, -8}});
  const std::string how = by("magnitude", "rtn");
  const Floats kept = this->kept(2, how),
               codes = coded(step("rest", 2, how) + ", " + round("rtn"));
  for (size_t first = 0; first < weights.size(); first += 16) {
    float least = 10, most = 0, sum = 0;
    size_t count = 0;
    for (size_t i = first; i < first + 16; ++i) {
      const float size = std::abs(weights[i]);
      if (kept[i] != 0) {
        ++count;
        least = std::min(least, size);
        EXPECT_NEAR(codes[i] + kept[i], weights[i], 1e-6) << i;
      } else {
        most = std::max(most, size);
        sum += size;
      }
    }
    EXPECT_EQ(count, 2U);
    EXPECT_GE(least, most);
    EXPECT_NEAR(std::abs(codes[first]), sum / 14, 1e-5);
  }
}

/// With inputs that have nothing in common [H^-1]_jj is 1 / H_jj.
TEST_F(BlockOutliersTest, FollowTheInverseOfTheSums) {
  addWeights();
  Floats sums(cols * cols);
  for (size_t i = 0; i < cols; ++i)
    sums[i * cols + i] = i % 16 == 7 ? 1e6F : 1;
  add(getStatisticName("w", "xtx").c_str(), {cols, cols}, f32(), floats(sums));
  const Floats kept = this->kept(1, by("hessian", "rtn", ", stats = \"w\""));
  for (size_t i = 0; i < kept.size(); ++i)
    EXPECT_EQ(kept[i] != 0, i % 16 == 7) << i;
  expectRefused("tensor<8x32xf32>" +
                    source(step("kept", 1, by("hessian", "rtn"))),
                "has outliers by hessian, which needs statistics of its input");
}

/// They have no error, and later columns none to make up for; by any choice, and methods
/// that choose again keep to it.
TEST_F(BlockOutliersTest, LeaveGptqLess) {
  const Floats weights = addWeights();
  const Floats sums = addSums({5, 20});
  double least = measureBeside(weights, sums, 0, "gptq", "");
  for (int entries : {1, 3, 6}) {
    const double left = measureBeside(weights, sums, entries, "gptq", "weight");
    EXPECT_LT(left, 0.8 * least) << entries;
    least = left;
    for (const char *how : {"magnitude", "hessian", "column"})
      EXPECT_LE(measureBeside(weights, sums, entries, "quantease", how),
                measureBeside(weights, sums, entries, "gptq", how))
          << how;
  }
}

/// A code of a block's outliers is off by half a step of 127 at most.
TEST_F(BlockOutliersTest, AreBlocksOfFewCodes) {
  addWeights();
  const std::string how = by("magnitude", "rtn"),
                    sparse = "!llm.packed<8x32, #llm.sparse_codes<block = 16, "
                             "entries = 3, scale = f32>>";
  const Floats exact = kept(3, how),
               found = values(sparse + source(step("kept", 3, how)));
  for (size_t first = 0; first < exact.size(); first += 16) {
    float most = 0;
    for (size_t i = first; i < first + 16; ++i)
      most = std::max(most, std::abs(exact[i]));
    for (size_t i = first; i < first + 16; ++i)
      EXPECT_LE(std::abs(found[i] - exact[i]), most / 253) << i;
  }
  expectRefused(sparse + source(step("kept", 4, how)),
                "row 0 has 4 numbers that are not 0 in a block, and its "
                "encoding a place for 3");
  expectRefused(
      "tensor<8x32xf32>" +
          source("#llm.outliers<part = \"kept\", entries = 2, round = " +
                 nearest + ", block = 24>"),
      "rows of 32 are no blocks of 24");
  expectRefused("!llm.packed<8x32, #llm.grid<" + binary + ">>" +
                    source(step("rest", 2, by("magnitude", "gptq")) + ", " +
                           round("rtn")),
                "is rounded otherwise than its outliers were chosen for");
}

/// Whichever is made first, and again: the codes of one rounding and what they leave.
TEST_F(BlockOutliersTest, ComeOfOneRounding) {
  const Floats weights = addWeights();
  addSums({5, 20});
  const std::string stats = ", stats = \"w\"",
                    how = by("hessian", "gptq", stats),
                    codes = step("rest", 3, how) + ", " + round("gptq", stats);
  const Floats kept = this->kept(3, how), coded = this->coded(codes);
  EXPECT_EQ(this->coded(codes), coded);
  EXPECT_EQ(this->kept(3, how), kept);
  size_t moved = 0;
  for (size_t i = 0; i < weights.size(); ++i)
    moved += kept[i] != 0 && std::abs(coded[i] + kept[i] - weights[i]) > 1e-4;
  EXPECT_GT(moved, rows); // outliers make up for columns before them
}

/// Codes that have one for 0 profit as well: outliers keep what gptq makes of them, where
/// floats that are taken out keep what they were.
TEST_F(BlockOutliersTest, AreNearerThanFloatsTakenOut) {
  const Floats weights = addWeights();
  const Floats sums = addSums({5, 20});
  const std::string of = calibrated("gptq", ", search = true");
  auto measure = [&](const char *more) {
    Floats made = rounded(spell("rest", 4, of, more) + ", #llm.round" + of);
    const Floats beside = part("kept", 4, of, more);
    for (size_t i = 0; i < made.size(); ++i)
      made[i] += beside[i] - weights[i];
    return measureProduct(made, cols, sums);
  };
  EXPECT_LT(measure(", block = 32"), measure(""));
}
