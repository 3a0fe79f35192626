//===- EnginePlan.h - what a run may use, and the memory it takes ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The memory of a run follows from the model, four numbers (batch, pages, rows
// per step, logit rows) and where the steps run.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_ENGINEPLAN_H
#define LLMRT_ENGINEPLAN_H

#include "llmrt/KvCache.h"
#include "llmrt/Status.h"
#include "llmrt/abi.h"

#include <span>
#include <string_view>

namespace llmrt {

/// Where steps run.
enum class Device {
  Auto, // on a device that the program has code for, if there is one
  Cpu,
  Cuda,
};
/// "auto", "cpu", "cuda".
std::string_view deviceName(Device device);
/// `Auto` for what is none of them.
Device deviceOfName(std::string_view name);

/// What a run may use at most; 0 takes the compiled limit (threads: the cores
/// available, or one where a device computes; logit rows: one per sequence, pages:
/// all contexts full at once).
struct EngineOptions {
  int64_t batch = 1;       // sequences at once
  int64_t context = 0;     // tokens of one sequence
  int64_t rowsPerStep = 0; // tokens of one step
  int64_t logitRows = 0;   // rows of logits of one step
  int64_t threads = 0;
  int64_t pages =
      0; // of a cache without a window, LLMRT_PAGE_TOKENS tokens each
  int64_t otherBytes = 0; // tokenizer, samplers: the caller's, for the contract
  Device device = Device::Auto;
};

/// Peak resident bytes of a run, known before it starts.
struct MemoryContract {
  /// Code, libraries, stacks, heap and page tables of any program, measured.
  static constexpr int64_t programBytes = 6 << 20;
  /// What a worker touches of its stack.
  static constexpr int64_t threadBytes = 64 << 10;
  /// Of the host, for the CUDA driver and its context. An estimate: not yet
  /// measured.
  static constexpr int64_t cudaDriverBytes = 384 << 20;
  /// Of the host, while weights go to a device.
  static constexpr int64_t uploadBytes = 16 << 20;

  int64_t weights = 0;
  int64_t kv = 0;
  int64_t arena = 0; // activations, and each worker's scratch
  int64_t tables = 0;
  int64_t logits = 0;           // and all other results
  int64_t fixed = programBytes; // and what the caller states
  /// On the device, beside the above: there weights, kv and arena are part of it.
  int64_t device = 0;

  /// Of the host.
  int64_t total() const {
    return weights + kv + arena + tables + logits + fixed;
  }
};

/// The options with every 0 replaced; `Auto` stays, and counts as the processor.
/// Fails, saying what was asked and what there is, where a number exceeds the
/// compiled limits.
Expected<EngineOptions> resolveOptions(const LlmrtModel &model,
                                       const EngineOptions &options);

/// Of resolved options.
MemoryContract memoryContract(const LlmrtModel &model,
                              const EngineOptions &resolved);

/// Bytes of what the steps of a run read and write.
struct StepMemory {
  int64_t weights = 0;
  int64_t kv = 0;      // of all caches, one behind the other
  int64_t arena = 0;   // activations
  int64_t scratch = 0; // of all workers
  int64_t results = 0; // one after the other, `resultBytes` each
  int64_t tables = 0;  // of rows, then of the cache
};
/// Of resolved options.
StepMemory stepMemory(const LlmrtModel &model, const EngineOptions &resolved);

/// Where in one allocation on a device they lie, and how large it is.
struct DeviceLayout {
  int64_t weights, kv, arena, scratch, results, tables, bytes;
};
DeviceLayout layOutDevice(const StepMemory &memory);

/// Of resolved options: the caches' sizes, the tables of rows, a result.
KvGeometry kvGeometry(const LlmrtModel &model, const EngineOptions &resolved);
int64_t rowTableBytes(const EngineOptions &resolved);
int64_t resultBytes(const LlmrtResult &result, const EngineOptions &resolved);

inline std::span<const LlmrtResult> resultsOf(const LlmrtModel &model) {
  return {model.results, static_cast<size_t>(model.resultCount)};
}
inline std::span<const LlmrtCacheShape> cachesOf(const LlmrtModel &model) {
  return {model.caches, static_cast<size_t>(model.cacheCount)};
}
/// The number of the result of this name; -1: there is none.
int64_t findResult(const LlmrtModel &model, std::string_view name);

} // namespace llmrt

#endif // LLMRT_ENGINEPLAN_H
