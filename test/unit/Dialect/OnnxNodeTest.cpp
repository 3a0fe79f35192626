//===- OnnxNodeTest.cpp - evaluated operators against ONNX's node tests -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each function of test/Inputs/onnx/node-tests.mlir is a test: it returns what an
// operator makes beside what ONNX expects. LLMC_NODE_TESTS names another file
// (utils/make-node-tests.py --all).
//===----------------------------------------------------------------------===//
#include "Tolerances.h"

#include "dialects/onnx/Evaluation.h"
#include "dialects/onnx/Meanings.h"
#include "dialects/onnx/ONNXDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <cmath>
#include <cstdlib>
#include <gtest/gtest.h>

using namespace mlir;
namespace tolerance = llmc::test::tolerance;

namespace {

/// The file, read once; tests are its functions.
struct NodeTests {
  NodeTests() {
    context.loadDialect<func::FuncDialect, onnx::ONNXDialect>();
    const char *file = std::getenv("LLMC_NODE_TESTS");
    module = parseSourceFile<ModuleOp>(
        file ? file : LLMC_TEST_INPUTS "/onnx/node-tests.mlir", &context);
  }
  static NodeTests &get() {
    static NodeTests tests;
    return tests;
  }
  std::vector<std::string> names() {
    std::vector<std::string> names;
    if (module)
      for (auto function : module->getOps<func::FuncOp>())
        names.push_back(function.getName().str());
    return names;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

class OnnxNode : public testing::TestWithParam<std::string> {};

/// How far an element may be from what numpy computed in its own precision.
double toleranceOf(Type type) {
  if (type.isF32() || type.isF64())
    return tolerance::nodeFloats;
  return isa<FloatType>(type) ? tolerance::nodeHalves : tolerance::exact;
}

bool isNear(double made, double wanted, double tolerance) {
  if (std::isnan(wanted) || std::isinf(wanted))
    return std::isnan(wanted) ? std::isnan(made) : made == wanted;
  return std::abs(made - wanted) <= tolerance * std::max(1.0, std::abs(wanted));
}

TEST(OnnxNodes, AreRead) { EXPECT_GT(NodeTests::get().names().size(), 100u); }

TEST_P(OnnxNode, IsWhatOnnxExpects) {
  auto function =
      NodeTests::get().module->lookupSymbol<func::FuncOp>(GetParam());
  Operation *end = function.front().getTerminator();
  onnx::Evaluator evaluator;
  for (unsigned i = 0; i + 1 < end->getNumOperands(); i += 2) {
    Value made = end->getOperand(i), wanted = end->getOperand(i + 1);
    const onnx::Sizes *found = evaluator.sizes(made);
    ASSERT_TRUE(found) << evaluator.reason();
    onnx::Sizes sizes = *found;
    auto type = cast<RankedTensorType>(wanted.getType());
    ASSERT_EQ(ArrayRef<int64_t>(sizes), type.getShape()) << "output " << i / 2;
    for (int64_t at = 0; at < onnx::countOf(sizes); ++at) {
      onnx::Sizes index = onnx::unflatten(at, sizes);
      std::optional<onnx::Scalar> element = evaluator.element(made, index);
      ASSERT_TRUE(element) << evaluator.reason();
      double want = evaluator.element(wanted, index)->number();
      ASSERT_TRUE(
          isNear(element->number(), want, toleranceOf(type.getElementType())))
          << "output " << i / 2 << ", element " << at << " is "
          << element->number() << ", expected " << want;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, OnnxNode,
                         testing::ValuesIn(NodeTests::get().names()),
                         [](const auto &info) { return info.param; });

} // namespace
