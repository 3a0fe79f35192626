//===- FactoringTest.cpp - two factors that stand for a matrix ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RecipeTesting.h"

#include "llmc/Weights/Files.h"
#include "llmc/Weights/Rounding.h"
#include "llmc/Weights/Safetensors.h"

#include <cmath>
#include <cstring>

using namespace llmc;
using namespace llmc::test;

using Floats = std::vector<float>;

namespace {

/// Makes factors of `w` [rows, cols] by recipes.
class FactoringTest : public RecipeTest {
protected:
  int64_t rows = 0, cols = 0;
  Floats weights;

  void addWeights(Floats values, int64_t withRows, int64_t withCols) {
    rows = withRows;
    cols = withCols;
    weights = std::move(values);
    add("w", {rows, cols}, f32(), floats(weights));
  }
  void addSums(const Floats &sums) {
    add(getStatisticName("w", "xtx").c_str(), {cols, cols}, f32(),
        floats(sums));
  }

  static std::string grid(int bits, int64_t group) {
    return "bits = " + std::to_string(bits) +
           ", group = " + std::to_string(group) +
           ", scale = f16, zero = " + std::to_string(1 << (bits - 1));
  }
  static std::string round(int bits, int64_t group) {
    return "<grid = <" + grid(bits, group) + ">, method = \"rtn\">";
  }
  static std::string step(const std::string &part, const std::string &how,
                          int64_t rank) {
    return "#llm.factor<part = \"" + part + "\", method = " + how +
           ", rank = " + std::to_string(rank) + ">";
  }
  static std::string shape(int64_t first, int64_t second) {
    return std::to_string(first) + "x" + std::to_string(second);
  }
  /// What a recipe makes of `w`, as floats or in codes.
  Floats part(int64_t first, int64_t second, const std::string &steps) {
    return values("tensor<" + shape(first, second) +
                  "xf32> source \"w\" recipe [" + steps + "]");
  }
  Floats rounded(int64_t first, int64_t second, const std::string &steps,
                 int bits, int64_t group) {
    return values("!llm.packed<" + shape(first, second) + ", #llm.grid<" +
                  grid(bits, group) + ">> source \"w\" recipe [" + steps +
                  ", #llm.round" + round(bits, group) + "]");
  }
  Floats multiply(const Floats &left, const Floats &right, int64_t rank) const {
    Floats product(rows * cols);
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t col = 0; col < cols; ++col) {
        double sum = 0;
        for (int64_t k = 0; k < rank; ++k)
          sum +=
              static_cast<double>(left[row * rank + k]) * right[k * cols + col];
        product[row * cols + col] = static_cast<float>(sum);
      }
    return product;
  }
  /// U V of factors in floats.
  Floats product(const std::string &how, int64_t rank) {
    return multiply(part(rows, rank, step("left", how, rank)),
                    part(rank, cols, step("right", how, rank)), rank);
  }
  /// ... in codes; the right one knows what rounding made of the left one, or not.
  Floats productOfCodes(const std::string &method, int64_t rank, int bits,
                        bool isKnown) {
    const int64_t group = rank;
    const std::string how = "\"" + method + "\"";
    std::string right = step("right", how, rank);
    if (isKnown) {
      right.pop_back();
      right += ", round = " + round(bits, group) + ">";
    }
    return multiply(rounded(rows, rank, step("left", how, rank), bits, group),
                    rounded(rank, cols, right, bits, group), rank);
  }
  double distance(const Floats &product) const {
    double sum = 0;
    for (size_t i = 0; i < product.size(); ++i)
      sum += (static_cast<double>(product[i]) - weights[i]) *
             (static_cast<double>(product[i]) - weights[i]);
    return std::sqrt(sum);
  }
};

/// Sums of products of vectors whose sizes decay by exp(-1 / decay).
Floats decaying(int64_t rows, int64_t cols, double decay) {
  std::mt19937 engine(3);
  std::normal_distribution<double> normal;
  std::vector<double> values(rows * cols, 0);
  for (int64_t k = 0; k < std::min(rows, cols); ++k) {
    std::vector<double> left(rows), right(cols);
    for (double &number : left)
      number = normal(engine);
    for (double &number : right)
      number = normal(engine);
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t col = 0; col < cols; ++col)
        values[row * cols + col] +=
            std::exp(-static_cast<double>(k) / decay) * left[row] * right[col];
  }
  return {values.begin(), values.end()};
}

/// One matrix, and what NumPy makes of it (utils/make-low-rank-goldens.py).
class FactoringGoldenTest : public FactoringTest,
                            public testing::WithParamInterface<const char *> {
protected:
  static constexpr int64_t rank = 16;
  llvm::StringMap<Floats> expected;

  void SetUp() override {
    const std::string prefix = std::string(GetParam()) + "/";
    auto file = openFile(LLMC_TEST_INPUTS "/rounding/low-rank.safetensors");
    ASSERT_TRUE(bool(file));
    for (const SafeTensor &tensor :
         llvm::cantFail(parseSafetensors("low-rank", bytesOf(**file)))) {
      llvm::StringRef name = tensor.name;
      if (!name.consume_front(prefix))
        continue;
      Floats &numbers = expected[name];
      numbers.resize(tensor.bytes.size() / 4);
      std::memcpy(numbers.data(), tensor.bytes.data(), tensor.bytes.size());
      if (name == "w")
        addWeights(numbers, tensor.shape[0], tensor.shape[1]);
    }
    addSums(expected["xtx"]);
  }
  void expectNear(const Floats &made, const char *name, double tolerance) {
    ASSERT_EQ(made.size(), expected[name].size());
    for (size_t i = 0; i < made.size(); ++i)
      ASSERT_NEAR(made[i], expected[name][i], tolerance) << name << " " << i;
  }
};

} // namespace

TEST_P(FactoringGoldenTest, EqualsNumPy) {
  expectNear(product("\"svd\"", rank), "svd", 2e-6);
  expectNear(product("\"lplr\"", rank), "lplr", 1e-5);
  Floats left = rounded(rows, rank, step("left", "\"lplr\"", rank), 4, rank);
  std::string right = step("right", "\"lplr\"", rank);
  right.pop_back();
  right += ", round = " + round(4, rank) + ">";
  expectNear(multiply(left, part(rank, cols, right), rank), "lplr4", 1e-5);
}

TEST_P(FactoringGoldenTest, OfOutputsEqualsNumPy) {
  auto make = [&](const std::string &which, int64_t first, int64_t second) {
    return part(first, second,
                "#llm.factor<part = \"" + which +
                    "\", method = \"lord\", rank = 16, stats = \"w\">");
  };
  expectNear(
      multiply(make("left", rows, rank), make("right", rank, cols), rank),
      "lord", 2e-5);
}

INSTANTIATE_TEST_SUITE_P(Shape, FactoringGoldenTest,
                         testing::Values("wide", "tall"));

TEST_F(FactoringTest, AMatrixOfThatRankIsKept) {
  Floats left = noise(40 * 3, 1), right = noise(3 * 56, 2);
  rows = 40;
  cols = 56;
  addWeights(multiply(left, right, 3), 40, 56);
  for (const char *how : {"\"svd\"", "\"lplr\""})
    for (int64_t rank : {3, 16}) // also more than there is
      EXPECT_LT(distance(product(how, rank)), 1e-4) << how << rank;
}

TEST_F(FactoringTest, AllOfAMatrixIsKeptByAllOfItsDirections) {
  for (auto [n, k] : {std::pair(48, 80), std::pair(80, 48)}) {
    store = WeightStore();
    addWeights(noise(n * k, 5), n, k);
    EXPECT_LT(distance(product("\"svd\"", 48)), 1e-4);
  }
}

TEST_F(FactoringTest, ANullMatrixHasFactors) {
  addWeights(Floats(32 * 48, 0), 32, 48);
  for (const char *how : {"\"svd\"", "\"lplr\""})
    EXPECT_EQ(product(how, 16), weights) << how;
}

TEST_F(FactoringTest, ThreadsMakeNoDifference) {
  // Larger than what one thread does by itself.
  addWeights(noise(320 * 352, 5), 320, 352);
  Floats alone, together;
  for (bool isThreaded : {false, true}) {
    context.disableMultithreading(!isThreaded);
    (isThreaded ? together : alone) = product("\"svd\"", 64);
  }
  EXPECT_EQ(alone, together);
}

TEST_F(FactoringTest, TheRightFactorMakesUpForRoundingTheLeftOne) {
  addWeights(decaying(64, 96, 6), 64, 96);
  for (const char *method : {"svd", "lplr"})
    for (int bits : {3, 4})
      EXPECT_LT(distance(productOfCodes(method, 32, bits, true)),
                distance(productOfCodes(method, 32, bits, false)))
          << method << bits;
}

TEST_F(FactoringTest, ASketchRoundsBetterThanSingularVectorsOfADecayingMatrix) {
  // At equal bits; the paper's claim, where the spectrum ends within the rank.
  addWeights(decaying(96, 160, 2), 96, 160);
  for (int bits : {2, 3, 4})
    EXPECT_LT(distance(productOfCodes("lplr", 32, bits, true)),
              distance(productOfCodes("svd", 32, bits, false)))
        << bits;
}

TEST_F(FactoringTest, ScaledColumnsHaveInputsThatWereDivided) {
  addWeights(noise(24 * 40, 5), 24, 40);
  Floats inputs = noise(200 * 40, 7), factors(40), sums(40 * 40, 0);
  for (size_t t = 0; t < 200; ++t)
    for (size_t i = 0; i < 40; ++i)
      for (size_t j = 0; j < 40; ++j)
        sums[i * 40 + j] += inputs[t * 40 + i] * inputs[t * 40 + j] *
                            static_cast<float>((i + 1) * (j + 1));
  for (size_t i = 0; i < 40; ++i)
    factors[i] = static_cast<float>(i % 7 + 1);
  addSums(sums);
  add("f", {40}, f32(), floats(factors));
  auto make = [&](const std::string &before) {
    const std::string how = "\"lord\", rank = 16, stats = \"w\">";
    return multiply(
        part(rows, 16, before + "#llm.factor<part = \"left\", method = " + how),
        part(16, cols,
             before + "#llm.factor<part = \"right\", method = " + how),
        16);
  };
  Floats plain = make(""), scaled = make("#llm.scale<by = \"f\">, ");
  for (size_t i = 0; i < plain.size(); ++i)
    EXPECT_NEAR(scaled[i], plain[i] * factors[i % 40], 1e-4) << i;
}

TEST_F(FactoringTest, WhatHasNoFactorsIsRefused) {
  addWeights(noise(24 * 40, 5), 24, 40);
  add("heads", {2, 4, 16}, f32(), floats(Floats(128, 1)));
  add("bad", {16, 16}, f32(), floats(Floats(256, INFINITY)));
  expectRefused("tensor<8x4xf32> source \"heads\" recipe [" +
                    step("left", "\"svd\"", 4) + "]",
                "only a matrix has factors, found shape [2, 4, 16]");
  expectRefused("tensor<16x4xf32> source \"bad\" recipe [" +
                    step("left", "\"svd\"", 4) + "]",
                "cannot be factored: row 0, column 0 is infinite");
  expectRefused("tensor<24x32xf32> source \"w\" recipe [" +
                    step("left", "\"svd\"", 32) + "]",
                "has no factors of rank 32, found shape [24, 40]");
  expectRefused("tensor<24x4xf32> source \"w\" recipe [" +
                    step("left", "\"luck\"", 4) + "]",
                "there is no method 'luck' that factors weights");
  expectRefused("tensor<24x4xf32> source \"w\" recipe [" +
                    step("left", "\"lord\"", 4) + "]",
                "the method lord needs statistics of its input");
  expectRefused("tensor<24x4xf32> source \"w\" recipe [#llm.factor<part = "
                "\"left\", method = \"lord\", rank = 4, stats = \"v\">]",
                "there are no statistics of the input of 'v'");
  addSums(Floats(1600, 0));
  expectRefused("tensor<24x4xf32> source \"w\" recipe [#llm.factor<part = "
                "\"left\", method = \"lord\", rank = 4, stats = \"w\">]",
                "has statistics of an input that is always 0");
}
