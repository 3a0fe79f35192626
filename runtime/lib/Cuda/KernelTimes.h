//===- KernelTimes.h - what each kernel of a step takes ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMRT_CUDA_KERNELTIMES_H
#define LLMRT_CUDA_KERNELTIMES_H

#include "StepGraphs.h"

#include "llmrt/KernelClock.h"

namespace llmrt::cuda {

/// Events between the kernels of a step would measure how fast the host starts them,
/// which takes as long as many of them run. So a kernel's launches of a step run once
/// more, one behind the other as a graph, between two events. Before them the whole
/// step runs again, so that what lies in the caches is what it leaves there; behind the
/// last kernel once more, since one that adds to what it reads has done so too often.
class KernelTimes {
public:
  KernelTimes(Gpu &gpu, KernelQueue &queue, StepGraphs &graphs)
      : gpu(gpu), queue(queue), graphs(graphs) {}
  ~KernelTimes();

  /// Null: no longer.
  void setClock(KernelClock *newClock);
  /// Tells the clock of the launches since the last call; they are done.
  Status collect();

private:
  using Launches = std::vector<const KernelQueue::Launch *>;
  /// Seconds of one launch.
  Expected<double> time(const Launches &ofKernel, const Launches &ofStep);
  Status makeEvents();

  Gpu &gpu;
  KernelQueue &queue;
  StepGraphs &graphs;
  KernelClock *clock = nullptr;
  Event begin = nullptr, end = nullptr;
};

} // namespace llmrt::cuda

#endif // LLMRT_CUDA_KERNELTIMES_H
