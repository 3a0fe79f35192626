//===- WeightReadings.cpp - what a step does with its matrices ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/WeightReadings.h"

#include "llmc/Optimize/ObservedRows.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

static bool isReturned(Value value) {
  return llvm::any_of(value.getUsers(), llvm::IsaPred<func::ReturnOp>);
}

/// Whether the operand is the matrix of a product, or the table of a lookup.
static bool isMatrix(OpOperand &use) {
  Operation *user = use.getOwner();
  if (auto linear = dyn_cast<LinearOp>(user))
    return &use == &linear.getWeightMutable();
  if (auto embed = dyn_cast<EmbedOp>(user))
    return &use == &embed.getTableMutable();
  auto experts = dyn_cast<ExpertLinearOp>(user);
  return experts && &use == &experts.getWeightMutable();
}

static void noteUse(OpOperand &use, Reading &reading) {
  auto linear = dyn_cast<LinearOp>(use.getOwner());
  if (!isMatrix(use))
    reading.obstacle = "more than products and lookups read it";
  else if (linear && getMatrixShape(use.get().getType()).size() != 2)
    reading.obstacle = "each head has a matrix of its own";
  if (linear)
    reading.isObserved |= isObserved(linear);
  reading.isTable |= isa<EmbedOp>(use.getOwner()) ||
                     (linear && isReturned(linear.getResult()));
}

bool isSecondFactor(WeightOp weight) {
  FactorStepAttr step = getFactorStep(weight);
  return step && step.getPart() == "left";
}

llvm::MapVector<StringAttr, Reading> findReadings(ModuleOp module) {
  llvm::MapVector<StringAttr, Reading> readings;
  module.walk([&](ParamOp param) {
    if (param.getIndex())
      return;
    Reading reading;
    bool isProduct = false;
    for (OpOperand &use : param.getResult().getUses()) {
      noteUse(use, reading);
      isProduct |= isMatrix(use);
    }
    if (!isProduct)
      return;
    Reading &known = readings[param.getWeightAttr().getAttr()];
    known.isTable |= reading.isTable;
    known.isObserved |= reading.isObserved;
    if (reading.obstacle)
      known.obstacle = reading.obstacle;
  });
  SymbolTable symbols(module);
  for (auto &[name, reading] : readings)
    if (auto weight = symbols.lookup<WeightOp>(name))
      reading.isObserved &= !isSecondFactor(weight);
  return readings;
}

} // namespace llmc
