//===- StepResults.cpp - what a step returns lies with the caller -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The kernel that computes a result writes it to the caller's buffer itself. A
// value that cannot be written there - a result already, what a loop carries, an
// argument - is copied at the end.
//===----------------------------------------------------------------------===//
#include "Planning.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

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

static ResultPlanAttr findResult(ArrayRef<ResultPlanAttr> results,
                                 StringRef name) {
  auto *it = llvm::find_if(
      results, [&](ResultPlanAttr result) { return result.getName() == name; });
  return it == results.end() ? ResultPlanAttr() : *it;
}

/// Whose rows a value has: those of the batch, or those whose logits are asked;
/// nothing for a weight. An argument is one of `known`, by its name.
static std::optional<ResultRows> findRows(Value value,
                                          ArrayRef<ResultPlanAttr> known) {
  value = getRoot(value);
  Operation *op = value.getDefiningOp();
  if (auto func = dyn_cast<func::FuncOp>(value.getParentBlock()->getParentOp());
      func && !op) {
    unsigned number = cast<BlockArgument>(value).getArgNumber();
    auto name = func.getArgAttrOfType<StringAttr>(number, resultNameAttr);
    ResultPlanAttr result =
        name ? findResult(known, name.getValue()) : ResultPlanAttr();
    return result ? std::optional(result.getRows()) : std::nullopt;
  }
  if (!op)
    if (auto loop = dyn_cast<scf::ForOp>(value.getParentBlock()->getParentOp()))
      if (OpOperand *start = loop.getTiedLoopInit(cast<BlockArgument>(value)))
        return findRows(start->get(), known);
  if (isa_and_nonnull<BatchLogitRowsOp>(op))
    return ResultRows::Asked;
  if (isa_and_nonnull<BatchTokensOp, BatchPositionsOp>(op))
    return ResultRows::Batch;
  if (auto loop = dyn_cast_or_null<scf::ForOp>(op))
    return findRows(loop.getTiedLoopInit(cast<OpResult>(value))->get(), known);
  // As many rows as something else has are its rows.
  if (auto count = dyn_cast_or_null<tensor::DimOp>(op))
    return findRows(count.getSource(), known);
  auto kernel = dyn_cast_or_null<KernelOp>(op);
  if (!kernel)
    return std::nullopt;
  // Ids that select rows come before what they select; numbers say it where no rows do.
  for (bool isNumber : {false, true})
    for (Value input : kernel.getInputs())
      if (input.getType().isIndex() == isNumber)
        if (auto rows = findRows(input, known))
          return rows;
  return ResultRows::Batch;
}

LogicalResult planResults(func::FuncOp step,
                          SmallVectorImpl<ResultPlanAttr> &results) {
  Operation *terminator = step.getBody().front().getTerminator();
  SmallVector<unsigned> tensors;
  for (auto [index, type] : llvm::enumerate(step.getResultTypes()))
    if (isa<RankedTensorType>(type))
      tensors.push_back(index);
  // Names are the same in every function, but in one they differ.
  const SmallVector<ResultPlanAttr> before(results.begin(), results.end());
  // @step, and @step.avx2 and the like once targets are apart.
  bool isStep = step.getName().split('.').first == "step";
  for (unsigned index : tensors) {
    if (!isStep && !step.getResultAttr(index, resultNameAttr))
      continue;
    StringRef name = getResultName(step, index);
    if (name.empty())
      return step.emitError("a step of several results names each: result ")
             << index << " has no '" << resultNameAttr << "'";
    Value value = terminator->getOperand(index);
    auto result = ResultPlanAttr::get(
        step.getContext(), name, cast<RankedTensorType>(value.getType()),
        findRows(value, before).value_or(ResultRows::Batch));
    ResultPlanAttr known = findResult(before, name);
    if (known && known != result)
      return step.emitError("result \"")
             << name << "\" is another one in another function: found "
             << result << " and " << known;
    if (!known)
      results.push_back(result);
  }
  return success();
}

} // namespace llmc
