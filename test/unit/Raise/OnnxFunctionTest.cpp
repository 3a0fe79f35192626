//===- OnnxFunctionTest.cpp - lowered operators against ONNX's node tests ---===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each function of test/Inputs/onnx/node-tests.mlir becomes a function program's
// linalg, its floats given as inputs, and the interpreter runs it: it returns what
// an operator makes beside what ONNX expects. LLMC_NODE_TESTS names another file.
//===----------------------------------------------------------------------===//
#include "Tolerances.h"

#include "dialects/onnx/ONNXDialect.h"
#include "llmc/Driver/Pipelines.h"
#include "llmc/Driver/Registration.h"
#include "llmc/Reference/Interpreter.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"

#include <cmath>
#include <cstdlib>
#include <gtest/gtest.h>

using namespace mlir;
namespace tolerance = llmc::test::tolerance;

namespace {

struct NodeTests {
  NodeTests() {
    DialectRegistry registry;
    llmc::registerDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
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

double numberOf(Attribute element) {
  if (auto real = dyn_cast<FloatAttr>(element))
    return real.getValueAsDouble();
  APInt whole = cast<IntegerAttr>(element).getValue();
  Type type = cast<IntegerAttr>(element).getType();
  bool isPlain = type.isUnsignedInteger() || type.isInteger(1);
  return isPlain ? double(whole.getZExtValue()) : double(whole.getSExtValue());
}

llmc::ReferenceTensor toTensor(DenseElementsAttr dense) {
  llmc::ReferenceTensor tensor;
  tensor.shape.assign(dense.getType().getShape().begin(),
                      dense.getType().getShape().end());
  for (Attribute element : dense.getValues<Attribute>())
    tensor.floats.push_back(float(numberOf(element)));
  return tensor;
}

/// The test alone in a module: floats are arguments, what is expected is gone.
struct Case {
  OwningOpRef<ModuleOp> module;
  std::vector<llmc::ReferenceTensor> inputs;
  std::vector<DenseElementsAttr> expected;

  explicit Case(func::FuncOp test) : module(ModuleOp::create(test.getLoc())) {
    OpBuilder b = OpBuilder::atBlockEnd(module->getBody());
    auto main = cast<func::FuncOp>(b.clone(*test));
    main.setName("main");
    Block &body = main.getBody().front();
    Operation *end = body.getTerminator();
    SmallVector<Value> results;
    for (unsigned i = 0; i + 1 < end->getNumOperands(); i += 2) {
      results.push_back(end->getOperand(i));
      auto wanted = end->getOperand(i + 1).getDefiningOp<onnx::ConstantOp>();
      expected.push_back(cast<DenseElementsAttr>(wanted.getValueAttr()));
    }
    end->setOperands(results);
    for (auto constant :
         llvm::make_early_inc_range(body.getOps<onnx::ConstantOp>()))
      giveAsInput(body, constant);
    main.setType(FunctionType::get(main.getContext(), body.getArgumentTypes(),
                                   ValueRange(results).getTypes()));
  }

  void giveAsInput(Block &body, onnx::ConstantOp constant) {
    auto dense = cast<DenseElementsAttr>(constant.getValueAttr());
    if (constant.use_empty())
      return constant.erase();
    if (!dense.getElementType().isF32() || dense.getNumElements() == 1)
      return;
    inputs.push_back(toTensor(dense));
    Value input = body.addArgument(dense.getType(), constant.getLoc());
    constant.getResult().replaceAllUsesWith(input);
    constant.erase();
  }
};

/// How far an element may be from what numpy computed in its own precision; sums
/// are in f32 here.
double toleranceOf(Type type) {
  if (type.isF32() || type.isF64())
    return tolerance::floats;
  return isa<FloatType>(type) ? tolerance::nodeHalves : tolerance::exact;
}

bool isNear(double made, double wanted, double tolerance) {
  if (std::isnan(wanted) || std::isinf(wanted))
    return std::isnan(wanted) ? std::isnan(made) : made == wanted;
  return std::abs(made - wanted) <= tolerance * std::max(1.0, std::abs(wanted));
}

class OnnxFunction : public testing::TestWithParam<std::string> {};

TEST_P(OnnxFunction, ComputesWhatOnnxExpects) {
  auto test = NodeTests::get().module->lookupSymbol<func::FuncOp>(GetParam());
  Case one(test);
  llmc::WeightStore store;
  if (llvm::Error error = llmc::makeFunction(*one.module, store))
    GTEST_SKIP() << llvm::toString(std::move(error));
  llmc::Interpreter interpreter(*one.module, store);
  auto results = interpreter.call("main", one.inputs, {});
  ASSERT_TRUE(bool(results)) << llvm::toString(results.takeError());
  ASSERT_EQ(results->size(), one.expected.size());
  for (auto [made, wanted] : llvm::zip(*results, one.expected)) {
    ASSERT_EQ(ArrayRef<int64_t>(made.shape), wanted.getType().getShape());
    double allowed = toleranceOf(wanted.getElementType());
    for (auto [i, element] : llvm::enumerate(wanted.getValues<Attribute>())) {
      double found = made.ints.empty() ? made.floats[i] : double(made.ints[i]);
      double want = numberOf(element);
      if (wanted.getElementType().isInteger(1))
        found = found != 0;
      Type type = wanted.getElementType();
      unsigned width = type.getIntOrFloatBitWidth();
      // Memory holds them without a sign: the type says what its bits are.
      if ((type.isUnsignedInteger() || (isa<FloatType>(type) && width <= 8)) &&
          !made.ints.empty())
        found = double(uint64_t(made.ints[i]) &
                       llvm::maskTrailingOnes<uint64_t>(width));
      if (auto small = dyn_cast<FloatAttr>(element); small && width <= 8)
        want = double(small.getValue().bitcastToAPInt().getZExtValue());
      ASSERT_TRUE(isNear(found, want, allowed))
          << "element " << i << " is " << found << ", expected " << want;
    }
  }
}

/// Lowerings that are lost are found here: the others are skipped by name.
TEST(OnnxFunctions, AreMostOfTheTests) {
  int64_t made = 0, all = 0;
  for (auto test : NodeTests::get().module->getOps<func::FuncOp>()) {
    Case one(test);
    llvm::Error error = llmc::makeFunction(*one.module, {});
    made += !error;
    ++all;
    llvm::consumeError(std::move(error));
  }
  EXPECT_GE(made, all * 7 / 10) << made << " of " << all;
}

INSTANTIATE_TEST_SUITE_P(All, OnnxFunction,
                         testing::ValuesIn(NodeTests::get().names()),
                         [](const auto &info) { return info.param; });

} // namespace
