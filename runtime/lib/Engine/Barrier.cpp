//===- Barrier.cpp - waiting for other workers ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sleeping and waking cost some 60 us on a core that goes idle meanwhile, and
// two system calls; whoever changes the word pays for one only where somebody
// sleeps. sched_yield between spinning and sleeping is no help: beside a busy
// process it gives away whole time slices, 5 ms a barrier against 0.2 ms.
//===----------------------------------------------------------------------===//
#include "llmrt/Barrier.h"
#include "llmrt/abi.h"

#include <algorithm>
#include <cassert>
#include <climits>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace llmrt;

// Of half a millisecond 8 us are left, more than barriers of busy cores take.
static constexpr int32_t mostHalvings = 6;

static void relaxCore() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

bool WaitWord::awaitChange(uint32_t last, int64_t spins) {
  for (int64_t i = 0; i < spins; ++i) {
    if (word.load(std::memory_order_acquire) != last)
      return true;
    relaxCore();
  }
  // Counted before the kernel compares the word, so `change` either sees a
  // sleeper or has changed the word already.
  sleepers.fetch_add(1);
  while (word.load() == last)
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, last, nullptr, nullptr, 0);
  sleepers.fetch_sub(1);
  return false;
}

void WaitWord::change() {
  word.fetch_add(1);
  if (sleepers.load() > 0)
    syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

void Barrier::setWorkers(int64_t count, int64_t spinsOfWaits) {
  assert(arrived.load(std::memory_order_relaxed) == 0 &&
         "the workers of a barrier change while some wait at it");
  workers = count;
  spins = spinsOfWaits;
}

void Barrier::wait() {
  // Read before the arrival: after it the last one may go on to `setWorkers`.
  const int64_t all = workers;
  const int32_t halvings = inVain.load(std::memory_order_relaxed);
  const int64_t looks = spins >> halvings;
  if (all == 1)
    return;
  const uint32_t current = phase.value();
  const int64_t before = arrived.fetch_add(1, std::memory_order_acq_rel);
  assert(before < all && "more workers at a barrier than it was told");
  if (before + 1 < all) {
    const bool helped = phase.awaitChange(current, looks);
    if (!helped)
      longOnes.fetch_add(1, std::memory_order_relaxed);
    const int32_t next = helped ? 0 : std::min(halvings + 1, mostHalvings);
    if (next != halvings)
      inVain.store(next, std::memory_order_relaxed);
    return;
  }
  arrived.store(0, std::memory_order_relaxed);
  phase.change();
}

extern "C" void llmrt_barrier(void *barrier) {
  static_cast<Barrier *>(barrier)->wait();
}
