//===- ONNXVerify.cpp - checks that operators share -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers of operands and results, element types and attributes are checked by what
// TableGen makes of the schema. Here is what it cannot say.
//===----------------------------------------------------------------------===//
#include "dialects/onnx/ONNXDialect.h"

using namespace mlir;
using namespace mlir::onnx;

/// A type without shapes, inside sequences and optionals too.
static Type getShapeless(Type type) {
  if (auto tensor = dyn_cast<TensorType>(type))
    return UnrankedTensorType::get(tensor.getElementType());
  if (auto seq = dyn_cast<SeqType>(type))
    return SeqType::get(type.getContext(), getShapeless(seq.getElementType()));
  if (auto opt = dyn_cast<OptType>(type))
    return OptType::get(type.getContext(), getShapeless(opt.getElementType()));
  return type;
}

bool onnx::areSameButShape(Type a, Type b) {
  return getShapeless(a) == getShapeless(b);
}

/// The first type among `values` at the places of `mask` that differs from `first`
/// (set by the first that is found) in more than its shape; null if there is none.
static Type findOther(ValueRange values, uint64_t mask, Type &first) {
  for (auto [index, value] : llvm::enumerate(values)) {
    if (!(mask >> std::min<size_t>(index, 63) & 1) || isNone(value))
      continue;
    if (!first)
      first = value.getType();
    if (!areSameButShape(first, value.getType()))
      return value.getType();
  }
  return {};
}

LogicalResult onnx::verifySameElementType(Operation *op, uint64_t operands,
                                          uint64_t results) {
  Type first;
  Type other = findOther(op->getOperands(), operands, first);
  if (!other)
    other = findOther(op->getResults(), results, first);
  if (!other)
    return success();
  return op->emitOpError("requires the same element type at the places that "
                         "the schema names alike: found ")
         << first << " and " << other;
}

LogicalResult onnx::verifyAtLeast(Operation *op, unsigned operands,
                                  unsigned results) {
  if (op->getNumOperands() < operands)
    return op->emitOpError("requires at least ")
           << operands << " operands, found " << op->getNumOperands();
  if (op->getNumResults() < results)
    return op->emitOpError("requires at least ")
           << results << " results, found " << op->getNumResults();
  return success();
}
