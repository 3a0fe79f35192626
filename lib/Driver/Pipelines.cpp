//===- Pipelines.cpp - the stages between import and emit -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The order of passes is a program of its own: a comment says what breaks where
// the place of a pass matters.
//===----------------------------------------------------------------------===//
#include "llmc/Driver/Pipelines.h"

#include "Diagnostics.h"
#include "MlirFlags.h"
#include "llmc/Lower/Passes.h"
#include "llmc/Lower/Signature.h"
#include "llmc/Optimize/Passes.h"
#include "llmc/Raise/Passes.h"
#include "llmc/Schedule/Passes.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace llmc;

/// What helps a step and a function alike.
static void buildSimplifyGraph(mlir::OpPassManager &manager,
                               const WeightStore *store) {
  manager.addPass(mlir::createCanonicalizerPass());
  manager.addPass(createInferShapesPass(store)); // heads by their columns
  manager.addPass(createDecomposePass());
  manager.addPass(mlir::createCanonicalizerPass());
  manager.addPass(createInferShapesPass(store));
  manager.addPass(createFoldPass()); // a scale that a shape says is a number
  manager.addPass(createRaiseActivationsPass(store));
  manager.addPass(createRaiseNormsPass(store));
}

void llmc::buildRaisePipeline(mlir::OpPassManager &manager,
                              const WeightStore *store, int64_t context) {
  manager.addPass(createDropRoundingPass());
  buildSimplifyGraph(manager, store);
  manager.addPass(createRaiseRotaryPass(store, context));
  // Behind rotary: heads that attention reads then end where rotations do.
  manager.addPass(createRaiseAttentionPass(store));
  manager.addPass(createRaiseRoutingPass(store));
  manager.addPass(createMakeStatefulPass(store));
  // Behind it: what makes keys is then a matrix of the step, however it was spelled.
  manager.addPass(createCacheLatentsPass());
}

/// Runs what `build` adds; `failure` is what there is to say without a diagnostic.
static llvm::Error
runOnGraph(mlir::ModuleOp module,
           llvm::function_ref<void(mlir::OpPassManager &)> build,
           const char *failure) {
  DiagnosticCollector diagnostics(module.getContext());
  mlir::PassManager manager(module->getName());
  applyMlirFlags(manager);
  build(manager);
  if (mlir::failed(manager.run(module)))
    return diagnostics.takeError(failure);
  return llvm::Error::success();
}

llvm::Error llmc::raiseGraph(mlir::ModuleOp module, const WeightStore &store,
                             int64_t maxContext) {
  if (module.lookupSymbol("step"))
    return llvm::Error::success();
  return runOnGraph(
      module,
      [&](mlir::OpPassManager &manager) {
        buildRaisePipeline(manager, &store, getContext(module, maxContext));
      },
      "raising the graph failed");
}

void llmc::buildGraphToFunctionPipeline(mlir::OpPassManager &manager,
                                        const WeightStore *store) {
  // Rotations and attention stay as they are spelled: recognising them takes masks
  // and positions for a decoder's, which here are inputs as any other.
  buildSimplifyGraph(manager, store);
  manager.addPass(createOnnxToLinalgPass(store));
  manager.addPass(mlir::createCanonicalizerPass());
  manager.addPass(mlir::createCSEPass());
}

llvm::Error llmc::makeFunction(mlir::ModuleOp graph, const WeightStore &store) {
  return runOnGraph(
      graph,
      [&](mlir::OpPassManager &manager) {
        buildGraphToFunctionPipeline(manager, &store);
      },
      "making a function of the graph failed");
}

std::string llmc::getStepRefusal(mlir::ModuleOp module) {
  auto reason = module->getAttrOfType<mlir::StringAttr>(declinedAttrName);
  return reason ? reason.str() : "no reason is known";
}

std::optional<RowRounding> llmc::getRowRounding(Activations activations) {
  switch (activations) {
  case Activations::i8:
    return RowRounding::i8;
  case Activations::mixed:
    return RowRounding::mixed;
  case Activations::i16:
    return RowRounding::i16;
  case Activations::i8Static:
    return RowRounding::i8Static;
  case Activations::i6:
    return RowRounding::i6;
  case Activations::i4:
    return RowRounding::i4;
  case Activations::e4m3:
    return RowRounding::e4m3;
  case Activations::automatic:
  case Activations::f32:
    return std::nullopt;
  }
  llvm_unreachable("every choice is a case");
}

void llmc::addWeightPasses(mlir::OpPassManager &manager,
                           const CompileOptions &options,
                           const WeightStore *store) {
  // First: what goes needs no zeros and no codes, and is no part of what is scaled.
  if (!options.shrink.empty())
    manager.addPass(createShrinkModel({options.shrink}));
  if (!options.equalize.empty())
    manager.addPass(createEqualizeInputs({options.equalize}, store));
  // Before codes are chosen: factors have their own.
  if (!options.lowRank.empty())
    manager.addPass(createFactorWeights({options.lowRank}));
  // Before codes are chosen, which then make up for what is gone.
  if (!options.sparsify.empty())
    manager.addPass(createSparsifyWeights({options.sparsify}, store));
  if (!options.quantize.empty())
    manager.addPass(createQuantizeWeights({options.quantize}));
}

static void buildOptimize(mlir::OpPassManager &manager,
                          const CompileOptions &options,
                          const WeightStore *store) {
  // What nobody reads goes first: it would become kernels, and weights in the
  // file. Loops lose what they carry unchanged.
  manager.addPass(mlir::createCanonicalizerPass());
  // Types first: outlining compares layers by type, so a weight or cache that
  // changed its type afterwards would have to change it in every table too.
  if (options.weights == WeightMode::f32)
    manager.addPass(createConvertWeights({/*to=*/FloatFormat::f32}));
  addWeightPasses(manager, options, store);
  if (options.cache != CacheType::f32 && options.cache != CacheType::automatic)
    manager.addPass(createConvertKV({/*to=*/options.cache}));
  // After the weights have their encoding, which decides who takes integers.
  if (std::optional<RowRounding> to = getRowRounding(options.activations))
    manager.addPass(
        createQuantizeActivations({*to, options.inputScales}, store));
  // Who names the codes of all rows gets them in prompts too.
  if (options.activations != Activations::f32 &&
      options.activations != Activations::i16)
    manager.addPass(createNarrowPrompts(
        {/*products=*/options.activations == Activations::mixed}));
  // After what changes inputs of products, before what moves them into loops, which
  // results of a step cannot come out of.
  if (options.observe != Observe::nothing) {
    manager.addPass(options.observe == Observe::linears ? createObserveLinears()
                    : options.observe == Observe::norms
                        ? createObserveNorms()
                        : createObserveLayers());
    manager.addPass(createShareRotations());
    manager.addPass(mlir::createCSEPass());
    return;
  }
  // Before outlining: the angles then stand in front of the layers and are not
  // part of the period.
  manager.addPass(createShareRotations());
  // Equal constants per layer must be one value, or no two layers are equal.
  manager.addPass(mlir::createCSEPass());
  manager.addPass(createOutlineLayers());
  manager.addPass(mlir::createCSEPass());
  manager.addPass(createAppendSample());
  // Last of what reads the step's products, and before they are kernels.
  manager.addPass(createNoteRounding());
}

void llmc::addPackWeights(mlir::OpPassManager &manager,
                          const CompileOptions &options,
                          llvm::ArrayRef<std::string> isas) {
  PackWeightsOptions packing;
  packing.zeros = options.skipZeros;
  packing.isas.assign(isas.begin(), isas.end());
  manager.addPass(createPackWeights(packing));
}

static void buildSchedule(mlir::OpPassManager &manager,
                          const CompileOptions &options,
                          llvm::ArrayRef<std::string> isas) {
  // Before the targets part: they share the packed weights.
  addPackWeights(manager, options, isas);
  CloneTargetsOptions targets;
  targets.isas.assign(isas.begin(), isas.end());
  manager.addPass(createCloneTargets(targets));
  manager.addPass(createFormKernels());
  // Behind all that changes kernels: it numbers them in program order.
  manager.addPass(createPlanMemory());
  manager.addPass(createCheckPlan());
}

static void buildLower(mlir::OpPassManager &manager,
                       const CompileOptions &options) {
  manager.addPass(createLowerStep());
  manager.addPass(mlir::createCanonicalizerPass());
  manager.addPass(mlir::createCSEPass());
  manager.addPass(createEmitTiles());
  // Before the entries, which take their target features from the steps.
  if (!options.emulateOn.empty())
    manager.addPass(createEmulateIsa({options.emulateOn}));
  // Needs the variants by name, and the step's types before they are pointers.
  manager.addPass(createFinishStep(
      {options.maxContext, options.maxBatch, options.rowsPerStep}));
  buildLLVMPipeline(manager);
}

void llmc::buildStagePipeline(Stage stage, mlir::OpPassManager &manager,
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

std::vector<std::string> llmc::findIsas(mlir::ModuleOp module) {
  std::vector<std::string> isas;
  for (llvm::StringRef isa :
       llvm::concat<const llvm::StringRef>(getKnownIsas(), getKnownDevices()))
    if (module.lookupSymbol(("step." + isa).str()) ||
        module.lookupSymbol(("main." + isa).str()))
      isas.push_back(isa.str());
  return isas;
}

llvm::Error llmc::runStage(Stage stage, mlir::ModuleOp module,
                           const CompileOptions &options,
                           llvm::ArrayRef<std::string> isas,
                           const WeightStore *store) {
  DiagnosticCollector diagnostics(module.getContext());
  mlir::PassManager manager(module->getName());
  applyMlirFlags(manager);
  if (isFunctionProgram(module))
    buildFunctionPipeline(stage, manager, options, isas, store);
  else
    buildStagePipeline(stage, manager, options, isas, store);
  // What every pass leaves is verified by llmc-opt and with assertions; here, where it
  // would be half of the time, what the stage leaves.
#ifdef NDEBUG
  manager.enableVerifier(false);
#endif
  if (mlir::failed(manager.run(module)) || mlir::failed(mlir::verify(module)))
    return diagnostics.takeError("stage " + getStageName(stage) + " failed");
  return checkStageContract(stage, module);
}

//===----------------------------------------------------------------------===//
// By name, for llmc-opt
//===----------------------------------------------------------------------===//

namespace {

struct OptimizePipelineOptions
    : mlir::PassPipelineOptions<OptimizePipelineOptions> {
  Option<Activations> activations{
      *this, "activations",
      llvm::cl::desc("f32, i16, mixed, i8, i8-static, "
                     "i6, i4 or e4m3"),
      llvm::cl::init(Activations::f32)};
  Option<std::string> inputScales{
      *this, "input-scales",
      llvm::cl::desc("scales of llm-quantize-activations")};
  Option<WeightMode> weights{*this, "weights", llvm::cl::desc("keep or f32"),
                             llvm::cl::init(WeightMode::keep)};
  Option<CacheType> cache{*this, "kv", llvm::cl::desc("f32, f16, bf16 or i8"),
                          llvm::cl::init(CacheType::f32)};
  Option<std::string> quantize{
      *this, "quantize", llvm::cl::desc("a spec of llm-quantize-weights")};
  Option<std::string> shrink{*this, "shrink",
                             llvm::cl::desc("a spec of llm-shrink-model")};
  Option<std::string> equalize{*this, "equalize",
                               llvm::cl::desc("a spec of llm-equalize-inputs")};
  Option<std::string> sparsify{
      *this, "sparsify", llvm::cl::desc("a spec of llm-sparsify-weights")};
  Option<std::string> lowRank{*this, "low-rank",
                              llvm::cl::desc("a spec of llm-factor-weights")};
};

struct SchedulePipelineOptions
    : mlir::PassPipelineOptions<SchedulePipelineOptions> {
  ListOption<std::string> isas{
      *this, "isas", llvm::cl::desc("instruction sets, best first; none: all")};
  Option<ZeroSkipping> zeros{*this, "zeros",
                             llvm::cl::desc("faster, smaller or never"),
                             llvm::cl::init(ZeroSkipping::faster)};
};

struct LowerPipelineOptions : mlir::PassPipelineOptions<LowerPipelineOptions> {
  Option<int64_t> maxContext{*this, "max-context",
                             llvm::cl::desc("positions per sequence"),
                             llvm::cl::init(0)};
  Option<int64_t> maxBatch{*this, "max-batch",
                           llvm::cl::desc("sequences at once"),
                           llvm::cl::init(8)};
};

} // namespace

void llmc::registerPipelines() {
  mlir::PassPipelineRegistration<>("llmc-raise", "from a graph to a step",
                                   [](mlir::OpPassManager &manager) {
                                     buildRaisePipeline(manager, nullptr, 0);
                                   });
  registerFunctionPipelines();
  mlir::PassPipelineRegistration<>(
      "llmc-graph-to-function", "from a graph to a function on tensors",
      [](mlir::OpPassManager &manager) {
        buildGraphToFunctionPipeline(manager, nullptr);
      });
  mlir::PassPipelineRegistration<OptimizePipelineOptions>(
      "llmc-optimize", "the optimize stage of llmc",
      [](mlir::OpPassManager &manager, const OptimizePipelineOptions &given) {
        CompileOptions options;
        options.activations = given.activations;
        options.inputScales = given.inputScales;
        options.weights = given.weights;
        options.cache = given.cache;
        options.quantize = given.quantize;
        options.shrink = given.shrink;
        options.equalize = given.equalize;
        options.sparsify = given.sparsify;
        options.lowRank = given.lowRank;
        buildStagePipeline(Stage::optimize, manager, options, {});
      });
  mlir::PassPipelineRegistration<SchedulePipelineOptions>(
      "llmc-schedule", "the schedule stage of llmc",
      [](mlir::OpPassManager &manager, const SchedulePipelineOptions &given) {
        std::vector<std::string> isas(given.isas.begin(), given.isas.end());
        CompileOptions options;
        options.skipZeros = given.zeros;
        buildStagePipeline(Stage::schedule, manager, options, isas);
      });
  mlir::PassPipelineRegistration<LowerPipelineOptions>(
      "llmc-lower", "the lower stage of llmc",
      [](mlir::OpPassManager &manager, const LowerPipelineOptions &given) {
        CompileOptions options;
        options.maxContext = given.maxContext;
        options.maxBatch = given.maxBatch;
        buildStagePipeline(Stage::lower, manager, options, {});
      });
}
