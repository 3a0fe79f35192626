//===- InferShapes.cpp - values get their ranks and static sizes ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Evaluated for several lengths instead of computed with symbols: reshapes by
// computed sizes need no rule of their own.
//===----------------------------------------------------------------------===//
#include "Graph.h"

#include "llmc/Raise/Passes.h"
#include "llmc/Support/Explain.h"

namespace llmc {
#define GEN_PASS_DEF_INFERSHAPES
#include "llmc/Raise/Passes.h.inc"

using namespace mlir;

namespace {

// Besides the long ones: a size may be bounded from above.
constexpr Lengths shortLengths[] = {{2, 3, 5}, {3, 7, 2}};

struct InferShapes : impl::InferShapesBase<InferShapes> {
  explicit InferShapes(const WeightStore *store) : store(store) {}
  const WeightStore *store;

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      infer(function);
  }

  void infer(func::FuncOp function) {
    Graph graph(function, store);
    std::vector<onnx::Evaluator> evaluators;
    evaluators.push_back(graph.evaluator(graph.lengths()));
    for (Lengths lengths : shortLengths)
      evaluators.push_back(graph.evaluator(lengths));
    bool complete = true;
    function.walk([&](Operation *op) {
      for (Value result : op->getResults())
        if (isa<UnrankedTensorType>(result.getType()) && complete)
          complete = inferValue(op, result, evaluators);
    });
    retypeResults(function);
  }

  /// False after the first value whose sizes cannot be known: those behind it
  /// are made of it.
  bool inferValue(Operation *op, Value value,
                  MutableArrayRef<onnx::Evaluator> evaluators) {
    SmallVector<int64_t> shape;
    for (auto [i, evaluator] : llvm::enumerate(evaluators)) {
      const onnx::Sizes *sizes = evaluator.sizes(value);
      if (!sizes) {
        decline(op, getArgument(), [&] { return evaluator.reason(); });
        return false;
      }
      if (i == 0)
        shape.assign(sizes->begin(), sizes->end());
      if (shape.size() != sizes->size()) {
        decline(op, getArgument(), "the rank depends on the lengths");
        return false;
      }
      for (auto [known, size] : llvm::zip_equal(shape, *sizes))
        known = known == size ? known : ShapedType::kDynamic;
    }
    auto type = cast<ShapedType>(value.getType());
    value.setType(RankedTensorType::get(shape, type.getElementType()));
    return true;
  }

  static void retypeResults(func::FuncOp function) {
    Operation *end = function.getBody().front().getTerminator();
    function.setType(FunctionType::get(function.getContext(),
                                       function.getArgumentTypes(),
                                       end->getOperandTypes()));
  }
};

} // namespace

std::unique_ptr<Pass> createInferShapesPass(const WeightStore *store) {
  return std::make_unique<InferShapes>(store);
}
} // namespace llmc
