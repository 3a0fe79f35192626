//===- ObserveLinears.cpp - inputs of products become results ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What calibration looks at is what the compiled model computes: the step hands its
// rows out, and nothing else of it changes.
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/ObservedLinears.h"
#include "llmc/Optimize/Passes.h"
#include "llmc/Support/Explain.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "llvm/ADT/SetVector.h"

namespace llmc {
#define GEN_PASS_DEF_OBSERVELINEARS
#include "llmc/Optimize/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

/// Whether rows are those whose logits were asked.
static bool areAsked(Value rows) {
  for (llvm::SetVector<Value> seen; rows; seen.insert(rows)) {
    Operation *op = rows.getDefiningOp();
    if (!op || seen.contains(rows) || !op->getNumOperands())
      return false;
    if (op->getOperand(0).getDefiningOp<BatchLogitRowsOp>())
      return true;
    rows = op->getOperand(0);
  }
  return false;
}

bool isObserved(LinearOp linear) {
  auto input = dyn_cast<RankedTensorType>(linear.getInput().getType());
  return input && input.getRank() == 2 && input.isDynamicDim(0) &&
         input.getElementType().isF32() &&
         getMatrixShape(linear.getWeight().getType()).size() == 2 &&
         linear.getWeight().getDefiningOp<ParamOp>() &&
         !areAsked(linear.getInput());
}

namespace {

struct ObserveLinears : impl::ObserveLinearsBase<ObserveLinears> {
  using Base::Base;

  void runOnOperation() override {
    auto step = getOperation().lookupSymbol<func::FuncOp>("step");
    if (!step) {
      getOperation().emitError("there is no @step whose linears could be "
                               "observed: only models that complete text are "
                               "calibrated");
      return signalPassFailure();
    }
    llvm::SetVector<Value> inputs;
    step.walk([&](LinearOp linear) {
      if (!isObserved(linear) || linear->getBlock() != &step.front())
        return decline(linear, getArgument(),
                       "no rows of the batch, or a loop");
      if (inputs.insert(linear.getInput()))
        addResult(step, linear);
    });
  }

private:
  /// Named after the first weight that the input is multiplied with.
  void addResult(func::FuncOp step, LinearOp linear) {
    OpBuilder builder(&getContext());
    unsigned number = step.getNumResults();
    if (!step.getResultAttr(0, resultNameAttr))
      step.setResultAttr(0, resultNameAttr, builder.getStringAttr("logits"));
    Value input = linear.getInput();
    auto name = builder.getStringAttr(
        observedPrefix +
        linear.getWeight().getDefiningOp<ParamOp>().getWeight());
    if (failed(step.insertResult(number, input.getType(),
                                 builder.getDictionaryAttr(builder.getNamedAttr(
                                     resultNameAttr, name)))))
      return signalPassFailure();
    Operation *end = step.front().getTerminator();
    end->insertOperands(end->getNumOperands(), input);
  }
};

} // namespace
} // namespace llmc
