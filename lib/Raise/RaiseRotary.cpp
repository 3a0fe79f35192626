//===- RaiseRotary.cpp - regions become the rotation that they compute ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RotaryProbe.h"

#include "llmc/Raise/Passes.h"
#include "llmc/Support/Explain.h"

namespace llmc {
#define GEN_PASS_DEF_RAISEROTARY
#include "llmc/Raise/Passes.h.inc"

using namespace mlir;

namespace {

struct RaiseRotary : impl::RaiseRotaryBase<RaiseRotary> {
  RaiseRotary(const WeightStore *store, int64_t context) : store(store) {
    maxContext = context;
  }
  const WeightStore *store;

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      Graph graph(function, store);
      raiseRoots(
          graph, [&](Operation *op) { return isRoot(graph, op); },
          [&](Operation *op) { raise(graph, op); });
    }
  }

  /// Rotations end by a sum of two products, or by joining what was turned with
  /// what was not.
  static bool isRoot(const Graph &graph, Operation *op) {
    Value result = op->getResult(0);
    return isa<onnx::AddOp, onnx::SubOp, onnx::ConcatOp, onnx::ReshapeOp,
               onnx::RotaryEmbeddingOp, onnx::MicrosoftRotaryEmbeddingOp>(op) &&
           graph.isData(result) && graph.sizes(result);
  }

  static bool belongs(Operation *op) {
    return onnx::isElementwise(op) || onnx::isMovement(op) ||
           isa<onnx::RotaryEmbeddingOp, onnx::MicrosoftRotaryEmbeddingOp,
               onnx::GatherOp>(op);
  }

  void raise(Graph &graph, Operation *root) {
    Value end = root->getResult(0), source;
    std::optional<Rotation> rotation;
    std::string reason;
    cutAbove(graph, end, belongs, [&](Value cut) {
      source = cut;
      rotation = RotaryProbe(graph, cut, end, maxContext).find(reason);
      return rotation.has_value();
    });
    if (!rotation) {
      if (!reason.empty())
        declineNode(root, getArgument(), reason);
      return;
    }
    OpBuilder builder(root);
    Value made =
        create(builder, root->getLoc(), *rotation, source, end.getType());
    Operation *turned = made.getDefiningOp();
    if (rotation->leavesHalves)
      made = sortIntoHalves(builder, *rotation, made, graph.sizes(end)->back());
    graph.replace(end, made);
    applied(turned, getArgument(), [&] {
      return "a rotation of " + std::to_string(2 * rotation->inv.size()) +
             " dims became rotary embedding" +
             (rotation->byLength ? ", with the frequencies of runs of " +
                                       std::to_string(maxContext) + " positions"
                                 : "");
    });
    if (rotation->byLength)
      noteContext();
  }

  /// Keeps in the module that it is one for programs of these positions.
  void noteContext() {
    Builder builder(&getContext());
    NamedAttrList model;
    if (auto facts = getOperation()->getAttrOfType<DictionaryAttr>("llm.model"))
      model.append(facts.getValue());
    model.set("rotary_context", builder.getI64IntegerAttr(maxContext));
    getOperation()->setAttr("llm.model", model.getDictionary(&getContext()));
  }

  static Value create(OpBuilder &builder, Location loc,
                      const Rotation &rotation, Value source, Type type) {
    auto invType = RankedTensorType::get(
        {static_cast<int64_t>(rotation.inv.size())}, builder.getF32Type());
    OperationState constant(loc, "onnx.Constant");
    constant.addTypes(invType);
    constant.addAttribute(
        "value", DenseElementsAttr::get(invType, ArrayRef(rotation.inv)));
    Value inv = builder.create(constant)->getResult(0);
    OperationState state(loc, "onnx.llmc.RotaryEmbedding");
    state.addOperands({source, inv});
    state.addTypes(type);
    state.addAttribute("interleaved",
                       builder.getI64IntegerAttr(rotation.interleaved));
    state.addAttribute("start", builder.getI64IntegerAttr(rotation.start));
    state.addAttribute("sequence_axis",
                       builder.getI64IntegerAttr(rotation.sequenceAxis));
    state.addAttribute(
        "mscale", builder.getF32FloatAttr(static_cast<float>(rotation.mscale)));
    return builder.create(state)->getResult(0);
  }

  /// The first of all pairs, then their second.
  static Value sortIntoHalves(OpBuilder &builder, const Rotation &rotation,
                              Value turned, int64_t columns) {
    auto order = llvm::to_vector(llvm::seq<int64_t>(0, columns));
    int64_t pairs = rotation.inv.size();
    for (int64_t i = 0; i < pairs; ++i) {
      order[rotation.start + i] = rotation.start + 2 * i;
      order[rotation.start + pairs + i] = rotation.start + 2 * i + 1;
    }
    auto type = RankedTensorType::get({columns}, builder.getI64Type());
    Value places =
        onnx::createConstant(builder, turned.getLoc(),
                             DenseElementsAttr::get(type, ArrayRef(order)));
    OperationState state(turned.getLoc(), "onnx.Gather");
    state.addOperands({turned, places});
    state.addTypes(turned.getType());
    state.addAttribute("axis", builder.getI64IntegerAttr(-1));
    return builder.create(state)->getResult(0);
  }
};

} // namespace

std::unique_ptr<Pass> createRaiseRotaryPass(const WeightStore *store,
                                            int64_t context) {
  return std::make_unique<RaiseRotary>(store, context);
}
} // namespace llmc
