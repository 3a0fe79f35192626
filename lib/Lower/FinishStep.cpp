//===- FinishStep.cpp - the step meets the ABI ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every lowered function gets an entry of the C type LlmrtStepFn that loads its
// arguments from the descriptor; constants say what the model needs and returns.
//===----------------------------------------------------------------------===//
#include "Cpu/Isa.h"
#include "Entries.h"
#include "KernelFunctions.h"
#include "ModelTables.h"
#include "RawMemory.h"
#include "StepFields.h"

#include "llmc/Lower/Passes.h"

namespace llmc {
#define GEN_PASS_DEF_FINISHSTEP
#include "llmc/Lower/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

/// Limits of the contract that are no part of the plan.
struct Limits {
  int64_t maxContext, maxBatch, rowsPerStep;
};

class Finisher {
public:
  Finisher(ModuleOp module, PlanAttr plan)
      : module(module), plan(plan), b(module.getLoc(), module.getContext()),
        tables(b) {
    b.setInsertionPointToEnd(module.getBody());
  }

  LogicalResult run(Limits limits) {
    ResultPlanAttr logits = plan.getResult("logits");
    if (!logits)
      return module.emitError("@step returns no result named \"logits\"");
    FailureOr<int64_t> context = getContextLength(limits.maxContext);
    if (failed(context))
      return failure();
    if (!limits.maxContext)
      limits.maxContext = *context;
    entries.emplace(b);
    std::vector<TableEntry> variants = createVariants();
    // Nothing reads the targets from here on.
    module.walk([](func::FuncOp function) { setTarget(function, nullptr); });
    if (variants.empty())
      return module.emitError("no function @step of a known instruction set: "
                              "run llm-lower-step first");
    createModel(std::move(variants), logits.getColumns(), *context, limits);
    return success();
  }

private:
  //===--- entries ------------------------------------------------------------===//

  std::vector<TableEntry> createVariants() {
    std::vector<TableEntry> variants;
    for (const Isa *isa :
         llvm::concat<const Isa *const>(getIsas(), getDevices())) {
      auto [kernels, kernelCount] = createKernels(*isa);
      AddressOf step = createEntry("step", *isa);
      if (step.symbol.empty())
        continue;
      auto entry = module.lookupSymbol<LLVM::LLVMFuncOp>(step.symbol);
      bool isDevice = isa->getTarget(b.getContext()).isDevice();
      uint64_t bits = isDevice ? getDeviceFeatures(isa->getName())
                               : getCpuBits(entry.getTargetFeaturesAttr());
      AddressOf sample = createEntry("sample", *isa);
      AddressOf name =
          tables.addString("llmrt_variant." + isa->getName(), isa->getName());
      variants.push_back(
          {name, static_cast<int64_t>(bits), step, sample,
           /*call=*/AddressOf{}, kernels, kernelCount,
           int64_t(isDevice ? LLMRT_DEVICE_CUDA : LLMRT_DEVICE_CPU),
           isDevice ? countDevicesBefore(isa->getName()) : int64_t(0)});
    }
    return variants;
  }

  /// Sections of devices' code are in the order of their modules.
  int64_t countDevicesBefore(StringRef name) {
    auto devices = module.getOps<ModuleOp>();
    return std::distance(devices.begin(),
                         llvm::find_if(devices, [&](ModuleOp device) {
                           return device.getSymName() == name;
                         }));
  }

  /// The table of the kernels that the step enters, which get their numbers. Those
  /// of `@sample` are behind it, in no step.
  std::pair<AddressOf, int64_t> createKernels(const Isa &isa) {
    std::vector<TableEntry> kernels;
    llvm::StringMap<int64_t> numbers;
    for (StringRef name : {"step", "sample"}) {
      auto function =
          module.lookupSymbol<func::FuncOp>((name + "." + isa.getName()).str());
      if (!function)
        continue;
      auto number = [&](Operation *op, SymbolRefAttr kernel, int64_t threads) {
        auto [it, isNew] =
            numbers.try_emplace(kernel.getLeafReference(), kernels.size());
        if (isNew)
          kernels.push_back(createKernel(
              SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(op, kernel),
              isa, threads));
        return it->second;
      };
      function.walk([&](EnterOp op) {
        op.setNumber(number(op, op.getKernelAttr(), /*threads=*/0));
      });
      function.walk([&](LaunchOp op) {
        op.setNumber(number(op, op.getKernel(), op.getThreads()));
      });
    }
    if (kernels.empty())
      return {AddressOf{}, 0};
    return {tables.addTable(("llmrt_kernels." + isa.getName()).str(), kernels,
                            sizeof(LlmrtKernel)),
            kernels.size()};
  }

  TableEntry createKernel(func::FuncOp function, const Isa &isa,
                          int64_t threads) {
    StringRef symbol = function.getName();
    auto cost = function->getAttrOfType<CostAttr>(costAttrName);
    if (!cost) // written by hand
      cost = CostAttr::get(b.getContext(), 0, 0, 0, 0, 0, 0, ResultRows::Batch);
    StringRef name = symbol;
    name.consume_back(("." + isa.getName()).str());
    AddressOf address =
        tables.addString("llmrt_kernel." + isa.getName() + "." + name, name);
    int64_t rows = cost.getRows() == ResultRows::Batch ? LLMRT_ROWS_BATCH
                                                       : LLMRT_ROWS_ASKED;
    auto shared = function->getAttrOfType<IntegerAttr>(sharedBytesAttrName);
    return {address,        cost.getWeights(),
            cost.getRow(),  cost.getRowOps(),
            cost.getKey(),  cost.getKeyOps(),
            cost.getKeys(), rows,
            threads,        shared ? shared.getInt() : int64_t(0)};
  }

  /// LlmrtVariant.features of a CUDA variant, from its name: sm_80, sm_90a.
  static uint64_t getDeviceFeatures(StringRef name) {
    return getComputeCapability(name) |
           (isExactDevice(name) ? LLMRT_CUDA_EXACT : 0) |
           (hasDependentLaunches(name) ? LLMRT_CUDA_DEPENDENT : 0);
  }

  /// The entry of a function for an instruction set; null where there is none.
  AddressOf createEntry(StringRef name, const Isa &isa) {
    auto function =
        module.lookupSymbol<func::FuncOp>((name + "." + isa.getName()).str());
    if (!function)
      return {};
    std::string symbol = ("llmrt_" + name + "." + isa.getName()).str();
    entries->createShared(
        symbol, function, offsetof(LlmrtStep, barrier),
        [&](Value descriptor) { return loadFields(descriptor, function); });
    return {symbol};
  }

  /// What StepArguments names, from the descriptor.
  SmallVector<Value> loadFields(Value descriptor, func::FuncOp function) {
    StepCounts counts(plan);
    assert(function.getNumArguments() ==
               StepArguments::getTypes(b.getContext(), counts).size() + 1 &&
           "the function takes the fields of LlmrtStep");
    SmallVector<Value> arguments;
    auto wrap = [&](Value address) {
      Type type = function.getArgumentTypes()[arguments.size()];
      arguments.push_back(wrapAddress(b, address, cast<MemRefType>(type)));
    };
    auto pass = [&](Value structure, StepFieldKind kind, size_t offset) {
      if (kind == StepFieldKind::count)
        arguments.push_back(
            entries->toIndex(entries->load(structure, offset, entries->i64)));
      else
        wrap(entries->load(structure, offset, entries->pointer));
    };
    for (const StepFieldInfo &field : stepFields) {
      if (field.kind != StepFieldKind::results &&
          field.kind != StepFieldKind::caches) {
        pass(descriptor, field.kind, field.offset);
        continue;
      }
      Value list = entries->load(descriptor, field.offset, entries->pointer);
      if (field.kind == StepFieldKind::results)
        for (size_t i = 0; i < counts.results; ++i)
          pass(list, field.kind, i * sizeof(void *));
      else
        for (size_t i = 0; i < counts.caches; ++i)
          for (const StepFieldInfo &part : cacheFields)
            pass(list, part.kind, i * sizeof(LlmrtCache) + part.offset);
    }
    return arguments;
  }

  //===--- the model ------------------------------------------------------------===//

  /// The positions that the model was made for; a graph that names none was made
  /// for those that are compiled in.
  FailureOr<int64_t> getContextLength(int64_t maxContext) {
    auto facts = module->getAttrOfType<DictionaryAttr>("llm.model");
    auto length = facts ? facts.getAs<IntegerAttr>("context_length") : nullptr;
    if (length)
      return length.getInt();
    if (maxContext > 0)
      return maxContext;
    return module.emitError("the module attribute 'llm.model' has no integer "
                            "'context_length'");
  }

  AddressOf createResults() {
    std::vector<TableEntry> results;
    for (ResultPlanAttr result : plan.getResults()) {
      AddressOf name = tables.addString("llmrt_result." + result.getName(),
                                        result.getName());
      bool isFloat = isa<FloatType>(result.getType().getElementType());
      results.push_back(
          {name, result.getColumns(),
           int32_t(isFloat ? LLMRT_ELEMENT_F32 : LLMRT_ELEMENT_I32),
           int32_t(result.getRows() == ResultRows::Batch ? LLMRT_ROWS_BATCH
                                                         : LLMRT_ROWS_ASKED)});
    }
    return tables.addTable("llmrt_results", results, sizeof(LlmrtResult));
  }

  AddressOf createCaches() {
    std::vector<TableEntry> caches;
    for (CachePlanAttr cache : plan.getCaches())
      caches.push_back({cache.getBytesPerPage(), cache.getWindow()});
    if (caches.empty())
      return {};
    return tables.addTable("llmrt_caches", caches, sizeof(LlmrtCacheShape));
  }

  void createModel(std::vector<TableEntry> variants, int64_t vocabulary,
                   int64_t context, Limits limits) {
    ModelFields model;
    model.variants = std::move(variants);
    model.results = createResults();
    model.resultCount = plan.getResults().size();
    model.vocabulary = vocabulary;
    model.arenaBytesPerRow = plan.getArenaBytesPerRow();
    model.scratchBytesPerWorker = plan.getScratchBytesPerWorker();
    model.caches = createCaches();
    model.cacheCount = plan.getCaches().size();
    model.contextLength = context;
    model.maxContext = limits.maxContext;
    model.maxBatch = limits.maxBatch;
    model.rowsPerStep = limits.rowsPerStep;
    model.weightBytes = plan.getWeightBytes();
    tables.addModel(model);
  }

  ModuleOp module;
  PlanAttr plan;
  ImplicitLocOpBuilder b;
  ModelTables tables;
  std::optional<Entries> entries;
};

struct FinishStep : impl::FinishStepBase<FinishStep> {
  using Base::Base;

  void runOnOperation() override {
    FailureOr<PlanAttr> plan = getPlan(getOperation());
    if (failed(plan) || failed(Finisher(getOperation(), *plan)
                                   .run({maxContext, maxBatch, rowsPerStep})))
      signalPassFailure();
  }
};

} // namespace
} // namespace llmc
