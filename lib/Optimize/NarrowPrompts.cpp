//===- NarrowPrompts.cpp - rows of prompts may be bf16 -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether they are is the target's choice: rows of codes stay what generated rows are,
// and what every row is on a target without tiles of bf16. A reader has to know which a
// row is, so it takes the batch.
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

struct NarrowPrompts : impl::NarrowPromptsBase<NarrowPrompts> {
  using Base::Base;

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (Value batch = function.isExternal() ? Value() : findBatch(function))
        narrow(function, batch);
  }

  void narrow(func::FuncOp function, Value batch) {
    function.walk([](AttentionOp op) { op.setNarrow(true); });
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
  }

  static const char *findObstacle(QuantizeActOp op,
                                  const SetVector<Operation *> &ofAskedRows) {
    constexpr int64_t depth = 32; // of what a tile multiplies at once
    if (op.getBatch())
      return "its rows of prompts may be bf16 already";
    if (ofAskedRows.contains(op))
      return "its rows are those that logits are asked of";
    if (op.getType().getCols() % depth)
      return "its rows are no multiple of 32";
    if (!llvm::all_of(op->getUsers(),
                      [](Operation *user) { return isa<LinearOp>(user); }))
      return "others than products read it";
    return nullptr;
  }
};

} // namespace
} // namespace llmc
