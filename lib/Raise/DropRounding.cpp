//===- DropRounding.cpp - attention is not rounded inside -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A static quantiser puts QuantizeLinear and DequantizeLinear around every product it
// finds, those of attention too: keys of the whole context, scores, weights. A cache
// has keys as they were computed, and a kernel of attention no place for codes in
// between; pairs around products of rows with weights stay, and mean what they say.
//===----------------------------------------------------------------------===//
#include "Graph.h"

#include "llmc/Raise/Passes.h"
#include "llmc/Support/Explain.h"

namespace llmc {
#define GEN_PASS_DEF_DROPROUNDING
#include "llmc/Raise/Passes.h.inc"

using namespace mlir;

namespace {

/// The rounding that `back` ends: to codes and back by the same numbers; null if
/// there is none.
onnx::QuantizeLinearOp findRounding(onnx::DequantizeLinearOp back) {
  auto to = back.getX().getDefiningOp<onnx::QuantizeLinearOp>();
  bool isSame = to && to->getOperand(1) == back->getOperand(1) &&
                to->getOperand(2) == back->getOperand(2);
  return isSame ? to : onnx::QuantizeLinearOp();
}

struct DropRounding : impl::DropRoundingBase<DropRounding> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      Graph graph(function, /*store=*/nullptr);
      SmallVector<onnx::DequantizeLinearOp> inside;
      function.walk([&](onnx::DequantizeLinearOp back) {
        onnx::QuantizeLinearOp to = findRounding(back);
        if (to && graph.isData(to->getOperand(0)) &&
            (leadsToProduct(graph, back) || comesFromProduct(graph, to)))
          inside.push_back(back);
      });
      for (onnx::DequantizeLinearOp back : inside) {
        applied(back, getArgument(), "attention is not rounded inside");
        back.getResult().replaceAllUsesWith(findRounding(back)->getOperand(0));
      }
      eraseDead(function);
    }
  }

  /// A product of two values that tokens decide: attention's, not a linear's.
  static bool isOfData(const Graph &graph, Operation *op) {
    return isa<onnx::MatMulOp>(op) && graph.isData(op->getOperand(0)) &&
           graph.isData(op->getOperand(1));
  }

  /// Whether the value is a factor of such a product, moved at most.
  static bool leadsToProduct(const Graph &graph,
                             onnx::DequantizeLinearOp back) {
    constexpr size_t mostValues = 16;
    SmallVector<Value> reached = {back.getResult()};
    for (size_t i = 0; i < reached.size() && reached.size() < mostValues; ++i)
      for (Operation *user : reached[i].getUsers()) {
        if (isOfData(graph, user))
          return true;
        if (onnx::isMovement(user) && user->getOperand(0) == reached[i])
          reached.push_back(user->getResult(0));
      }
    return false;
  }

  static bool comesFromProduct(const Graph &graph, onnx::QuantizeLinearOp to) {
    Operation *source = to->getOperand(0).getDefiningOp();
    while (source && onnx::isMovement(source))
      source = source->getOperand(0).getDefiningOp();
    return source && isOfData(graph, source);
  }
};

} // namespace

std::unique_ptr<Pass> createDropRoundingPass() {
  return std::make_unique<DropRounding>();
}
} // namespace llmc
