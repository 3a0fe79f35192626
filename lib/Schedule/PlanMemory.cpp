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

/// The caches of a step: every one has pages of its own.
SmallVector<CachePlanAttr> planCaches(func::FuncOp step) {
  // Whole cache lines, whatever a slot has.
  static_assert(LLMRT_PAGE_TOKENS % placeAlignment == 0);
  SmallVector<CachePlanAttr> caches;
  for (Type type : step.getArgumentTypes())
    if (auto kv = dyn_cast<KVType>(type))
      caches.push_back(CachePlanAttr::get(
          step.getContext(), kv.getBytesPerSlot() * LLMRT_PAGE_TOKENS,
          kv.getWindow()));
  return caches;
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
             describeCaches(plan->getCaches()) +
             std::to_string(plan->getWeightBytes()) + " of weights";
    });
  }

  static std::string describeCaches(ArrayRef<CachePlanAttr> caches) {
    std::string text;
    for (CachePlanAttr cache : caches)
      text += std::to_string(cache.getBytesPerPage()) + " of cache per page" +
              (cache.getWindow()
                   ? " with a window of " + std::to_string(cache.getWindow())
                   : "") +
              ", ";
    return text;
  }

  static FailureOr<PlanAttr> makePlan(ModuleOp module) {
    int64_t arena = 0, scratch = 0;
    SmallVector<CachePlanAttr> caches;
    SmallVector<ResultPlanAttr> results;
    for (auto func : module.getOps<func::FuncOp>()) {
      if (func.isExternal())
        continue;
      if (failed(separateResults(func)) || failed(separateCarried(func)))
        return failure();
      arena = std::max(arena, planArena(func));
      SmallVector<CachePlanAttr> own = planCaches(func);
      if (!own.empty() && !caches.empty() && own != caches)
        return func.emitError("has other caches than the functions before it");
      if (!own.empty())
        caches = own;
      scratch = std::max(scratch, getScratchBytes(func));
      if (failed(planResults(func, results)))
        return failure();
    }
    int64_t weights = planWeights(module);
    PlanAttr plan = PlanAttr::getChecked(
        [&] { return module.emitError(); }, module.getContext(), arena, scratch,
        weights, ArrayRef<CachePlanAttr>(caches),
        ArrayRef<ResultPlanAttr>(results));
    if (!plan)
      return failure();
    return plan;
  }
};

} // namespace
} // namespace llmc
