//===- PositionsTest.cpp - rotary position embedding ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pairs are multiplied as complex numbers here, by e^(i * angle).
//===----------------------------------------------------------------------===//
#include "Harness.h"

#include <complex>

using namespace llmc;
using namespace llmc::test;

/// Rotates dims `first` and `second` of one head of width `width`.
static void rotatePair(std::vector<float> &head, int64_t first, int64_t second,
                       double angle, double mscale = 1) {
  auto rotated = std::complex<double>(head[first], head[second]) *
                 std::polar(mscale, angle);
  head[first] = static_cast<float>(rotated.real());
  head[second] = static_cast<float>(rotated.imag());
}

TEST(Rope, HalfPairsDimsHalfApart) {
  Program program(
      R"(func.func @f(%x: tensor<?x1x4xf32>, %p: tensor<?xi32>, %inv: tensor<2xf32>) -> tensor<?x1x4xf32> {
    %r = llm.rope half %x, %p, %inv : (tensor<?x1x4xf32>, tensor<?xi32>, tensor<2xf32>) -> tensor<?x1x4xf32>
    return %r : tensor<?x1x4xf32> })");
  std::vector<float> expected = {1, 2, 3, 4};
  rotatePair(expected, 0, 2, 3 * 1.0);
  rotatePair(expected, 1, 3, 3 * 0.25);
  expectNear(program.run({floats({1, 1, 4}, {1, 2, 3, 4}), ints({1}, {3}),
                          floats({2}, {1, 0.25f})}),
             expected);
}

TEST(Rope, InterleavedPairsNeighbours) {
  Program program(
      R"(func.func @f(%x: tensor<?x1x4xf32>, %p: tensor<?xi32>, %inv: tensor<2xf32>) -> tensor<?x1x4xf32> {
    %r = llm.rope interleaved %x, %p, %inv {mscale = 1.5 : f64} : (tensor<?x1x4xf32>, tensor<?xi32>, tensor<2xf32>) -> tensor<?x1x4xf32>
    return %r : tensor<?x1x4xf32> })");
  std::vector<float> expected = {1, 2, 3, 4};
  rotatePair(expected, 0, 1, 5 * 1.0, 1.5);
  rotatePair(expected, 2, 3, 5 * 0.25, 1.5);
  expectNear(program.run({floats({1, 1, 4}, {1, 2, 3, 4}), ints({1}, {5}),
                          floats({2}, {1, 0.25f})}),
             expected);
}

TEST(Rope, PartialRotationPassesOtherDims) {
  Program program(
      R"(func.func @f(%x: tensor<?x2x6xf32>, %p: tensor<?xi32>, %inv: tensor<1xf32>) -> tensor<?x2x6xf32> {
    %r = llm.rope half %x, %p, %inv {start = 3 : i64} : (tensor<?x2x6xf32>, tensor<?xi32>, tensor<1xf32>) -> tensor<?x2x6xf32>
    return %r : tensor<?x2x6xf32> })");
  auto x = noise({1, 2, 6}, 3);
  std::vector<float> expected = x.floats;
  rotatePair(expected, 3, 4, 2 * 0.5);
  rotatePair(expected, 9, 10, 2 * 0.5);
  expectNear(program.run({x, ints({1}, {2}), floats({1}, {0.5f})}), expected);
}

TEST(Rope, InverseFrequenciesMayDifferPerRow) {
  Program program(
      R"(func.func @f(%x: tensor<?x1x2xf32>, %p: tensor<?xi32>, %inv: tensor<?x1xf32>) -> tensor<?x1x2xf32> {
    %r = llm.rope half %x, %p, %inv : (tensor<?x1x2xf32>, tensor<?xi32>, tensor<?x1xf32>) -> tensor<?x1x2xf32>
    return %r : tensor<?x1x2xf32> })");
  std::vector<float> first = {1, 0}, second = {1, 0};
  rotatePair(first, 0, 1, 2 * 0.5);
  rotatePair(second, 0, 1, 2 * 0.125);
  expectNear(program.run({floats({2, 1, 2}, {1, 0, 1, 0}), ints({2}, {2, 2}),
                          floats({2, 1}, {0.5f, 0.125f})}),
             {first[0], first[1], second[0], second[1]});
}

TEST(Rope, EqualsRotationThenRotate) {
  Program program(R"(
    func.func @f(%x: tensor<?x3x8xf32>, %p: tensor<?xi32>, %inv: tensor<3xf32>) -> (tensor<?x3x8xf32>, tensor<?x3x8xf32>) {
      %a = llm.rope interleaved %x, %p, %inv {start = 1 : i64, mscale = 0.75 : f64} : (tensor<?x3x8xf32>, tensor<?xi32>, tensor<3xf32>) -> tensor<?x3x8xf32>
      %cs = llm.rotation %p, %inv {mscale = 0.75 : f64} : (tensor<?xi32>, tensor<3xf32>) -> tensor<?x6xf32>
      %b = llm.rotate interleaved %x, %cs {start = 1 : i64} : (tensor<?x3x8xf32>, tensor<?x6xf32>) -> tensor<?x3x8xf32>
      return %a, %b : tensor<?x3x8xf32>, tensor<?x3x8xf32>
    })");
  auto results = program.call(
      {noise({4, 3, 8}, 1), ints({4}, {0, 7, 100, 4000}), noise({3}, 2)});
  ASSERT_EQ(results.size(), 2u);
  expectNear(results[0].floats, results[1].floats, 0);
}

TEST(Rotation, ColumnsAreCosinesThenSines) {
  Program program(
      R"(func.func @f(%p: tensor<?xi32>, %inv: tensor<2xf32>) -> tensor<?x4xf32> {
    %r = llm.rotation %p, %inv : (tensor<?xi32>, tensor<2xf32>) -> tensor<?x4xf32>
    return %r : tensor<?x4xf32> })");
  expectNear(program.run({ints({1}, {1}), floats({2}, {0, 1.57079633f})}),
             {1, 0, 0, 1});
}

TEST(Rope, NeedsOnePositionPerRow) {
  Program program(
      R"(func.func @f(%x: tensor<?x1x2xf32>, %p: tensor<?xi32>, %inv: tensor<1xf32>) -> tensor<?x1x2xf32> {
    %r = llm.rope half %x, %p, %inv : (tensor<?x1x2xf32>, tensor<?xi32>, tensor<1xf32>) -> tensor<?x1x2xf32>
    return %r : tensor<?x1x2xf32> })");
  EXPECT_NE(program
                .fail({floats({2, 1, 2}, {1, 0, 1, 0}), ints({1}, {2}),
                       floats({1}, {1})})
                .find("one position per row"),
            std::string::npos);
}

TEST(KronRotate, MultipliesFromBothSides) {
  Program program(
      R"(func.func @f(%x: tensor<?x6xf32>, %a: tensor<2x2xf32>, %b: tensor<3x3xf32>) -> tensor<?x6xf32> {
    %r = llm.kron_rotate %x, %a, %b : (tensor<?x6xf32>, tensor<2x2xf32>, tensor<3x3xf32>) -> tensor<?x6xf32>
    return %r : tensor<?x6xf32> })");
  // X = [1 2 3; 4 5 6], left^T X = [13 17 21; 2 1 0], and columns 0 and 1 of that changed places.
  expectNear(program.run({floats({2, 6}, {1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0}),
                          floats({2, 2}, {1, -2, 3, 1}),
                          floats({3, 3}, {0, 1, 0, 1, 0, 0, 0, 0, 1})}),
             {17, 13, 21, 1, 2, 0, 0, 0, 0, 0, 0, 0});
}
