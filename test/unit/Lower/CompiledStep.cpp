//===- CompiledStep.cpp - a module as native code in this process ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CompiledStep.h"

#include "llmc/Driver/Pipelines.h"
#include "llmc/Driver/Registration.h"
#include "llmc/Emit/Emit.h"
#include "llmrt/Cpu.h"

#include "llvm/Support/FileSystem.h"

#include <algorithm>
#include <dlfcn.h>
#include <numeric>

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

namespace {
/// Says at the end how often each variant has run; none may be left out.
class VariantReport : public ::testing::Environment {
public:
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

CompiledStep::CompiledStep(mlir::ModuleOp optimised, const WeightStore &weights,
                           const std::string &machine,
                           llvm::ArrayRef<std::string> isas) {
  if (llvm::Error error = compile(optimised, weights, machine, isas)) {
    ADD_FAILURE() << llvm::toString(std::move(error));
    model = nullptr;
  }
}

CompiledStep::~CompiledStep() {
  if (library)
    ::dlclose(library);
}

llvm::Error CompiledStep::compile(mlir::ModuleOp optimised,
                                  const WeightStore &weights,
                                  const std::string &machine,
                                  llvm::ArrayRef<std::string> isas) {
  mlir::OwningOpRef<mlir::ModuleOp> module(optimised.clone());
  CompileOptions options;
  options.emulateOn = machine;
  if (llvm::Error error = runStage(Stage::schedule, *module, options, isas))
    return error;
  if (llvm::Error error = packWeights(*module, weights))
    return error;
  if (llvm::Error error = runStage(Stage::lower, *module, options, isas))
    return error;
  auto object = emitObject(*module, ObjectKind::object);
  return object ? load(*object) : object.takeError();
}

llvm::Error CompiledStep::packWeights(mlir::ModuleOp planned,
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

llvm::Error CompiledStep::load(llvm::ArrayRef<char> object) {
  llvm::SmallString<128> path;
  if (std::error_code code =
          llvm::sys::fs::createTemporaryFile("llmc-lower", "so", path))
    return llvm::errorCodeToError(code);
  llvm::Error linked = linkProgram(object, LinkKind::shared, path);
  if (!linked)
    library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  llvm::sys::fs::remove(path);
  if (linked)
    return linked;
  if (!library)
    return llvm::createStringError(::dlerror());
  model = static_cast<const LlmrtModel *>(::dlsym(library, "llmrt_model"));
  arena = GuardedBuffer(rowCapacity * model->arenaBytesPerRow);
  cache = GuardedBuffer(cachePages * model->kvBytesPerPage);
  return llvm::Error::success();
}

std::vector<std::string> CompiledStep::variants() const {
  std::vector<std::string> names;
  for (uint32_t i = 0; i < model->variantCount; ++i) {
    const LlmrtVariant &variant = model->variants[i];
    registered.runs.try_emplace(variant.name);
    EXPECT_EQ(variant.features & ~llmrt::cpuFeatures(), 0u)
        << variant.name << " asks for more than this machine has";
    names.push_back(variant.name);
  }
  return names;
}

void CompiledStep::start(llvm::StringRef variant, int64_t workers) {
  chosen = nullptr;
  for (uint32_t i = 0; i < model->variantCount; ++i)
    if (variant == model->variants[i].name)
      chosen = &model->variants[i];
  ASSERT_TRUE(chosen) << "no variant " << variant.str();
  ++registered.runs[variant.str()];
  if (!pool || pool->workers() != workers) {
    auto created = llmrt::ThreadPool::create(workers);
    ASSERT_TRUE(created) << created.message();
    pool = std::move(*created);
  }
  lengths.clear();
  slotPositions.assign(cachePages * LLMRT_PAGE_TOKENS, LLMRT_EMPTY_POSITION);
  blockTable.assign(maxSequences * cachePages, -1);
  freePages.resize(cachePages);
  std::iota(freePages.begin(), freePages.end(), 0);
  std::shuffle(freePages.begin(), freePages.end(), std::mt19937(7));
  cache.poison();
}

int32_t CompiledStep::takeSlot(int32_t sequence, int32_t position) {
  int32_t slot = lengths[sequence]++;
  int32_t &page = blockTable[sequence * cachePages + slot / LLMRT_PAGE_TOKENS];
  if (page < 0) {
    page = freePages.back();
    freePages.pop_back();
  }
  slotPositions[page * LLMRT_PAGE_TOKENS + slot % LLMRT_PAGE_TOKENS] = position;
  return slot;
}

LlmrtStep CompiledStep::prepare(int64_t rows, int64_t askedRows) {
  arena.poison();
  scratch = GuardedBuffer(pool->workers() * model->scratchBytesPerWorker);
  scratch.poison();
  results.clear();
  resultAddresses.clear();
  for (int64_t i = 0; i < model->resultCount; ++i) {
    const LlmrtResult &result = model->results[i];
    int64_t count = result.rows == LLMRT_ROWS_BATCH ? rows : askedRows;
    results.emplace_back(count * result.columns * 4);
    results.back().poison();
    resultAddresses.push_back(results.back().bytes());
  }
  LlmrtStep step = {};
  step.weights = weightSection.bytes();
  step.arena = arena.bytes();
  step.kv = cache.bytes();
  step.scratch = scratch.bytes();
  step.results = resultAddresses.data();
  step.slotPositions = slotPositions.data();
  step.blockTable = blockTable.data();
  step.rows = rows;
  step.rowCapacity = rowCapacity;
  step.logitRowCount = askedRows;
  step.blocksPerSequence = cachePages;
  step.kvPages = cachePages;
  step.barrier = pool->barrier();
  return step;
}

uint8_t *CompiledStep::result(llvm::StringRef name) {
  for (int64_t i = 0; i < model->resultCount; ++i)
    if (name == model->results[i].name)
      return results[i].bytes();
  ADD_FAILURE() << "no result " << name.str();
  return nullptr;
}

std::vector<float> CompiledStep::run(const ReferenceBatch &batch) {
  std::vector<int32_t> slots;
  for (size_t t = 0; t < batch.tokens.size(); ++t)
    slots.push_back(takeSlot(batch.sequences[t], batch.positions[t]));
  LlmrtStep step = prepare(batch.tokens.size(), batch.logitRows.size());
  step.tokens = batch.tokens.data();
  step.positions = batch.positions.data();
  step.slots = slots.data();
  step.sequences = batch.sequences.data();
  step.logitRows = batch.logitRows.data();
  pool->run([&](int64_t worker, int64_t workers) {
    chosen->step(&step, worker, workers);
  });
  std::vector<float> values;
  for (int64_t i = 0; i < model->resultCount; ++i) {
    const LlmrtResult &result = model->results[i];
    if (llvm::StringRef(result.name) == "tokens") // @sample's
      continue;
    bool isWhole = result.rows == LLMRT_ROWS_BATCH;
    size_t rows = isWhole ? batch.tokens.size() : batch.logitRows.size();
    auto *begin = reinterpret_cast<const float *>(results[i].bytes());
    values.insert(values.end(), begin, begin + rows * result.columns);
  }
  return values;
}

std::vector<int32_t>
CompiledStep::sample(llvm::ArrayRef<float> logits,
                     llvm::ArrayRef<LlmrtSampling> sampling) {
  LlmrtStep step = prepare(sampling.size(), sampling.size());
  std::memcpy(result("logits"), logits.data(), logits.size() * sizeof(float));
  step.sampling = sampling.data();
  pool->run([&](int64_t worker, int64_t workers) {
    chosen->sample(&step, worker, workers);
  });
  auto *tokens = reinterpret_cast<int32_t *>(result("tokens"));
  return std::vector<int32_t>(tokens, tokens + sampling.size());
}
