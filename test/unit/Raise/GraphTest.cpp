//===- GraphTest.cpp - roles, sizes and regions of a graph ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "RaiseTesting.h"

using namespace llmc;
using namespace mlir;

static const char *const decoder = R"(
  llm.weight @table : tensor<320x8xf32> source "table"
  func.func @main(
      %tokens: tensor<?x?xi64> {onnx.name = "tokens", onnx.dims = ["b", "s"]},
      %mask: tensor<?x?xi64> {onnx.name = "attention_mask", onnx.dims = ["b", "t"]},
      %position: tensor<?x?xi64> {onnx.name = "position_ids", onnx.dims = ["b", "s"]},
      %cache: tensor<?x2x?x4xf32> {onnx.name = "past", onnx.dims = ["b", "", "p", ""]},
      %heads: tensor<?x2x?x4xf32> {onnx.name = "heads", onnx.dims = ["b", "", "s", ""]})
      -> (tensor<*xf32>, tensor<*xf32>, tensor<*xi64>, tensor<*xf32>) {
    %w = llm.param @table : tensor<320x8xf32>
    %x = onnx.Gather(%w, %tokens) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
    %all = onnx.Concat(%cache, %heads) {axis = 2 : i64} : (tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) -> tensor<*xf32>
    %size = onnx.Shape(%x) : (tensor<*xf32>) -> tensor<*xi64>
    %turned = onnx.Transpose(%w) {perm = array<i64: 1, 0>} : (tensor<320x8xf32>) -> tensor<*xf32>
    return %x, %all, %size, %turned : tensor<*xf32>, tensor<*xf32>, tensor<*xi64>, tensor<*xf32>
  })";

TEST(Graph, FindsTheRolesOfInputs) {
  ParsedGraph parsed(decoder);
  Graph graph(parsed.function(), nullptr);
  EXPECT_EQ(graph.ids, parsed.function().getArgument(0));
  EXPECT_EQ(graph.mask, parsed.function().getArgument(1));
  EXPECT_EQ(graph.positions, parsed.function().getArgument(2));
  ASSERT_EQ(graph.past.size(), 1u); // heads as long as the tokens are none
  EXPECT_EQ(graph.past[0], parsed.function().getArgument(3));
}

TEST(Graph, KnowsDataFromSizesAndConstants) {
  ParsedGraph parsed(decoder);
  Graph graph(parsed.function(), nullptr);
  EXPECT_TRUE(graph.isData(parsed.result(0)));
  EXPECT_TRUE(graph.isData(parsed.result(1)));
  EXPECT_FALSE(graph.isData(parsed.result(2)));
  EXPECT_FALSE(graph.isData(parsed.result(3)));
  EXPECT_TRUE(graph.isConstant(parsed.result(3)));
  EXPECT_FALSE(graph.isConstant(parsed.result(0)));
}

TEST(Graph, SaysSizesInPrimes) {
  ParsedGraph parsed(decoder);
  Graph graph(parsed.function(), nullptr);
  Lengths lengths = graph.lengths();
  EXPECT_EQ(*graph.sizes(parsed.result(0)),
            (Graph::Sizes{lengths.batch, lengths.seq, 8}));
  EXPECT_EQ(*graph.sizes(parsed.result(1)),
            (Graph::Sizes{lengths.batch, 2, lengths.past + lengths.seq, 4}));
  EXPECT_EQ(*graph.sizes(parsed.result(2)), (Graph::Sizes{3}));
}

TEST(Graph, EvaluatesForGivenLengths) {
  ParsedGraph parsed(decoder);
  Graph graph(parsed.function(), nullptr);
  onnx::Evaluator evaluator = graph.evaluator({2, 3, 4});
  EXPECT_EQ(*evaluator.sizes(parsed.result(1)), (Graph::Sizes{2, 2, 7, 4}));
  EXPECT_EQ(evaluator.element(graph.positions, {1, 2})->integer, 6);
  EXPECT_EQ(evaluator.element(graph.mask, {1, 6})->integer, 1);
  EXPECT_EQ(evaluator.element(parsed.result(2), {1})->integer, 3);
}

TEST(Graph, TakesShorterLengthsWhereATableEnds) {
  ParsedGraph parsed(R"(
    llm.weight @table : tensor<320x8xf32> source "table"
    func.func @main(%ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["b", "s"]}) -> tensor<*xf32> {
      %i0 = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
      %no = onnx.None : none
      %all = onnx.Constant {value = dense<1.0> : tensor<256x8xf32>} : () -> tensor<256x8xf32>
      %w = llm.param @table : tensor<320x8xf32>
      %x = onnx.Gather(%w, %ids) : (tensor<320x8xf32>, tensor<?x?xi64>) -> tensor<*xf32>
      %s = onnx.Shape(%ids) {start = 1 : i64} : (tensor<?x?xi64>) -> tensor<*xi64>
      %p = onnx.Slice(%all, %i0, %s, %i0, %no) : (tensor<256x8xf32>, tensor<1xi64>, tensor<*xi64>, tensor<1xi64>, none) -> tensor<*xf32>
      %y = onnx.Add(%x, %p) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
      return %y : tensor<*xf32>
    })");
  Graph graph(parsed.function(), nullptr);
  EXPECT_LT(graph.lengths().seq, 256);
  EXPECT_EQ(*graph.sizes(parsed.result()),
            (Graph::Sizes{graph.lengths().batch, graph.lengths().seq, 8}));
}

TEST(Graph, CutsRegionsAtTheOneValueTheyReadFrom) {
  ParsedGraph parsed(R"(
    func.func @main(%x: tensor<?x?x8xf32>) -> tensor<*xf32> {
      %n = onnx.Neg(%x) : (tensor<?x?x8xf32>) -> tensor<*xf32>
      %e = onnx.Exp(%n) : (tensor<*xf32>) -> tensor<*xf32>
      %y = onnx.Mul(%n, %e) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
      return %y : tensor<*xf32>
    })");
  Graph graph(parsed.function(), nullptr);
  std::vector<Value> cuts;
  EXPECT_FALSE(
      cutAbove(graph, parsed.result(), onnx::isElementwise, [&](Value cut) {
        cuts.push_back(cut);
        return false;
      }));
  ASSERT_EQ(cuts.size(), 2u); // not at the product's two operands
  EXPECT_TRUE(cuts[0].getDefiningOp<onnx::NegOp>());
  EXPECT_EQ(cuts[1], parsed.function().getArgument(0));
}

TEST(Graph, RandomNumbersAreDifferentAndBounded) {
  double sum = 0;
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    double number = pseudoRandom(seed);
    EXPECT_LE(std::abs(number), 1);
    EXPECT_NE(number, pseudoRandom(seed + 1));
    sum += number;
  }
  EXPECT_LT(std::abs(sum / 1000), 0.1);
}
