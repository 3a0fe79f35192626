//===- TensorsTest.cpp - ops that move elements ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a slice or a shape means when it is strided, empty or wrong.
//===----------------------------------------------------------------------===//
#include "Harness.h"

using namespace llmc;
using namespace llmc::test;

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

/// A dimension of one stands for all: a vector, one number per row, one number.
TEST(Tensors, BroadcastsSpreadSmallerTensors) {
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

TEST(Tensors, SlicesMayStep) {
  Program program(R"(func.func @f(%x: tensor<4x5xf32>) -> tensor<2x3xf32> {
    %r = tensor.extract_slice %x[1, 0] [2, 3] [2, 2] : tensor<4x5xf32> to tensor<2x3xf32>
    return %r : tensor<2x3xf32> })");
  std::vector<float> values(20);
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>(i);
  expectNear(program.run({floats({4, 5}, values)}), {5, 7, 9, 15, 17, 19}, 0);
}

TEST(Tensors, StepsOutsideAreAnError) {
  Program program(R"(func.func @f(%x: tensor<?xf32>) -> tensor<3xf32> {
    %r = tensor.extract_slice %x[0] [3] [2] : tensor<?xf32> to tensor<3xf32>
    return %r : tensor<3xf32> })");
  expectNear(program.run({floats({5}, {1, 2, 3, 4, 5})}), {1, 3, 5}, 0);
  EXPECT_NE(program.fail({floats({4}, {1, 2, 3, 4})})
                .find("dimension 0 has 4, found offset 0, size 3, stride 2"),
            std::string::npos);
}

TEST(Tensors, SlicesOfNoRowsAreEmpty) {
  Program program(R"(func.func @f(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
    %c0 = arith.constant 0 : index
    %r = tensor.extract_slice %x[0, 0] [%c0, 2] [1, 1] : tensor<?x2xf32> to tensor<?x2xf32>
    return %r : tensor<?x2xf32> })");
  auto results = program.call({floats({3, 2}, {1, 2, 3, 4, 5, 6})});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].shape, (llvm::SmallVector<int64_t>{0, 2}));
  EXPECT_TRUE(results[0].floats.empty());
}

TEST(Tensors, InsertedSlicesMayStep) {
  Program program(
      R"(func.func @f(%x: tensor<2xf32>, %y: tensor<5xf32>) -> tensor<5xf32> {
    %r = tensor.insert_slice %x into %y[1] [2] [2] : tensor<2xf32> into tensor<5xf32>
    return %r : tensor<5xf32> })");
  expectNear(program.run({floats({2}, {8, 9}), floats({5}, {1, 2, 3, 4, 5})}),
             {1, 8, 3, 9, 5}, 0);
}

TEST(Tensors, InsertSliceKeepsItsSourceAndDestination) {
  Program program(
      R"(func.func @f(%x: tensor<1xf32>, %y: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
    %r = tensor.insert_slice %x into %y[0] [1] [1] : tensor<1xf32> into tensor<2xf32>
    return %r, %y : tensor<2xf32>, tensor<2xf32> })");
  auto results = program.call({floats({1}, {9}), floats({2}, {1, 2})});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].floats, (std::vector<float>{9, 2}));
  EXPECT_EQ(results[1].floats, (std::vector<float>{1, 2}));
}

TEST(Tensors, IntegersMoveLikeFloats) {
  Program program(
      R"(func.func @f(%x: tensor<2xi32>, %y: tensor<1xi32>) -> (tensor<3xi32>, tensor<1xi32>) {
    %a = tensor.concat dim(0) %x, %y : (tensor<2xi32>, tensor<1xi32>) -> tensor<3xi32>
    %b = tensor.extract_slice %a[1] [1] [1] : tensor<3xi32> to tensor<1xi32>
    return %a, %b : tensor<3xi32>, tensor<1xi32> })");
  auto results = program.call({ints({2}, {7, -8}), ints({1}, {9})});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].ints, (std::vector<int64_t>{7, -8, 9}));
  EXPECT_EQ(results[1].ints, std::vector<int64_t>{-8});
}

TEST(Tensors, ConcatJoinsRowsOfManyInputs) {
  Program program(
      R"(func.func @f(%x: tensor<?x2xf32>, %y: tensor<?x2xf32>) -> tensor<?x2xf32> {
    %r = tensor.concat dim(0) %x, %y, %x : (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
    return %r : tensor<?x2xf32> })");
  expectNear(
      program.run({floats({1, 2}, {1, 2}), floats({2, 2}, {3, 4, 5, 6})}),
      {1, 2, 3, 4, 5, 6, 1, 2}, 0);
}

TEST(Tensors, ConcatOfOtherShapesIsAnError) {
  Program program(
      R"(func.func @f(%x: tensor<?x1xf32>, %y: tensor<?x1xf32>) -> tensor<?x2xf32> {
    %r = tensor.concat dim(1) %x, %y : (tensor<?x1xf32>, tensor<?x1xf32>) -> tensor<?x2xf32>
    return %r : tensor<?x2xf32> })");
  EXPECT_NE(program.fail({floats({1, 1}, {1}), floats({2, 1}, {2, 3})})
                .find("inputs agree in every other dimension"),
            std::string::npos);
}

TEST(Tensors, ReshapesKeepTheElements) {
  Program program(
      R"(func.func @f(%x: tensor<?x6xf32>) -> tensor<?x2x3xf32> {
    %c4 = arith.constant 4 : index
    %a = tensor.expand_shape %x [[0], [1, 2]] output_shape [%c4, 2, 3] : tensor<?x6xf32> into tensor<?x2x3xf32>
    return %a : tensor<?x2x3xf32> })");
  EXPECT_NE(program.fail({noise({2, 6}, 1)})
                .find("keeps the elements: has 12, the result needs 24"),
            std::string::npos);
}

TEST(Tensors, EmptyAndSplatHaveTheSizesAskedFor) {
  Program program(
      R"(func.func @f(%x: tensor<?xf32>) -> (tensor<?x2xf32>, tensor<?xi32>) {
    %c0 = arith.constant 0 : index
    %n = tensor.dim %x, %c0 : tensor<?xf32>
    %v = arith.constant 1.5 : f32
    %i = arith.constant 7 : i32
    %a = tensor.splat %v[%n] : tensor<?x2xf32>
    %b = tensor.splat %i[%n] : tensor<?xi32>
    return %a, %b : tensor<?x2xf32>, tensor<?xi32> })");
  auto results = program.call({floats({3}, {0, 0, 0})});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].shape, (llvm::SmallVector<int64_t>{3, 2}));
  EXPECT_EQ(results[0].floats, std::vector<float>(6, 1.5f));
  EXPECT_EQ(results[1].ints, std::vector<int64_t>(3, 7));
}

TEST(Tensors, SizesThatMakeNoSenseAreAnError) {
  auto failOf = [](const std::string &size) {
    Program program("func.func @f() -> tensor<?xf32> {\n%n = arith.constant " +
                    size + R"( : index
      %r = tensor.empty(%n) : tensor<?xf32>
      return %r : tensor<?xf32> })");
    return program.fail({});
  };
  for (const char *size : {"-1", "9223372036854775807"})
    EXPECT_NE(failOf(size).find("at most 2^36 elements"), std::string::npos);
}

TEST(Tensors, CastsHoldOrFail) {
  Program program(R"(func.func @f(%x: tensor<?xf32>) -> tensor<2xf32> {
    %r = tensor.cast %x : tensor<?xf32> to tensor<2xf32>
    return %r : tensor<2xf32> })");
  expectNear(program.run({floats({2}, {1, 2})}), {1, 2}, 0);
  EXPECT_NE(program.fail({floats({3}, {1, 2, 3})}).find("casts dimension 3 to"),
            std::string::npos);
}

TEST(Tensors, DimensionsOutsideTheRankAreAnError) {
  Program program(
      R"(func.func @f(%x: tensor<?x4xf32>) -> tensor<?xf32> {
    %v = arith.constant 1.0 : f32
    %c2 = arith.constant 2 : index
    %d = tensor.dim %x, %c2 : tensor<?x4xf32>
    %r = tensor.splat %v[%d] : tensor<?xf32>
    return %r : tensor<?xf32> })");
  EXPECT_NE(program.fail({noise({2, 4}, 1)})
                .find("asks for dimension 2 of a tensor of rank 2"),
            std::string::npos);
}
