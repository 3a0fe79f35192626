//===- Fold.cpp - what no input decides becomes a constant ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Exporters compute head counts, reshapes' targets and scales from shapes, though
// only batch and lengths are open: a dozen ops per reshape that no run changes.
//===----------------------------------------------------------------------===//
#include "FoldScatter.h"
#include "Graph.h"

#include "llmc/Raise/Passes.h"
#include "llmc/Support/Explain.h"

namespace llmc {
#define GEN_PASS_DEF_FOLD
#include "llmc/Raise/Passes.h.inc"

using namespace mlir;

namespace {

// Beside the long ones: a size may be bounded from above, compared with 1, or 0.
constexpr Lengths otherLengths[] = {
    {2, 3, 5}, {3, 7, 2}, {1, 1, 0}, {1, 1, 1}, {2, 1, 4}};
constexpr int64_t mostElements = 256;

/// An evaluator that knows of inputs their sizes only.
onnx::Evaluator makeEvaluator(const Graph &graph, Lengths lengths) {
  onnx::Evaluator evaluator =
      graph.evaluator(lengths, onnx::Evaluator::Floats::Rounded);
  for (BlockArgument input : graph.function.getArguments())
    if (const onnx::Sizes *known = isa<RankedTensorType>(input.getType())
                                       ? evaluator.sizes(input)
                                       : nullptr) {
      onnx::Sizes sizes(*known);
      auto shape = cast<RankedTensorType>(input.getType()).getShape();
      // The shortest run: also what has a name of its own may be 1.
      for (auto [size, given] : llvm::zip_equal(sizes, shape))
        if (lengths.seq == 1 && lengths.past == 0 &&
            ShapedType::isDynamic(given))
          size = std::min<int64_t>(size, 1);
      evaluator.bind(input, sizes);
    }
  return evaluator;
}

/// An element as an attribute of its type; null for types that have none.
Attribute spell(Type type, const onnx::Scalar &element) {
  if (auto integer = dyn_cast<IntegerType>(type))
    return IntegerAttr::get(
        type, APInt(integer.getWidth(), static_cast<uint64_t>(element.whole()),
                    /*isSigned=*/false, /*implicitTrunc=*/true));
  if (type.isF32() || type.isF16() || type.isBF16())
    return FloatAttr::get(type, element.number());
  return {};
}

/// All elements of a value, in order; null if they are many or not known.
DenseElementsAttr evaluate(onnx::Evaluator &evaluator, Value value) {
  const onnx::Sizes *known = evaluator.sizes(value);
  Type type = getElementTypeOrSelf(value.getType());
  if (!known)
    return {};
  onnx::Sizes sizes(*known);
  int64_t count = 1;
  for (int64_t size : sizes)
    if ((count *= size) > mostElements)
      return {};
  SmallVector<Attribute> elements;
  for (int64_t i = 0; i < count; ++i) {
    auto element = evaluator.element(value, onnx::unflatten(i, sizes));
    Attribute spelled = element ? spell(type, *element) : Attribute();
    if (!spelled)
      return {};
    elements.push_back(spelled);
  }
  return DenseElementsAttr::get(RankedTensorType::get(sizes, type), elements);
}

struct Fold : impl::FoldBase<Fold> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      fold(function);
  }

  void fold(func::FuncOp function) {
    auto isUnranked = [](Type type) { return isa<UnrankedTensorType>(type); };
    if (llvm::any_of(function.getArgumentTypes(), isUnranked))
      return; // has sizes that no length says
    // Without their bytes: what is made of weights stays so.
    Graph graph(function, /*store=*/nullptr);
    std::vector<onnx::Evaluator> evaluators;
    evaluators.push_back(makeEvaluator(graph, graph.lengths()));
    for (Lengths lengths : otherLengths)
      evaluators.push_back(makeEvaluator(graph, lengths));
    for (Operation &op : llvm::make_early_inc_range(function.getBody().front()))
      if (op.getNumOperands() && onnx::hasMeaning(&op))
        for (Value result : op.getResults())
          foldValue(graph, &op, result, evaluators);
    function.walk([&](onnx::ScatterNDOp op) {
      if (Value same = foldScatter(op, evaluators)) {
        applied(op, getArgument(),
                same == op.getUpdates()
                    ? "writes every element in its place: its updates"
                    : "writes the same rows in every run: its updates joined "
                      "with the rows that are left");
        op.getResult().replaceAllUsesWith(same);
      }
    });
    eraseDead(function);
    Operation *end = function.getBody().front().getTerminator();
    function.setType(FunctionType::get(function.getContext(),
                                       function.getArgumentTypes(),
                                       end->getOperandTypes()));
  }

  void foldValue(const Graph &graph, Operation *op, Value value,
                 MutableArrayRef<onnx::Evaluator> evaluators) {
    if (value.use_empty() || isa<NoneType>(value.getType()) ||
        graph.isData(value))
      return;
    DenseElementsAttr elements;
    for (auto [i, evaluator] : llvm::enumerate(evaluators)) {
      DenseElementsAttr found = evaluate(evaluator, value);
      if (!found || (i > 0 && found != elements))
        return;
      elements = found;
    }
    OpBuilder builder(op);
    OperationState state(op->getLoc(), "onnx.Constant");
    state.addAttribute("value", elements);
    state.addTypes(elements.getType());
    applied(op, getArgument(),
            [] { return "is the same in every run: a constant"; });
    value.replaceAllUsesWith(builder.create(state)->getResult(0));
  }
};

} // namespace

std::unique_ptr<Pass> createFoldPass() { return std::make_unique<Fold>(); }
} // namespace llmc
