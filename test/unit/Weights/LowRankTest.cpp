//===- LowRankTest.cpp - factors of what rounding takes away --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RecipeTesting.h"

#include "llmc/Weights/Rounding.h"

#include <cmath>

using namespace llmc;
using namespace llmc::test;

using Floats = std::vector<float>;

namespace {

constexpr size_t rows = 24, cols = 32;

class LowRankTest : public RecipeTest {
protected:
  Floats weights, sums;

  /// `w`, and sums of its inputs' squares, of which few columns are large.
  void addWeights(Floats values) {
    weights = std::move(values);
    add("w", {rows, cols}, f32(), floats(weights));
    Floats inputs = noise(100 * cols, 7);
    sums.assign(cols * cols, 0);
    for (size_t row = 0; row < 100; ++row)
      for (size_t i = 0; i < cols; ++i)
        for (size_t j = 0; j < cols; ++j)
          sums[i * cols + j] += inputs[row * cols + i] * (i < 3 ? 20 : 1) *
                                inputs[row * cols + j] * (j < 3 ? 20 : 1);
    add(getStatisticName("w", "xtx").c_str(), {cols, cols}, f32(),
        floats(sums));
  }

  const std::string grid = "bits = 3, group = 16, scale = f32, zero = 4";
  std::string round(const std::string &how) {
    return "<grid = <" + grid + ">, method = " + how + ">";
  }
  std::string source(const std::string &steps) {
    return " source \"w\" recipe [" + steps + "]";
  }
  std::string lowRank(const std::string &part, const std::string &how,
                      int iterations, int rank) {
    return "#llm.low_rank<part = \"" + part +
           "\", rank = " + std::to_string(rank) + ", round = " + round(how) +
           ", iterations = " + std::to_string(iterations) + ">";
  }
  /// What is left of W once it is in codes and factors.
  Floats leave(const std::string &how, int iterations, int rank,
               const std::string &first = "") {
    const std::string r = std::to_string(rank);
    Floats codes =
        values("!llm.packed<24x32, #llm.grid<" + grid + ">>" +
               source(first + lowRank("rest", how, iterations, rank) +
                      ", #llm.round" + round(how)));
    Floats left =
        values("tensor<24x" + r + "xf32>" +
               source(first + lowRank("left", how, iterations, rank)));
    Floats right =
        values("tensor<" + r + "x32xf32>" +
               source(first + lowRank("right", how, iterations, rank)));
    for (size_t row = 0; row < rows; ++row)
      for (size_t col = 0; col < cols; ++col) {
        double sum = 0;
        for (int k = 0; k < rank; ++k)
          sum +=
              static_cast<double>(left[row * rank + k]) * right[k * cols + col];
        codes[row * cols + col] = static_cast<float>(
            weights[row * cols + col] - codes[row * cols + col] - sum);
      }
    return codes;
  }
  /// What rounding alone takes away.
  Floats roundAway(const std::string &how) {
    Floats error = values("!llm.packed<24x32, #llm.grid<" + grid + ">>" +
                          source("#llm.round" + round(how)));
    for (size_t i = 0; i < error.size(); ++i)
      error[i] = weights[i] - error[i];
    return error;
  }
  static double square(const Floats &error) {
    double sum = 0;
    for (float value : error)
      sum += static_cast<double>(value) * value;
    return sum;
  }
  /// The matrix E H E^T [rows, rows], or E E^T.
  std::vector<double> outer(const Floats &error, bool isWeighted) const {
    std::vector<double> result(rows * rows);
    for (size_t a = 0; a < rows; ++a)
      for (size_t b = 0; b < rows; ++b)
        for (size_t i = 0; i < cols; ++i)
          for (size_t j = 0; j < cols; ++j)
            if (isWeighted || i == j)
              result[a * rows + b] += static_cast<double>(error[a * cols + i]) *
                                      error[b * cols + j] *
                                      (isWeighted ? sums[i * cols + j] : 1.0f);
    return result;
  }
  double ofProduct(const Floats &error) const {
    auto matrix = outer(error, true);
    double sum = 0;
    for (size_t i = 0; i < rows; ++i)
      sum += matrix[i * rows + i];
    return sum;
  }
};

/// The sum of the eigenvalues but the `count` largest, which are taken off one by one.
double smallEigenvalues(std::vector<double> matrix, int count) {
  for (int k = 0; k < count; ++k) {
    std::vector<double> vector(rows, 1);
    vector[k] = 2;
    double value = 0;
    for (int i = 0; i < 20000; ++i) {
      std::vector<double> next(rows);
      for (size_t a = 0; a < rows; ++a)
        for (size_t b = 0; b < rows; ++b)
          next[a] += matrix[a * rows + b] * vector[b];
      value = 0;
      for (double number : next)
        value += number * number;
      value = std::sqrt(value);
      for (size_t a = 0; a < rows; ++a)
        vector[a] = next[a] / value;
    }
    for (size_t a = 0; a < rows; ++a)
      for (size_t b = 0; b < rows; ++b)
        matrix[a * rows + b] -= value * vector[a] * vector[b];
  }
  double trace = 0;
  for (size_t i = 0; i < rows; ++i)
    trace += matrix[i * rows + i];
  return trace;
}

const char *const nearest = "\"rtn\"";
const char *const weighted = "\"rtn\", stats = \"w\"";

} // namespace

TEST_F(LowRankTest, AnErrorOfThatRankIsGone) {
  // On the grid of 3 bits with scale 1, but for a product of two vectors.
  Floats values(rows * cols);
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>(i % 16 == 0 ? -4 : int(i * 7 % 5) - 2) +
                (i % 16 == 0 ? 0
                             : 0.3f * noise(rows, 1)[i / cols] *
                                   noise(cols, 2)[i % cols]);
  // Columns that set a scale have no error: the second vector is 0 there.
  addWeights(std::move(values));
  EXPECT_GT(square(roundAway(nearest)), 1);
  EXPECT_LT(square(leave(nearest, 1, 1)), 1e-9);
  EXPECT_LT(square(leave(nearest, 1, 8)), 1e-9); // more than there is
}

TEST_F(LowRankTest, NothingOfThatRankLeavesLess) {
  addWeights(noise(rows * cols, 3));
  Floats error = roundAway(nearest);
  for (int rank : {1, 4}) {
    const double best = smallEigenvalues(outer(error, false), rank);
    EXPECT_NEAR(square(leave(nearest, 1, rank)), best, 1e-2 * best);
    const double bestProduct = smallEigenvalues(outer(error, true), rank);
    EXPECT_NEAR(ofProduct(leave(weighted, 1, rank)), bestProduct,
                1e-2 * bestProduct);
    EXPECT_LT(square(leave(weighted, 1, rank)), square(error));
  }
}

TEST_F(LowRankTest, WhatGptqLeavesIsLess) {
  addWeights(noise(rows * cols, 4));
  const char *const gptq = "\"gptq\", stats = \"w\"";
  Floats before = roundAway(gptq), after = leave(gptq, 1, 4);
  EXPECT_LT(square(after), square(before));
  EXPECT_LT(ofProduct(after), 0.8 * ofProduct(before));
}

TEST_F(LowRankTest, MoreIterationsLeaveNoMore) {
  addWeights(noise(rows * cols, 5));
  double last = square(leave(nearest, 1, 4));
  const double first = last;
  for (int iterations = 2; iterations <= 5; ++iterations) {
    const double next = square(leave(nearest, iterations, 4));
    EXPECT_LE(next, last * (1 + 1e-6)) << iterations;
    last = next;
  }
  EXPECT_LT(last, first);
}

TEST_F(LowRankTest, CodesOfPrunedWeightsKeepZeros) {
  addWeights(noise(rows * cols, 6));
  const std::string prune = "#llm.prune<method = \"magnitude\", share = 0.5>, ";
  Floats mask =
      values("tensor<24x32xf32>" + source(prune.substr(0, prune.size() - 2)));
  for (int iterations : {1, 3}) {
    Floats codes =
        values("!llm.packed<24x32, #llm.grid<" + grid + ">>" +
               source(prune + lowRank("rest", nearest, iterations, 4) +
                      ", #llm.round" + round(nearest)));
    for (size_t i = 0; i < codes.size(); ++i)
      EXPECT_TRUE(mask[i] != 0 || codes[i] == 0) << i;
  }
}

TEST_F(LowRankTest, WhatHasNoFactorsIsRefused) {
  addWeights(noise(rows * cols, 6));
  add("heads", {2, 4, 16}, f32(), floats(noise(128, 1)));
  expectRefused("tensor<8x16xf32> source \"heads\" recipe [" +
                    lowRank("left", nearest, 1, 8) + "]",
                "only a matrix has factors, found shape [2, 4, 16]");
  add("bad", {1, 16}, f32(), floats(Floats(16, NAN)));
  expectRefused("tensor<1x8xf32> source \"bad\" recipe [" +
                    lowRank("left", nearest, 1, 8) + "]",
                "cannot be quantised: row 0, column 0 is not a number");
}
