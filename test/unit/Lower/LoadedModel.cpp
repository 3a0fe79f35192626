//===- LoadedModel.cpp - a module as native code in this process ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "LoadedModel.h"

#include "llmc/Driver/Pipelines.h"
#include "llmc/Driver/Registration.h"
#include "llmc/Emit/Emit.h"
#include "llmc/Lower/Passes.h"
#include "llmrt/Cpu.h"

#include "llvm/Support/FileSystem.h"

#include <dlfcn.h>
#include <map>

using namespace llmc;
using namespace llmc::test;

std::unique_ptr<mlir::MLIRContext> llmc::test::createContext() {
  mlir::DialectRegistry registry;
  registerDialects(registry);
  auto context = std::make_unique<mlir::MLIRContext>(
      registry, mlir::MLIRContext::Threading::DISABLED);
  context->loadAllAvailableDialects();
  return context;
}

std::string llmc::test::testMachine() {
  const char *machine = std::getenv("LLMC_TEST_MACHINE");
  return machine && *machine ? machine : "native";
}

std::string llmc::test::testDevice() {
  const char *device = std::getenv("LLMC_TEST_DEVICE");
  return device ? device : "";
}

bool llmc::test::testsEverything() {
  const char *variants = std::getenv("LLMC_TEST_VARIANTS");
  return variants && llvm::StringRef(variants) == "all";
}

namespace {
/// Says at the end how often each variant has run; none may be left out.
class VariantReport : public ::testing::Environment {
public:
  /// What needs tile registers runs in this process only after they were asked for.
  void SetUp() override { (void)llmrt::cpuFeatures(); }
  void TearDown() override {
    for (auto &[name, count] : runs) {
      std::printf("variant %-12s ran %lld times\n", name.c_str(),
                  static_cast<long long>(count));
      EXPECT_GT(count, 0) << "variant " << name << " never ran";
    }
  }
  std::map<std::string, int64_t> runs; // by variant that was compiled
};
} // namespace

static VariantReport &report() {
  static auto *environment = static_cast<VariantReport *>(
      ::testing::AddGlobalTestEnvironment(new VariantReport));
  return *environment;
}
// Environments must be known before the tests start.
static VariantReport &registered = report();

/// Those that this machine runs without emulation.
static std::vector<std::string> nativeIsas() {
  const llvm::StringSet<> machine =
      llvm::cantFail(getMachineFeatures("native"));
  std::vector<std::string> isas;
  for (llvm::StringRef isa : getKnownIsas())
    if (runsOn(machine, isa))
      isas.push_back(isa.str());
  return isas;
}

/// Of those that have code of their own for the module, the best and the least: they
/// share the least, and every other one costs as much again.
static llvm::Expected<std::vector<std::string>>
chooseIsas(mlir::ModuleOp module, Stage first, const CompileOptions &options) {
  std::vector<std::string> native = nativeIsas();
  if (testsEverything())
    return native;
  mlir::OwningOpRef<mlir::ModuleOp> clone(module.clone());
  for (Stage stage : {Stage::optimize, Stage::schedule})
    if (stage >= first)
      if (llvm::Error error = runStage(stage, *clone, options, native))
        return error;
  std::vector<std::string> own = findIsas(*clone);
  if (own.size() > 2)
    own.erase(own.begin() + 1, own.end() - 1);
  return own;
}

LoadedModel::~LoadedModel() {
  if (library)
    ::dlclose(library);
}

llvm::Error LoadedModel::compile(mlir::ModuleOp module, Stage first,
                                 const WeightStore &weights,
                                 const std::string &machine,
                                 llvm::ArrayRef<std::string> isas) {
  mlir::OwningOpRef<mlir::ModuleOp> clone(module.clone());
  CompileOptions options;
  options.emulateOn = machine;
  const std::string device = testDevice();
  std::vector<std::string> native;
  if (isas.empty() && !device.empty()) {
    isas = device;
  } else if (isas.empty() && machine == "native") {
    auto chosen = chooseIsas(module, first, options);
    if (!chosen)
      return chosen.takeError();
    native = std::move(*chosen);
    isas = native;
  }
  for (Stage stage : {Stage::optimize, Stage::schedule, Stage::lower}) {
    if (stage < first)
      continue;
    // The places of weights are known then, and their ops still there.
    if (stage == Stage::lower)
      if (llvm::Error error = packWeights(*clone, weights))
        return error;
    if (llvm::Error error = runStage(stage, *clone, options, isas))
      return error;
  }
  for (auto device : clone->getOps<mlir::ModuleOp>()) {
    auto code = emitPtx(device);
    if (!code)
      return code.takeError();
    deviceCode.push_back(std::move(*code));
  }
  auto objects = emitObjects(*clone);
  return objects ? load(*objects) : objects.takeError();
}

llvm::Error LoadedModel::packWeights(mlir::ModuleOp planned,
                                     const WeightStore &store) {
  auto sizeBytes = getWeightSectionBytes(planned);
  if (!sizeBytes)
    return sizeBytes.takeError();
  weightSection = GuardedBuffer(*sizeBytes);
  for (auto weight : planned.getOps<mlir::llm::WeightOp>()) {
    auto bytes = makeWeight(weight, store);
    if (!bytes)
      return bytes.takeError();
    std::memcpy(weightSection.bytes() + *weight.getOffset(), bytes->data(),
                bytes->size());
  }
  return llvm::Error::success();
}

llvm::Error
LoadedModel::load(llvm::ArrayRef<llvm::SmallVector<char, 0>> objects) {
  llvm::SmallString<128> path;
  if (std::error_code code =
          llvm::sys::fs::createTemporaryFile("llmc-lower", "so", path))
    return llvm::errorCodeToError(code);
  llvm::Error linked = linkProgram(objects, LinkKind::shared, path);
  if (!linked)
    library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  llvm::sys::fs::remove(path);
  if (linked)
    return linked;
  if (!library)
    return llvm::createStringError(::dlerror());
  model = static_cast<const LlmrtModel *>(::dlsym(library, "llmrt_model"));
  return llvm::Error::success();
}

std::vector<std::string> LoadedModel::variants() const {
  std::vector<std::string> names;
  for (uint32_t i = 0; i < model->variantCount; ++i) {
    const LlmrtVariant &variant = model->variants[i];
    registered.runs.try_emplace(variant.name);
    if (variant.device == LLMRT_DEVICE_CPU)
      EXPECT_EQ(variant.features & ~llmrt::cpuFeatures(), 0u)
          << variant.name << " asks for more than this machine has";
    names.push_back(variant.name);
  }
  return names;
}

const LlmrtVariant *LoadedModel::choose(llvm::StringRef variant) const {
  for (uint32_t i = 0; i < model->variantCount; ++i)
    if (variant == model->variants[i].name) {
      ++registered.runs[variant.str()];
      return &model->variants[i];
    }
  ADD_FAILURE() << "no variant " << variant.str();
  return nullptr;
}
