//===- EvaluationTest.cpp - questions that have no answer, or too long a one ===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Graphs come from files that nobody vouches for: whatever they say, a question
// ends soon, with a reason.
//===----------------------------------------------------------------------===//
#include "dialects/onnx/Evaluation.h"
#include "dialects/onnx/ONNXDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

using namespace mlir;
using onnx::Evaluator;

namespace {

class Evaluation : public testing::Test {
protected:
  Evaluation() { context.loadDialect<onnx::ONNXDialect, func::FuncDialect>(); }

  /// The value that a function returns; `input` is its argument.
  Value parse(const std::string &body) {
    module = parseSourceString<ModuleOp>(body, &context);
    if (!module) {
      ADD_FAILURE() << "is no IR";
      return {};
    }
    auto function = *module->getOps<func::FuncOp>().begin();
    input = function.getArgument(0);
    return function.getBody().front().getTerminator()->getOperand(0);
  }

  /// Expects that an element, and if `sizes` already those, cannot be known.
  void expectUnknown(const std::string &body, const std::string &says,
                     onnx::Sizes given = {4, 3}) {
    Value value = parse(body);
    ASSERT_TRUE(value);
    Evaluator evaluator;
    evaluator.bind(input, std::move(given),
                   [](onnx::Index) { return onnx::Scalar::of(1.0); });
    const onnx::Sizes *sizes = evaluator.sizes(value);
    if (sizes)
      EXPECT_FALSE(
          evaluator.element(value, onnx::Sizes(sizes->size(), 0)).has_value());
    EXPECT_NE(evaluator.reason().find(says), std::string::npos)
        << evaluator.reason();
  }

  /// A function that applies an op to `%x`, a vector of integers and so many
  /// absent inputs.
  static std::string apply(const std::string &op, const std::string &integers,
                           int absent = 0, const std::string &attributes = "") {
    std::string type =
        "tensor<" + std::to_string(1 + llvm::StringRef(integers).count(',')) +
        "xi64>";
    std::string body = "func.func @f(%x: tensor<*xf32>) -> tensor<*xf32> {\n"
                       "%no = onnx.None : none\n"
                       "%s = onnx.Constant {value = dense<[" +
                       integers + "]> : " + type + "} : () -> " + type +
                       "\n%y = onnx." + op + "(%x, %s";
    for (int i = 0; i < absent; ++i)
      body += ", %no";
    body += ") " + attributes + " : (tensor<*xf32>, " + type;
    for (int i = 0; i < absent; ++i)
      body += ", none";
    return body + ") -> tensor<*xf32>\nreturn %y : tensor<*xf32>\n}";
  }

  /// A function that applies an op to `%x` alone.
  static std::string applyAlone(const std::string &op,
                                const std::string &attributes = "") {
    return "func.func @f(%x: tensor<*xf32>) -> tensor<*xf32> {\n%y = onnx." +
           op + "(%x) " + attributes +
           " : (tensor<*xf32>) -> tensor<*xf32>\nreturn %y : tensor<*xf32>\n}";
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  Value input;
};

constexpr const char *huge = "4611686018427387904";

TEST_F(Evaluation, SizesThatOverflowAreNoSizes) {
  std::string two = std::string(huge) + ", " + huge;
  expectUnknown(apply("Tile", two), "more elements than can be counted");
  expectUnknown(apply("Expand", two + ", 1, 1"), "than can be counted");
  expectUnknown(apply("Reshape", two), "reshapes 12 elements");
}

TEST_F(Evaluation, NegativeSizesAreNoSizes) {
  expectUnknown(apply("Tile", "1, -1"), "negative size");
}

TEST_F(Evaluation, InputsOfImpossibleSizesAreNamed) {
  expectUnknown(applyAlone("Neg"), "more elements than can be counted",
                {int64_t{1} << 40, int64_t{1} << 40});
  expectUnknown(applyAlone("Neg"), "negative size", {-3});
  expectUnknown(applyAlone("Neg"), "65 dims", onnx::Sizes(65, 1));
}

TEST_F(Evaluation, ScalarsHaveNoAxis) {
  expectUnknown(applyAlone("Softmax"), "has axis -1 of 0", {});
  expectUnknown(applyAlone("Concat", "{axis = 0 : i64}"), "has axis 0 of 0",
                {});
  expectUnknown(apply("Split", "1"), "splits a scalar", {});
  expectUnknown(apply("Gather", "0"), "has axis 0 of 0", {});
  expectUnknown(apply("GatherElements", "0"), "has axis 0 of 0", {});
}

TEST_F(Evaluation, IndicesHaveTheRankOfWhatTheyChoose) {
  expectUnknown(apply("GatherElements", "0"), "different ranks");
}

TEST_F(Evaluation, PadsAreBounded) {
  std::string pads = std::string("-") + huge + ", 0, " + huge + ", 0";
  expectUnknown(apply("Pad", pads, 2), "pads by");
}

TEST_F(Evaluation, AnElementIsMadeOfSoManyOthers) {
  expectUnknown(apply("ReduceSum", "0"),
                "is made of more than 4194304 elements", {1 << 30, 1});
}

TEST_F(Evaluation, EvaluatorsMayShareTheirWork) {
  Value sum = parse(apply("ReduceSum", "0"));
  ASSERT_TRUE(sum);
  auto work = std::make_shared<int64_t>(50);
  int answered = 0;
  for (int i = 0; i < 4; ++i) {
    Evaluator evaluator;
    evaluator.limit(work);
    evaluator.bind(input, {10},
                   [](onnx::Index) { return onnx::Scalar::of(1.0); });
    answered += evaluator.element(sum, {0}).has_value();
  }
  EXPECT_EQ(answered, 2); // of 10 that are summed, read once each, and axes
}

TEST_F(Evaluation, LongChainsEnd) {
  std::string body = "func.func @f(%x0: tensor<*xf32>) -> tensor<*xf32> {\n";
  constexpr int length = 100'000;
  for (int i = 0; i < length; ++i)
    body += "%x" + std::to_string(i + 1) + " = onnx.Neg(%x" +
            std::to_string(i) + ") : (tensor<*xf32>) -> tensor<*xf32>\n";
  body += "return %x" + std::to_string(length) + " : tensor<*xf32>\n}";
  expectUnknown(body, "longer chain of ops");
}

TEST_F(Evaluation, DivisionByZeroHasNoValue) {
  for (std::string op : {"Div", "Mod"})
    expectUnknown(
        "func.func @f(%x: tensor<*xf32>) -> tensor<2xi64> {\n"
        "%c = onnx.Constant {value = dense<[0, 1]> : tensor<2xi64>} : () -> "
        "tensor<2xi64>\n%y = onnx." +
            op +
            "(%c, %c) : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>\n"
            "return %y : tensor<2xi64>\n}",
        "divides by zero");
}

} // namespace
