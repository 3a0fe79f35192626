//===- Barrier.h - waiting for other workers ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A decode step has hundreds of barriers of about 100 ns, so a wait looks
// before it sleeps. It looks for a bounded time: who is waited for may have
// lost its core to another process, or may need this one. After a wait that
// looked in vain the next ones look half as long each, down to some
// microseconds, until looking helps again: Linux may put two workers on one core
// where the others are busy, and each would keep the other from it.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_BARRIER_H
#define LLMRT_BARRIER_H

#include <atomic>
#include <cstdint>

namespace llmrt {

/// A number that some wait for and one changes.
class alignas(64) WaitWord {
public:
  uint32_t value() const { return word.load(std::memory_order_relaxed); }
  /// Returns once the value is not `last`; whether it was so while looking
  /// `spins` times, after which the caller sleeps.
  bool awaitChange(uint32_t last, int64_t spins);
  /// Wakes whoever waits; what the caller wrote before is visible to them.
  void change();

private:
  std::atomic<uint32_t> word{0};
  std::atomic<int32_t> sleepers{0};
};

class KernelClock;

/// Where a number of workers wait for one another. `llmrt_barrier` and `llmrt_enter`
/// take a pointer to one.
class Barrier {
public:
  /// Who waits from now on. Called while nobody does.
  void setWorkers(int64_t count, int64_t spinsOfWaits);

  /// Returns once all workers have called it; what they wrote before is
  /// visible.
  void wait();

  /// Measures the kernels that the workers enter; null: nobody does.
  KernelClock *clock() const { return measuring; }
  void setClock(KernelClock *clock) { measuring = clock; }

  /// Waits up to now that were longer than spinning.
  int64_t longWaits() const { return longOnes.load(std::memory_order_relaxed); }

private:
  int64_t workers = 1;
  int64_t spins = 0; // halved as often as `inVain` says
  std::atomic<int32_t> inVain{0};
  KernelClock *measuring = nullptr;
  std::atomic<int64_t> longOnes{0};
  alignas(64) std::atomic<int64_t> arrived{0};
  WaitWord phase;
};

} // namespace llmrt

#endif // LLMRT_BARRIER_H
