//===- ThreadPool.h - workers that all run the same function --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A step is SPMD: every worker runs all of it and takes its share of each
// kernel, with a barrier between kernels. Between steps workers spin briefly,
// then sleep.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_THREADPOOL_H
#define LLMRT_THREADPOOL_H

#include "llmrt/Status.h"

#include <cstdint>
#include <functional>
#include <memory>

namespace llmrt {

class KernelClock;

class ThreadPool {
public:
  using Task = std::function<void(int64_t worker, int64_t workers)>;

  static constexpr int64_t maxWorkers = 1024;

  /// Fails where the system refuses a thread or `workers` is out of range.
  static Expected<std::unique_ptr<ThreadPool>> create(int64_t workers);
  ~ThreadPool();

  ThreadPool(const ThreadPool &) = delete;
  ThreadPool &operator=(const ThreadPool &) = delete;

  /// The first `team` workers call task(worker, team); the caller is worker 0.
  /// Returns when all have returned. One caller at a time; the task must not
  /// throw.
  void run(int64_t team, const Task &task);
  /// Every worker.
  void run(const Task &task) { run(workers(), task); }

  int64_t workers() const;
  /// For llmrt_barrier, inside a task.
  void *barrier();
  /// Measures the kernels of tasks from now on; null: no longer.
  void setClock(KernelClock *clock);
  /// Waits at the barrier up to now that were so long that somebody must have
  /// been without a core.
  int64_t longWaits() const;

  /// Cores that this process may use: one per physical core of the affinity
  /// mask, no more than the CPU quota of the control group; at least 1.
  static int64_t availableCores();
  /// Threads of this process that can run at the same time: as above, but all
  /// the processors of a core.
  static int64_t availableProcessors();

  struct Impl;

private:
  explicit ThreadPool(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

} // namespace llmrt

#endif // LLMRT_THREADPOOL_H
