//===- FunctionsTest.cpp - sizes and memory of function programs ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CompiledFunction.h"

using namespace llmc;
using namespace llmc::test;

namespace {

ReferenceTensor vector(int64_t size) {
  return {{size}, std::vector<float>(size, 1.0f), {}};
}

TEST(Functions, sizesWithoutACommonNameHaveToBeEqual) {
  CompiledFunction function(functionModule(
      R"(%x: tensor<?xf32> {llm.name = "x"}, %z: tensor<?xf32> {llm.name = "z", llm.dims = ["k"]})",
      R"(tensor<?xf32> {llm.name = "y"})", R"(
    %y = linalg.generic {indexing_maps = [affine_map<(t) -> (t)>, affine_map<(t) -> (t)>], iterator_types = ["parallel"]}
        ins(%x : tensor<?xf32>) outs(%z : tensor<?xf32>) {
    ^bb0(%a: f32, %o: f32):
      %s = arith.addf %a, %o : f32
      linalg.yield %s : f32
    } -> tensor<?xf32>
    return %y : tensor<?xf32>
)"));
  ASSERT_TRUE(function.ok());
  for (const std::string &variant : function.variants()) {
    EXPECT_TRUE(function.call(variant, 1, {vector(5), vector(5)}));
    EXPECT_FALSE(function.call(variant, 1, {vector(5), vector(6)}));
    EXPECT_FALSE(function.call(variant, 1, {vector(6), vector(5)}));
  }
}

TEST(Functions, aSliceHasToLieInItsTensor) {
  CompiledFunction function(functionModule(
      R"(%x: tensor<?xf32> {llm.name = "x"})",
      R"(tensor<3xf32> {llm.name = "y"}, tensor<?xf32> {llm.name = "z"})", R"(
    %y = tensor.extract_slice %x[2] [3] [2] : tensor<?xf32> to tensor<3xf32>
    %c0 = arith.constant 0 : index
    %c2 = arith.constant 2 : index
    %n = tensor.dim %x, %c0 : tensor<?xf32>
    %less = arith.subi %n, %c2 : index
    %z = tensor.extract_slice %x[2] [%less] [1] : tensor<?xf32> to tensor<?xf32>
    return %y, %z : tensor<3xf32>, tensor<?xf32>
)"));
  ASSERT_TRUE(function.ok());
  const std::string variant = function.variants().back();
  EXPECT_TRUE(function.call(variant, 1, {vector(7)}));
  EXPECT_FALSE(function.call(variant, 1, {vector(6)}));
  EXPECT_FALSE(function.call(variant, 1, {vector(1)}));
}

/// x through `count` sums of its rows, each of which needs a buffer.
std::string chain(int64_t count) {
  std::string body = R"(
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %v0, %c0 : tensor<?x?xf32>
    %e = tensor.empty(%m, %m) : tensor<?x?xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
)";
  std::string value = "%v0";
  for (int64_t i = 1; i <= count; ++i) {
    std::string next = "%v" + std::to_string(i);
    body += next + " = linalg.matmul ins(" + value + ", " + value +
            " : tensor<?x?xf32>, tensor<?x?xf32>) outs(%f : tensor<?x?xf32>) "
            "-> tensor<?x?xf32>\n";
    value = next;
  }
  return functionModule(
      R"(%v0: tensor<?x?xf32> {llm.name = "x", llm.dims = ["m", "m"]})",
      R"(tensor<?x?xf32> {llm.name = "y", llm.dims = ["m", "m"]})",
      body + "return " + value + " : tensor<?x?xf32>\n");
}

TEST(Functions, buffersOfAChainShareTwoPlaces) {
  CompiledFunction function(chain(8));
  ASSERT_TRUE(function.ok());
  auto inputs = function.inputs({{"m", 20}});
  EXPECT_LE(function.workspaceBytes(inputs), 3 * 20 * 20 * 4);
  EXPECT_GT(function.workspaceBytes(inputs), 0);
}

/// softmax(mask ? x x' : -inf) z: its products run by tiles of rows.
std::string attention() {
  return R"(
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %least = arith.constant -1.0e30 : f32
    %m = tensor.dim %x, %c0 : tensor<?x40xf32>
    %n = tensor.dim %k, %c0 : tensor<?x40xf32>
    %es = tensor.empty(%m, %n) : tensor<?x?xf32>
    %zs = linalg.fill ins(%zero : f32) outs(%es : tensor<?x?xf32>) -> tensor<?x?xf32>
    %s = linalg.generic {indexing_maps = [affine_map<(i, j, d) -> (i, d)>, affine_map<(i, j, d) -> (j, d)>, affine_map<(i, j, d) -> (i, j)>],
        iterator_types = ["parallel", "parallel", "reduction"]}
        ins(%x, %k : tensor<?x40xf32>, tensor<?x40xf32>) outs(%zs : tensor<?x?xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %p = arith.mulf %a, %b : f32
      %q = arith.addf %o, %p : f32
      linalg.yield %q : f32
    } -> tensor<?x?xf32>
    %masked = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
        iterator_types = ["parallel", "parallel"]} ins(%s, %mask : tensor<?x?xf32>, tensor<?xi1>) outs(%es : tensor<?x?xf32>) {
    ^bb0(%a: f32, %seen: i1, %o: f32):
      %p = arith.select %seen, %a, %least : f32
      linalg.yield %p : f32
    } -> tensor<?x?xf32>
    %p = linalg.softmax dimension(1) ins(%masked : tensor<?x?xf32>) outs(%es : tensor<?x?xf32>) -> tensor<?x?xf32>
    %er = tensor.empty(%m) : tensor<?x24xf32>
    %zr = linalg.fill ins(%zero : f32) outs(%er : tensor<?x24xf32>) -> tensor<?x24xf32>
    %y = linalg.matmul ins(%p, %z : tensor<?x?xf32>, tensor<?x24xf32>) outs(%zr : tensor<?x24xf32>) -> tensor<?x24xf32>
    return %y : tensor<?x24xf32>
)";
}

TEST(Functions, attentionRunsByTilesOfRows) {
  CompiledFunction function(functionModule(
      R"(%x: tensor<?x40xf32> {llm.name = "x", llm.dims = ["m", ""]}, %k: tensor<?x40xf32> {llm.name = "k", llm.dims = ["n", ""]},
         %z: tensor<?x24xf32> {llm.name = "z", llm.dims = ["n", ""]}, %mask: tensor<?xi1> {llm.name = "mask", llm.dims = ["n"]})",
      R"(tensor<?x24xf32> {llm.name = "y", llm.dims = ["m", ""]})",
      attention()));
  function.expectAgrees(1e-5);
  // Each worker has the scores of its own tile, and no call those of all rows.
  auto inputs = function.inputs({{"m", 1000}, {"n", 100}});
  EXPECT_LT(function.workspaceBytes(inputs), 1000 * 100 * 4);
  function.expectAgrees(function.inputs({{"m", 40}, {"n", 0}}), 1e-5);
}

TEST(Functions, whatNoMachineHasIsSaidAndNotWrappedRound) {
  CompiledFunction function(chain(3));
  ASSERT_TRUE(function.ok());
  int64_t sizes[] = {INT32_MAX, INT32_MAX}, outputs[2];
  EXPECT_EQ(function.signature().sizes(sizes, outputs, 2), INT64_MAX);
  int64_t smaller[] = {1000, 1000};
  EXPECT_LT(function.signature().sizes(smaller, outputs, 2), 1 << 24);
}

TEST(Functions, noElementsAreComputedWithoutHarm) {
  CompiledFunction function(chain(2));
  ASSERT_TRUE(function.ok());
  function.expectAgrees(function.inputs({{"m", 0}}));
}

} // namespace
