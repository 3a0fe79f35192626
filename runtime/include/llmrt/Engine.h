//===- Engine.h - sequences in, logits out --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs the compiled step on ragged batches: any mix of prompt and generated
// rows of any sequences. The memory of a run follows from the model and four
// numbers (batch, pages, rows per step, logit rows); it is mapped at start-up
// and nothing is allocated afterwards.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_ENGINE_H
#define LLMRT_ENGINE_H

#include "llmrt/KvCache.h"
#include "llmrt/MappedMemory.h"
#include "llmrt/Sampler.h"
#include "llmrt/Status.h"
#include "llmrt/TeamSize.h"
#include "llmrt/ThreadPool.h"
#include "llmrt/abi.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace llmrt {

/// What a run may use at most; 0 takes the compiled limit (threads: the cores
/// available, logit rows: one per sequence, pages: all contexts full at once).
struct EngineOptions {
  int64_t batch = 1;       // sequences at once
  int64_t context = 0;     // tokens of one sequence
  int64_t rowsPerStep = 0; // tokens of one step
  int64_t logitRows = 0;   // rows of logits of one step
  int64_t threads = 0;
  int64_t pages = 0;      // of the cache, LLMRT_PAGE_TOKENS tokens each
  int64_t otherBytes = 0; // tokenizer, samplers: the caller's, for the contract
};

/// Peak resident bytes of a run, known before it starts.
struct MemoryContract {
  /// Code, libraries, stacks, heap and page tables of any program, measured.
  static constexpr int64_t programBytes = 6 << 20;
  /// What a worker touches of its stack.
  static constexpr int64_t threadBytes = 64 << 10;

  int64_t weights = 0;
  int64_t kv = 0;
  int64_t arena = 0; // activations, and each worker's scratch
  int64_t tables = 0;
  int64_t logits = 0;           // and all other results
  int64_t fixed = programBytes; // and what the caller states

  int64_t total() const {
    return weights + kv + arena + tables + logits + fixed;
  }
};

/// The options with every 0 replaced. Fails, saying what was asked and what
/// there is, where a number exceeds the compiled limits.
Expected<EngineOptions> resolveOptions(const LlmrtModel &model,
                                       const EngineOptions &options);

/// Of resolved options.
MemoryContract memoryContract(const LlmrtModel &model,
                              const EngineOptions &resolved);

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
  /// `weights` must outlive the engine and start at a multiple of 64. The
  /// environment variable LLMRT_VARIANT names the instruction set to use.
  static Expected<std::unique_ptr<Engine>>
  create(const LlmrtModel &model, std::span<const uint8_t> weights,
         const EngineOptions &options);

  Expected<int32_t> open() { return cache.open(); }
  Expected<int32_t> fork(int32_t sequence);
  Status close(int32_t sequence);
  Status truncate(int32_t sequence, int64_t length);
  int64_t length(int32_t sequence) const { return cache.length(sequence); }

  /// One step of at most options().rowsPerStep rows; each sequence once. Fails,
  /// changing nothing, on bad tokens, full contexts, too few free pages and too
  /// many rows.
  /// With samplers, one per row of logits asked for, a token of each is chosen as
  /// well.
  Status step(std::span<const StepPart> parts,
              std::span<Sampler *const> samplers = {});

  /// Whether `tokens` can be appended to a sequence, in as many steps as it
  /// takes while no other sequence grows.
  Status checkAppend(int32_t sequence, std::span<const int32_t> tokens) const;
  /// Whether all are in the vocabulary.
  Status checkTokens(std::span<const int32_t> tokens) const;

  /// Logits of the last step's row `row` of those asked for, in order [V].
  std::span<const float> logits(int64_t row) const;
  int64_t logitRowCount() const { return lastLogitRows; }
  /// What the last step wrote of result `index` of the model's, in rows of its
  /// columns.
  const void *result(int64_t index) const { return results[index]; }

  /// The token that the last step chose from row `row`; fails on logits without a
  /// distribution. Does not call `accept`.
  Expected<int32_t> token(int64_t row) const;
  /// Chooses one now, from row `row` of the last step's logits.
  Expected<int32_t> sample(int64_t row, Sampler &sampler);

  const EngineOptions &options() const { return limits; }
  const LlmrtModel &model() const { return *compiled; }
  const LlmrtVariant &variant() const { return *chosen; }
  MemoryContract contract() const { return memoryContract(*compiled, limits); }
  const KvCache &kvCache() const { return cache; }
  ThreadPool &threads() { return *pool; }

private:
  Engine() = default;
  Status map(std::span<const uint8_t> weights);
  void layOutTables();
  Status checkParts(std::span<const StepPart> parts,
                    std::span<Sampler *const> samplers);
  Status checkSampling() const;
  Status appendRows(std::span<const StepPart> parts);
  void fillLogitRows(std::span<const StepPart> parts);
  void fillRanges(std::span<const StepPart> parts);
  Expected<int32_t> checkToken(int32_t token, int64_t row) const;
  void runStep(bool alike);

  const LlmrtModel *compiled = nullptr;
  const LlmrtVariant *chosen = nullptr;
  EngineOptions limits;
  KvCache cache;
  std::unique_ptr<ThreadPool> pool;
  int64_t promptTeam = 1;       // workers of other steps
  std::optional<TeamSize> team; // of steps with one row of each sequence
  MappedMemory arena;
  MappedMemory scratch;
  MappedMemory resultBuffers;        // one after the other
  MappedMemory tables;               // the spans below
  std::span<LlmrtSampling> sampling; // [logitRows]
  std::span<void *> results;         // [resultCount]
  std::span<LlmrtRange> ranges;      // [S]
  std::span<int32_t> tokens, positions, slots, sequences,
      parents;                  // [rowsPerStep]
  std::span<int32_t> logitRows; // [logitRows]
  std::span<int32_t> inStep;    // [S], named by the step being checked
  int64_t logitsIndex = -1, tokensIndex = -1; // in results; -1: none
  int64_t lastLogitRows = 0;
  LlmrtStep descriptor = {};
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
