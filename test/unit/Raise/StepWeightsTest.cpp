//===- StepWeightsTest.cpp - constants of a graph become weights ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lib/Raise/StepWeights.h"

#include "RaiseTesting.h"

#include "mlir/IR/Verifier.h"

using namespace llmc;
using namespace mlir;

static const char *const matrices = R"(
  llm.weight @a : tensor<4x6xf32> source "one"
  llm.weight @b : tensor<8xf16> source "two"
  llm.weight @two : tensor<3xf32> source "three"
  llm.weight @unread : tensor<2xf32> source "unread"
  func.func @main(%x: tensor<?x4xf32>) -> (tensor<*xf32>, tensor<8xf16>, tensor<*xf32>, tensor<4x6xf32>, tensor<3xf32>, tensor<*xf32>, tensor<3xf32>) {
    %a = llm.param @a : tensor<4x6xf32>
    %b = llm.param @b : tensor<8xf16>
    %two = llm.param @two : tensor<3xf32>
    %turned = onnx.Transpose(%a) {perm = array<i64: 1, 0>} : (tensor<4x6xf32>) -> tensor<*xf32>
    %back = onnx.Transpose(%turned) {perm = array<i64: 1, 0>} : (tensor<*xf32>) -> tensor<*xf32>
    %number = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
    %more = onnx.Add(%two, %number) : (tensor<3xf32>, tensor<f32>) -> tensor<*xf32>
    %made = onnx.Constant {value = dense<[1.0, 2.0, 3.0]> : tensor<3xf32>} : () -> tensor<3xf32>
    return %turned, %b, %more, %a, %two, %back, %made : tensor<*xf32>, tensor<8xf16>, tensor<*xf32>, tensor<4x6xf32>, tensor<3xf32>, tensor<*xf32>, tensor<3xf32>
  })";

namespace {

class StepWeightsTest : public testing::Test {
protected:
  StepWeightsTest()
      : parsed(matrices), graph(parsed.function(), nullptr),
        weights(graph, *parsed.module), builder(&parsed.context) {
    builder.setInsertionPointToStart(&parsed.function().getBody().front());
  }

  static llm::WeightOp weightOf(Value param) {
    return SymbolTable::lookupNearestSymbolFrom<llm::WeightOp>(
        param.getDefiningOp(),
        param.getDefiningOp<llm::ParamOp>().getWeightAttr());
  }
  std::vector<std::string> names() {
    std::vector<std::string> list;
    for (auto weight : parsed.module->getOps<llm::WeightOp>())
      list.push_back(weight.getSymName().str());
    llvm::sort(list);
    return list;
  }

  ParsedGraph parsed;
  Graph graph;
  StepWeights weights;
  OpBuilder builder;
};

} // namespace

TEST_F(StepWeightsTest, tracesWhatAConstantIsMadeOf) {
  auto turned = weights.trace(parsed.result(0));
  ASSERT_TRUE(turned);
  EXPECT_EQ(turned->weight.getSymName(), "a");
  ASSERT_EQ(turned->recipe.size(), 1u);
  EXPECT_TRUE(isa<llm::TransposeStepAttr>(turned->recipe[0]));
  EXPECT_EQ(turned->shape(), ArrayRef<int64_t>({6, 4}));
  auto back = weights.trace(parsed.result(5)); // twice is not at all
  ASSERT_TRUE(back);
  EXPECT_TRUE(back->recipe.empty());
  auto more = weights.trace(parsed.result(2));
  ASSERT_TRUE(more);
  EXPECT_TRUE(isa<llm::AddStepAttr>(more->recipe.back()));
  EXPECT_FALSE(weights.trace(parsed.function().getArgument(0)));
  EXPECT_FALSE(weights.trace(parsed.result(6))); // of no tensor of the file
}

TEST_F(StepWeightsTest, choosesRows) {
  auto turned = *weights.trace(parsed.result(0));
  EXPECT_EQ(StepWeights::rows(turned, {1, 3}).shape(),
            ArrayRef<int64_t>({2, 4}));
  WeightSource every = StepWeights::rows(turned, {0, 1, 3});
  EXPECT_EQ(every.shape(), ArrayRef<int64_t>({2, 4}));
  EXPECT_EQ(every.recipe.size(), 2u);
  EXPECT_TRUE(StepWeights::rows(turned, {0, 6}).recipe.size() == 1); // all
}

TEST_F(StepWeightsTest, declaresEachSourceOnce) {
  auto turned = *weights.trace(parsed.result(0));
  Value first = weights.matrix(builder, turned);
  Value second = weights.matrix(builder, turned);
  EXPECT_EQ(weightOf(first), weightOf(second));
  EXPECT_NE(weightOf(first), weightOf(weights.matrix(
                                 builder, StepWeights::rows(turned, {0, 2}))));
  Value made = weights.vector(builder, parsed.result(6));
  ASSERT_TRUE(made);
  EXPECT_EQ(weightOf(made),
            weightOf(weights.vector(builder, parsed.result(6))));
  EXPECT_EQ(
      cast<DenseElementsAttr>(*weightOf(made).getValue()).getValues<float>()[2],
      3.0f);
}

TEST_F(StepWeightsTest, readsVectorsAsF32) {
  Value half = weights.vector(builder, parsed.result(1));
  EXPECT_TRUE(cast<RankedTensorType>(half.getType()).getElementType().isF32());
  EXPECT_TRUE(
      isa<llm::ConvertStepAttr>(weightOf(half).getRecipe()->getValue().back()));
}

/// A new weight has the name of its tensor, unless one that stays has it.
TEST_F(StepWeightsTest, settlesNames) {
  auto step = func::FuncOp::create(builder.getUnknownLoc(), "step",
                                   builder.getFunctionType({}, {}));
  parsed.module->push_back(step);
  OpBuilder inside = OpBuilder::atBlockEnd(step.addEntryBlock());
  Value turned = weights.matrix(inside, *weights.trace(parsed.result(0)));
  Value half = weights.vector(inside, parsed.result(1));
  Value old = llm::ParamOp::create(
      inside, inside.getUnknownLoc(), parsed.result(4).getType(),
      FlatSymbolRefAttr::get(&parsed.context, "two"), Value());
  func::ReturnOp::create(inside, inside.getUnknownLoc());
  parsed.function().erase();
  weights.settle(step);
  EXPECT_EQ(weightOf(turned).getSymName(), "one");
  EXPECT_EQ(weightOf(old).getSource(), "three");
  EXPECT_EQ(weightOf(old).getSymName(),
            "three"); // and "two" was taken until then
  EXPECT_EQ(weightOf(half).getSource(), "two");
  EXPECT_EQ(names().size(), 3u); // what nobody reads is gone
  EXPECT_TRUE(succeeded(verify(*parsed.module)));
}

TEST_F(StepWeightsTest, discardsWhatItMade) {
  const std::vector<std::string> before = names();
  Value turned = weights.matrix(builder, *weights.trace(parsed.result(0)));
  Value made = weights.vector(builder, parsed.result(6));
  EXPECT_EQ(names().size(), before.size() + 2);
  made.getDefiningOp()->erase();
  turned.getDefiningOp()->erase();
  weights.discard();
  EXPECT_EQ(names(), before);
}
