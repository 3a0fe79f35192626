//===- PlanMemory.cpp - every buffer and weight gets its place --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Nothing is allocated while a model runs: peak memory is known when it is
// compiled. The parts of the plan have files of their own: StepResults,
// CarriedValues, PlanArena, PlanWeights.
//===----------------------------------------------------------------------===//
#include "Planning.h"
#include "llmc/Schedule/Passes.h"
#include "llmc/Support/Explain.h"

#include "llmrt/abi.h"
#include "llvm/Support/MathExtras.h"

namespace llmc {
#define GEN_PASS_DEF_PLANMEMORY
#include "llmc/Schedule/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

/// Bytes of one page of tokens over all layers and heads of a step's caches.
int64_t getBytesPerPage(func::FuncOp step) {
  int64_t bytes = 0;
  for (Type type : step.getArgumentTypes())
    if (auto kv = dyn_cast<KVType>(type))
      bytes += kv.getLayers() * kv.getHeads() *
               (kv.getKeyDim() + kv.getValueDim()) * LLMRT_PAGE_TOKENS *
               kv.getElementType().getWidth() / 8;
  return llvm::alignTo(bytes, placeAlignment);
}

/// Each worker has one scratch for whatever kernel it runs.
int64_t getScratchBytes(func::FuncOp func) {
  int64_t most = 0;
  func.walk([&](KernelOp kernel) {
    most = std::max(most, kernel.getScratch().value_or(0));
  });
  return llvm::alignTo(most, placeAlignment);
}

struct PlanMemory : impl::PlanMemoryBase<PlanMemory> {
  void runOnOperation() override {
    FailureOr<PlanAttr> plan = makePlan(getOperation());
    if (failed(plan))
      return signalPassFailure();
    getOperation()->setAttr(PlanAttr::moduleAttrName, *plan);
    applied(getOperation(), getArgument(), [&] {
      return std::to_string(plan->getArenaBytesPerRow()) +
             " bytes of activations per row, " +
             std::to_string(plan->getKvBytesPerPage()) +
             " of cache per page, " + std::to_string(plan->getWeightBytes()) +
             " of weights";
    });
  }

  static FailureOr<PlanAttr> makePlan(ModuleOp module) {
    int64_t arena = 0, page = 0, scratch = 0;
    SmallVector<ResultPlanAttr> results;
    for (auto func : module.getOps<func::FuncOp>()) {
      if (func.isExternal())
        continue;
      if (failed(separateResults(func)) || failed(separateCarried(func)))
        return failure();
      arena = std::max(arena, planArena(func));
      page = std::max(page, getBytesPerPage(func));
      scratch = std::max(scratch, getScratchBytes(func));
      if (failed(planResults(func, results)))
        return failure();
    }
    int64_t weights = planWeights(module);
    PlanAttr plan = PlanAttr::getChecked(
        [&] { return module.emitError(); }, module.getContext(), arena, page,
        scratch, weights, ArrayRef<ResultPlanAttr>(results));
    if (!plan)
      return failure();
    return plan;
  }
};

} // namespace
} // namespace llmc
