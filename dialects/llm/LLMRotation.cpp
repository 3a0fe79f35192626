//===- LLMRotation.cpp - inputs of products in another basis --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/llm/LLMRotation.h"

#include "AttachedAnchors.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace mlir::llm;

#define GET_OP_CLASSES
#include "dialects/llm/LLMRotationOps.cpp.inc"

LogicalResult KronRotateOp::verify() {
  if (getResult().getType() != getInput().getType())
    return emitOpError("(C1) result has the type of input, found ")
           << getResult().getType() << " of " << getInput().getType();
  RankedTensorType input = getInput().getType(), left = getLeft().getType(),
                   right = getRight().getType();
  auto isSquare = [](RankedTensorType type) {
    return type.hasStaticShape() && type.getDimSize(0) == type.getDimSize(1);
  };
  if (!isSquare(left) || !isSquare(right) ||
      input.getDimSize(1) != left.getDimSize(0) * right.getDimSize(0))
    return emitOpError("(C2) left and right are square, and a row of input as "
                       "long as the product of their sizes, found ")
           << left << " and " << right << " for " << input;
  return success();
}

//===----------------------------------------------------------------------===//
// As the anchor of a kernel
//===----------------------------------------------------------------------===//

std::string KronRotateOp::getDecline() { return declineNarrowRows(*this); }

void KronRotateOp::addCost(KernelCost &cost) {
  cost.rowOps +=
      2 * getType().getDimSize(1) *
      (getLeft().getType().getDimSize(0) + getRight().getType().getDimSize(0));
}
