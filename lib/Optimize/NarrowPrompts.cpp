//===- NarrowPrompts.cpp - rows of prompts may be bf16 -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether they are is the target's choice: rows of codes or f32 stay what generated rows
// are, and what every row is on a target without tiles of bf16. A reader has to know which
// a row is, so it takes the batch.
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/Passes.h"
#include "llmc/Support/Explain.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace llmc {
#define GEN_PASS_DEF_NARROWPROMPTS
#include "llmc/Optimize/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

/// The batch that a function takes, or null.
Value findBatch(func::FuncOp function) {
  for (BlockArgument argument : function.getArguments())
    if (isa<BatchType>(argument.getType()))
      return argument;
  return {};
}

bool choosesExperts(Value scores) {
  return llvm::any_of(scores.getUsers(), [](Operation *user) {
    return isa<RouteOp>(user) ||
           (isElementwise(user) && choosesExperts(user->getResult(0)));
  });
}

constexpr int64_t tileDepth = 32; // what a tile multiplies at once

struct NarrowPrompts : impl::NarrowPromptsBase<NarrowPrompts> {
  using Base::Base;

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (Value batch = function.isExternal() ? Value() : findBatch(function))
        narrow(function, batch);
  }

  void narrow(func::FuncOp function, Value batch) {
    function.walk([](AttentionOp op) { op.setNarrow(true); });
    if (!products)
      return;
    SetVector<Operation *> ofAskedRows;
    function.walk([&](BatchLogitRowsOp rows) {
      getForwardSlice(rows.getOperation(), &ofAskedRows);
    });
    function.walk([&](QuantizeActOp op) {
      if (const char *obstacle = findObstacle(op, ofAskedRows))
        return decline(op, getArgument(), obstacle);
      auto act = cast<Int8ActEncodingAttr>(op.getType().getEncoding());
      op.getResult().setType(PackedType::get(
          op.getType().getShape(),
          Int8ActEncodingAttr::get(&getContext(), act.getGroup(), act.getFine(),
                                   /*bf16Prompts=*/true)));
      op.getBatchMutable().assign(batch);
      for (Operation *user : op->getUsers())
        cast<LinearOp>(user).getBatchMutable().assign(batch);
      applied(op, getArgument(),
              [] { return std::string("rows of prompts may be bf16"); });
    });
    DenseMap<Value, Value> narrowed;
    function.walk([&](LinearOp op) {
      if (isa<PackedType>(op.getInput().getType()))
        return; // as the op that made its rows says
      if (const char *obstacle = findObstacle(op, ofAskedRows))
        return decline(op, getArgument(), obstacle);
      Value &rows = narrowed[op.getInput()];
      if (!rows)
        rows = mayNarrow(op.getInput(), batch);
      op.getInputMutable().assign(rows);
      op.getBatchMutable().assign(batch);
      applied(op, getArgument(),
              [] { return std::string("its rows of prompts may be bf16"); });
    });
  }

  /// Rows of f32 that may be bf16, made right after these.
  Value mayNarrow(Value rows, Value batch) {
    OpBuilder builder(&getContext());
    builder.setInsertionPointAfterValue(rows);
    auto type =
        PackedType::get(cast<RankedTensorType>(rows.getType()).getShape(),
                        FloatActEncodingAttr::get(&getContext()));
    auto narrowed = QuantizeActOp::create(builder, rows.getLoc(), type, rows);
    narrowed.getBatchMutable().assign(batch);
    return narrowed;
  }

  static const char *findObstacle(QuantizeActOp op,
                                  const SetVector<Operation *> &ofAskedRows) {
    if (op.getBatch())
      return "its rows of prompts may be bf16 already";
    if (ofAskedRows.contains(op))
      return "its rows are those that logits are asked of";
    if (op.getType().getCols() % tileDepth)
      return "its rows are no multiple of 32";
    if (!llvm::all_of(op->getUsers(),
                      [](Operation *user) { return isa<LinearOp>(user); }))
      return "others than products read it";
    return nullptr;
  }

  /// The same of a product whose rows are f32.
  static const char *findObstacle(LinearOp op,
                                  const SetVector<Operation *> &ofAskedRows) {
    if (ofAskedRows.contains(op))
      return "its rows are those that logits are asked of";
    ArrayRef<int64_t> input = getMatrixShape(op.getInput().getType());
    if (input.size() != 2 ||
        getMatrixShape(op.getWeight().getType()).size() != 2)
      return "its rows have heads";
    if (input.back() % tileDepth)
      return "its rows are no multiple of 32";
    if (!becomesBFloats(getEncoding(op.getWeight().getType())))
      return "its weight holds sparse rows, or groups of a size that is no "
             "multiple "
             "of 16";
    if (choosesExperts(op.getResult()))
      return "it chooses experts, which a rounding may change";
    return nullptr;
  }
};

} // namespace
} // namespace llmc
