//===- StepResults.cpp - what a step returns lies with the caller -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The kernel that computes a result writes it to the caller's buffer itself. A
// value that cannot be written there - a result already, what a loop carries, an
// argument - is copied at the end.
//===----------------------------------------------------------------------===//
#include "Planning.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

LogicalResult separateResults(func::FuncOp func) {
  Block &body = func.getBody().front();
  Operation *terminator = body.getTerminator();
  DenseSet<Value> taken;
  for (OpOperand &result : terminator->getOpOperands()) {
    Type type = result.get().getType();
    if (isa<KVType>(type))
      continue;
    if (!isResultType(type))
      return terminator->emitError("no lowering yet for result ")
             << result.getOperandNumber() << " of type " << type
             << ": a step returns caches, tensor<?xCxf32> and tensor<?xi32>";
    Value root = getRoot(result.get());
    auto producer = root.getDefiningOp<KernelOp>();
    if (producer && producer->getBlock() == &body && taken.insert(root).second)
      continue;
    if (!isBuffered(type))
      return terminator->emitError("no lowering yet for result ")
             << result.getOperandNumber() << " of type " << type
             << " that no kernel computes";
    OpBuilder builder(terminator);
    result.set(createCopy(builder, result.get().getLoc(), result.get()));
  }
  return success();
}

/// Whose rows a value has: those of the batch, or those whose logits are asked;
/// nothing for a weight.
static std::optional<ResultRows> findRows(Value value) {
  value = getRoot(value);
  Operation *op = value.getDefiningOp();
  if (!op)
    if (auto loop = dyn_cast<scf::ForOp>(value.getParentBlock()->getParentOp()))
      if (OpOperand *start = loop.getTiedLoopInit(cast<BlockArgument>(value)))
        return findRows(start->get());
  if (isa_and_nonnull<BatchLogitRowsOp>(op))
    return ResultRows::Asked;
  if (isa_and_nonnull<BatchTokensOp, BatchPositionsOp>(op))
    return ResultRows::Batch;
  if (auto loop = dyn_cast_or_null<scf::ForOp>(op))
    return findRows(loop.getTiedLoopInit(cast<OpResult>(value))->get());
  auto kernel = dyn_cast_or_null<KernelOp>(op);
  if (!kernel)
    return std::nullopt;
  // Ids that select rows come before what they select.
  for (Value input : kernel.getInputs())
    if (auto rows = findRows(input))
      return rows;
  return ResultRows::Batch;
}

/// The name that the function gives a result; an only one is the logits.
static StringRef getName(func::FuncOp step, unsigned index, bool isOnly) {
  if (auto name = step.getResultAttrOfType<StringAttr>(index, resultNameAttr))
    return name.getValue();
  return isOnly ? "logits" : "";
}

FailureOr<SmallVector<ResultPlanAttr>> planResults(func::FuncOp step) {
  Operation *terminator = step.getBody().front().getTerminator();
  SmallVector<unsigned> tensors;
  for (auto [index, type] : llvm::enumerate(step.getResultTypes()))
    if (isa<RankedTensorType>(type))
      tensors.push_back(index);
  SmallVector<ResultPlanAttr> results;
  for (unsigned index : tensors) {
    StringRef name = getName(step, index, tensors.size() == 1);
    if (name.empty())
      return step.emitError("a step of several results names each: result ")
             << index << " has no '" << resultNameAttr << "'";
    Value value = terminator->getOperand(index);
    results.push_back(ResultPlanAttr::get(
        step.getContext(), name, cast<RankedTensorType>(value.getType()),
        findRows(value).value_or(ResultRows::Batch)));
  }
  return results;
}

} // namespace llmc
