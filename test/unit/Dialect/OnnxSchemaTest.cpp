//===- OnnxSchemaTest.cpp - what a reader asks of operators -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/ONNXDialect.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/MLIRContext.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace mlir;
using testing::ElementsAre;
using testing::Field;

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
  EXPECT_THAT(gather->operands,
              ElementsAre(Field(&onnx::Place::name, "data"),
                          Field(&onnx::Place::name, "indices")));
  EXPECT_THAT(gather->results,
              ElementsAre(Field(&onnx::Place::name, "output")));
  EXPECT_FALSE(gather->operandsVariadic || gather->resultsVariadic);
}

TEST_F(OnnxSchema, KnowsTypesOfPlaces) {
  const onnx::Schema *squeeze = find("onnx.Squeeze");
  ASSERT_TRUE(squeeze && squeeze->operands.size() == 2);
  EXPECT_EQ(squeeze->operands[0].type, squeeze->results[0].type);
  EXPECT_FALSE(squeeze->operands[0].optional);
  EXPECT_EQ(squeeze->operands[1].type, "i64");
  EXPECT_TRUE(squeeze->operands[1].optional);
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

TEST_F(OnnxSchema, TellsElementTypesOfResults) {
  Builder b(&context);
  Type f16 = b.getF16Type(), f32 = b.getF32Type(), i64 = b.getI64Type();
  auto infer = [&](StringRef name, unsigned result, ArrayRef<Type> operands,
                   ArrayRef<NamedAttribute> attributes = {}) {
    return onnx::inferElementType(name, result, operands,
                                  NamedAttrList(attributes), &context);
  };
  EXPECT_EQ(infer("onnx.Add", 0, {f16, f16}), f16);     // shared variable
  EXPECT_EQ(infer("onnx.Clip", 0, {{}, {}, f16}), f16); // of any place
  EXPECT_EQ(infer("onnx.TopK", 1, {f16, i64}), i64);    // no choice
  EXPECT_EQ(infer("onnx.Split", 3, {f16}), f16);        // variadic
  EXPECT_EQ(infer("onnx.Cast", 0, {f32},
                  b.getNamedAttr("to", b.getI64IntegerAttr(10))),
            f16);
  EXPECT_EQ(infer("onnx.microsoft.MatMulNBits", 0, {f16}), f16);
  EXPECT_FALSE(infer("onnx.Nonsense", 0, {f16}));
}

} // namespace
