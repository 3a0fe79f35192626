//===- Planning.cpp - values as bytes in program order --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Planning.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

bool isBuffered(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (isa<PackedType>(type))
    return true;
  // Integers of rank 2 are choices (llm.route); those of rank 1 are the batch's.
  return tensor &&
         (isa<FloatType>(tensor.getElementType()) ||
          (tensor.getElementType().isInteger(32) && tensor.getRank() == 2));
}

static bool isReshape(Operation *op) {
  return isa_and_nonnull<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op);
}

Value getRoot(Value value) {
  while (isReshape(value.getDefiningOp()))
    value = value.getDefiningOp()->getOperand(0);
  return value;
}

void forEachUse(Value root, llvm::function_ref<void(OpOperand &)> visit) {
  for (OpOperand &use : root.getUses()) {
    visit(use);
    if (isReshape(use.getOwner()))
      forEachUse(use.getOwner()->getResult(0), visit);
  }
}

Value createCopy(OpBuilder &builder, Location loc, Value value) {
  OpBuilder::InsertionGuard guard(builder);
  auto kernel =
      KernelOp::create(builder, loc, value.getType(), "copy", value,
                       ScheduleAttr(), DenseI64ArrayAttr(), IntegerAttr());
  Block *body = builder.createBlock(&kernel.getBody());
  Value argument = body->addArgument(value.getType(), loc);
  YieldOp::create(builder, loc, argument);
  return kernel.getResult(0);
}

void ProgramOrder::number(Block &block) {
  for (Operation &op : block) {
    position[&op] = position.size();
    if (auto loop = dyn_cast<scf::ForOp>(op))
      number(*loop.getBody());
  }
}

} // namespace llmc
