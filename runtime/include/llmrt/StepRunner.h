//===- StepRunner.h - where the steps of an engine run --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The engine knows sequences and fills tables; a runner has the memory that steps
// compute in, and computes them: the processor's threads, or a device. A new kind
// of device is a class here and a line in RunPlace.cpp.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_STEPRUNNER_H
#define LLMRT_STEPRUNNER_H

#include "llmrt/KvCache.h"
#include "llmrt/Status.h"
#include "llmrt/abi.h"

#include <span>
#include <vector>

namespace llmrt {

class KernelClock;

/// What a run takes of an artifact. All of it outlives the run.
struct ModelSections {
  /// Of weights alone.
  template <typename Bytes>
    requires std::convertible_to<Bytes, std::span<const uint8_t>>
  ModelSections(const Bytes &weights) : weights(weights) {}
  ModelSections() = default;

  std::span<const uint8_t> weights; // 64-byte aligned
  /// By LlmrtVariant.image; each ends with a 0.
  std::vector<std::span<const uint8_t>> images;
  /// The weights are pages of a file: those that were read can be given back.
  bool isFile = false;
};

/// A step as the engine has laid it out.
struct StepRequest {
  /// Its pointers are into tables(), but `caches`, whose own are, and those of
  /// LlmrtSampling.recent; weights,
  /// arena, the caches' kv, scratch, results and barrier are the runner's to fill
  /// in.
  LlmrtStep step = {};
  int64_t tableBytes = 0; // of tables(), from their beginning, that it reads
  bool alike =
      false; // a row of each sequence, as the steps before it and after
};

class StepRunner : public PageCopier {
public:
  virtual ~StepRunner() = default;

  /// For the engine's tables: StepMemory.tables bytes of zeros, 64-byte aligned.
  virtual std::span<uint8_t> tables() = 0;

  /// Runs the step and, with `sampling`, chooses tokens. A device that fails is
  /// lost: this and all later steps fail and say so.
  virtual Status run(const StepRequest &request) = 0;
  /// Chooses a token from one row of the last step's logits: it is the first of
  /// the result "tokens" then.
  virtual Status sample(int64_t row, const LlmrtSampling &how) = 0;
  /// The rows of result `index` of the last step.
  virtual Expected<const void *> result(int64_t index) = 0;

  /// Measures kernels from now on; null: no longer.
  virtual void setClock(KernelClock *clock) = 0;
};

} // namespace llmrt

#endif // LLMRT_STEPRUNNER_H
