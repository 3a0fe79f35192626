//===- RaiseAttention.cpp - a softmax between products becomes attention --===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "AttentionProbe.h"
#include "DropColumnOrder.h"
#include "RepeatHeadsLast.h"

#include "llmc/Raise/Passes.h"
#include "llmc/Support/Explain.h"

namespace llmc {
#define GEN_PASS_DEF_RAISEATTENTION
#include "llmc/Raise/Passes.h.inc"

using namespace mlir;

namespace {

struct RaiseAttention : impl::RaiseAttentionBase<RaiseAttention> {
  explicit RaiseAttention(const WeightStore *store) : store(store) {}
  const WeightStore *store;

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      std::optional<Graph> graph(std::in_place, function, store);
      if (repeatHeadsLast(*graph))
        graph.emplace(function, store);
      for (auto softmax : llvm::make_early_inc_range(
               function.getBody().front().getOps<onnx::SoftmaxOp>()))
        raise(*graph, softmax);
      eraseDead(function);
    }
  }

  void raise(Graph &graph, onnx::SoftmaxOp softmax) {
    std::string reason;
    const Graph::Sizes *sizes = graph.sizes(softmax.getOperand());
    int64_t last = sizes ? static_cast<int64_t>(sizes->size()) - 1 : -1;
    if (softmax.getAxis() != -1 && softmax.getAxis() != last)
      return declineNode(softmax, getArgument(),
                         "is a softmax of dim " +
                             std::to_string(softmax.getAxis()) +
                             ", not of the keys, which are the last");
    auto found = AttentionProbe(graph, softmax).find(reason);
    if (!found)
      return declineNode(softmax, getArgument(), reason);
    OpBuilder builder(found->result.getDefiningOp());
    takeFactor(builder, graph, found->query, found->scale);
    takeFactor(builder, graph, found->key, found->scale);
    dropColumnOrder(builder, graph, found->query, found->key);
    Value made = create(builder, *found);
    graph.replace(found->result, made);
    applied(made.getDefiningOp(), getArgument(),
            [&] { return describe(*found); });
  }

  /// A number that multiplies all rows before they become heads (OPT's queries) is one
  /// of scores.
  static void takeFactor(OpBuilder &builder, const Graph &graph, Heads &heads,
                         double &scale) {
    Operation *move = heads.value.getDefiningOp();
    auto product = move && onnx::isMovement(move)
                       ? move->getOperand(0).getDefiningOp<onnx::MulOp>()
                       : nullptr;
    if (!product)
      return;
    for (unsigned side : {0, 1})
      if (auto number = getScalar(graph, product->getOperand(side))) {
        move = builder.clone(*move);
        move->setOperand(0, product->getOperand(1 - side));
        heads.value = move->getResult(0);
        scale *= *number;
        return;
      }
  }

  static std::string describe(const FoundAttention &found) {
    std::string text = "a softmax between two products became attention";
    if (found.mask.right == 0)
      text += ", causal";
    if (found.mask.left >= 0)
      text += ", window " + std::to_string(found.mask.left + 1);
    if (!found.mask.slopes.empty())
      text += ", a slope per head";
    if (!found.sinks.empty())
      text += ", a sink per head";
    if (found.softcap != 0)
      text += ", softcap";
    return text;
  }

  /// [B, H, S, D].
  static Value arrange(OpBuilder &builder, const Heads &heads) {
    SmallVector<int64_t> order = heads.permutation();
    if (order.empty())
      return heads.value;
    auto type = dyn_cast<RankedTensorType>(heads.value.getType());
    Type element = getElementTypeOrSelf(heads.value.getType());
    SmallVector<int64_t> shape;
    for (int64_t dim : order)
      shape.push_back(type ? type.getDimSize(dim) : ShapedType::kDynamic);
    OperationState state(heads.value.getLoc(), "onnx.Transpose");
    state.addOperands(heads.value);
    state.addAttribute("perm", builder.getDenseI64ArrayAttr(order));
    state.addTypes(RankedTensorType::get(shape, element));
    return builder.create(state)->getResult(0);
  }

  /// One number per head; none if there are none.
  static Value createVector(OpBuilder &builder, Location loc,
                            ArrayRef<float> numbers, Value none) {
    if (numbers.empty())
      return none;
    auto type = RankedTensorType::get({static_cast<int64_t>(numbers.size())},
                                      builder.getF32Type());
    OperationState state(loc, "onnx.Constant");
    state.addTypes(type);
    state.addAttribute("value", DenseElementsAttr::get(type, numbers));
    return builder.create(state)->getResult(0);
  }

  static Value create(OpBuilder &builder, const FoundAttention &found) {
    Location loc = found.result.getLoc();
    Value none = onnx::NoneOp::create(builder, loc);
    Value slopes = createVector(builder, loc, found.mask.slopes, none);
    Value sinks = createVector(builder, loc, found.sinks, none);
    OperationState state(loc, "onnx.llmc.Attention");
    state.addOperands({arrange(builder, found.query),
                       arrange(builder, found.key),
                       arrange(builder, found.value), none, slopes, sinks});
    state.addTypes(found.result.getType());
    auto real = [&](double value) {
      return builder.getF32FloatAttr(static_cast<float>(value));
    };
    state.addAttribute("scale", real(found.scale));
    state.addAttribute("left", builder.getI64IntegerAttr(found.mask.left));
    state.addAttribute("right", builder.getI64IntegerAttr(found.mask.right));
    state.addAttribute("softcap", real(found.softcap));
    return builder.create(state)->getResult(0);
  }
};

} // namespace

std::unique_ptr<Pass> createRaiseAttentionPass(const WeightStore *store) {
  return std::make_unique<RaiseAttention>(store);
}
} // namespace llmc
