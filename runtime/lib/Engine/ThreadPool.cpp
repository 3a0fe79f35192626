//===- ThreadPool.cpp - workers that all run the same function ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every worker waits for a word of its own, so that a task of few workers lets
// the others sleep.
//===----------------------------------------------------------------------===//
#include "llmrt/ThreadPool.h"
#include "llmrt/Barrier.h"
#include "llmrt/KernelClock.h"

#include <cassert>
#include <cstring>
#include <deque>
#include <pthread.h>
#include <vector>

using namespace llmrt;

namespace {
// A pause is 50 to 90 ns (Zen 5): 10000 are half a millisecond, longer than what
// interrupts take from a worker that has a core. 1000 cost a fifth of the speed
// of two workers on two cores, 4000 a twentieth; 40000 bring nothing
// (bench/neighbours.py).
constexpr int64_t spinsInStep = 10000;
// Longer than sampling takes.
constexpr int64_t spinsBetweenSteps = 2000;
// With more workers than processors the one waited for may need this one.
constexpr int64_t spinsWhenCrowded = 16;

// Below the 2 MiB of a huge page, with which some systems back whole stacks.
constexpr size_t stackBytes = 1 << 20;
} // namespace

struct ThreadPool::Impl {
  struct Worker {
    Impl *pool;
    int64_t index;
    WaitWord ticket; // changes where a task is there for this worker
  };

  bool crowded(int64_t count) const { return count > processors; }
  void serve(Worker &worker);
  ~Impl();

  const int64_t processors = availableProcessors();
  Barrier barrier;
  // Of the task being run; written before the tickets change.
  const Task *task = nullptr; // null: stop
  int64_t team = 1;
  std::deque<Worker> others; // workers 1, 2, ...
  std::vector<pthread_t> handles;
};

void ThreadPool::Impl::serve(Worker &worker) {
  int64_t spins = spinsBetweenSteps;
  for (uint32_t seen = 0;; ++seen) {
    worker.ticket.awaitChange(seen, spins);
    if (!task)
      return;
    spins = crowded(team) ? spinsWhenCrowded : spinsBetweenSteps;
    (*task)(worker.index, team);
    barrier.wait();
  }
}

/// Whatever ends the pool, an exception too.
ThreadPool::Impl::~Impl() {
  task = nullptr;
  for (Worker &worker : others)
    worker.ticket.change();
  for (pthread_t handle : handles)
    pthread_join(handle, nullptr);
}

static void *workerMain(void *argument) {
  auto *worker = static_cast<ThreadPool::Impl::Worker *>(argument);
  worker->pool->serve(*worker);
  return nullptr;
}

Expected<std::unique_ptr<ThreadPool>> ThreadPool::create(int64_t workers) {
  if (workers < 1 || workers > maxWorkers)
    return Status::error("asked for " + std::to_string(workers) +
                         " threads: allowed are 1 to " +
                         std::to_string(maxWorkers));
  auto impl = std::make_unique<Impl>();
  for (int64_t i = 1; i < workers; ++i)
    impl->others.emplace_back(impl.get(), i);
  // Before the first thread: none may run that nobody knows.
  impl->handles.reserve(impl->others.size());
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, stackBytes);
  for (Impl::Worker &worker : impl->others) {
    pthread_t handle;
    int error = pthread_create(&handle, &attributes, workerMain, &worker);
    if (error)
      return Status::error(
          "cannot start thread " + std::to_string(worker.index + 1) + " of " +
          std::to_string(workers) + ": " + std::strerror(error));
    impl->handles.push_back(handle);
  }
  return std::unique_ptr<ThreadPool>(new ThreadPool(std::move(impl)));
}

ThreadPool::ThreadPool(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
ThreadPool::~ThreadPool() = default;

void ThreadPool::run(int64_t team, const Task &task) {
  assert(team >= 1 && team <= workers() && "a team of more workers than are");
  impl->task = &task;
  impl->team = team;
  impl->barrier.setWorkers(team, impl->crowded(team) ? spinsWhenCrowded
                                                     : spinsInStep);
  for (int64_t i = 1; i < team; ++i)
    impl->others[i - 1].ticket.change();
  task(0, team);
  impl->barrier.wait();
  if (KernelClock *clock = impl->barrier.clock())
    clock->leave();
}

int64_t ThreadPool::workers() const {
  return static_cast<int64_t>(impl->others.size()) + 1;
}
void *ThreadPool::barrier() { return &impl->barrier; }
void ThreadPool::setClock(KernelClock *clock) { impl->barrier.setClock(clock); }
int64_t ThreadPool::longWaits() const { return impl->barrier.longWaits(); }
