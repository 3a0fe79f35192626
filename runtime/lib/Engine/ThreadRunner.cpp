//===- ThreadRunner.cpp - steps on the processor's threads ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "ThreadRunner.h"
#include "llmrt/Engine.h"

#include <algorithm>
#include <cstring>

using namespace llmrt;

ThreadRunner::ThreadRunner(const LlmrtModel &model, const LlmrtVariant &variant,
                           const EngineOptions &resolved, ThreadPool &pool)
    : model(model), variant(variant), pool(pool),
      geometry(kvGeometry(model, resolved)), caches(geometry.pools.size()),
      promptTeam(std::min(resolved.threads, ThreadPool::availableProcessors())),
      team(resolved.threads, promptTeam) {}

Expected<std::unique_ptr<StepRunner>>
ThreadRunner::create(const LlmrtModel &model, const LlmrtVariant &variant,
                     std::span<const uint8_t> weights,
                     const EngineOptions &resolved, ThreadPool &pool) {
  std::unique_ptr<ThreadRunner> runner(
      new ThreadRunner(model, variant, resolved, pool));
  runner->weights = weights.data();
  if (Status status = runner->map(stepMemory(model, resolved)); !status)
    return status;
  uint8_t *buffer = runner->resultMemory.data();
  for (const LlmrtResult &result : resultsOf(model)) {
    runner->results.push_back(buffer);
    buffer += resultBytes(result, resolved);
  }
  return std::unique_ptr<StepRunner>(std::move(runner));
}

/// Nothing is taken later on: what is never written is never resident.
Status ThreadRunner::map(const StepMemory &memory) {
  const struct {
    MappedMemory &to;
    int64_t bytes;
    const char *purpose;
  } parts[] = {{kv, memory.kv, "keys and values"},
               {arena, memory.arena, "activations"},
               {scratch, memory.scratch, "scratch"},
               {resultMemory, memory.results, "results"},
               {tableMemory, memory.tables, "tables of rows and pages"}};
  for (const auto &part : parts) {
    if (part.bytes == 0)
      continue;
    auto mapped = MappedMemory::anonymous(part.bytes, part.purpose);
    if (!mapped)
      return mapped.status();
    part.to = std::move(*mapped);
  }
  return Status::ok();
}

void ThreadRunner::fillIn(LlmrtStep &step) {
  step.weights = weights;
  for (size_t i = 0; i < caches.size(); ++i) {
    caches[i] = step.caches[i];
    caches[i].kv = kv.data() + geometry.offsetOf(i);
  }
  step.caches = caches.data();
  step.arena = arena.data();
  step.scratch = scratch.data();
  step.results = results.data();
  step.barrier = pool.barrier();
}

Status ThreadRunner::run(const StepRequest &request) {
  last = request.step;
  fillIn(last);
  // Two words of capture: std::function keeps them inside, without allocating.
  auto share = [step = &last, code = &variant](int64_t worker,
                                               int64_t workers) {
    code->step(step, worker, workers);
    if (!step->sampling)
      return;
    llmrt_barrier(step->barrier);
    code->sample(step, worker, workers);
  };
  if (!request.alike) {
    pool.run(promptTeam, share);
    return Status::ok();
  }
  const int64_t longWaits = pool.longWaits();
  const double start = steadySeconds();
  pool.run(team.workers(), share);
  team.took(steadySeconds() - start, pool.longWaits() > longWaits);
  return Status::ok();
}

Status ThreadRunner::sample(int64_t row, const LlmrtSampling &how) {
  // The row alone, as if it were the only one.
  LlmrtStep one = last;
  one.logitRowCount = 1;
  one.sampling = &how;
  void *&logits = results[findResult(model, "logits")];
  void *const all = logits;
  logits = static_cast<float *>(all) + row * model.vocabulary;
  variant.sample(&one, /*worker=*/0, /*workers=*/1);
  logits = all;
  return Status::ok();
}

void ThreadRunner::copyPage(int64_t cache, int32_t from, int32_t to) {
  const int64_t bytes = geometry.pools[cache].bytesPerPage;
  uint8_t *pages = kv.data() + geometry.offsetOf(cache);
  std::memcpy(pages + to * bytes, pages + from * bytes, bytes);
}
