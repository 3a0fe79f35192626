//===- StepGraphs.h - decode steps, recorded once ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Starting a kernel costs the host 2 to 5 us, and a step of a small model has
// hundreds that take as long. Steps with the same numbers of rows start the same
// kernels with the same arguments, since all else lies in the tables: a recorded
// step is started by one call.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_CUDA_STEPGRAPHS_H
#define LLMRT_CUDA_STEPGRAPHS_H

#include "KernelQueue.h"

#include <functional>

namespace llmrt::cuda {

class StepGraphs {
public:
  StepGraphs(Gpu &gpu, KernelQueue &queue) : gpu(gpu), queue(queue) {
    recorded.reserve(mostKeys);
  }
  ~StepGraphs();

  /// What the arguments of a step's kernels follow from.
  struct Key {
    int64_t rows, logitRows, promptRows;
    bool samples;
    bool operator==(const Key &) const = default;
  };
  /// `enqueue`, which starts kernels in the queue, or what was recorded of it. The
  /// first step of a key runs plainly, so that a driver has loaded its kernels; where
  /// a driver records nothing, all do.
  void run(const Key &key, const std::function<void()> &enqueue);

  /// A graph of what `enqueue` starts in the queue; null where the driver makes none.
  GraphExec record(const std::function<void()> &enqueue);

private:
  struct Recorded {
    Key key;
    GraphExec graph; // null: seen once
  };

  static constexpr size_t mostKeys = 32;
  Gpu &gpu;
  KernelQueue &queue;
  std::vector<Recorded> recorded;
  bool records = true; // until it fails
};

} // namespace llmrt::cuda

#endif // LLMRT_CUDA_STEPGRAPHS_H
