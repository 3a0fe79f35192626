//===- ThreadPool.cpp - workers that all run the same function ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Waiting has three stages, each cheaper for others and slower to leave: spin,
// give up the time slice, sleep on a futex. With more workers than cores the
// first is skipped: the one waited for may need this core.
//===----------------------------------------------------------------------===//
#include "llmrt/ThreadPool.h"
#include "llmrt/abi.h"

#include <algorithm>
#include <climits>
#include <cstring>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

using namespace llmrt;

static void relaxCore() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/// Until `done()`: `spins` looks, then one look per time slice.
template <typename Done> static void spinUntil(int64_t spins, Done done) {
  for (int64_t i = 0; i < spins; ++i) {
    if (done())
      return;
    relaxCore();
  }
  while (!done())
    sched_yield();
}

void Barrier::wait() {
  if (workers == 1)
    return;
  uint32_t current = phase.load(std::memory_order_relaxed);
  if (arrived.fetch_add(1, std::memory_order_acq_rel) + 1 == workers) {
    arrived.store(0, std::memory_order_relaxed);
    phase.store(current + 1, std::memory_order_release);
    return;
  }
  spinUntil(spins,
            [&] { return phase.load(std::memory_order_acquire) != current; });
}

extern "C" void llmrt_barrier(void *barrier) {
  static_cast<Barrier *>(barrier)->wait();
}

namespace {
// A pause is 40 to 140 cycles: a barrier spins for up to half a millisecond, far
// longer than waits within a step, before it gives up its time slice; an idle
// worker for about 50 us, longer than sampling takes, before it sleeps.
constexpr int64_t barrierSpins = 10000;
constexpr int64_t idleSpins = 2000;
constexpr int64_t crowdedSpins = 16;

// Below the 2 MiB of a huge page, with which some systems back whole stacks.
constexpr size_t stackBytes = 1 << 20;
} // namespace

struct ThreadPool::Impl {
  Impl(int64_t workers, bool crowded)
      : workers(workers), idle(crowded ? crowdedSpins : idleSpins),
        spins(crowded ? crowdedSpins : barrierSpins), barrier(workers, spins) {}

  struct Start {
    Impl *pool;
    int64_t worker;
  };

  void serve(int64_t worker);
  uint32_t awaitTicket(uint32_t last);
  void announce();
  void stop();

  const int64_t workers;
  const int64_t idle;
  const int64_t spins;
  Barrier barrier;
  const Task *task = nullptr; // null: stop; published by `ticket`
  alignas(64) std::atomic<uint32_t> ticket{0};
  std::atomic<int32_t> sleepers{0};
  alignas(64) std::atomic<int64_t> running{0};
  std::vector<Start> starts;
  std::vector<pthread_t> handles;
};

uint32_t ThreadPool::Impl::awaitTicket(uint32_t last) {
  for (int64_t i = 0; i < idle; ++i) {
    uint32_t now = ticket.load(std::memory_order_acquire);
    if (now != last)
      return now;
    relaxCore();
  }
  // Counted before the kernel compares the ticket, so `announce` either sees a
  // sleeper or has changed the ticket already.
  sleepers.fetch_add(1);
  uint32_t now;
  while ((now = ticket.load()) == last)
    syscall(SYS_futex, &ticket, FUTEX_WAIT_PRIVATE, last, nullptr, nullptr, 0);
  sleepers.fetch_sub(1);
  return now;
}

void ThreadPool::Impl::announce() {
  ticket.fetch_add(1);
  if (sleepers.load() > 0)
    syscall(SYS_futex, &ticket, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr,
            0);
}

void ThreadPool::Impl::serve(int64_t worker) {
  for (uint32_t seen = 0;;) {
    seen = awaitTicket(seen);
    if (!task)
      return;
    (*task)(worker, workers);
    running.fetch_sub(1, std::memory_order_acq_rel);
  }
}

void ThreadPool::Impl::stop() {
  task = nullptr;
  announce();
  for (pthread_t handle : handles)
    pthread_join(handle, nullptr);
}

static void *workerMain(void *argument) {
  auto *start = static_cast<ThreadPool::Impl::Start *>(argument);
  start->pool->serve(start->worker);
  return nullptr;
}

Expected<std::unique_ptr<ThreadPool>> ThreadPool::create(int64_t workers) {
  if (workers < 1 || workers > maxWorkers)
    return Status::error("asked for " + std::to_string(workers) +
                         " threads: allowed are 1 to " +
                         std::to_string(maxWorkers));
  auto impl = std::make_unique<Impl>(workers, workers > availableCores());
  impl->starts.reserve(workers - 1);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, stackBytes);
  for (int64_t worker = 1; worker < workers; ++worker) {
    impl->starts.push_back({impl.get(), worker});
    pthread_t handle;
    int error =
        pthread_create(&handle, &attributes, workerMain, &impl->starts.back());
    if (error) {
      impl->stop();
      return Status::error("cannot start thread " + std::to_string(worker + 1) +
                           " of " + std::to_string(workers) + ": " +
                           std::strerror(error));
    }
    impl->handles.push_back(handle);
  }
  return std::unique_ptr<ThreadPool>(new ThreadPool(std::move(impl)));
}

ThreadPool::ThreadPool(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
ThreadPool::~ThreadPool() { impl->stop(); }

void ThreadPool::run(const Task &task) {
  if (impl->workers == 1)
    return task(0, 1);
  impl->task = &task;
  impl->running.store(impl->workers - 1, std::memory_order_relaxed);
  impl->announce();
  task(0, impl->workers);
  spinUntil(impl->spins,
            [&] { return impl->running.load(std::memory_order_acquire) == 0; });
}

int64_t ThreadPool::workers() const { return impl->workers; }
void *ThreadPool::barrier() { return &impl->barrier; }
