//===- Options.cpp - what a compilation may be asked ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Defaults follow the model: integer weights are multiplied as integers, floats
// as floats, and the cache is as precise as the activations.
//===----------------------------------------------------------------------===//
#include "llmc/Driver/Options.h"

#include "dialects/llm/LLMDialect.h"
#include "llmc/Lower/Passes.h"
#include "llmc/Lower/Signature.h"

using namespace llmc;
using namespace mlir::llm;

llvm::StringRef llmc::getStageName(Stage stage) {
  static const char *const names[] = {"import", "optimize", "schedule", "lower",
                                      "emit"};
  return names[size_t(stage)];
}

llvm::ArrayRef<Choice<Activations>> llmc::getChoices(Activations) {
  static const Choice<Activations> choices[] = {
      {"f32", Activations::f32},
      {"i16", Activations::i16},
      {"mixed", Activations::mixed},
      {"i8", Activations::i8},
      {"i8-static", Activations::i8Static},
      {"i6", Activations::i6},
      {"i4", Activations::i4},
      {"e4m3", Activations::e4m3}};
  return choices;
}

llvm::ArrayRef<Choice<WeightMode>> llmc::getChoices(WeightMode) {
  static const Choice<WeightMode> choices[] = {{"keep", WeightMode::keep},
                                               {"f32", WeightMode::f32}};
  return choices;
}

llvm::ArrayRef<Choice<EmitKind>> llmc::getChoices(EmitKind) {
  static const Choice<EmitKind> choices[] = {
      {"exe", EmitKind::exe},   {"so", EmitKind::so},
      {"obj", EmitKind::obj},   {"asm", EmitKind::assembly},
      {"ptx", EmitKind::ptx},   {"cubin", EmitKind::cubin},
      {"llvm", EmitKind::llvm}, {"mlir", EmitKind::mlir}};
  return choices;
}

//===----------------------------------------------------------------------===//
// Instruction sets
//===----------------------------------------------------------------------===//

static llvm::Expected<std::vector<std::string>> getNativeIsas() {
  llvm::StringSet<> machine = llvm::cantFail(getMachineFeatures("native"));
  for (llvm::StringRef isa : getKnownIsas())
    if (runsOn(machine, isa))
      return std::vector<std::string>{isa.str()};
  return llvm::createStringError(
      "--cpu=native: this machine has no AVX2 with FMA and F16C, "
      "which every variant of generated code needs");
}

llvm::Expected<std::vector<std::string>> llmc::getIsas(llvm::StringRef cpu) {
  llvm::ArrayRef<llvm::StringRef> known = getKnownIsas();
  if (cpu == "portable")
    return std::vector<std::string>(known.begin(), known.end());
  if (cpu == "native")
    return getNativeIsas();
  if (cpu == "x86-64-v3")
    return std::vector<std::string>{"avx2"};
  if (llvm::is_contained(known, cpu))
    return std::vector<std::string>{cpu.str()};
  return llvm::createStringError(
      "unknown --cpu '" + cpu + "': portable, native, x86-64-v3, " +
      llvm::join(known, ", ") + " are known; native is this machine's");
}

/// The devices that one word of --target stands for: of `cuda` the one whose code runs
/// on all.
static llvm::Expected<std::vector<std::string>>
getDeviceIsas(llvm::StringRef word) {
  llvm::ArrayRef<llvm::StringRef> known = getKnownDevices();
  llvm::StringRef name = word;
  if (word == "cuda")
    return std::vector<std::string>{known.back().str()};
  if (name.consume_front("cuda:") && llvm::is_contained(known, name))
    return std::vector<std::string>{name.str()};
  return llvm::createStringError(
      "unknown --target '" + word +
      "': cpu, cuda, cuda:" + llvm::join(known, ", cuda:") + " are known");
}

llvm::Expected<std::vector<std::string>>
llmc::getTargetIsas(const CompileOptions &options) {
  std::vector<std::string> cpus, devices;
  for (llvm::StringRef word : llvm::split(options.target, ',')) {
    bool isCpu = word == "cpu";
    auto isas = isCpu ? getIsas(options.cpu) : getDeviceIsas(word);
    if (!isas)
      return isas.takeError();
    std::vector<std::string> &all = isCpu ? cpus : devices;
    for (std::string &isa : *isas)
      if (!llvm::is_contained(all, isa))
        all.push_back(std::move(isa));
  }
  if (options.cubin && llvm::none_of(devices, isExactDevice))
    return llvm::createStringError(
        "--cubin needs an exact GPU, --target=" + options.target +
        " has none: give --target=cuda:" + getKnownDevices().front() +
        " or another");
  llvm::append_range(cpus, devices);
  return cpus;
}

//===----------------------------------------------------------------------===//
// Resolution
//===----------------------------------------------------------------------===//

/// What products multiply with.
struct WeightKinds {
  bool integers = false;
  bool narrow = false; // floats of 16 bits or fewer
};

static WeightKinds findWeightKinds(mlir::ModuleOp module) {
  WeightKinds found;
  module.walk([&](LinearOp linear) {
    EncodingAttrInterface encoding = getEncoding(linear.getWeight().getType());
    if (!encoding)
      return;
    auto floats = llvm::dyn_cast<FloatEncodingAttr>(encoding);
    bool isInteger = encoding.getGrid().has_value();
    found.integers |= isInteger;
    found.narrow |= !isInteger && !(floats && floats.getType().isF32());
  });
  return found;
}

static mlir::DictionaryAttr getFacts(mlir::ModuleOp module) {
  auto facts = module->getAttrOfType<mlir::DictionaryAttr>("llm.model");
  return facts ? facts : mlir::DictionaryAttr::get(module.getContext());
}

/// What caches are made of if nobody says: a graph with caches of its own says
/// it, and its numbers are compared with that.
static CacheType chooseCache(Activations activations, mlir::ModuleOp module) {
  auto type = getFacts(module).getAs<mlir::TypeAttr>("cache");
  bool f32 =
      activations == Activations::f32 || (type && type.getValue().isF32());
  return f32 ? CacheType::f32 : CacheType::f16;
}

/// Positions of a model whose files name no limit, as nothing limits a graph.
static constexpr int64_t assumedContext = 4096;

/// The positions that the model was made for; 0 if it does not say.
static int64_t getModelContext(mlir::ModuleOp module) {
  auto length = getFacts(module).getAs<mlir::IntegerAttr>("context_length");
  return length ? length.getInt() : 0;
}

int64_t llmc::getContext(mlir::ModuleOp imported, int64_t wanted) {
  if (wanted)
    return wanted;
  int64_t context = getModelContext(imported);
  return context ? context : assumedContext;
}

/// Whether products can have their rows rounded like that. What is rounded and stays a
/// float meets any weight.
static bool fits(Activations activations, bool hasIntegers, bool mixes) {
  switch (activations) {
  case Activations::i16:
  case Activations::i8:
  case Activations::i8Static:
    return hasIntegers;
  case Activations::mixed:
    return mixes;
  default:
    return true;
  }
}

llvm::Expected<CompileOptions> llmc::resolveOptions(CompileOptions options,
                                                    mlir::ModuleOp imported) {
  if (isFunctionProgram(imported)) {
    if (options.target != "cpu")
      return llvm::createStringError(
          "--target=" + options.target +
          ": this model is a function, which has a lowering for cpu only");
    options.cache = CacheType::f32;
    options.maxContext = options.maxBatch = options.rowsPerStep = 0;
  }
  WeightKinds kinds;
  if (options.weights == WeightMode::keep)
    kinds = findWeightKinds(imported);
  const bool integers = !options.quantize.empty() || kinds.integers;
  // Steps round prompts of floats as well, functions have no prompts.
  const bool mixes = integers || !isFunctionProgram(imported);
  if (options.activations == Activations::automatic)
    options.activations = integers || (mixes && kinds.narrow)
                              ? Activations::mixed
                              : Activations::f32;
  if (!fits(options.activations, integers, mixes))
    return llvm::createStringError(
        "--activations=%s needs integer weights: %s",
        getChoiceName(options.activations).data(),
        options.weights == WeightMode::f32
            ? "--weights=f32 makes all of them floats"
            : "this model has float weights only");
  if (isFunctionProgram(imported))
    return options;
  if (options.cache == CacheType::automatic)
    options.cache = chooseCache(options.activations, imported);

  int64_t context = getModelContext(imported);
  options.maxContext = getContext(imported, options.maxContext);
  if (context && options.maxContext > context)
    return llvm::createStringError(
        "--max-context=%lld exceeds the model's %lld positions: give as many, "
        "or fewer",
        static_cast<long long>(options.maxContext),
        static_cast<long long>(context));
  return options;
}

std::string llmc::spellActivations(const CompileOptions &options) {
  std::string text = getChoiceName(options.activations).str();
  return options.inputScales.empty() ? text : text + "," + options.inputScales;
}

llvm::json::Object llmc::describeOptions(const CompileOptions &options) {
  llvm::json::Object object{{"activations", spellActivations(options)},
                            {"weights", getChoiceName(options.weights)},
                            {"quantize", options.quantize},
                            {"kv", getChoiceName(options.cache)},
                            {"max_context", options.maxContext},
                            {"max_batch", options.maxBatch},
                            {"rows_per_step", options.rowsPerStep},
                            {"cpu", options.cpu},
                            {"target", options.target},
                            {"emulate_on", options.emulateOn}};
  for (auto [name, budget] : {std::pair("bits_budget", &options.bitsBudget),
                              std::pair("size_budget", &options.sizeBudget),
                              std::pair("kl_budget", &options.klBudget)})
    if (!budget->empty())
      object[name] = *budget;
  if (!options.shrink.empty())
    object["shrink"] = options.shrink;
  if (!options.equalize.empty())
    object["equalize"] = options.equalize;
  if (!options.sparsify.empty())
    object["sparsify"] = options.sparsify;
  if (options.skipZeros != ZeroSkipping::faster)
    object["skip_zeros"] = getChoiceName(options.skipZeros);
  if (!options.lowRank.empty())
    object["low_rank"] = options.lowRank;
  if (options.tune)
    object["tune"] = true;
  if (!options.preTokenizer.empty())
    object["pre_tokenizer"] = options.preTokenizer;
  return object;
}
