//===- OnnxCreateTest.cpp - onnx ops made by name, and their evaluation -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/onnx/Create.h"
#include "dialects/onnx/Evaluation.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Verifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace mlir;
using testing::ElementsAre;

namespace {

class OnnxCreate : public testing::Test {
protected:
  OnnxCreate()
      : builder((context.loadDialect<onnx::ONNXDialect>(), &context)),
        module(ModuleOp::create(builder.getUnknownLoc())),
        writer(builder, builder.getUnknownLoc()) {
    builder.setInsertionPointToEnd(module->getBody());
  }
  Operation *create(StringRef name, ArrayRef<Value> operands,
                    size_t outputs = 1, NamedAttrList attributes = {}) {
    return onnx::createOp(builder, builder.getUnknownLoc(), name, operands,
                          attributes, outputs);
  }
  /// All elements of a vector of integers.
  std::vector<int64_t> integersOf(Value value) {
    onnx::Evaluator evaluator;
    const onnx::Sizes *sizes = evaluator.sizes(value);
    std::vector<int64_t> found;
    for (int64_t i = 0; sizes && sizes->size() == 1 && i < (*sizes)[0]; ++i)
      if (auto element = evaluator.element(value, {i}))
        found.push_back(element->whole());
    return found;
  }

  MLIRContext context;
  OpBuilder builder;
  OwningOpRef<ModuleOp> module;
  onnx::GraphWriter writer;
};

TEST_F(OnnxCreate, AbsentInputsAreNone) {
  Value x = writer.number(1, builder.getF32Type());
  Operation *clip = create("onnx.Clip", {x, Value()});
  ASSERT_EQ(clip->getNumOperands(), 3u);
  EXPECT_TRUE(onnx::isNone(clip->getOperand(1)));
  EXPECT_TRUE(onnx::isNone(clip->getOperand(2)));
  EXPECT_TRUE(succeeded(verify(*module)));
}

TEST_F(OnnxCreate, OutputsNotAskedForAreNone) {
  Value x = writer.integers({1, 2}), k = writer.integers({1});
  Operation *top = create("onnx.TopK", {x, k});
  ASSERT_EQ(top->getNumResults(), 2u);
  EXPECT_EQ(top->getResult(0).getType(),
            UnrankedTensorType::get(builder.getI64Type()));
  EXPECT_TRUE(onnx::isNone(top->getResult(1)));
}

TEST_F(OnnxCreate, VariadicPlacesTakeWhatIsGiven) {
  Value x = writer.integers({1, 2});
  Operation *split =
      create("onnx.Split", {x}, 2, writer.attribute("num_outputs", int64_t{2}));
  EXPECT_EQ(split->getNumOperands(), 2u); // the sizes are not given
  EXPECT_EQ(split->getNumResults(), 2u);
  EXPECT_THAT(integersOf(split->getResult(1)), ElementsAre(2));
}

TEST_F(OnnxCreate, DefaultsOfTheSchemaAreThere) {
  Value x = writer.integers({1, 2});
  Operation *gather = create("onnx.Gather", {x, writer.integer(1)});
  EXPECT_EQ(cast<onnx::GatherOp>(gather).getAxis(), 0);
}

TEST_F(OnnxCreate, WritesSizes) {
  Value x =
      writer.make("ConstantOfShape", {writer.integers({2, 3, 5})},
                  builder.getNamedAttr("value", builder.getI64TensorAttr({7})));
  EXPECT_THAT(integersOf(writer.size(x, 1)), ElementsAre(3));
  Value flat = writer.reshape(x, {writer.integers({-1})});
  EXPECT_EQ(integersOf(flat).size(), 30u);
  Value turned = writer.transpose(x, {2, 0, 1});
  EXPECT_THAT(integersOf(writer.make("Shape", {turned})), ElementsAre(5, 2, 3));
  EXPECT_TRUE(succeeded(verify(*module)));
}

TEST_F(OnnxCreate, EvaluatesBesideWhatIsBound) {
  auto block = std::make_unique<Block>();
  Value x = block->addArgument(UnrankedTensorType::get(builder.getI64Type()),
                               builder.getUnknownLoc());
  builder.setInsertionPointToEnd(block.get());
  Value shape = writer.make("Shape", {x});
  Value sum = writer.make("Add", {x, x});

  onnx::Evaluator evaluator;
  EXPECT_FALSE(evaluator.sizes(shape));
  EXPECT_THAT(evaluator.reason(), testing::HasSubstr("no sizes yet"));
  evaluator.bind(x, {4, 100000000});
  EXPECT_EQ(evaluator.element(shape, {1})->whole(), 100000000);
  EXPECT_FALSE(evaluator.element(sum, {0, 0})); // sizes alone are known
  evaluator.bind(x, {2, 3}, [](onnx::Index at) {
    return onnx::Scalar::of(10 * at[0] + at[1]);
  });
  EXPECT_EQ(evaluator.element(sum, {1, 2})->whole(), 24);
  EXPECT_FALSE(evaluator.element(sum, {1, 3}));
  EXPECT_THAT(evaluator.reason(), testing::HasSubstr("outside of a tensor"));
}

} // namespace
