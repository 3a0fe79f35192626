//===- CompiledStep.cpp - a module as native code in this process ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CompiledStep.h"

#include <algorithm>
#include <cstring>
#include <numeric>

using namespace llmc;
using namespace llmc::test;

CompiledStep::CompiledStep(mlir::ModuleOp optimised, const WeightStore &weights,
                           const std::string &machine,
                           llvm::ArrayRef<std::string> isas) {
  if (llvm::Error error =
          loaded.compile(optimised, Stage::schedule, weights, machine, isas)) {
    ADD_FAILURE() << llvm::toString(std::move(error));
    return;
  }
  model = loaded.model;
  arena = GuardedBuffer(rowCapacity * model->arenaBytesPerRow);
  for (int64_t i = 0; i < model->cacheCount; ++i) {
    const LlmrtCacheShape &shape = model->caches[i];
    Cache &cache = caches.emplace_back();
    cache.pages = GuardedBuffer(cachePages * shape.bytesPerPage);
    cache.bytesPerPage = shape.bytesPerPage;
    cache.window = shape.window;
  }
}

void CompiledStep::Cache::start(uint32_t seed) {
  slotPositions.assign(cachePages * LLMRT_PAGE_TOKENS, LLMRT_EMPTY_POSITION);
  blockTable.assign(maxSequences * cachePages, -1);
  freePages.resize(cachePages);
  std::iota(freePages.begin(), freePages.end(), 0);
  std::shuffle(freePages.begin(), freePages.end(), std::mt19937(seed));
  pages.poison();
}

void CompiledStep::Cache::assign(int32_t sequence, int32_t slot,
                                 int32_t position) {
  int32_t &page = blockTable[sequence * cachePages + slot / LLMRT_PAGE_TOKENS];
  if (page < 0) {
    page = freePages.back();
    freePages.pop_back();
    std::fill_n(slotPositions.begin() + page * LLMRT_PAGE_TOKENS,
                LLMRT_PAGE_TOKENS, LLMRT_EMPTY_POSITION);
  }
  slotPositions[page * LLMRT_PAGE_TOKENS + slot % LLMRT_PAGE_TOKENS] = position;
}

void CompiledStep::Cache::giveBack(int32_t sequence, int32_t slot) {
  if (window == 0)
    return;
  const int64_t first =
      std::max<int64_t>(slot - window + 1, 0) / LLMRT_PAGE_TOKENS;
  for (int64_t block = 0; block < first; ++block) {
    int32_t &page = blockTable[sequence * cachePages + block];
    if (page < 0)
      continue;
    std::memset(pages.bytes() + page * bytesPerPage, 0xff, bytesPerPage);
    // As if a later block's were here: seen, were it read.
    std::iota(slotPositions.begin() + page * LLMRT_PAGE_TOKENS,
              slotPositions.begin() + (page + 1) * LLMRT_PAGE_TOKENS,
              static_cast<int32_t>(slot - LLMRT_PAGE_TOKENS));
    freePages.insert(freePages.begin(), page);
    page = -1;
  }
}

void CompiledStep::start(llvm::StringRef variant, int64_t workers) {
  goOn(variant, workers);
  phase.reset();
  lengths.clear();
  uint32_t seed = 7;
  for (Cache &cache : caches)
    cache.start(seed++);
}

void CompiledStep::goOn(llvm::StringRef variant, int64_t workers) {
  chosen = loaded.choose(variant);
  ASSERT_TRUE(chosen);
  if (!pool || pool->workers() != workers) {
    auto created = llmrt::ThreadPool::create(workers);
    ASSERT_TRUE(created) << created.message();
    pool = std::move(*created);
  }
  device.reset();
  if (chosen->device != LLMRT_DEVICE_CPU)
    device = TestDevice::create(*chosen, loaded.deviceCode[chosen->image]);
}

int32_t CompiledStep::takeSlot(int32_t sequence, int32_t position) {
  int32_t slot = lengths[sequence]++;
  for (Cache &cache : caches)
    cache.assign(sequence, slot, position);
  return slot;
}

void CompiledStep::execute(LlmrtStepFn entry, LlmrtStep &step) {
  if (!device) {
    pool->run([&](int64_t worker, int64_t workers) {
      entry(&step, worker, workers);
    });
    return;
  }
  // Scratch of a device is a row's or a sequence's, not a thread's.
  scratch = GuardedBuffer(std::max(step.logitRowCount, step.rangeCount) *
                          model->scratchBytesPerWorker);
  scratch.poison();
  step.scratch = scratch.bytes();
  step.barrier = static_cast<llmrt::KernelLauncher *>(device.get());
  device->setSeed(steps++);
  showStep(step);
  entry(&step, 0, 1);
  device->forget();
}

void CompiledStep::showStep(LlmrtStep &step) {
  for (const GuardedBuffer *buffer : {&loaded.weightSection, &arena, &scratch})
    device->show(buffer->bytes(), buffer->size());
  for (const GuardedBuffer &result : results)
    device->show(result.bytes(), result.size());
  auto showInts = [&](const int32_t *numbers, int64_t count) {
    if (numbers)
      device->show(numbers, count * sizeof(int32_t));
  };
  for (const Cache &cache : caches) {
    device->show(cache.pages.bytes(), cache.pages.size());
    showInts(cache.slotPositions.data(), cache.slotPositions.size());
    showInts(cache.blockTable.data(), cache.blockTable.size());
  }
  for (const int32_t *column :
       {step.tokens, step.positions, step.slots, step.sequences})
    showInts(column, step.rows);
  showInts(step.logitRows, step.logitRowCount);
  if (step.ranges)
    device->show(step.ranges, step.rangeCount * sizeof(LlmrtRange));
  if (!step.sampling)
    return;
  sentSampling.assign(step.sampling, step.sampling + step.logitRowCount);
  for (LlmrtSampling &how : sentSampling) {
    showInts(how.recent, how.recentCount);
    how.recent = static_cast<const int32_t *>(device->onDevice(how.recent));
  }
  step.sampling = sentSampling.data();
  device->show(sentSampling.data(),
               sentSampling.size() * sizeof(LlmrtSampling));
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
  step.weights = loaded.weightSection.bytes();
  step.arena = arena.bytes();
  step.scratch = scratch.bytes();
  step.results = resultAddresses.data();
  cacheTables.clear();
  for (Cache &cache : caches)
    cacheTables.push_back({cache.pages.bytes(), cache.slotPositions.data(),
                           cache.blockTable.data(), cachePages});
  step.caches = cacheTables.data();
  step.rows = rows;
  step.rowCapacity = rowCapacity;
  step.logitRowCount = askedRows;
  step.blocksPerSequence = cachePages;
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

std::vector<LlmrtRange>
CompiledStep::rangesOf(const std::vector<int32_t> &sequences) const {
  std::vector<LlmrtRange> ranges;
  for (int32_t row = 0; row < static_cast<int32_t>(sequences.size()); ++row) {
    if (ranges.empty() || ranges.back().sequence != sequences[row])
      ranges.push_back({sequences[row], row, 0, LLMRT_PHASE_GENERATED});
    LlmrtRange &range = ranges.back();
    if (++range.rows > 1)
      range.phase = LLMRT_PHASE_PROMPT;
  }
  if (phase)
    for (LlmrtRange &range : ranges)
      range.phase = *phase;
  return ranges;
}

std::vector<float> CompiledStep::run(const ReferenceBatch &batch) {
  std::vector<int32_t> slots;
  // A page of another sequence may be taken in this very step.
  for (int32_t sequence : batch.sequences)
    for (Cache &cache : caches)
      cache.giveBack(sequence, lengths[sequence]);
  for (size_t t = 0; t < batch.tokens.size(); ++t)
    slots.push_back(takeSlot(batch.sequences[t], batch.positions[t]));
  LlmrtStep step = prepare(batch.tokens.size(), batch.logitRows.size());
  step.tokens = batch.tokens.data();
  step.positions = batch.positions.data();
  step.slots = slots.data();
  step.sequences = batch.sequences.data();
  step.logitRows = batch.logitRows.data();
  std::vector<LlmrtRange> ranges = rangesOf(batch.sequences);
  step.ranges = ranges.data();
  step.rangeCount = ranges.size();
  for (const LlmrtRange &range : ranges)
    if (range.phase == LLMRT_PHASE_PROMPT)
      step.promptRows += range.rows;
  execute(chosen->step, step);
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
  llvm::copy(logits, reinterpret_cast<float *>(result("logits")));
  step.sampling = sampling.data();
  execute(chosen->sample, step);
  auto *tokens = reinterpret_cast<int32_t *>(result("tokens"));
  return std::vector<int32_t>(tokens, tokens + sampling.size());
}
