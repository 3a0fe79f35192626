//===- Engine.h - sequences in, logits out --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs the compiled step on ragged batches: any mix of prompt and generated
// rows of any sequences, on the processor or on a device. All memory is taken at
// start-up (EnginePlan.h) and nothing is allocated afterwards.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_ENGINE_H
#define LLMRT_ENGINE_H

#include "llmrt/EnginePlan.h"
#include "llmrt/KvCache.h"
#include "llmrt/RunPlace.h"
#include "llmrt/Sampler.h"
#include "llmrt/Status.h"
#include "llmrt/StepRunner.h"
#include "llmrt/ThreadPool.h"
#include "llmrt/abi.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace llmrt {

/// Which rows of a part have their logits computed.
enum class LogitRows { None, Last, All };

/// Rows that a step appends to one sequence.
struct StepPart {
  int32_t sequence;
  std::span<const int32_t> tokens;
  LogitRows logits = LogitRows::Last;
  int32_t phase = LLMRT_PHASE_PROMPT; // or _GENERATED
};

class Engine {
public:
  /// `sections` must outlive the engine. The environment variable LLMRT_VARIANT
  /// names the code to use. Asked for `Auto`, it runs on the processor where the
  /// device is missing or too small, and place() says why.
  static Expected<std::unique_ptr<Engine>> create(const LlmrtModel &model,
                                                  const ModelSections &sections,
                                                  const EngineOptions &options);

  Expected<int32_t> open() { return cache.open(); }
  Expected<int32_t> fork(int32_t sequence);
  Status close(int32_t sequence);
  /// Forgets the tokens from `length` on. Fails, changing nothing, where layers with
  /// a window no longer have what comes before (canTruncate).
  Status truncate(int32_t sequence, int64_t length);
  bool canTruncate(int32_t sequence, int64_t length) const;
  int64_t length(int32_t sequence) const { return cache.length(sequence); }

  /// One step of at most options().rowsPerStep rows; each sequence once. Fails,
  /// changing nothing, on bad tokens, full contexts, too few free pages and too
  /// many rows. Where a device fails in the middle, so do all later steps.
  /// With samplers, one per row of logits asked for, a token of each is chosen as
  /// well.
  Status step(std::span<const StepPart> parts,
              std::span<Sampler *const> samplers = {});

  /// Whether `tokens` can be appended to a sequence, in as many steps as it
  /// takes while no other sequence grows.
  Status checkAppend(int32_t sequence, std::span<const int32_t> tokens) const;
  /// Whether all are in the vocabulary.
  Status checkTokens(std::span<const int32_t> tokens) const;

  /// Logits of the last step's row `row` of those asked for, in order [V]. Fails
  /// where a device does, from which they are copied the first time.
  Expected<std::span<const float>> logits(int64_t row) const;
  int64_t logitRowCount() const { return lastLogitRows; }
  /// What the last step wrote of result `index` of the model's, in rows of its
  /// columns. Fails as well.
  Expected<const void *> result(int64_t index) const {
    return runner->result(index);
  }

  /// The token that the last step chose from row `row`; fails on logits without a
  /// distribution. Does not call `accept`.
  Expected<int32_t> token(int64_t row) const;
  /// Chooses one now, from row `row` of the last step's logits.
  Expected<int32_t> sample(int64_t row, Sampler &sampler);

  const EngineOptions &options() const { return limits; }
  const LlmrtModel &model() const { return *compiled; }
  const RunPlace &place() const { return where; }
  const LlmrtVariant &variant() const { return *where.variant; }
  MemoryContract contract() const { return memoryContract(*compiled, limits); }
  const KvCache &kvCache() const { return cache; }
  /// Of the host; idle between steps.
  ThreadPool &threads() { return *pool; }
  /// Measures the kernels of steps from now on; null: no longer.
  void setClock(KernelClock *clock) { runner->setClock(clock); }

private:
  Engine() = default;
  static Expected<std::unique_ptr<Engine>>
  createAt(const RunPlace &place, const LlmrtModel &model,
           const ModelSections &sections, EngineOptions options);
  void layOutTables();
  Status checkParts(std::span<const StepPart> parts,
                    std::span<Sampler *const> samplers);
  Status checkSampling() const;
  Status appendRows(std::span<const StepPart> parts);
  void fillLogitRows(std::span<const StepPart> parts);
  void fillRanges(std::span<const StepPart> parts);
  Expected<int32_t> checkToken(int32_t token, int64_t row) const;

  const LlmrtModel *compiled = nullptr;
  RunPlace where;
  EngineOptions limits;
  std::unique_ptr<ThreadPool> pool;
  std::unique_ptr<StepRunner> runner; // has the memory of all that follows
  KvCache cache;
  std::span<LlmrtSampling> sampling; // [logitRows]
  std::span<LlmrtRange> ranges;      // [S]
  std::span<int32_t> tokens, positions, slots, sequences,
      parents;                    // [rowsPerStep]
  std::span<int32_t> logitRows;   // [logitRows]
  std::span<int32_t> inStep;      // [S], named by the step being checked
  std::vector<KvGrowth> growths;  // of the step being checked
  std::vector<LlmrtCache> caches; // `kv` is the runner's to fill in
  int64_t logitsIndex = -1, tokensIndex = -1; // of the results; -1: none
  int64_t lastLogitRows = 0;
  StepRequest request;
};

/// Whether this runtime reads the code's layouts, and the weights are as many as it
/// expects.
Status checkCode(const LlmrtModel &model, std::span<const uint8_t> weights);

/// Seconds since an arbitrary moment; never goes back.
double steadySeconds();

/// VmHWM of this process, the peak of its resident bytes; 0 where unknown.
int64_t peakMemoryBytes();

} // namespace llmrt

#endif // LLMRT_ENGINE_H
