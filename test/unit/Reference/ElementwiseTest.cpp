//===- ElementwiseTest.cpp - arith and math on scalars and tensors ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Harness.h"

#include <cmath>

using namespace llmc;
using namespace llmc::test;

/// The floats that `body` computes from `%x: tensor<?x2xf32>`.
static std::vector<float> compute(llvm::StringRef body, ReferenceTensor x) {
  Program program(("func.func @f(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {\n" +
                   body + "\n  return %r : tensor<?x2xf32> }")
                      .str());
  return program.run({std::move(x)});
}

TEST(Elementwise, FloatArithmetic) {
  auto x = floats({1, 2}, {3, -0.5f});
  expectNear(compute("%r = arith.addf %x, %x : tensor<?x2xf32>", x), {6, -1},
             0);
  expectNear(compute("%r = arith.mulf %x, %x : tensor<?x2xf32>", x), {9, 0.25f},
             0);
  expectNear(compute("%r = arith.negf %x : tensor<?x2xf32>", x), {-3, 0.5f}, 0);
  expectNear(compute("%0 = arith.addf %x, %x : tensor<?x2xf32>\n"
                     "%r = arith.divf %x, %0 : tensor<?x2xf32>",
                     x),
             {0.5f, 0.5f}, 0);
}

TEST(Elementwise, EveryMathFunction) {
  auto x = floats({1, 2}, {0.25f, 2});
  auto expect = [&](llvm::StringRef op, double (*function)(double)) {
    expectNear(compute(("%r = math." + op + " %x : tensor<?x2xf32>").str(), x),
               {float(function(0.25)), float(function(2))});
  };
  expect("exp", [](double a) { return std::exp(a); });
  expect("tanh", [](double a) { return std::tanh(a); });
  expect("sqrt", [](double a) { return std::sqrt(a); });
  expect("rsqrt", [](double a) { return std::pow(a, -0.5); });
  expect("absf", [](double a) { return std::fabs(a); });
  expect("sin", [](double a) { return std::sin(a); });
  expect("cos", [](double a) { return std::cos(a); });
  expect("log", [](double a) { return std::log(a); });
  expect("erf", [](double a) { return std::erf(a); });
  expect("floor", [](double a) { return std::floor(a); });
  expect("ceil", [](double a) { return std::ceil(a); });
}

TEST(Elementwise, MaximumKeepsNaNAndMaxnumDropsIt) {
  auto x = floats({1, 2}, {NAN, 1});
  std::string two = "%two = arith.constant 2.0 : f32\n"
                    "%c0 = arith.constant 0 : index\n"
                    "%t = tensor.dim %x, %c0 : tensor<?x2xf32>\n"
                    "%s = tensor.splat %two[%t] : tensor<?x2xf32>\n";
  auto maximum =
      compute(two + "%r = arith.maximumf %x, %s : tensor<?x2xf32>", x);
  ASSERT_EQ(maximum.size(), 2u);
  EXPECT_TRUE(std::isnan(maximum[0]));
  EXPECT_EQ(maximum[1], 2);
  expectNear(compute(two + "%r = arith.maxnumf %x, %s : tensor<?x2xf32>", x),
             {2, 2}, 0);
  expectNear(compute(two + "%r = arith.minnumf %x, %s : tensor<?x2xf32>", x),
             {2, 1}, 0);
}

TEST(Elementwise, NarrowTypesRoundAfterEveryOp) {
  Program program(
      R"(func.func @f(%x: tensor<1xf16>, %y: tensor<1xf16>) -> tensor<1xf16> {
    %s = arith.addf %x, %y : tensor<1xf16>
    %r = arith.subf %s, %x : tensor<1xf16>
    return %r : tensor<1xf16> })");
  // 2048 + 1 is no f16 and rounds to 2048; the difference is 0, not 1.
  expectNear(program.run({floats({1}, {2048}), floats({1}, {1})}), {0}, 0);
}

TEST(Elementwise, HalvesRoundOnce) {
  Program program(
      R"(func.func @f(%x: tensor<1xf16>, %y: tensor<1xf16>) -> tensor<1xf16> {
    %r = arith.mulf %x, %y : tensor<1xf16>
    return %r : tensor<1xf16> })");
  // (1 + 2^-10)(1 + 2^-10) = 1 + 2^-9 + 2^-20: above no tie, stays 1 + 2^-9.
  expectNear(
      program.run({floats({1}, {1.0009765625f}), floats({1}, {1.0009765625f})}),
      {1.001953125f}, 0);
}

TEST(Elementwise, IntegersWrapAtTheirWidth) {
  Program program(R"(func.func @f(%x: tensor<2xi32>) -> tensor<2xi32> {
    %r = arith.addi %x, %x : tensor<2xi32>
    return %r : tensor<2xi32> })");
  auto results = program.call({ints({2}, {2147483647, -5})});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].ints, (std::vector<int64_t>{-2, -10}));
}

TEST(Elementwise, CompareSelectAndConvert) {
  Program program(
      R"(func.func @f(%x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xf32> {
    %less = arith.cmpi slt, %x, %y : tensor<?xi32>
    %s = arith.select %less, %x, %y : tensor<?xi1>, tensor<?xi32>
    %r = arith.sitofp %s : tensor<?xi32> to tensor<?xf32>
    return %r : tensor<?xf32> })");
  expectNear(program.run({ints({3}, {1, -7, 9}), ints({3}, {2, -9, 9})}),
             {1, -9, 9}, 0);
}

TEST(Elementwise, OrderedComparisonsAreFalseForNaN) {
  Program program(
      R"(func.func @f(%x: tensor<2xf32>, %y: tensor<2xf32>) -> tensor<2xf32> {
    %less = arith.cmpf olt, %x, %y : tensor<2xf32>
    %r = arith.select %less, %x, %y : tensor<2xi1>, tensor<2xf32>
    return %r : tensor<2xf32> })");
  expectNear(program.run({floats({2}, {NAN, 1}), floats({2}, {5, 6})}), {5, 1},
             0);
}

TEST(Elementwise, BitsAreThoseOfTheirOwnType) {
  Program program(
      R"(func.func @f(%x: tensor<3xf32>) -> tensor<3xf32> {
    %bits = arith.bitcast %x : tensor<3xf32> to tensor<3xi32>
    %16 = arith.constant dense<16> : tensor<3xi32>
    %high = arith.shrui %bits, %16 : tensor<3xi32>
    %half = arith.trunci %high : tensor<3xi32> to tensor<3xi16>
    %b = arith.bitcast %half : tensor<3xi16> to tensor<3xbf16>
    %r = arith.extf %b : tensor<3xbf16> to tensor<3xf32>
    return %r : tensor<3xf32> })");
  // Cut off behind the eighth bit, not rounded.
  expectNear(program.run({floats({3}, {1.99999f, -3, 0})}), {1.9921875, -3, 0},
             0);
}

TEST(Elementwise, ShiftsToTheRightKeepTheSign) {
  Program program(
      R"(func.func @f(%x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xf32> {
    %s = arith.shrsi %x, %y : tensor<?xi32>
    %r = arith.sitofp %s : tensor<?xi32> to tensor<?xf32>
    return %r : tensor<?xf32> })");
  expectNear(program.run({ints({3}, {-9, -9, 9}), ints({3}, {1, 31, 2})}),
             {-5, -1, 2}, 0);
}

TEST(Elementwise, FloatsBecomeUnsignedUpToTheirWidth) {
  Program program(
      R"(func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> {
    %i = arith.fptoui %x : tensor<2xf32> to tensor<2xi32>
    %r = arith.uitofp %i : tensor<2xi32> to tensor<2xf32>
    return %r : tensor<2xf32> })");
  expectNear(program.run({floats({2}, {3.9f, 4e9f})}), {3, 4e9f}, 0);
}

TEST(Elementwise, DivisionByZeroIsAnError) {
  Program program(
      R"(func.func @f(%x: tensor<1xi32>, %y: tensor<1xi32>) -> tensor<1xi32> {
    %r = arith.divsi %x, %y : tensor<1xi32>
    return %r : tensor<1xi32> })");
  EXPECT_NE(
      program.fail({ints({1}, {4}), ints({1}, {0})}).find("divides by zero"),
      std::string::npos);
}

TEST(Elementwise, OperandsThatDifferInRowsAreAnError) {
  Program program(
      R"(func.func @f(%x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
    %r = arith.addf %x, %y : tensor<?xf32>
    return %r : tensor<?xf32> })");
  EXPECT_NE(program.fail({floats({1}, {4}), floats({2}, {0, 1})})
                .find("differ in shape"),
            std::string::npos);
}
