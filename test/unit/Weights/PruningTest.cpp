//===- PruningTest.cpp - which weights become 0 ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RecipeTesting.h"

#include "llmc/Weights/Files.h"
#include "llmc/Weights/Pruning.h"
#include "llmc/Weights/Rounding.h"
#include "llmc/Weights/Safetensors.h"

#include <algorithm>
#include <cmath>

using namespace llmc;
using namespace llmc::test;

using Floats = std::vector<float>;

namespace {

class PruningTest : public RecipeTest {
protected:
  /// The weight `w`, pruned as `step` says.
  static std::string pruned(const std::string &shape, const std::string &step) {
    return "tensor<" + shape + "xf32> source \"w\" recipe [#llm.prune<" + step +
           ">]";
  }
  /// The same in codes around zero.
  static std::string prunedAndRounded(const std::string &shape,
                                      const std::string &grid,
                                      const std::string &method) {
    return "!llm.packed<" + shape + ", #llm.grid<" + grid +
           ">> source \"w\" recipe [#llm.prune<method = \"magnitude\", share = "
           "0.5>, #llm.round<grid = <" +
           grid + ">, " + method + ">]";
  }
  /// Statistics of the rows `inputs`; returns their sums.
  Floats addSums(const Floats &inputs, size_t cols) {
    Floats xtx(cols * cols);
    for (size_t row = 0; row < inputs.size(); row += cols)
      for (size_t i = 0; i < cols; ++i)
        for (size_t j = 0; j < cols; ++j)
          xtx[i * cols + j] += inputs[row + i] * inputs[row + j];
    auto size = static_cast<int64_t>(cols);
    add(getStatisticName("w", "xtx").c_str(), {size, size}, f32(), floats(xtx));
    return xtx;
  }
  /// Of the product: squares of what `found` changes in it, summed up.
  static double errorOf(const Floats &weights, const Floats &found,
                        const Floats &xtx) {
    const auto cols = static_cast<size_t>(std::sqrt(xtx.size()));
    double error = 0;
    for (size_t row = 0; row < weights.size(); row += cols)
      for (size_t i = 0; i < cols; ++i)
        for (size_t j = 0; j < cols; ++j)
          error += (weights[row + i] - found[row + i]) * xtx[i * cols + j] *
                   (weights[row + j] - found[row + j]);
    return error;
  }
  void addNorms(const Floats &norms) {
    const size_t cols = norms.size();
    Floats xtx(cols * cols);
    for (size_t i = 0; i < cols; ++i)
      xtx[i * cols + i] = norms[i] * norms[i];
    auto size = static_cast<int64_t>(cols);
    add(getStatisticName("w", "xtx").c_str(), {size, size}, f32(), floats(xtx));
  }
};

const char *const half = "method = \"magnitude\", share = 0.5";

} // namespace

TEST_F(PruningTest, TheSmallestOfAMatrixGo) {
  add("w", {2, 4}, f32(), floats({8, -7, 6, -5, 1, 2, -3, 4}));
  EXPECT_EQ(values(pruned("2x4", half)), (Floats{8, -7, 6, -5, 0, 0, 0, 0}));
  EXPECT_EQ(values(pruned("2x4", "method = \"magnitude\", share = 0.25")),
            (Floats{8, -7, 6, -5, 0, 0, -3, 4}));
}

TEST_F(PruningTest, OfEachGroupSoManyStay) {
  add("w", {2, 4}, f32(), floats({8, -7, 6, -5, 1, 2, -3, 4}));
  EXPECT_EQ(values(pruned("2x4", "method = \"magnitude\", keep = 2, of = 4")),
            (Floats{8, -7, 0, 0, 0, 0, -3, 4}));
  EXPECT_EQ(values(pruned("2x4", "method = \"magnitude\", keep = 1, of = 2")),
            (Floats{8, 0, 6, 0, 0, 2, 0, 4}));
}

TEST_F(PruningTest, WandaWeighsByTheInputAndComparesInARow) {
  add("w", {2, 4}, f32(), floats({8, -7, 6, -5, 1, 2, -3, 4}));
  addNorms({1, 1, 2, 10});
  EXPECT_EQ(
      values(pruned("2x4", "method = \"wanda\", share = 0.5, stats = \"w\"")),
      (Floats{0, 0, 6, -5, 0, 0, -3, 4}));
}

TEST_F(PruningTest, SparseGptOfInputsThatAreApartOnlyPrunes) {
  // Nothing can make up for a weight where no other column goes with it.
  add("w", {1, 4}, f32(), floats({8, -7, 6, -5}));
  addNorms({1, 1, 1, 1});
  Floats found = values(
      pruned("1x4", "method = \"sparsegpt\", keep = 2, of = 4, stats = \"w\""));
  EXPECT_EQ(found, (Floats{8, -7, 0, 0}));
}

TEST_F(PruningTest, SparseGptEqualsNumPy) {
  auto file = openFile(LLMC_TEST_INPUTS "/rounding/sparsegpt.safetensors");
  ASSERT_TRUE(bool(file));
  auto tensors = llvm::cantFail(parseSafetensors("sparsegpt", bytesOf(**file)));
  std::map<std::string, Floats> numbers;
  for (const SafeTensor &tensor : tensors) {
    Floats &all = numbers[tensor.name];
    all.resize(tensor.bytes.size() / 4);
    std::memcpy(all.data(), tensor.bytes.data(), tensor.bytes.size());
    std::string name =
        tensor.name == "xtx" ? getStatisticName("w", "xtx") : tensor.name;
    add(name.c_str(), tensor.shape, f32(), tensor.bytes.vec());
  }
  for (auto [name, how] :
       {std::pair("half", "share = 0.5"), {"2of4", "keep = 2, of = 4"}}) {
    Floats found =
        values(pruned("20x160", "method = \"sparsegpt\", " + std::string(how) +
                                    ", stats = \"w\""));
    const Floats &expected = numbers[name];
    ASSERT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < found.size(); ++i) {
      EXPECT_EQ(found[i] == 0, expected[i] == 0) << name << " " << i;
      EXPECT_NEAR(found[i], expected[i], 1e-4) << name << " " << i;
    }
  }
}

TEST_F(PruningTest, SwapsLowerTheErrorOfAMask) {
  // Rows of which columns go together, and sums of squares from few of them.
  Floats weights = noise(8 * 24, 1), inputs = noise(40 * 24, 2);
  for (size_t i = 0; i < inputs.size(); i += 2)
    inputs[i + 1] = 0.8f * inputs[i] + 0.2f * inputs[i + 1];
  add("w", {8, 24}, f32(), floats(weights));
  Floats xtx = addSums(inputs, 24);
  for (std::string method : {"magnitude", "wanda"})
    for (std::string how : {"share = 0.6", "keep = 2, of = 4"}) {
      auto step = [&](const std::string &name) {
        return pruned("8x24",
                      "method = \"" + name + "\", " + how + ", stats = \"w\"");
      };
      Floats before = values(step(method));
      Floats after = values(step(method + "+dsnot"));
      EXPECT_LT(errorOf(weights, after, xtx),
                0.9 * errorOf(weights, before, xtx));
      const size_t group = how == "share = 0.6" ? 24 : 4;
      for (size_t i = 0; i < after.size(); ++i)
        EXPECT_TRUE(after[i] == 0 || after[i] == weights[i]) << i;
      for (size_t i = 0; i < after.size(); i += group)
        EXPECT_EQ(std::count(&after[i], &after[i] + group, 0.0f),
                  std::count(&before[i], &before[i] + group, 0.0f));
    }
}

TEST_F(PruningTest, OnlyOneSwapIsRight) {
  // 4 and 3 cancel out where their columns are the same; 5 and 1 are alone.
  add("w", {1, 4}, f32(), floats({4, -4, 5, 1}));
  add(getStatisticName("w", "xtx").c_str(), {4, 4}, f32(),
      floats({1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}));
  EXPECT_EQ(values(pruned("1x4", "method = \"magnitude+dsnot\", share = 0.5, "
                                 "stats = \"w\"")),
            (Floats{0, 0, 5, 1}));
}

/// Two rows of blocks of 2x2, each of which loses as many.
TEST_F(PruningTest, BlocksGoAsAWhole) {
  add("w", {4, 8}, f32(), floats({1, 9, 5, 1, 0, 1, 6, 6, //
                                  9, 1, 1, 5, 1, 9, 6, 6, //
                                  1, 1, 1, 1, 8, 0, 2, 0, //
                                  1, 1, 1, 1, 0, 0, 0, 0}));
  const Floats half = {1, 9, 0, 0, 0, 0, 6, 6, //
                       9, 1, 0, 0, 0, 0, 6, 6, //
                       0, 0, 1, 1, 8, 0, 0, 0, //
                       0, 0, 1, 1, 0, 0, 0, 0};
  const std::string blocks = ", blockRows = 2, blockCols = 2";
  for (std::string how : {"share = 0.5", "keep = 1, of = 2"})
    EXPECT_EQ(values(pruned("4x8", "method = \"magnitude\", " + how + blocks)),
              half)
        << how;
  // An input whose first columns are large.
  addNorms({9, 9, 1, 1, 1, 1, 1, 1});
  Floats found = values(pruned(
      "4x8", "method = \"wanda\", share = 0.75, stats = \"w\"" + blocks));
  for (size_t i = 0; i < found.size(); ++i)
    EXPECT_EQ(found[i] != 0, i % 8 < 2) << i;
}

/// The last block of rows may be a part of one.
TEST_F(PruningTest, RowsBelowTheLastBlockAreOne) {
  add("w", {3, 2}, f32(), floats({1, 2, 3, 1, 5, 4}));
  EXPECT_EQ(values(pruned("3x2", "method = \"magnitude\", share = 0.5, "
                                 "blockRows = 2")),
            (Floats{1, 0, 3, 0, 5, 0}));
}

TEST_F(PruningTest, RoundingKeepsZeros) {
  Floats weights;
  for (int i = 0; i < 32; ++i)
    weights.push_back(static_cast<float>(i % 2 ? i + 1 : -i - 1));
  add("w", {1, 32}, f32(), floats(weights));
  Floats xtx(32 * 32, 0.5f); // every column goes with every other
  for (size_t i = 0; i < 32; ++i)
    xtx[i * 32 + i] = 1;
  add(getStatisticName("w", "xtx").c_str(), {32, 32}, f32(), floats(xtx));
  for (std::string method : {"rtn", "gptq", "quantease"}) {
    Floats found = values(
        prunedAndRounded("1x32", "bits = 4, group = 16, scale = f32, zero = 8",
                         "method = \"" + method + "\", stats = \"w\""));
    for (size_t i = 0; i < 32; ++i)
      EXPECT_EQ(found[i] == 0, i < 16) << method << " " << i;
  }
  expectRefused(
      prunedAndRounded("1x32", "bits = 4, group = 16, scale = f32, min = true",
                       "method = \"rtn\""),
      "codes above a minimum have none for 0: take zero=sym");
}

TEST_F(PruningTest, StatisticsThatNoInputHasAreRefused) {
  // A score that is no number has no place in an order.
  const std::string wanda = "method = \"wanda\", share = 0.5, stats = ";
  add("w", {1, 4}, f32(), floats({8, -7, 6, -5}));
  addNorms({1, NAN, 1, 1});
  expectRefused(pruned("1x4", wanda + "\"w\""),
                "the statistics of the input of 'w' have a number that is not "
                "finite");
  Floats squares(16);
  squares[5] = -1;
  add(getStatisticName("v", "xtx").c_str(), {4, 4}, f32(), floats(squares));
  expectRefused(pruned("1x4", wanda + "\"v\""),
                "the statistics of the input of 'v' are no sums of squares");
}

TEST_F(PruningTest, WhatCannotBePrunedIsRefused) {
  add("w", {1, 4}, f32(), floats({1, NAN, 3, 4}));
  expectRefused(pruned("1x4", half),
                "cannot be pruned: row 0, column 1 is not a number");
  expectRefused(pruned("1x4", "method = \"luck\", share = 0.5"),
                "there is no method 'luck' that prunes weights");
  expectRefused(pruned("1x4", "method = \"wanda\", share = 0.5"),
                "the method wanda needs statistics of its input");
  expectRefused(pruned("1x4", "method = \"wanda\", share = 0.5, stats = \"v\""),
                "there are no statistics of the input of 'v'");
  expectRefused(pruned("1x4", "method = \"magnitude\", keep = 1, of = 3"),
                "rows of 4 are no groups of 3");
  expectRefused(pruned("1x4", "method = \"magnitude\", keep = 1, of = 2, "
                              "blockCols = 3"),
                "rows of 4 are no blocks of 6");
  add("v", {1, 4}, f32(), floats({1, 2, 3, 4}));
}
