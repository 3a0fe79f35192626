//===- KernelClock.h - where a step spends its time -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMRT_KERNELCLOCK_H
#define LLMRT_KERNELCLOCK_H

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace llmrt {

/// Calls and time of each kernel as worker 0 sees them: from its beginning to that
/// of the next, so that the wait for other workers counts.
class KernelClock {
public:
  struct Time {
    int64_t calls = 0;
    double seconds = 0;
    std::vector<double> each; // of what something else measured
    /// The middle one of `each`, which is not empty.
    double median() const {
      std::vector<double> sorted = each;
      auto middle = sorted.begin() + static_cast<ptrdiff_t>(sorted.size() / 2);
      std::nth_element(sorted.begin(), middle, sorted.end());
      return *middle;
    }
  };
  explicit KernelClock(int64_t kernels) : all(kernels) {}

  void enter(int64_t kernel);
  /// Where something else measures: a call of it took so long.
  void add(int64_t kernel, double seconds) {
    ++all[kernel].calls;
    all[kernel].seconds += seconds;
    all[kernel].each.push_back(seconds);
  }
  /// The step has ended.
  void leave();
  /// In the order of LlmrtVariant.kernels.
  std::span<const Time> times() const { return all; }

private:
  std::vector<Time> all;
  int64_t current = -1;
  double since = 0;
};

} // namespace llmrt

#endif // LLMRT_KERNELCLOCK_H
