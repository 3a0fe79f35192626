//===- OnnxSchemaTest.cpp - what a reader asks of operators -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/onnx/ONNXDialect.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/MLIRContext.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace mlir;
using testing::ElementsAre;

namespace {

class OnnxSchema : public testing::Test {
protected:
  OnnxSchema() { context.loadDialect<onnx::ONNXDialect>(); }
  const onnx::Schema *find(StringRef name) {
    return onnx::findSchema(OperationName(name, &context));
  }
  MLIRContext context;
};

TEST_F(OnnxSchema, NamesPlaces) {
  const onnx::Schema *gather = find("onnx.Gather");
  ASSERT_TRUE(gather);
  EXPECT_EQ(gather->domain, "");
  EXPECT_EQ(gather->name, "Gather");
  EXPECT_EQ(gather->version, 13);
  EXPECT_THAT(gather->operands, ElementsAre("data", "indices"));
  EXPECT_THAT(gather->results, ElementsAre("output"));
  EXPECT_FALSE(gather->operandsVariadic || gather->resultsVariadic);
}

TEST_F(OnnxSchema, KnowsVariadicPlaces) {
  const onnx::Schema *concat = find("onnx.Concat"), *split = find("onnx.Split");
  ASSERT_TRUE(concat && split);
  EXPECT_TRUE(concat->operandsVariadic && !concat->resultsVariadic);
  EXPECT_TRUE(!split->operandsVariadic && split->resultsVariadic);
}

TEST_F(OnnxSchema, NamesSubgraphs) {
  ASSERT_TRUE(find("onnx.If"));
  EXPECT_THAT(find("onnx.If")->regions,
              ElementsAre("then_branch", "else_branch"));
}

TEST_F(OnnxSchema, OtherOpsHaveNone) {
  EXPECT_FALSE(find("onnx.None"));
  EXPECT_FALSE(find("onnx.Nonsense"));
  EXPECT_FALSE(find("builtin.module"));
}

TEST_F(OnnxSchema, SpellsDomains) {
  EXPECT_EQ(onnx::getOpName("", "Gather"), "onnx.Gather");
  EXPECT_EQ(onnx::getOpName("ai.onnx", "Gather"), "onnx.Gather");
  EXPECT_EQ(onnx::getOpName("com.microsoft", "MoE"), "onnx.microsoft.MoE");
  EXPECT_EQ(onnx::getOpName("my.own", "Op"), "onnx.my.own.Op");
  const onnx::Schema *moe = find(onnx::getOpName("com.microsoft", "MoE"));
  ASSERT_TRUE(moe);
  EXPECT_EQ(moe->domain, "com.microsoft");
}

TEST_F(OnnxSchema, ConstantsHaveTheTypeOfTheirValue) {
  OpBuilder builder(&context);
  auto value = builder.getI64TensorAttr({1, 2, 3});
  OwningOpRef<onnx::ConstantOp> constant =
      onnx::createConstant(builder, builder.getUnknownLoc(), value);
  EXPECT_EQ(constant->getType(), value.getType());
  EXPECT_EQ(onnx::getElements(*constant), ElementsAttr(value));
}

} // namespace
