//===- EvaluatedGraph.cpp - what a graph of onnx ops computes -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "EvaluatedGraph.h"

#include "dialects/llm/LLMDialect.h"
#include "dialects/onnx/Evaluation.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <gtest/gtest.h>
#include <map>

namespace llmc::test {

namespace onnx = mlir::onnx;

static onnx::Sizes sizesOf(const ReferenceTensor &tensor) {
  return {tensor.shape.begin(), tensor.shape.end()};
}

/// The tensor has to stay where it is.
static onnx::Evaluator::Elements read(const ReferenceTensor &tensor) {
  return [&tensor](onnx::Index index) {
    int64_t at = 0;
    for (auto [size, place] : llvm::zip_equal(tensor.shape, index))
      at = at * size + place;
    return tensor.ints.empty() ? onnx::Scalar::of(double(tensor.floats[at]))
                               : onnx::Scalar::of(tensor.ints[at]);
  };
}

static ReferenceTensor takeResult(onnx::Evaluator &evaluator,
                                  mlir::Value value) {
  ReferenceTensor result;
  const onnx::Sizes sizes = *evaluator.sizes(value);
  result.shape.assign(sizes.begin(), sizes.end());
  int64_t count = 1;
  for (int64_t size : sizes)
    count *= size;
  onnx::Sizes index(sizes.size(), 0);
  for (int64_t i = 0; i < count; ++i) {
    for (int64_t d = index.size() - 1, rest = i; d >= 0; --d) {
      index[d] = rest % sizes[d];
      rest /= sizes[d];
    }
    onnx::Scalar element = *evaluator.element(value, index);
    if (element.isInteger)
      result.ints.push_back(element.integer);
    else
      result.floats.push_back(float(element.real));
  }
  return result;
}

std::vector<ReferenceTensor>
evaluateGraph(mlir::ModuleOp graph, const WeightStore &store,
              llvm::ArrayRef<ReferenceTensor> inputs) {
  std::map<std::string, ReferenceTensor> weights;
  onnx::Evaluator evaluator([&](mlir::Value value, onnx::Sizes &sizes,
                                onnx::Evaluator::Elements &elements) {
    auto param = value.getDefiningOp<mlir::llm::ParamOp>();
    if (!param)
      return false;
    ReferenceTensor &weight = weights[param.getWeight().str()];
    auto shape = llvm::cast<mlir::RankedTensorType>(value.getType()).getShape();
    weight.shape.assign(shape.begin(), shape.end());
    weight.floats = llvm::cantFail(makeWeightValues(
        graph.lookupSymbol<mlir::llm::WeightOp>(param.getWeight()), store));
    sizes = sizesOf(weight);
    elements = read(weight);
    return true;
  });
  auto main = graph.lookupSymbol<mlir::func::FuncOp>("main");
  mlir::Block &body = main.getBody().front();
  for (auto [argument, input] : llvm::zip_equal(body.getArguments(), inputs))
    evaluator.bind(argument, sizesOf(input), read(input));
  if (failed(evaluator.run(body))) {
    ADD_FAILURE() << "the graph has no meaning: " << evaluator.reason();
    return {};
  }
  std::vector<ReferenceTensor> results;
  for (mlir::Value value : body.getTerminator()->getOperands())
    results.push_back(takeResult(evaluator, value));
  return results;
}

} // namespace llmc::test
