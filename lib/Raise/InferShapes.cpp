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
    DenseMap<Value, ArrayRef<int64_t>> declared = findDeclared(function);
    std::vector<onnx::Evaluator> evaluators;
    evaluators.push_back(graph.evaluator(graph.lengths()));
    for (Lengths lengths : shortLengths)
      evaluators.push_back(graph.evaluator(lengths));
    // Behind the first value whose sizes cannot be known are those made of it.
    bool complete = true;
    function.walk([&](Operation *op) {
      for (Value result : op->getResults()) {
        if (!isa<UnrankedTensorType>(result.getType()))
          continue;
        complete = complete && inferValue(op, result, evaluators);
        if (auto shape = declared.find(result);
            !complete && shape != declared.end())
          setShape(result, shape->second);
      }
    });
    retypeResults(function);
  }

  static void setShape(Value value, ArrayRef<int64_t> shape) {
    auto type = cast<ShapedType>(value.getType());
    value.setType(RankedTensorType::get(shape, type.getElementType()));
  }

  /// What the graph says of its results, and so of what elementwise ops make them
  /// of: where axes or a shape are data, nothing else says it.
  static DenseMap<Value, ArrayRef<int64_t>>
  findDeclared(func::FuncOp function) {
    DenseMap<Value, ArrayRef<int64_t>> declared;
    Operation *end = function.getBody().front().getTerminator();
    for (auto [i, result] : llvm::enumerate(end->getOperands())) {
      auto shape =
          function.getResultAttrOfType<DenseI64ArrayAttr>(i, "onnx.shape");
      if (!shape)
        continue;
      for (Value value = result; value; value = findSource(value))
        if (!declared.try_emplace(value, shape.asArrayRef()).second)
          break;
    }
    return declared;
  }

  /// The one tensor whose elements an elementwise op takes; null if it is none.
  static Value findSource(Value value) {
    Operation *op = value.getDefiningOp();
    if (!op || op->getNumResults() != 1 || !onnx::isElementwise(op))
      return {};
    bool isAlone = op->getNumOperands() == 1 || isa<onnx::CastLikeOp>(op);
    return isAlone ? op->getOperand(0) : Value();
  }

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
    setShape(value, shape);
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
