//===- OnnxToLinalg.cpp - a graph that is no step becomes a function ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Encoders, classifiers, whatever has no cache: every op as loops over tensors,
// which the stages of function programs fuse.
//===----------------------------------------------------------------------===//
#include "Function/FunctionConverter.h"

#include "dialects/llm/LLMDialect.h"
#include "dialects/onnx/ONNXDialect.h"
#include "llmc/Raise/Passes.h"
#include "llmc/Support/Explain.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace llmc {
#define GEN_PASS_DEF_ONNXTOLINALG
#include "llmc/Raise/Passes.h.inc"

using namespace mlir;

namespace {

struct OnnxToLinalg : impl::OnnxToLinalgBase<OnnxToLinalg> {
  explicit OnnxToLinalg(const WeightStore *store) : store(store) {}
  const WeightStore *store;

  void runOnOperation() override {
    for (auto graph : llvm::to_vector(getOperation().getOps<func::FuncOp>()))
      if (failed(convert(graph)))
        return signalPassFailure();
  }

  LogicalResult convert(func::FuncOp graph) {
    FunctionConverter converter(graph, store);
    func::FuncOp made = converter.run();
    if (!made)
      return refuse(graph, converter.failures());
    applied(made, getArgument(), "a graph became a function on tensors");
    graph.erase();
    eraseDead(made); // weights that became others
    converter.weights().settle(made);
    return success();
  }

  /// Names the ops, each kind once, with the first node and its reason.
  LogicalResult refuse(func::FuncOp graph, ArrayRef<FailedNode> failures) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    llvm::StringMap<int64_t> counts;
    for (const FailedNode &node : failures)
      ++counts[node.op->getName().getStringRef()];
    for (const FailedNode &node : failures) {
      int64_t &count = counts[node.op->getName().getStringRef()];
      if (count == 0)
        continue;
      stream << (text.empty() ? "" : "; ") << node.op->getName();
      if (auto name = dyn_cast<NameLoc>(node.op->getLoc()))
        stream << " (node '" << name.getName().getValue() << "')";
      stream << " " << node.reason;
      if (count > 1)
        stream << ", as " << count << " nodes";
      count = 0;
    }
    // The nodes are the place, not the function.
    return mlir::emitError(UnknownLoc::get(&getContext()),
                           "the graph cannot become a function: ")
           << text;
  }
};

} // namespace

std::unique_ptr<Pass> createOnnxToLinalgPass(const WeightStore *store) {
  return std::make_unique<OnnxToLinalg>(store);
}
} // namespace llmc
