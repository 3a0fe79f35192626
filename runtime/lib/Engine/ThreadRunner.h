//===- ThreadRunner.h - steps on the processor's threads --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMRT_ENGINE_THREADRUNNER_H
#define LLMRT_ENGINE_THREADRUNNER_H

#include "llmrt/EnginePlan.h"
#include "llmrt/MappedMemory.h"
#include "llmrt/StepRunner.h"
#include "llmrt/TeamSize.h"
#include "llmrt/ThreadPool.h"

#include <memory>

namespace llmrt {

class ThreadRunner final : public StepRunner {
public:
  static Expected<std::unique_ptr<StepRunner>>
  create(const LlmrtModel &model, const LlmrtVariant &variant,
         std::span<const uint8_t> weights, const EngineOptions &resolved,
         ThreadPool &pool);

  std::span<uint8_t> tables() override {
    return tableMemory.array<uint8_t>(tableMemory.size());
  }
  Status run(const StepRequest &request) override;
  Status sample(int64_t row, const LlmrtSampling &how) override;
  Expected<const void *> result(int64_t index) override {
    return static_cast<const void *>(results[index]);
  }
  void copyPage(int64_t cache, int32_t from, int32_t to) override;
  void setClock(KernelClock *clock) override { pool.setClock(clock); }

private:
  ThreadRunner(const LlmrtModel &model, const LlmrtVariant &variant,
               const EngineOptions &resolved, ThreadPool &pool);
  Status map(const StepMemory &memory);
  void fillIn(LlmrtStep &step);

  const LlmrtModel &model;
  const LlmrtVariant &variant;
  ThreadPool &pool;
  const KvGeometry geometry;
  std::vector<LlmrtCache> caches; // of the last step
  const int64_t promptTeam;       // workers of other steps
  TeamSize team;                  // of steps with one row of each sequence
  const uint8_t *weights = nullptr;
  MappedMemory kv, arena, scratch, resultMemory, tableMemory;
  std::vector<void *> results; // in resultMemory
  LlmrtStep last = {};
};

} // namespace llmrt

#endif // LLMRT_ENGINE_THREADRUNNER_H
