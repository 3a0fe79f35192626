//===- SizeSlices.cpp - sizes as functions of a call's sizes --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "SizeSlices.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace llmc {

Value SizeSlices::get(Value value) {
  if (Value found = known.lookupOrNull(value))
    return found;
  if (Value given = leaf(value)) {
    known.map(value, given);
    return given;
  }
  Operation *op = value.getDefiningOp();
  // Numbers only: what reads a tensor depends on its elements.
  if (!op || op->getNumRegions() || !isPure(op) ||
      !llvm::all_of(op->getResultTypes(),
                    [](Type type) { return type.isIntOrIndexOrFloat(); }))
    return {};
  for (Value operand : op->getOperands())
    if (!get(operand))
      return {};
  b.clone(*op, known);
  return known.lookup(value);
}

} // namespace llmc
