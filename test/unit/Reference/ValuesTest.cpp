//===- ValuesTest.cpp - rounding and shapes of the interpreter ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// APFloat rounds by other code: the two must agree on every number.
//===----------------------------------------------------------------------===//
#include "lib/Reference/Values.h"

#include "mlir/IR/BuiltinTypes.h"

#include "gtest/gtest.h"

#include <bit>
#include <cmath>
#include <random>

using namespace llmc;
using namespace llmc::reference;

namespace {

struct Type {
  mlir::MLIRContext context;
  mlir::Type f32 = mlir::Float32Type::get(&context);
  mlir::Type f16 = mlir::Float16Type::get(&context);
  mlir::Type bf16 = mlir::BFloat16Type::get(&context);
};

float roundByAPFloat(double value, const llvm::fltSemantics &semantics) {
  llvm::APFloat number(value);
  bool losesInfo;
  number.convert(semantics, llvm::APFloat::rmNearestTiesToEven, &losesInfo);
  number.convert(llvm::APFloat::IEEEdouble(),
                 llvm::APFloat::rmNearestTiesToEven, &losesInfo);
  return static_cast<float>(number.convertToDouble());
}

/// Bits of any double whose exponent the narrow types can meet.
double someDouble(std::mt19937_64 &random) {
  uint64_t exponent = 1023 - 140 + random() % 280;
  return std::bit_cast<double>((random() & 0x800fffffffffffffull) | exponent
                                                                        << 52);
}

void expectSameBits(float found, float expected, double value) {
  EXPECT_EQ(std::bit_cast<uint32_t>(found), std::bit_cast<uint32_t>(expected))
      << std::hexfloat << value;
}

} // namespace

TEST(Rounder, RoundsOnceLikeAPFloat) {
  Type type;
  std::mt19937_64 random(1);
  for (int i = 0; i < 200000; ++i) {
    double value = someDouble(random);
    expectSameBits(Rounder(type.f16)(value),
                   roundByAPFloat(value, llvm::APFloat::IEEEhalf()), value);
    expectSameBits(Rounder(type.bf16)(value),
                   roundByAPFloat(value, llvm::APFloat::BFloat()), value);
    expectSameBits(Rounder(type.f32)(value), static_cast<float>(value), value);
  }
}

TEST(Rounder, RoundsFloatsLikeAPFloat) {
  Type type;
  std::mt19937_64 random(2);
  for (int i = 0; i < 200000; ++i) {
    auto value = static_cast<float>(someDouble(random));
    expectSameBits(Rounder(type.f16)(value),
                   roundByAPFloat(value, llvm::APFloat::IEEEhalf()), value);
    expectSameBits(Rounder(type.bf16)(value),
                   roundByAPFloat(value, llvm::APFloat::BFloat()), value);
    expectSameBits(Rounder(type.f32)(value), value, value);
  }
}

TEST(Rounder, ASumJustAboveATieIsNotRoundedTwice) {
  Type type;
  // To float first, and this is the tie itself, which goes down to even.
  double above = 1 + 0x1p-8 + 0x1p-40;
  EXPECT_EQ(Rounder(type.bf16)(above), 1 + 0x1p-7f);
  EXPECT_EQ(Rounder(type.bf16)(1 + 0x1p-8), 1.0f);
  double half = 1 + 0x1p-11 + 0x1p-40;
  EXPECT_EQ(Rounder(type.f16)(half), 1 + 0x1p-10f);
  EXPECT_EQ(Rounder(type.f16)(1 + 0x1p-11), 1.0f);
}

TEST(Rounder, KeepsWhatIsNoNumber) {
  Type type;
  for (mlir::Type narrow : {type.f32, type.f16, type.bf16}) {
    EXPECT_TRUE(std::isnan(Rounder(narrow)(NAN)));
    EXPECT_TRUE(std::isnan(Rounder(narrow)(double(NAN))));
    EXPECT_EQ(Rounder(narrow)(INFINITY), INFINITY);
    EXPECT_EQ(Rounder(narrow)(-double(INFINITY)), -INFINITY);
    EXPECT_TRUE(std::signbit(Rounder(narrow)(-0.0)));
  }
  EXPECT_EQ(Rounder(type.f16)(65520.0), INFINITY); // half an ulp past 65504
  EXPECT_EQ(Rounder(type.f16)(65519.9), 65504.0f);
}

TEST(Rounder, TakesTheElementTypeOfATensor) {
  Type type;
  auto tensor = mlir::RankedTensorType::get({2, 3}, type.bf16);
  EXPECT_EQ(Rounder(tensor)(1.001), 1.0f);
}

TEST(Values, ElementsAreCountedOrRefused) {
  EXPECT_EQ(llvm::cantFail(countElements({})), 1);
  EXPECT_EQ(llvm::cantFail(countElements({3, 0, 5})), 0);
  EXPECT_EQ(llvm::cantFail(countElements({3, 4, 5})), 60);
  const std::vector<int64_t> absurd[] = {
      {-1}, {int64_t(1) << 37}, {1 << 20, 1 << 20}};
  for (const std::vector<int64_t> &bad : absurd) {
    auto count = countElements(bad);
    ASSERT_FALSE(bool(count));
    EXPECT_NE(llvm::toString(count.takeError()).find("at most 2^36 elements"),
              std::string::npos);
  }
}

TEST(Values, AWholeTensorHasTheElementsOfItsShape) {
  EXPECT_TRUE(isWhole({{2, 2}, {1, 2, 3, 4}, {}}));
  EXPECT_TRUE(isWhole({{3}, {}, {1, 2, 3}}));
  EXPECT_TRUE(isWhole({{0, 7}, {}, {}}));
  EXPECT_TRUE(isWhole({{}, {5}, {}}));
  EXPECT_FALSE(isWhole({{2, 2}, {1, 2, 3}, {}}));
  EXPECT_FALSE(isWhole({{2}, {}, {}}));
  EXPECT_FALSE(isWhole({{2}, {1}, {1}})); // of two kinds
  EXPECT_FALSE(isWhole({{-2}, {1, 2}, {}}));
}
