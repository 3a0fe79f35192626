//===- CutStep.cpp - a step that ends before its end ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who looks at the first layers need not compute the others: of n parts of a model that
// are looked at one after the other the layers of half of it are computed.
//===----------------------------------------------------------------------===//
#include "CutStep.h"

#include "DropLayers.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

bool areAsked(Value rows) {
  for (Operation *op = rows.getDefiningOp(); op;
       op = op->getOperand(0).getDefiningOp()) {
    if (isa<BatchLogitRowsOp>(op))
      return true;
    if (!op->getNumOperands())
      return false;
  }
  return false;
}

/// The cache as `last` finds it.
static Value rewind(Value cache, Operation *last) {
  for (;;) {
    auto write = cache.getDefiningOp<KVWriteOp>();
    if (!write || (last && write->isBeforeInBlock(last)))
      return cache;
    cache = write.getCache();
  }
}

/// Zeros for the rows that are asked: a kernel that costs nothing where none are.
static Value createNoLogits(OpBuilder &builder, Location loc, Value batch,
                            RankedTensorType type) {
  auto ids =
      RankedTensorType::get({ShapedType::kDynamic}, builder.getI32Type());
  Value asked = BatchLogitRowsOp::create(builder, loc, ids, batch);
  Value count = tensor::DimOp::create(builder, loc, asked, 0);
  Value zero =
      arith::ConstantOp::create(builder, loc, builder.getF32FloatAttr(0));
  Value zeros =
      tensor::SplatOp::create(builder, loc, zero, type, ValueRange{count});
  // What is only spread over rows is no kernel.
  return arith::AddFOp::create(builder, loc, zeros, zeros);
}

void cutBehind(func::FuncOp step, Operation *last) {
  Operation *end = step.front().getTerminator();
  assert((!last || last->getBlock() == end->getBlock()) && "in the body");
  auto batch = llvm::find_if(step.getArguments(), [](Value argument) {
    return isa<BatchType>(argument.getType());
  });
  OpBuilder builder(end);
  for (OpOperand &result : end->getOpOperands()) {
    Value value = result.get();
    if (isa<KVType>(value.getType()))
      result.set(rewind(value, last));
    else if (batch != step.getArguments().end() && areAsked(value))
      result.set(createNoLogits(builder, end->getLoc(), *batch,
                                cast<RankedTensorType>(value.getType())));
  }
  eraseUnread(step);
}

} // namespace llmc
