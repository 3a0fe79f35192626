//===- LLMFolds.cpp - rewrites that hold everywhere -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Only what is exact and never a choice: an op on a dequantised operand is by
// definition the op on the packed one, which kernels read at its own width.
//===----------------------------------------------------------------------===//
#include "dialects/llm/LLMDialect.h"

#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace mlir::llm;

/// The packed value that `operand` is the f32 `llm.dequant` of, or null.
static Value getPacked(Value operand) {
  auto dequant = operand.getDefiningOp<DequantOp>();
  // A narrower result has rounded the values: no longer the same numbers.
  if (!dequant || !dequant.getType().getElementType().isF32())
    return {};
  return dequant.getInput();
}

static LogicalResult readPacked(OpOperand &operand, PatternRewriter &rewriter) {
  Operation *op = operand.getOwner();
  Value packed = getPacked(operand.get());
  if (!packed)
    return rewriter.notifyMatchFailure(op, "operand is no f32 dequant");
  rewriter.modifyOpInPlace(op, [&] { operand.set(packed); });
  return success();
}

LogicalResult EmbedOp::canonicalize(EmbedOp op, PatternRewriter &rewriter) {
  return readPacked(op.getTableMutable(), rewriter);
}

LogicalResult LinearOp::canonicalize(LinearOp op, PatternRewriter &rewriter) {
  if (succeeded(readPacked(op.getWeightMutable(), rewriter)))
    return success();
  Value packed = getPacked(op.getInput());
  if (packed && (!isActivation(getEncoding(packed.getType())) ||
                 getMatrixShape(packed.getType()).size() != 2 ||
                 hasBFloatPrompts(packed.getType())))
    return rewriter.notifyMatchFailure(op, "no rows of quantised activations");
  return readPacked(op.getInputMutable(), rewriter);
}

LogicalResult ExpertLinearOp::canonicalize(ExpertLinearOp op,
                                           PatternRewriter &rewriter) {
  return readPacked(op.getWeightMutable(), rewriter);
}

OpFoldResult ActOp::fold(FoldAdaptor) {
  auto inner = getInput().getDefiningOp<ActOp>();
  if (getFn() != ActFn::Relu || !inner)
    return {};
  switch (inner.getFn()) {
  case ActFn::Relu:
  case ActFn::Relu2:
  case ActFn::Sigmoid:
  case ActFn::Softplus:
    return getInput(); // never negative
  default:
    return {};
  }
}
