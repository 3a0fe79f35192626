//===- KernelQueue.h - the kernels that a step starts -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMRT_CUDA_KERNELQUEUE_H
#define LLMRT_CUDA_KERNELQUEUE_H

#include "Gpu.h"

#include "llmrt/KernelLauncher.h"
#include "llmrt/abi.h"

#include <utility>
#include <vector>

namespace llmrt::cuda {

/// Launches cannot fail where they are made, in generated code: the first failure is
/// kept, what follows it is left out.
class KernelQueue final : public KernelLauncher {
public:
  KernelQueue(Gpu &gpu, const LlmrtVariant &variant)
      : gpu(gpu), variant(variant) {}

  /// Finds the variant's kernels, and whether they may overlap on this driver.
  Status find(Module module);

  void launch(int64_t kernel, int64_t blocks,
              std::span<const uint64_t> arguments) override;
  /// What is launched next follows no kernel: it waits for all that was enqueued.
  void beginRun() { followsKernel = false; }
  /// A launch with its arguments.
  struct Launch {
    int64_t kernel, blocks;
    std::vector<uint64_t> arguments;
  };
  void launch(const Launch &again);
  /// Launches that were recorded.
  void launch(GraphExec graph);
  /// The first failure since the last call.
  Status takeFailure();

  /// Keeps what a step launches, so that it can be launched again; or no longer.
  void keepLaunches(bool keep) { keeps = keep; }
  bool keepsLaunches() const { return keeps; }
  /// Those since the last call.
  std::vector<Launch> takeLaunches() { return std::exchange(kept, {}); }

private:
  void start(int64_t kernel, int64_t blocks,
             std::span<const uint64_t> arguments, bool mayOverlap);

  Gpu &gpu;
  const LlmrtVariant &variant;
  std::vector<Function> functions; // by number
  Status failure = Status::ok();
  bool overlaps = false, followsKernel = false;
  bool keeps = false;
  std::vector<Launch> kept;
};

} // namespace llmrt::cuda

#endif // LLMRT_CUDA_KERNELQUEUE_H
