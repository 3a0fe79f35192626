//===- RoundingErrorTest.cpp - what rounding takes away -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RecipeTesting.h"

#include "llmc/Weights/Rounding.h"
#include "llmc/Weights/RoundingError.h"

#include "mlir/AsmParser/AsmParser.h"

using namespace llmc;
using namespace llmc::test;
using mlir::llm::RoundStepAttr;
using mlir::llm::WeightOp;

using Floats = std::vector<float>;

namespace {

class RoundingErrorTest : public RecipeTest {
protected:
  static constexpr int64_t cols = 32;

  /// `x^T x` of rows of noise.
  static Floats makeSums(int64_t rows) {
    Floats x = noise(rows * cols, 9), sums(cols * cols);
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t i = 0; i < cols; ++i)
        for (int64_t j = 0; j < cols; ++j)
          sums[i * cols + j] += x[row * cols + i] * x[row * cols + j];
    return sums;
  }
  WeightOp addWeight(const std::string &recipe, int64_t rows) {
    modules.push_back(mlir::parseSourceString<mlir::ModuleOp>(
        "llm.weight @w : tensor<" + std::to_string(rows) +
            "x32xf32> source \"w\"" + recipe,
        &context));
    return *modules.back()->getOps<WeightOp>().begin();
  }
  RoundStepAttr step(int bits, const std::string &method) {
    return llvm::cast<RoundStepAttr>(mlir::parseAttribute(
        "#llm.round<grid = <bits = " + std::to_string(bits) +
            ", group = 32, scale = f16, zero = " +
            std::to_string(1 << (bits - 1)) + ">, method = \"" + method + "\"" +
            (method == "gptq" ? ", stats = \"w\"" : "") + ">",
        &context));
  }
  std::string spell(RoundStepAttr step) {
    std::string text;
    llvm::raw_string_ostream(text) << " recipe [" << step << "]";
    return text;
  }
  /// The numbers that are made at last, less those of the model.
  Floats lose(RoundStepAttr step, const Floats &values) {
    auto rows = static_cast<int64_t>(values.size()) / cols;
    auto made = makeWeightValues(addWeight(spell(step), rows), store);
    EXPECT_TRUE(bool(made));
    Floats lost;
    for (size_t i = 0; i < values.size(); ++i)
      lost.push_back(values[i] - (*made)[i]);
    return lost;
  }
};

} // namespace

TEST_F(RoundingErrorTest, ProductsAreTracesOfSquares) {
  for (int64_t rows : {1, 15, 16, 37}) {
    Floats error = noise(rows * cols, 4), sums = makeSums(50);
    double expected = 0, square = 0;
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t i = 0; i < cols; ++i) {
        square += error[row * cols + i] * error[row * cols + i];
        for (int64_t j = 0; j < cols; ++j)
          expected += static_cast<double>(error[row * cols + i]) *
                      sums[i * cols + j] * error[row * cols + j];
      }
    EXPECT_NEAR(measureProduct(error, cols, sums), expected, 1e-6 * expected);
    EXPECT_NEAR(measureProduct(error, cols, {}), square, 1e-6 * square);
  }
}

/// Few rows are all measured: the error is that of the numbers that emission makes.
TEST_F(RoundingErrorTest, ItIsThatOfTheNumbersThatAreMade) {
  Floats values = noise(40 * cols, 1), sums = makeSums(100);
  add("w", {40, cols}, f32(), floats(values));
  add(getStatisticName("w", "xtx").c_str(), {cols, cols}, f32(), floats(sums));
  RoundStepAttr steps[] = {
      step(2, "gptq"), step(3, "gptq"), {}, step(5, "gptq")};
  auto found = measureRounding(addWeight("", 40), steps, store);
  ASSERT_TRUE(bool(found));
  ASSERT_EQ(found->size(), 4u);
  for (auto [step, error] : llvm::zip_equal(steps, *found)) {
    double expected =
        step ? measureProduct(lose(step, values), cols, sums) : 0.0;
    EXPECT_NEAR(error, expected, 1e-6 * expected);
  }
  EXPECT_GT((*found)[0], 2 * (*found)[1]);
  EXPECT_GT((*found)[1], 4 * (*found)[3]);
}

TEST_F(RoundingErrorTest, SomeRowsSayWhatAllLose) {
  Floats values = noise(960 * cols, 2);
  add("w", {960, cols}, f32(), floats(values));
  RoundStepAttr steps[] = {step(3, "rtn"), step(4, "rtn")};
  auto found = measureRounding(addWeight("", 960), steps, store);
  ASSERT_TRUE(bool(found));
  for (auto [step, error] : llvm::zip_equal(steps, *found)) {
    double expected = measureProduct(lose(step, values), cols, {});
    EXPECT_NEAR(error, expected, 0.1 * expected);
  }
}

TEST_F(RoundingErrorTest, WhatIsMissingIsSaid) {
  add("w", {4, cols}, f32(), floats(noise(4 * cols, 1)));
  auto found = measureRounding(addWeight("", 4), {step(3, "gptq")}, store);
  ASSERT_FALSE(bool(found));
  EXPECT_NE(llvm::toString(found.takeError())
                .find("weight 'w': there are no statistics of the input"),
            std::string::npos);
}

/// Of all rows, and of floats as of integers.
TEST_F(RoundingErrorTest, CodesLoseWhatTheirNumbersLack) {
  Floats values = noise(100 * cols, 3);
  add("w", {100, cols}, f32(), floats(values));
  const std::string codes =
      "#llm.float_codes<type = f8E4M3FN, group = 32, scale = f32>";
  mlir::Attribute steps[] = {
      step(3, "rtn"),
      mlir::parseAttribute("#llm.convert<" + codes + ">", &context)};
  std::vector<double> errors;
  for (mlir::Attribute step : steps) {
    std::string recipe;
    llvm::raw_string_ostream(recipe) << " recipe [" << step << "]";
    const Floats made =
        llvm::cantFail(makeWeightValues(addWeight(recipe, 100), store));
    double expected = 0;
    for (size_t i = 0; i < values.size(); ++i)
      expected += std::pow(double(values[i]) - made[i], 2);
    errors.push_back(
        llvm::cantFail(measureCodes(addWeight("", 100), step, store)));
    EXPECT_NEAR(errors.back(), expected, 1e-6 * expected);
  }
  EXPECT_LT(10 * errors[1], errors[0]);
}
