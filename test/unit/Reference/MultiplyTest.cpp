//===- MultiplyTest.cpp - the interpreter's product against the sum -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers are small integers, so that every order of a sum gives the same.
//===----------------------------------------------------------------------===//
#include "lib/Reference/Product.h"

#include "gtest/gtest.h"

#include <cmath>
#include <random>

using namespace llmc::reference;

namespace {

std::vector<float> someIntegers(size_t count, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<float> values(count);
  for (float &value : values)
    value = static_cast<float>(static_cast<int>(random() % 15) - 7);
  return values;
}

/// Multiplies [rows, inner] by [outer, inner], both inside larger matrices,
/// and compares with the sums; what lies between the rows must stay.
template <typename Acc>
void expectProduct(int64_t rows, int64_t inner, int64_t outer, bool hasBias) {
  SCOPED_TRACE(testing::Message() << rows << " rows, " << inner << " to "
                                  << outer << (hasBias ? " with bias" : ""));
  mlir::MLIRContext context;
  Rounder round(mlir::Float32Type::get(&context));
  int64_t stride = inner + 3, resultStride = outer + 2;
  std::vector<float> input = someIntegers(rows * stride, 1),
                     weight = someIntegers(outer * inner, 2),
                     bias = someIntegers(outer, 3),
                     result(rows * resultStride, 99.0f);
  multiply<Acc>({input.data(), rows, stride}, weight.data(),
                hasBias ? bias.data() : nullptr, inner, outer, round,
                {result.data(), rows, resultStride});
  for (int64_t t = 0; t < rows; ++t)
    for (int64_t n = 0; n < resultStride; ++n) {
      double sum = n < outer && hasBias ? bias[n] : 0;
      for (int64_t k = 0; n < outer && k < inner; ++k)
        sum += input[t * stride + k] * weight[n * inner + k];
      EXPECT_EQ(result[t * resultStride + n], n < outer ? sum : 99.0)
          << "row " << t << ", column " << n;
    }
}

} // namespace

TEST(Multiply, IsTheSumForEveryNumberOfRows) {
  for (int64_t rows : {0, 1, 2, 3, 4, 5, 7, 8, 9})
    for (int64_t inner : {1, 7, 8, 9, 40}) {
      expectProduct<double>(rows, inner, 5, false);
      expectProduct<float>(rows, inner, 5, true);
    }
}

TEST(Multiply, HandlesNoColumnsAndNoTerms) {
  expectProduct<double>(3, 4, 0, false);
  expectProduct<double>(3, 0, 4, true);
}

TEST(Multiply, SumsInTheTypeAskedFor) {
  mlir::MLIRContext context;
  Rounder round(mlir::Float32Type::get(&context));
  // 2^24 + 1 is no float: summed in float, both ones are lost.
  std::vector<float> input(17, 0.0f), weight(17, 1.0f);
  input[0] = 0x1p24f, input[8] = input[16] = 1.0f; // of one partial sum
  float wide = 0, narrow = 0;
  multiply<double>({input.data(), 1, 17}, weight.data(), nullptr, 17, 1, round,
                   {&wide, 1, 1});
  multiply<float>({input.data(), 1, 17}, weight.data(), nullptr, 17, 1, round,
                  {&narrow, 1, 1});
  EXPECT_EQ(wide, 0x1p24f + 2);
  EXPECT_EQ(narrow, 0x1p24f);
}

TEST(Multiply, RoundsEachResultToItsType) {
  mlir::MLIRContext context;
  Rounder round(mlir::BFloat16Type::get(&context));
  std::vector<float> input = {1.0f, 1.0f}, weight = {256.0f, 1.0f};
  float bias = 0.5f, result = 0;
  multiply<double>({input.data(), 1, 2}, weight.data(), &bias, 2, 1, round,
                   {&result, 1, 1});
  EXPECT_EQ(result, 258.0f); // 257.5: once, after the bias
}

TEST(Multiply, PassesOnWhatIsNoNumber) {
  mlir::MLIRContext context;
  Rounder round(mlir::Float32Type::get(&context));
  std::vector<float> input = {NAN, 0, INFINITY, 1}, weight = {0, 1, 1, 1};
  std::vector<float> result(2);
  multiply<double>({input.data(), 2, 2}, weight.data(), nullptr, 2, 1, round,
                   {result.data(), 2, 1});
  EXPECT_TRUE(std::isnan(result[0]));
  EXPECT_TRUE(std::isnan(result[1])); // infinity times 0
}
