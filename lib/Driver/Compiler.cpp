//===- Compiler.cpp - a model through the stages --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One module goes through all stages. Weight bytes are not in it: its weights
// name them, and carry their places from schedule on.
//===----------------------------------------------------------------------===//
#include "llmc/Driver/Compiler.h"

#include "Diagnostics.h"
#include "Quantization.h"
#include "ScheduleTuning.h"
#include "llmc/Driver/Isolation.h"
#include "llmc/Driver/Pipelines.h"
#include "llmc/Driver/Registration.h"
#include "llmc/Driver/Version.h"
#include "llmc/Emit/Emit.h"
#include "llmc/Emit/FileDigests.h"
#include "llmc/Emit/PendingFile.h"
#include "llmc/Lower/Passes.h"
#include "llmc/Lower/Signature.h"
#include "llmc/Optimize/Passes.h"
#include "llmc/Weights/Files.h"
#include "llmc/Weights/Statistics.h"
#include "llmrt/Console.h"
#include "llmrt/TokenizerModel.h"

#include "mlir/Parser/Parser.h"
#include "llvm/Support/raw_ostream.h"

#include <chrono>

using namespace llmc;

static mlir::DialectRegistry makeRegistry() {
  mlir::DialectRegistry registry;
  registerDialects(registry);
  return registry;
}

static std::map<std::string, int64_t> countOps(mlir::ModuleOp module) {
  std::map<std::string, int64_t> counts;
  module->walk([&](mlir::Operation *op) {
    if (op != module)
      ++counts[op->getName().getStringRef().str()];
  });
  return counts;
}

Compiler::Compiler(std::function<void(Stage)> onStage)
    : context(makeRegistry()), onStage(std::move(onStage)) {
  context.loadAllAvailableDialects();
}

Compiler::~Compiler() = default;

void Compiler::explain() { explanation = Explanation::listen(context); }

llvm::Error Compiler::run(Stage stage,
                          llvm::function_ref<llvm::Error()> action) {
  noteActivity(("stage " + getStageName(stage)).str());
  if (onStage)
    onStage(stage);
  auto begin = std::chrono::steady_clock::now();
  llvm::Error error = action();
  noteActivity("");
  // A stage that fails has declined something, too.
  if (explanation)
    explanation->print(llvm::errs());
  if (error)
    return error;
  std::chrono::duration<double> seconds =
      std::chrono::steady_clock::now() - begin;
  reports.push_back({stage, seconds.count(), countOps(getModule())});
  return llvm::Error::success();
}

/// The options that need no model.
llvm::Error Compiler::readOptions(const CompileOptions &wanted) {
  auto names = getTargetIsas(wanted);
  if (!names)
    return names.takeError();
  isas = std::move(*names);
  if (llvm::Error error = checkWeightOptions(wanted))
    return error;
  importing.preTokenizer = wanted.preTokenizer;
  importing.maxContext = wanted.maxContext;
  if (!wanted.emulateOn.empty())
    if (llvm::Error error = getMachineFeatures(wanted.emulateOn).takeError())
      return llvm::createStringError("--emulate-on: " +
                                     llvm::toString(std::move(error)));
  return llvm::Error::success();
}

void Compiler::warn(const llvm::Twine &text) {
  if (!isQuiet)
    llvm::errs() << "llmc: " << llmrt::warningLabel(2) << text << "\n";
}

llvm::Error Compiler::readGraph(llvm::StringRef path, Raise raise) {
  auto imported = importModel(path, context, importing);
  if (!imported)
    return imported.takeError();
  model = std::move(*imported);
  if (raise == Raise::no)
    return llvm::Error::success();
  if (isFunctionProgram(getModule()))
    graph = getModule().clone();
  return raiseGraph(*model.module, model.weights, importing.maxContext);
}

/// Where no step came of a graph, a function of it as it was before raising takes
/// the place of `module`.
static llvm::Error takeFunction(mlir::OwningOpRef<mlir::ModuleOp> &module,
                                mlir::OwningOpRef<mlir::ModuleOp> graph,
                                const WeightStore &weights) {
  if (!graph || !isFunctionProgram(*module))
    return llvm::Error::success();
  if (llvm::Error error = makeFunction(*graph, weights))
    return llvm::createStringError(
        llvm::toString(std::move(error)) +
        "; nor a decoder's step: " + getStepRefusal(*module));
  module = std::move(graph);
  return llvm::Error::success();
}

llvm::Error Compiler::becomeProgram() {
  if (llvm::Error error =
          takeFunction(model.module, std::move(graph), model.weights))
    return error;
  if (!model.unreadableTokenizer.empty() && !isFunctionProgram(getModule()))
    return llvm::createStringError(model.unreadableTokenizer);
  return llvm::Error::success();
}

/// --quiet is about progress: what a user must know is said nevertheless.
void Compiler::warnOfModel() {
  for (const std::string &warning : model.warnings)
    warn(warning);
  if (!isFunctionProgram(getModule()))
    for (const std::string &warning : model.textWarnings)
      warn(warning);
}

llvm::Error Compiler::importGraph(llvm::StringRef path, Raise raise) {
  DiagnosticCollector diagnostics(&context);
  if (llvm::Error error =
          run(Stage::import, [&] { return readGraph(path, raise); }))
    return error;
  warnOfModel();
  return llvm::Error::success();
}

llvm::Error Compiler::readModel(llvm::StringRef path,
                                const CompileOptions &wanted) {
  DiagnosticCollector diagnostics(&context);
  if (llvm::Error error = readGraph(path, Raise::yes))
    return error;
  return settleModel(path, wanted);
}

llvm::Error Compiler::settleModel(llvm::StringRef path,
                                  const CompileOptions &wanted) {
  if (llvm::Error error = becomeProgram())
    return llvm::createStringError(path + ": " +
                                   llvm::toString(std::move(error)));
  warnOfModel();
  auto facts = getModule()->getAttrOfType<mlir::DictionaryAttr>("llm.model");
  if (facts && !facts.contains("context_length") && wanted.maxContext == 0 &&
      !isFunctionProgram(getModule()))
    warn(path + ": names no limit of positions, nor does a config.json beside "
                "it: 4096 are compiled in; --max-context=N says another");
  if (facts)
    if (auto positions = facts.getAs<mlir::IntegerAttr>("rotary_context"))
      warn(path +
           ": the length of a run decides how it turns queries and "
           "keys: as in runs of " +
           llvm::Twine(positions.getInt()) +
           " positions, whatever their length; --max-context=N chooses");
  if (llvm::Error error = settleOptions(wanted))
    return error;
  if (!options.quantize.empty())
    if (std::string warning = describeGrids(getModule()); !warning.empty())
      warn(path + ": " + warning);
  if (!options.stats.empty())
    if (llvm::Error error =
            readStatistics(options.stats, context, model.weights))
      return error;
  return checkStageContract(Stage::import, *model.module);
}

/// What the module at hand leaves of the options that were automatic.
llvm::Error Compiler::settleOptions(const CompileOptions &wanted) {
  auto resolved = resolveOptions(wanted, getModule());
  if (!resolved)
    return resolved.takeError();
  options = std::move(*resolved);
  return llvm::Error::success();
}

llvm::Error Compiler::settle(const CompileOptions &wanted) {
  if (llvm::Error error = readOptions(wanted))
    return error;
  return settleOptions(wanted);
}

llvm::Error Compiler::import(llvm::StringRef path,
                             const CompileOptions &wanted) {
  if (llvm::Error error = readOptions(wanted))
    return error;
  // IR may have recipes that ask for them already.
  if (!takesStatistics(wanted) && !wanted.stats.empty())
    return llvm::createStringError(
        "--stats goes with --quantize=SPEC, --equalize=SPEC, --sparsify=SPEC, "
        "--low-rank=SPEC, --shrink=SPEC or --activations=i8-static");
  return run(Stage::import, [&] { return readModel(path, wanted); });
}

//===----------------------------------------------------------------------===//
// From IR
//===----------------------------------------------------------------------===//

/// Every weight has its bytes: here, or in the model.
static llvm::Error checkSources(llvm::StringRef path, mlir::ModuleOp module,
                                const WeightStore &weights,
                                llvm::StringRef weightsFrom) {
  for (auto weight : module.getOps<mlir::llm::WeightOp>()) {
    std::optional<llvm::StringRef> source = weight.getSource();
    if (!source || weights.find(*source))
      continue;
    std::string reads = (path + ": weight @" + weight.getSymName() +
                         " is made from the tensor '" + *source + "'")
                            .str();
    return llvm::createStringError(
        weightsFrom.empty()
            ? reads + ": give its model by --weights-from MODEL"
            : reads + ", which " + weightsFrom.str() + " does not have");
  }
  return llvm::Error::success();
}

/// A graph goes on from before it was raised.
static llvm::Error finishGraph(mlir::OwningOpRef<mlir::ModuleOp> &module,
                               const WeightStore &weights, int64_t context) {
  bool isGraph = false;
  module->walk([&](mlir::Operation *op) {
    isGraph |= op->getName().getDialectNamespace() == "onnx";
  });
  if (!isGraph || !isFunctionProgram(*module))
    return llvm::Error::success();
  mlir::OwningOpRef<mlir::ModuleOp> graph = module->clone();
  if (llvm::Error error = raiseGraph(*module, weights, context))
    return error;
  return takeFunction(module, std::move(graph), weights);
}

llvm::Error Compiler::readModule(llvm::StringRef path) {
  DiagnosticCollector diagnostics(&context);
  auto module =
      mlir::parseSourceFile<mlir::ModuleOp>(path, mlir::ParserConfig(&context));
  if (!module)
    return diagnostics.takeError(path + ": is no IR that llmc can read");
  if (llvm::Error error =
          finishGraph(module, model.weights, importing.maxContext))
    return llvm::createStringError(path + ": " +
                                   llvm::toString(std::move(error)));
  auto stage = detectStage(*module);
  if (!stage)
    return llvm::createStringError(path + ": " +
                                   llvm::toString(stage.takeError()));
  done = *stage;
  model.module = std::move(module);
  if (done >= Stage::schedule)
    isas = findIsas(getModule());
  return llvm::Error::success();
}

/// The defaults of options are those of the model that the IR is made from.
llvm::Error Compiler::settleBy(mlir::OwningOpRef<mlir::ModuleOp> source,
                               llvm::StringRef path,
                               const CompileOptions &wanted) {
  std::swap(source, model.module);
  if (llvm::Error error =
          raiseGraph(getModule(), model.weights, wanted.maxContext))
    return error;
  if (llvm::Error error = settleModel(path, wanted))
    return error;
  std::swap(source, model.module);
  return llvm::Error::success();
}

llvm::Error Compiler::resume(llvm::StringRef irPath,
                             llvm::StringRef weightsFrom,
                             const CompileOptions &wanted) {
  if (llvm::Error error = readOptions(wanted))
    return error;
  return run(Stage::import, [&]() -> llvm::Error {
    // First the weights: what a graph becomes depends on some of them.
    if (!weightsFrom.empty())
      if (llvm::Error error = readGraph(weightsFrom, Raise::no))
        return error;
    mlir::OwningOpRef<mlir::ModuleOp> source = std::move(model.module);
    if (llvm::Error error = readModule(irPath))
      return error;
    if (!source || isFunctionProgram(getModule())) {
      if (llvm::Error error = settleOptions(wanted))
        return error;
    } else if (llvm::Error error =
                   settleBy(std::move(source), weightsFrom, wanted)) {
      return error;
    }
    if (changesWeights(wanted) && done >= Stage::optimize)
      return llvm::createStringError(
          irPath + ": is past the stage that --quantize is for: go on from IR "
                   "of llmc import");
    return checkSources(irPath, getModule(), model.weights, weightsFrom);
  });
}

llvm::Error Compiler::runUntil(Stage last) {
  for (Stage stage : {Stage::optimize, Stage::schedule, Stage::lower}) {
    if (stage > last)
      break;
    if (stage <= done)
      continue;
    if (llvm::Error error = run(stage, [&] {
          return runStage(stage, *model.module, options, isas, &model.weights);
        }))
      return error;
    done = stage;
    if (stage == Stage::schedule) {
      isas = findIsas(getModule()); // equal variants are left out
      if (options.tune)
        if (llvm::Error error = tuneSchedules(*this))
          return error;
    }
    if (stage == Stage::optimize)
      if (llvm::Error error = checkRecipes(getModule(), model.weights))
        return error;
  }
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// What is known of the model
//===----------------------------------------------------------------------===//

llvm::Expected<mlir::llm::PlanAttr> Compiler::getPlan() {
  DiagnosticCollector diagnostics(&context);
  auto plan = mlir::llm::getPlan(getModule());
  if (mlir::failed(plan))
    return diagnostics.takeError("the module has no memory plan");
  if (!plan->getResult("logits"))
    return llvm::createStringError("@step returns no result named \"logits\"");
  return *plan;
}

llvm::Expected<llvm::StringRef> Compiler::serializeTokenizer() {
  if (!model.tokenizer || !tokenizerBytes.empty())
    return tokenizerBytes;
  auto bytes = llmrt::serializeTokenizer(*model.tokenizer);
  if (!bytes)
    return llvm::createStringError("the model's tokenizer: " + bytes.message());
  tokenizerBytes = std::move(*bytes);
  return tokenizerBytes;
}

/// The plan's results as the compiled model lists them.
static std::vector<LlmrtResult>
describeResults(llvm::ArrayRef<mlir::llm::ResultPlanAttr> plans) {
  std::vector<LlmrtResult> results;
  for (mlir::llm::ResultPlanAttr plan : plans)
    results.push_back(
        {plan.getName().data(), plan.getColumns(),
         plan.getType().getElementType().isF32() ? LLMRT_ELEMENT_F32
                                                 : LLMRT_ELEMENT_I32,
         plan.getRows() == mlir::llm::ResultRows::Batch ? LLMRT_ROWS_BATCH
                                                        : LLMRT_ROWS_ASKED});
  return results;
}

llvm::Expected<llmrt::MemoryContract>
Compiler::getMemoryContract(int64_t batch, int64_t contextTokens) {
  auto plan = getPlan();
  if (!plan)
    return plan.takeError();
  std::vector<LlmrtResult> results = describeResults(plan->getResults());
  LlmrtModel compiled = {};
  compiled.abiVersion = LLMRT_ABI_VERSION;
  compiled.results = results.data();
  compiled.resultCount = results.size();
  compiled.scratchBytesPerWorker = plan->getScratchBytesPerWorker();
  compiled.vocabulary = plan->getResult("logits").getColumns();
  compiled.arenaBytesPerRow = plan->getArenaBytesPerRow();
  std::vector<LlmrtCacheShape> caches;
  for (mlir::llm::CachePlanAttr cache : plan->getCaches())
    caches.push_back({cache.getBytesPerPage(), cache.getWindow()});
  compiled.caches = caches.data();
  compiled.cacheCount = static_cast<int64_t>(caches.size());
  compiled.weightBytes = plan->getWeightBytes();
  compiled.contextLength = compiled.maxContext = options.maxContext;
  compiled.maxBatch = options.maxBatch;
  compiled.rowsPerStep = options.rowsPerStep;
  llmrt::EngineOptions wanted;
  wanted.batch = batch;
  wanted.context = contextTokens;
  auto tokenizer = serializeTokenizer();
  if (!tokenizer)
    return tokenizer.takeError();
  wanted.otherBytes = static_cast<int64_t>(tokenizer->size());
  auto resolved = llmrt::resolveOptions(compiled, wanted);
  if (!resolved)
    return llvm::createStringError(resolved.message());
  return llmrt::memoryContract(compiled, *resolved);
}

static llvm::json::Value toJson(mlir::Attribute attribute) {
  if (auto text = llvm::dyn_cast<mlir::StringAttr>(attribute))
    return text.getValue().str();
  if (auto boolean = llvm::dyn_cast<mlir::BoolAttr>(attribute))
    return boolean.getValue();
  if (auto integer = llvm::dyn_cast<mlir::IntegerAttr>(attribute))
    return integer.getInt();
  if (auto number = llvm::dyn_cast<mlir::FloatAttr>(attribute))
    return number.getValueAsDouble();
  if (auto list = llvm::dyn_cast<mlir::ArrayAttr>(attribute)) {
    llvm::json::Array array;
    for (mlir::Attribute entry : list)
      array.push_back(toJson(entry));
    return array;
  }
  if (auto entries = llvm::dyn_cast<mlir::DictionaryAttr>(attribute)) {
    llvm::json::Object object;
    for (mlir::NamedAttribute entry : entries)
      object[entry.getName().str()] = toJson(entry.getValue());
    return object;
  }
  std::string text;
  llvm::raw_string_ostream(text) << attribute;
  return text;
}

static void addRounding(mlir::ModuleOp module, llvm::json::Object &object) {
  if (auto rounding = module->getAttr(roundingAttrName))
    object["rounding"] = toJson(rounding);
}

/// What a function program has instead of a plan.
static llvm::Expected<llvm::json::Object>
describeFunction(mlir::ModuleOp module, const CompileOptions &options) {
  auto bytes = getWeightSectionBytes(module);
  if (!bytes)
    return bytes.takeError();
  llvm::json::Object object{{"kind", "function"},
                            {"activations", spellActivations(options)},
                            {"cpu", options.cpu},
                            {"emulate_on", options.emulateOn},
                            {"weight_bytes", *bytes}};
  if (!options.quantize.empty())
    object["quantize"] = options.quantize;
  addRounding(module, object);
  return object;
}

llvm::Expected<llvm::json::Object> Compiler::describeStep() {
  auto plan = getPlan();
  if (!plan)
    return plan.takeError();
  llvm::json::Object object = describeOptions(options);
  object["vocabulary"] = plan->getResult("logits").getColumns();
  object["weight_bytes"] = plan->getWeightBytes();
  object["bits_per_weight"] = countBitsPerWeight(getModule());
  addRounding(getModule(), object);
  return object;
}

llvm::Expected<llvm::json::Object> Compiler::describeModel() {
  auto described = isFunctionProgram(getModule())
                       ? describeFunction(getModule(), options)
                       : describeStep();
  if (!described)
    return described.takeError();
  llvm::json::Object object = std::move(*described);
  if (auto facts =
          getModule()->getAttrOfType<mlir::DictionaryAttr>("llm.model"))
    for (mlir::NamedAttribute fact : facts)
      object[fact.getName().str()] = toJson(fact.getValue());
  object["variants"] = llvm::json::Array(isas);
  object["llmc_version"] = getVersion();
  return object;
}

//===----------------------------------------------------------------------===//
// Emission
//===----------------------------------------------------------------------===//

/// What the program says of itself.
static llvm::Expected<std::string> describeProgram(Compiler &compiler,
                                                   FileDigests &digests) {
  auto facts = compiler.describeModel();
  if (!facts)
    return facts.takeError();
  auto files = digests.take();
  if (!files)
    return files.takeError();
  llvm::json::Array list;
  for (const FileDigest &file : *files)
    list.push_back(llvm::json::Object{
        {"file", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  (*facts)["model_files"] = std::move(list);
  std::string text;
  llvm::raw_string_ostream(text) << llvm::json::Value(std::move(*facts));
  return text;
}

llvm::Expected<std::string> llmc::emitDevice(mlir::ModuleOp device,
                                             bool assembled) {
  auto ptx = emitPtx(device);
  if (!ptx || !assembled)
    return ptx;
  noteActivity("running ptxas");
  return assembleCubin(*ptx, *device.getSymName());
}

llvm::Error
llmc::emitProgram(Compiler &compiler, EmitKind kind, llvm::StringRef path,
                  PendingFile &file,
                  llvm::function_ref<void(uint64_t, uint64_t)> progress) {
  FileDigests digests(compiler.getModel().files);
  noteActivity("emitting machine code");
  auto objects = emitObjects(compiler.getModule());
  if (!objects)
    return objects.takeError();
  noteActivity("linking");
  if (llvm::Error error = linkProgram(
          *objects,
          kind == EmitKind::so ? LinkKind::shared : LinkKind::executable,
          file.besidePath(), path))
    return error;
  if (llvm::Error error = file.adopt())
    return error;

  noteActivity("packing weights");
  ArtifactInputs inputs;
  inputs.name = path.str();
  inputs.planned = compiler.getModule();
  inputs.weights = &compiler.getModel().weights;
  for (auto device : compiler.getModule().getOps<mlir::ModuleOp>()) {
    auto code = emitDevice(device, compiler.getOptions().cubin &&
                                       isExactDevice(*device.getSymName()));
    if (!code)
      return code.takeError();
    inputs.deviceCode.push_back(std::move(*code));
  }
  auto tokenizer = compiler.serializeTokenizer();
  if (!tokenizer)
    return tokenizer.takeError();
  inputs.tokenizer = tokenizer->str();
  inputs.info = [&] { return describeProgram(compiler, digests); };
  if (llvm::Error error = appendSections(file.path(), inputs, progress))
    return error;
  if (llvm::Error error = compiler.getModel().watch.check())
    return error;
  return file.commit();
}
