//===- TeamSize.h - how many workers a step uses --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Beside busy processes, or with more workers than processors, some worker is
// always without a core and all others wait for it: two workers are then slower
// than one. Results do not depend on the number of workers, so steps may try:
// where waits were long, they use fewer workers for a while and keep what was
// faster. A machine at rest has no long waits and pays nothing.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEAMSIZE_H
#define LLMRT_TEAMSIZE_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace llmrt {

class TeamSize {
public:
  /// At first as many of `workers` as there are `processors`.
  TeamSize(int64_t workers, int64_t processors);

  /// For the next step.
  int64_t workers() const { return sizes[trying ? candidate : settled]; }
  /// How the step went: what it took, and whether a worker waited long. Steps
  /// told of are alike; others may run in between.
  void took(double seconds, bool waitedLong);

private:
  struct Window {
    int64_t steps = 0;
    bool waitedLong = false; // in any step
    double seconds = 0;
  };

  void endTrial(double secondsPerStep);
  bool chooseCandidate(bool waitedLong);

  std::vector<int64_t> sizes; // 1, 2, 3, 4, 6, 8, 12, ..., all workers
  size_t atOnce = 0;          // the first: all processors
  size_t settled = 0;         // what is in use
  size_t candidate = 0;       // and what may be better
  bool trying = false;        // the candidate's window
  bool growing = false;       // direction of the last trial
  Window window;
  bool confirmed = false;    // the candidate has won a window already
  double settledSeconds = 0; // of a step, over the last windows; 0: not known
  double rested = 0;         // since the last trial
  double pause = 0;          // until the next
};

} // namespace llmrt

#endif // LLMRT_TEAMSIZE_H
