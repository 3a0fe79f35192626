//===- KernelQueue.h - the kernels that a step starts -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMRT_CUDA_KERNELQUEUE_H
#define LLMRT_CUDA_KERNELQUEUE_H

#include "Gpu.h"

#include "llmrt/KernelClock.h"
#include "llmrt/KernelLauncher.h"
#include "llmrt/abi.h"

#include <vector>

namespace llmrt::cuda {

/// Launches cannot fail where they are made, in generated code: the first failure is
/// kept, what follows it is left out.
class KernelQueue final : public KernelLauncher {
public:
  KernelQueue(Gpu &gpu, const LlmrtVariant &variant)
      : gpu(gpu), variant(variant) {}
  ~KernelQueue() override;

  /// Finds the variant's kernels.
  Status find(Module module);

  void launch(int64_t kernel, int64_t blocks,
              std::span<const uint64_t> arguments) override;
  /// A step that was recorded.
  void launch(GraphExec graph);
  /// The first failure since the last call.
  Status takeFailure();

  /// Measures kernels by events around them; null: no longer.
  void setClock(KernelClock *newClock) { clock = newClock; }
  bool measures() const { return clock != nullptr; }
  /// Tells the clock what the launches since the last call took; they are done.
  Status collectTimes();
  /// Behind the last launch of a step, where times are measured.
  void markEnd();

private:
  void mark();

  Gpu &gpu;
  const LlmrtVariant &variant;
  std::vector<Function> functions; // by number
  Status failure = Status::ok();
  KernelClock *clock = nullptr;
  std::vector<Event> events;     // as many as any step needed
  std::vector<int64_t> measured; // kernels; event i is before the i-th
};

} // namespace llmrt::cuda

#endif // LLMRT_CUDA_KERNELQUEUE_H
