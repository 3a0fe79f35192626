//===- StageContracts.cpp - which ops are legal after a stage -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A stage that leaves an op that the next one does not know is found here, by
// name, and not as a crash three passes later.
//===----------------------------------------------------------------------===//
#include "llmc/Driver/Pipelines.h"

#include "Diagnostics.h"
#include "dialects/llm/LLMDialect.h"
#include "llmc/Lower/Signature.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace llmc;
using namespace mlir;
using namespace mlir::llm;

template <typename... Dialects> static bool isOf(Operation *op) {
  return llvm::isa_and_nonnull<Dialects...>(op->getDialect());
}

/// The model as it was written: tensors, no loops, no kernels.
static bool isLegalImported(Operation *op) {
  if (isa<KernelOp, YieldOp, WeightTableOp>(op) ||
      op->getName().getStringRef().contains("tile"))
    return false;
  return isa<ModuleOp, KernelAnchorOpInterface>(op) ||
         isOf<LLMDialect, func::FuncDialect, arith::ArithDialect,
              math::MathDialect, tensor::TensorDialect>(op);
}

/// The same, with a loop over layers; every rotation is shared.
static bool isLegalOptimized(Operation *op) {
  if (isa<RopeOp>(op))
    return false;
  return isa<scf::ForOp, scf::YieldOp, WeightTableOp>(op) ||
         isLegalImported(op);
}

/// Outside kernels only what moves no data; inside, anchors and elementwise
/// ops.
static bool isLegalScheduled(Operation *op) {
  if (op->getParentOfType<KernelOp>())
    return isa<YieldOp>(op) || isLegalOptimized(op);
  if (isa<KernelOp, WeightOp, WeightTableOp, ParamOp, BatchTokensOp,
          BatchPositionsOp, BatchLogitRowsOp>(op))
    return true;
  return !isOf<LLMDialect>(op) && isLegalOptimized(op);
}

/// Code, and the weights that it reads.
static bool isLegalLowered(Operation *op) {
  return isa<ModuleOp, WeightOp>(op) || isOf<LLVM::LLVMDialect>(op);
}

/// A function program is linalg on tensors up to its last stage, and products with
/// weights.
static bool isLegalInFunction(Stage stage, Operation *op) {
  if (stage >= Stage::lower)
    return isLegalLowered(op);
  if (stage >= Stage::schedule && op->getParentOfType<KernelOp>())
    return isa<YieldOp, LinearOp, QuantizeActOp>(op);
  if (isa<WeightOp, ParamOp>(op) ||
      (stage == Stage::optimize && isa<LinearOp, QuantizeActOp>(op)) ||
      (stage == Stage::schedule && isa<KernelOp>(op)))
    return true;
  return isOf<linalg::LinalgDialect, scf::SCFDialect, affine::AffineDialect>(
             op) ||
         (isLegalImported(op) &&
          (stage == Stage::import || !isOf<LLMDialect>(op)));
}

static bool isLegalAfter(Stage stage, Operation *op) {
  switch (stage) {
  case Stage::import:
    return isLegalImported(op);
  case Stage::optimize:
    return isLegalOptimized(op);
  case Stage::schedule:
    return isLegalScheduled(op);
  case Stage::lower:
  case Stage::emit:
    return isLegalLowered(op);
  }
  llvm_unreachable("unknown stage");
}

/// The first op that is not legal after `stage`; null if there is none.
static Operation *findIllegal(Stage stage, ModuleOp module) {
  Operation *illegal = nullptr;
  bool isFunction = isFunctionProgram(module);
  module.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isFunction ? isLegalInFunction(stage, op) : isLegalAfter(stage, op))
      return WalkResult::advance();
    illegal = op;
    return WalkResult::interrupt();
  });
  return illegal;
}

/// Each stage leaves what the one before does not know: a memory plan or targets,
/// the function that samples.
static Stage guessStage(ModuleOp module) {
  if (llvm::any_of(module.getOps(),
                   [](Operation &op) { return isOf<LLVM::LLVMDialect>(&op); }))
    return Stage::lower;
  if (isFunctionProgram(module))
    return llvm::any_of(module.getOps<func::FuncOp>(), getTarget)
               ? Stage::schedule
               : Stage::import;
  if (module->hasAttr(PlanAttr::moduleAttrName))
    return Stage::schedule;
  return module.lookupSymbol("sample") ? Stage::optimize : Stage::import;
}

llvm::Expected<Stage> llmc::detectStage(ModuleOp module) {
  Stage stage = guessStage(module);
  if (Operation *illegal = findIllegal(stage, module))
    return llvm::createStringError(
        "looks like what stage " + getStageName(stage) + " leaves, but '" +
        illegal->getName().getStringRef() + "'" +
        describeLocation(illegal->getLoc()) +
        " is not legal there: write whole stages, with 'llmc compile "
        "--compile-to' or llmc-opt's --llmc-optimize, --llmc-schedule and "
        "--llmc-lower");
  return stage;
}

llvm::Error llmc::checkStageContract(Stage stage, ModuleOp module) {
  Operation *illegal = findIllegal(stage, module);
  if (!illegal)
    return llvm::Error::success();
  std::string name = illegal->getName().getStringRef().str();
  std::string where = describeLocation(illegal->getLoc());
  // Model ops reach the last two stages only if no pass knows them.
  if (stage >= Stage::schedule && isOf<LLMDialect>(illegal))
    return llvm::createStringError("no lowering yet for '" + name + "'" +
                                   where);
  return llvm::createStringError("internal error: '" + name +
                                 "' is not legal after stage " +
                                 getStageName(stage) + where);
}
