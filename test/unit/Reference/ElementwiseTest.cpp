//===- ElementwiseTest.cpp - arith, math, tensor and scf ops --------------===//
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

TEST(Tensors, ExpandAndCollapseKeepTheOrder) {
  Program program(
      R"(func.func @f(%x: tensor<?x6xf32>) -> (tensor<?x2x3xf32>, tensor<?x6xf32>) {
    %c0 = arith.constant 0 : index
    %t = tensor.dim %x, %c0 : tensor<?x6xf32>
    %a = tensor.expand_shape %x [[0], [1, 2]] output_shape [%t, 2, 3] : tensor<?x6xf32> into tensor<?x2x3xf32>
    %b = tensor.collapse_shape %a [[0], [1, 2]] : tensor<?x2x3xf32> into tensor<?x6xf32>
    return %a, %b : tensor<?x2x3xf32>, tensor<?x6xf32> })");
  auto x = noise({2, 6}, 1);
  auto results = program.call({x});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].shape, (llvm::SmallVector<int64_t>{2, 2, 3}));
  EXPECT_EQ(results[1].shape, x.shape);
  EXPECT_EQ(results[0].floats, x.floats);
  EXPECT_EQ(results[1].floats, x.floats);
}

TEST(Tensors, SlicesTakeColumns) {
  Program program(R"(func.func @f(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
    %c0 = arith.constant 0 : index
    %t = tensor.dim %x, %c0 : tensor<?x4xf32>
    %r = tensor.extract_slice %x[0, 1] [%t, 2] [1, 2] : tensor<?x4xf32> to tensor<?x2xf32>
    return %r : tensor<?x2xf32> })");
  expectNear(program.run({floats({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8})}),
             {2, 4, 6, 8}, 0);
}

TEST(Tensors, SlicesMayDropADimension) {
  Program program(R"(func.func @f(%x: tensor<2x3xf32>) -> tensor<3xf32> {
    %r = tensor.extract_slice %x[1, 0] [1, 3] [1, 1] : tensor<2x3xf32> to tensor<3xf32>
    return %r : tensor<3xf32> })");
  expectNear(program.run({floats({2, 3}, {1, 2, 3, 4, 5, 6})}), {4, 5, 6}, 0);
}

TEST(Tensors, SlicesOutsideAreAnError) {
  Program program(R"(func.func @f(%x: tensor<?xf32>) -> tensor<3xf32> {
    %r = tensor.extract_slice %x[1] [3] [1] : tensor<?xf32> to tensor<3xf32>
    return %r : tensor<3xf32> })");
  EXPECT_NE(
      program.fail({floats({3}, {1, 2, 3})}).find("a slice lies in its tensor"),
      std::string::npos);
}

TEST(Tensors, InsertSliceReplacesAPart) {
  Program program(
      R"(func.func @f(%x: tensor<1x2xf32>, %y: tensor<2x3xf32>) -> tensor<2x3xf32> {
    %r = tensor.insert_slice %x into %y[1, 1] [1, 2] [1, 1] : tensor<1x2xf32> into tensor<2x3xf32>
    return %r : tensor<2x3xf32> })");
  expectNear(
      program.run({floats({1, 2}, {8, 9}), floats({2, 3}, {1, 2, 3, 4, 5, 6})}),
      {1, 2, 3, 4, 8, 9}, 0);
}

TEST(Tensors, ConcatJoinsColumns) {
  Program program(
      R"(func.func @f(%x: tensor<?x2xf32>, %y: tensor<?x1xf32>) -> tensor<?x3xf32> {
    %r = tensor.concat dim(1) %x, %y : (tensor<?x2xf32>, tensor<?x1xf32>) -> tensor<?x3xf32>
    return %r : tensor<?x3xf32> })");
  expectNear(
      program.run({floats({2, 2}, {1, 2, 3, 4}), floats({2, 1}, {8, 9})}),
      {1, 2, 8, 3, 4, 9}, 0);
}

TEST(Structure, LoopsCarryValues) {
  Program program(R"(func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c5 = arith.constant 5 : index
    %r = scf.for %i = %c0 to %c5 step %c1 iter_args(%y = %x) -> (tensor<2xf32>) {
      %z = arith.addf %y, %x : tensor<2xf32>
      scf.yield %z : tensor<2xf32>
    }
    return %r : tensor<2xf32> })");
  expectNear(program.run({floats({2}, {1, -2})}), {6, -12}, 0);
}

TEST(Structure, BranchesYieldTheirSide) {
  Program program(R"(func.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {
    %c0 = arith.constant 0 : index
    %c2 = arith.constant 2 : index
    %t = tensor.dim %x, %c0 : tensor<?xf32>
    %long = arith.cmpi sgt, %t, %c2 : index
    %r = scf.if %long -> (tensor<?xf32>) {
      scf.yield %x : tensor<?xf32>
    } else {
      %n = arith.negf %x : tensor<?xf32>
      scf.yield %n : tensor<?xf32>
    }
    return %r : tensor<?xf32> })");
  expectNear(program.run({floats({3}, {1, 2, 3})}), {1, 2, 3}, 0);
  expectNear(program.run({floats({2}, {1, 2})}), {-1, -2}, 0);
}

TEST(Structure, KernelsMeanTheirBody) {
  Program program(R"(func.func @f(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
    %r = llm.kernel "double"(%x) : (tensor<?x2xf32>) -> tensor<?x2xf32> {
    ^bb0(%a: tensor<?x2xf32>):
      %s = arith.addf %a, %a : tensor<?x2xf32>
      llm.yield %s : tensor<?x2xf32>
    }
    return %r : tensor<?x2xf32> })");
  expectNear(program.run({floats({1, 2}, {1, 3})}), {2, 6}, 0);
}

/// A dimension of one stands for all: a vector, one number per row, one number.
TEST(Structure, BroadcastsSpreadSmallerTensors) {
  auto spread = [](const std::string &type, ReferenceTensor input) {
    Program program("func.func @f(%x: " + type + R"() -> tensor<?x3xf32> {
      %T = arith.constant 2 : index
      %b = llm.broadcast %x[%T] : )" +
                    type + R"( -> tensor<?x3xf32>
      return %b : tensor<?x3xf32> })");
    return program.run({input});
  };
  expectNear(spread("tensor<3xf32>", floats({3}, {1, 2, 3})),
             {1, 2, 3, 1, 2, 3}, 0);
  expectNear(spread("tensor<?x1xf32>", floats({2, 1}, {4, 5})),
             {4, 4, 4, 5, 5, 5}, 0);
  expectNear(spread("tensor<1xf32>", floats({1}, {6})), {6, 6, 6, 6, 6, 6}, 0);
}
