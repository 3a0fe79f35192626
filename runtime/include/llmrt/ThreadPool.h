//===- ThreadPool.h - workers that all run the same function --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A step is SPMD: every worker runs all of it and takes its share of each
// kernel, with a barrier between kernels. A decode step has hundreds of them,
// so a barrier spins (about 100 ns); between steps workers spin briefly, then
// sleep.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_THREADPOOL_H
#define LLMRT_THREADPOOL_H

#include "llmrt/Status.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

namespace llmrt {

/// Where a number of workers wait for one another. `llmrt_barrier` takes a
/// pointer to one.
class Barrier {
public:
  /// `spins`: how often a worker looks before it gives up its time slice.
  Barrier(int64_t workers, int64_t spins) : workers(workers), spins(spins) {}

  /// Returns once all workers have called it; what they wrote before is
  /// visible.
  void wait();

private:
  const int64_t workers;
  const int64_t spins;
  alignas(64) std::atomic<int64_t> arrived{0};
  alignas(64) std::atomic<uint32_t> phase{0};
};

class ThreadPool {
public:
  using Task = std::function<void(int64_t worker, int64_t workers)>;

  static constexpr int64_t maxWorkers = 1024;

  /// Fails where the system refuses a thread or `workers` is out of range.
  static Expected<std::unique_ptr<ThreadPool>> create(int64_t workers);
  ~ThreadPool();

  ThreadPool(const ThreadPool &) = delete;
  ThreadPool &operator=(const ThreadPool &) = delete;

  /// Every worker calls task(worker, workers); the caller is worker 0. Returns
  /// when all have returned. One caller at a time; the task must not throw.
  void run(const Task &task);

  int64_t workers() const;
  /// For llmrt_barrier, inside a task.
  void *barrier();

  /// Cores that this process may use: one per physical core of the affinity
  /// mask, no more than the CPU quota of the control group; at least 1.
  static int64_t availableCores();

  struct Impl;

private:
  explicit ThreadPool(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

} // namespace llmrt

#endif // LLMRT_THREADPOOL_H
