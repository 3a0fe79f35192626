//===- KronRotationTest.cpp - matrices in another basis -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RecipeTesting.h"

#include "llmc/Weights/KronRotation.h"
#include "llmc/Weights/Rounding.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace llmc;
using namespace llmc::test;

using Floats = std::vector<float>;

namespace {

constexpr int64_t left = 4, right = 16, cols = left * right, rows = 32;

/// How far the largest number is above the root of the mean square, the mu of
/// arXiv:2307.13304.
double findIncoherence(llvm::ArrayRef<float> numbers) {
  double largest = 0, squares = 0;
  for (double number : numbers) {
    largest = std::max(largest, std::abs(number));
    squares += number * number;
  }
  const double mean = std::sqrt(
      squares / static_cast<double>(std::max<size_t>(numbers.size(), 1)));
  return mean > 0 ? largest / mean : 0;
}

class KronRotationTest : public RecipeTest {
protected:
  static std::string spellMatrix(const std::string &name, int64_t size) {
    const std::string type =
        "tensor<" + std::to_string(size) + "x" + std::to_string(size) + "xf32>";
    std::string bits = "0x";
    for (float number : makeOrthogonal(size))
      for (size_t i = 0; i < sizeof(number); ++i)
        bits += llvm::utohexstr(reinterpret_cast<uint8_t *>(&number)[i],
                                /*LowerCase=*/false, /*Width=*/2);
    return "\nllm.weight @" + name + " : " + type + " value dense<\"" + bits +
           "\"> : " + type;
  }
  static std::string matrices() {
    return spellMatrix("a", left) + spellMatrix("b", right);
  }
  static void expectAlike(const Floats &found, const Floats &expected,
                          double tolerance = 1e-5) {
    ASSERT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < found.size(); ++i)
      EXPECT_NEAR(found[i], expected[i], tolerance) << i;
  }
  /// x * w^T of rows of `cols`.
  static Floats multiply(const Floats &x, const Floats &w) {
    Floats product;
    for (size_t i = 0; i < x.size(); i += cols)
      for (size_t n = 0; n < w.size(); n += cols) {
        double sum = 0;
        for (int64_t j = 0; j < cols; ++j)
          sum += double{x[i + j]} * w[n + j];
        product.push_back(static_cast<float>(sum));
      }
    return product;
  }
};

} // namespace

TEST_F(KronRotationTest, MatricesAreOrthogonalAndAlwaysTheSame) {
  EXPECT_EQ(makeRotation(cols).leftSize, left);
  EXPECT_EQ(makeRotation(cols).right, makeOrthogonal(right));
  for (int64_t size : {1, 7, 48}) {
    const Floats matrix = makeOrthogonal(size);
    EXPECT_EQ(matrix, makeOrthogonal(size));
    // A smaller one is no part of a larger.
    EXPECT_NE(matrix.front(), makeOrthogonal(size + 1).front());
    for (int64_t a = 0; a < size; ++a)
      for (int64_t b = 0; b < size; ++b) {
        double sum = 0;
        for (int64_t i = 0; i < size; ++i)
          sum += double{matrix[a * size + i]} * matrix[b * size + i];
        EXPECT_NEAR(sum, a == b ? 1 : 0, 1e-6);
      }
  }
}

TEST_F(KronRotationTest, FactorsAreNearTheRootAndFillVectors) {
  using Sizes = std::pair<int64_t, int64_t>;
  EXPECT_EQ(splitForRotation(576), Sizes(18, 32));
  EXPECT_EQ(splitForRotation(1536), Sizes(32, 48));
  EXPECT_EQ(splitForRotation(4096), Sizes(64, 64));
  EXPECT_EQ(splitForRotation(14336), Sizes(112, 128));
  EXPECT_EQ(splitForRotation(35), Sizes(5, 7));
  EXPECT_EQ(splitForRotation(131), Sizes(1, 131));
  EXPECT_FALSE(splitForRotation(1031));
}

TEST_F(KronRotationTest, ProductsOfTurnedRowsAreTheSame) {
  const KronRotation rotation = makeRotation(cols);
  const Floats x = noise(rows * cols, 1), w = noise(rows * cols, 2);
  Floats turnedX = x, turnedW = w;
  rotation.turn(turnedX);
  rotation.turn(turnedW);
  expectAlike(multiply(turnedX, turnedW), multiply(x, w));
  EXPECT_GT(std::abs(turnedX[0] - x[0]), 1e-3);
}

TEST_F(KronRotationTest, ColumnsAreTurnedTheOtherWay) {
  const KronRotation rotation = makeRotation(cols);
  const Floats w = noise(cols * rows, 3); // [cols, rows]
  Floats turned = w, columns(w.size());
  rotation.turnColumnsBack(turned);
  for (int64_t i = 0; i < cols; ++i)
    for (int64_t j = 0; j < rows; ++j)
      columns[j * cols + i] = turned[i * rows + j];
  rotation.turn(columns);
  for (int64_t i = 0; i < cols; ++i)
    for (int64_t j = 0; j < rows; ++j)
      EXPECT_NEAR(columns[j * cols + i], w[i * rows + j], 1e-5);
}

TEST_F(KronRotationTest, SumsAreThoseOfTurnedRows) {
  const KronRotation rotation = makeRotation(cols);
  Floats x = noise(rows * cols, 4);
  auto addUp = [&] {
    Floats sums(cols * cols);
    for (int64_t t = 0; t < rows; ++t)
      for (int64_t i = 0; i < cols; ++i)
        for (int64_t j = 0; j < cols; ++j)
          sums[i * cols + j] += x[t * cols + i] * x[t * cols + j];
    return sums;
  };
  Floats sums = addUp();
  rotation.turnBoth(sums);
  rotation.turn(x);
  expectAlike(sums, addUp(), 1e-4);
}

TEST_F(KronRotationTest, NumbersBecomeAlikeInSize) {
  Floats w = noise(rows * cols, 5);
  for (int64_t i = 0; i < 10; ++i)
    w[i * 97] = 40;
  const double before = findIncoherence(w);
  makeRotation(cols).turn(w);
  EXPECT_LT(findIncoherence(w), 0.6 * before);
  EXPECT_EQ(findIncoherence({}), 0);
  EXPECT_FLOAT_EQ(findIncoherence({3, -3, 3}), 1);
}

TEST_F(KronRotationTest, IsAStepOfARecipe) {
  const Floats w = noise(rows * cols, 6);
  add("w", {rows, cols}, f32(), floats(w));
  Floats expected = w;
  makeRotation(cols).turn(expected);
  const std::string type = "tensor<32x64xf32> source \"w\" recipe ";
  expectAlike(
      values(type + "[#llm.kron_rotate<left = @a, right = @b>]" + matrices()),
      expected, 1e-6);
}

/// gptq sees the sums of the input that the program has: with columns of very different
/// size the error of the product is less than that of the nearest codes.
TEST_F(KronRotationTest, RoundingTakesStatisticsOfTheTurnedInput) {
  const Floats w = noise(rows * cols, 7);
  Floats x = noise(4 * cols * cols, 8), xtx(cols * cols);
  for (size_t i = 0; i < x.size(); ++i)
    x[i] *= i % cols < 8 ? 8 : 1;
  for (size_t t = 0; t < x.size(); t += cols)
    for (int64_t i = 0; i < cols; ++i)
      for (int64_t j = 0; j < cols; ++j)
        xtx[i * cols + j] += x[t + i] * x[t + j];
  add("w", {rows, cols}, f32(), floats(w));
  add(getStatisticName("w", "xtx").c_str(), {cols, cols}, f32(), floats(xtx));
  add(getStatisticName("w", "absmax").c_str(), {cols}, f32(),
      floats(Floats(cols, 8)));
  auto findError = [&](const std::string &how) {
    const std::string grid = "<bits = 3, group = 32, scale = f32, zero = 4>";
    const Floats made =
        values("!llm.packed<32x64, #llm.grid" + grid +
               "> source \"w\" recipe [#llm.kron_rotate<left = @a, right = "
               "@b>, #llm.round<grid = " +
               grid + ", " + how + ">]" + matrices());
    Floats turned = x;
    makeRotation(cols).turn(turned);
    const Floats found = multiply(turned, made), right = multiply(x, w);
    double error = 0;
    for (size_t i = 0; i < found.size(); ++i)
      error += std::pow(double{found[i]} - right[i], 2);
    return error;
  };
  EXPECT_LT(findError("method = \"gptq\", stats = \"w\""),
            0.7 * findError("method = \"rtn\""));
}

TEST_F(KronRotationTest, OtherShapesAreRefused) {
  add("w", {rows, cols}, f32(), floats(noise(rows * cols, 9)));
  const std::string type = "tensor<32x64xf32> source \"w\" recipe ";
  expectRefused(type + "[#llm.kron_rotate<left = @a, right = @a>]" + matrices(),
                "is turned in 16 columns, found shape [32, 64]");
  expectRefused(type +
                    "[#llm.kron_rotate<left = @a, right = @b, rows = true>]" +
                    matrices(),
                "is turned in 64 rows, found shape [32, 64]");
  expectRefused(type + "[#llm.kron_rotate<left = @a, right = @c>]" + matrices(),
                "there is no weight 'c'");
  expectRefused(type + "[#llm.kron_rotate<left = @w, right = @a>]" + matrices(),
                "is turned by a square matrix, and 'w' has shape [32, 64]");
}
