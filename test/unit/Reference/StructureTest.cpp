//===- StructureTest.cpp - loops, branches and kernels --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Values that change places, loops that never run: where schedules go wrong.
//===----------------------------------------------------------------------===//
#include "Harness.h"

using namespace llmc;
using namespace llmc::test;

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

TEST(Structure, CarriedValuesChangePlacesAtOnce) {
  Program program(
      R"(func.func @f(%x: tensor<1xf32>, %y: tensor<1xf32>) -> (tensor<1xf32>, tensor<1xf32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c3 = arith.constant 3 : index
    %r:2 = scf.for %i = %c0 to %c3 step %c1 iter_args(%a = %x, %b = %y) -> (tensor<1xf32>, tensor<1xf32>) {
      scf.yield %b, %a : tensor<1xf32>, tensor<1xf32>
    }
    return %r#0, %r#1 : tensor<1xf32>, tensor<1xf32> })");
  auto results = program.call({floats({1}, {1}), floats({1}, {2})});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].floats[0], 2);
  EXPECT_EQ(results[1].floats[0], 1);
}

TEST(Structure, CarriedValuesOfOneStartAreTwoValues) {
  Program program(
      R"(func.func @f(%x: tensor<1xf32>) -> (tensor<1xf32>, tensor<1xf32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c3 = arith.constant 3 : index
    %r:2 = scf.for %i = %c0 to %c3 step %c1 iter_args(%a = %x, %b = %x) -> (tensor<1xf32>, tensor<1xf32>) {
      %c = arith.addf %a, %a : tensor<1xf32>
      %d = arith.mulf %b, %b : tensor<1xf32>
      scf.yield %c, %d : tensor<1xf32>, tensor<1xf32>
    }
    return %r#0, %r#1 : tensor<1xf32>, tensor<1xf32> })");
  auto results = program.call({floats({1}, {3})});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].floats[0], 24);
  EXPECT_EQ(results[1].floats[0], 6561);
}

TEST(Structure, ALoopThatNeverRunsGivesItsStart) {
  Program program(R"(func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> {
    %c1 = arith.constant 1 : index
    %c5 = arith.constant 5 : index
    %r = scf.for %i = %c5 to %c1 step %c1 iter_args(%y = %x) -> (tensor<2xf32>) {
      %z = arith.addf %y, %y : tensor<2xf32>
      scf.yield %z : tensor<2xf32>
    }
    return %r : tensor<2xf32> })");
  expectNear(program.run({floats({2}, {1, -2})}), {1, -2}, 0);
}

TEST(Structure, LoopsStepAndKnowTheirPlace) {
  Program program(R"(func.func @f(%x: tensor<1xi32>) -> tensor<1xi32> {
    %c2 = arith.constant 2 : index
    %c3 = arith.constant 3 : index
    %c9 = arith.constant 9 : index
    %r = scf.for %i = %c2 to %c9 step %c3 iter_args(%y = %x) -> (tensor<1xi32>) {
      %w = arith.index_cast %i : index to i32
      %s = tensor.splat %w : tensor<1xi32>
      %z = arith.addi %y, %s : tensor<1xi32>
      scf.yield %z : tensor<1xi32>
    }
    return %r : tensor<1xi32> })");
  auto results = program.call({ints({1}, {100})});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].ints[0], 100 + 2 + 5 + 8);
}

TEST(Structure, LoopsInLoopsStartAnew) {
  Program program(R"(func.func @f(%x: tensor<1xf32>) -> tensor<1xf32> {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c3 = arith.constant 3 : index
    %r = scf.for %i = %c0 to %c3 step %c1 iter_args(%y = %x) -> (tensor<1xf32>) {
      %s = scf.for %j = %c0 to %i step %c1 iter_args(%z = %x) -> (tensor<1xf32>) {
        %t = arith.addf %z, %z : tensor<1xf32>
        scf.yield %t : tensor<1xf32>
      }
      %u = arith.addf %y, %s : tensor<1xf32>
      scf.yield %u : tensor<1xf32>
    }
    return %r : tensor<1xf32> })");
  // x + (x + 2x + 4x)
  expectNear(program.run({floats({1}, {1})}), {8}, 0);
}

TEST(Structure, AStepOfZeroIsAnErrorNotAHang) {
  Program program(R"(func.func @f(%x: tensor<1xf32>) -> tensor<1xf32> {
    %c0 = arith.constant 0 : index
    %c3 = arith.constant 3 : index
    %r = scf.for %i = %c0 to %c3 step %c0 iter_args(%y = %x) -> (tensor<1xf32>) {
      scf.yield %y : tensor<1xf32>
    }
    return %r : tensor<1xf32> })");
  EXPECT_NE(
      program.fail({floats({1}, {1})}).find("needs a positive step, found 0"),
      std::string::npos);
}

TEST(Structure, ALoopToTheLastIndexEnds) {
  Program program(R"(func.func @f(%x: tensor<1xf32>) -> tensor<1xf32> {
    %begin = arith.constant 9223372036854775800 : index
    %end = arith.constant 9223372036854775807 : index
    %c5 = arith.constant 5 : index
    %r = scf.for %i = %begin to %end step %c5 iter_args(%y = %x) -> (tensor<1xf32>) {
      %z = arith.addf %y, %x : tensor<1xf32>
      scf.yield %z : tensor<1xf32>
    }
    return %r : tensor<1xf32> })");
  expectNear(program.run({floats({1}, {1})}), {3}, 0);
}

TEST(Structure, KernelsHaveSeveralInputsAndResults) {
  Program program(
      R"(func.func @f(%x: tensor<?x1xf32>, %y: tensor<?x1xf32>) -> (tensor<?x1xf32>, tensor<?x1xf32>) {
    %r:2 = llm.kernel "both"(%x, %y) : (tensor<?x1xf32>, tensor<?x1xf32>) -> (tensor<?x1xf32>, tensor<?x1xf32>) {
    ^bb0(%a: tensor<?x1xf32>, %b: tensor<?x1xf32>):
      %s = arith.addf %a, %b : tensor<?x1xf32>
      %d = arith.subf %a, %b : tensor<?x1xf32>
      llm.yield %s, %d : tensor<?x1xf32>, tensor<?x1xf32>
    }
    return %r#1, %r#0 : tensor<?x1xf32>, tensor<?x1xf32> })");
  auto results = program.call({floats({1, 1}, {5}), floats({1, 1}, {3})});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].floats[0], 2);
  EXPECT_EQ(results[1].floats[0], 8);
}
