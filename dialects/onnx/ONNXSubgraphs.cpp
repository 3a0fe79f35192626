//===- ONNXSubgraphs.cpp - checks of operators with a body ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What goes into a body and comes out of it is the operator's. Shapes are not compared:
// they may change from one iteration to the next, and a body sees slices.
//===----------------------------------------------------------------------===//
#include "dialects/onnx/ONNXDialect.h"

using namespace mlir;
using namespace mlir::onnx;

static LogicalResult verifyTypes(Operation *op, StringRef what,
                                 TypeRange wanted, TypeRange found) {
  if (wanted.size() != found.size())
    return op->emitOpError("requires ")
           << wanted.size() << ' ' << what << " of its body, found "
           << found.size();
  for (auto [index, want, have] : llvm::enumerate(wanted, found))
    if (!areSameButShape(want, have))
      return op->emitOpError("requires ")
             << what << " of its body to have the element types of the "
             << "operator: number " << index << " is " << have
             << ", the operator has " << want;
  return success();
}

/// The body takes values of `arguments` and yields `results`, whatever their shapes.
static LogicalResult verifySubgraph(Region &region, TypeRange arguments,
                                    TypeRange results) {
  Operation *op = region.getParentOp();
  Block &block = region.front();
  auto yield = dyn_cast<YieldOp>(block.back());
  if (!yield)
    return op->emitOpError(
               "requires its body to end with 'onnx.Yield', found '")
           << block.back().getName() << '\'';
  if (failed(verifyTypes(op, "arguments", arguments, block.getArgumentTypes())))
    return failure();
  return verifyTypes(op, "results", results, yield.getOperandTypes());
}

LogicalResult IfOp::verifyRegions() {
  for (Region *branch : getRegions())
    if (failed(verifySubgraph(*branch, {}, getResultTypes())))
      return failure();
  return success();
}

LogicalResult LoopOp::verifyRegions() {
  if (getNumResults() < getVInitial().size())
    return emitOpError("requires a result for each of its ")
           << getVInitial().size() << " initial values, found "
           << getNumResults();
  Builder builder(getContext());
  Type going = RankedTensorType::get({}, builder.getI1Type());
  SmallVector<Type> arguments{RankedTensorType::get({}, builder.getI64Type()),
                              going};
  llvm::append_range(arguments, getVInitial().getTypes());
  SmallVector<Type> results{going};
  llvm::append_range(results, getResultTypes());
  return verifySubgraph(getBody(), arguments, results);
}

LogicalResult ScanOp::verifyRegions() {
  int64_t count = getNumOperands(), scanned = getNumScanInputs();
  if (scanned < 1 || scanned > count)
    return emitOpError("requires num_scan_inputs of 1 to its ")
           << count << " inputs, found " << scanned;
  return verifySubgraph(getBody(), getOperandTypes(), getResultTypes());
}

/// What one run of a map's body sees of a value: an element of a sequence.
static Type getPerRun(Type type) {
  auto seq = dyn_cast<SeqType>(type);
  return seq ? seq.getElementType() : type;
}

LogicalResult SequenceMapOp::verifyRegions() {
  return verifySubgraph(
      getBody(),
      SmallVector<Type>(llvm::map_range(getOperandTypes(), getPerRun)),
      SmallVector<Type>(llvm::map_range(getResultTypes(), getPerRun)));
}
