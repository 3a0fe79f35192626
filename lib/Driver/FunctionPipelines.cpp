//===- FunctionPipelines.cpp - the stages of a function program -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a step has kernels that know their op, a function has linalg: what no llm op
// says goes this way.
//===----------------------------------------------------------------------===//
#include "llmc/Driver/Pipelines.h"
#include "llmc/Lower/Passes.h"
#include "llmc/Optimize/Passes.h"
#include "llmc/Schedule/Passes.h"

#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace llmc;

static void buildOptimize(mlir::OpPassManager &manager,
                          const CompileOptions &options,
                          const WeightStore *store) {
  manager.addPass(mlir::createCanonicalizerPass());
  addWeightPasses(manager, options, store);
  // Before activations are loops, whose results want more bits.
  if (std::optional<RowRounding> to = getRowRounding(options.activations))
    manager.addPass(
        createQuantizeActivations({*to, options.inputScales}, store));
  manager.addPass(createFormGenerics());
  // Equal ops would be two readers of one tensor, which then joins neither.
  manager.addPass(mlir::createCSEPass());
  manager.addPass(createFuseGenerics());
  // Behind fusion, which would let the products read what is copied.
  manager.addPass(createTurnFactors());
  manager.addPass(mlir::createCanonicalizerPass());
  manager.addPass(mlir::createCSEPass());
  manager.addPass(createNoteRounding());
}

static void buildSchedule(mlir::OpPassManager &manager,
                          const CompileOptions &options,
                          llvm::ArrayRef<std::string> isas) {
  // Before the targets part, which read the same bytes; places follow sizes.
  addPackWeights(manager, options, isas);
  manager.addPass(createPlaceWeights());
  CloneTargetsOptions targets;
  targets.isas.assign(isas.begin(), isas.end());
  manager.addPass(createCloneTargets(targets));
  manager.addPass(createFormProducts());
  manager.addPass(createTileChains());
  manager.addPass(mlir::createCanonicalizerPass());
  manager.addPass(mlir::createCSEPass());
}

static void buildLower(mlir::OpPassManager &manager,
                       const CompileOptions &options) {
  manager.addPass(createBindFunction());
  buildBufferPipeline(manager);
  manager.addPass(createSplitGenerics());
  manager.addPass(mlir::createCanonicalizerPass());
  manager.addPass(mlir::createCSEPass());
  // Marks functions with the features of their targets.
  manager.addPass(createEmitTiles());
  if (!options.emulateOn.empty())
    manager.addPass(createEmulateIsa({options.emulateOn}));
  // Needs the variants by name, and their types before they are pointers.
  manager.addPass(createFinishFunction());
  buildLLVMPipeline(manager);
}

void llmc::buildFunctionPipeline(Stage stage, mlir::OpPassManager &manager,
                                 const CompileOptions &options,
                                 llvm::ArrayRef<std::string> isas,
                                 const WeightStore *store) {
  switch (stage) {
  case Stage::optimize:
    return buildOptimize(manager, options, store);
  case Stage::schedule:
    return buildSchedule(manager, options, isas);
  case Stage::lower:
    return buildLower(manager, options);
  case Stage::import:
  case Stage::emit:
    llvm_unreachable("import and emit are not pass pipelines");
  }
}

void llmc::registerFunctionPipelines() {
  using Manager = mlir::OpPassManager;
  mlir::PassPipelineRegistration<>(
      "llmc-function-optimize", "the optimize stage of a function program",
      [](Manager &manager) { buildOptimize(manager, {}, nullptr); });
  mlir::PassPipelineRegistration<>(
      "llmc-function-schedule", "the schedule stage of a function program",
      [](Manager &manager) { buildSchedule(manager, {}, {}); });
  mlir::PassPipelineRegistration<>(
      "llmc-function-lower", "the lower stage of a function program",
      [](Manager &manager) { buildLower(manager, {}); });
}
