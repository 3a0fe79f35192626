//===- TeamSize.cpp - how many workers a step uses ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Windows of the size in use and of its neighbour are compared; sizes grow by a
// third or a half, so that a few trials lead far.
//===----------------------------------------------------------------------===//
#include "llmrt/TeamSize.h"

#include <algorithm>
#include <cassert>

using namespace llmrt;

namespace {
// Some ten time slices of a busy system, so that a window sees all of them.
constexpr double windowSeconds = 0.05;
constexpr int64_t windowSteps = 3;
// A trial costs at most its window: one in a hundred where nothing changes.
constexpr double longestPause = 4;
constexpr double firstPause = 0.1;
// A larger team must be faster by more than two windows differ by chance: a
// second half core beside busy processes gains a tenth, a whole one a half.
constexpr double growthGain = 0.85;
// Of the last window in what is known of the size in use.
constexpr double windowWeight = 0.3;
} // namespace

TeamSize::TeamSize(int64_t workers, int64_t processors) {
  assert(workers >= 1 && processors >= 1 && "a team has a worker");
  const int64_t first = std::min(workers, processors);
  sizes = {1, first, workers};
  for (int64_t power = 2; power < workers; power *= 2) {
    sizes.push_back(power);
    if (power / 2 * 3 < workers)
      sizes.push_back(power / 2 * 3);
  }
  std::sort(sizes.begin(), sizes.end());
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  settled = atOnce =
      std::find(sizes.begin(), sizes.end(), first) - sizes.begin();
}

void TeamSize::took(double seconds, bool waitedLong) {
  if (sizes.size() == 1)
    return;
  ++window.steps;
  window.waitedLong |= waitedLong;
  window.seconds += seconds;
  if (window.steps < windowSteps || window.seconds < windowSeconds)
    return;
  const Window done = window;
  window = {};
  const double perStep = done.seconds / static_cast<double>(done.steps);
  if (trying)
    return endTrial(perStep);
  // Of the size in use many windows are known.
  const double weight = settledSeconds == 0 ? 1 : windowWeight;
  settledSeconds += weight * (perStep - settledSeconds);
  rested += done.seconds;
  if (rested >= pause)
    trying = chooseCandidate(done.waitedLong);
}

/// The next smaller size where waits were long, else the next larger; in turn
/// where both are possible. More than the processors while they are wanted by
/// others as well is not worth a trial.
bool TeamSize::chooseCandidate(bool waitedLong) {
  const bool canShrink = waitedLong && settled > 0;
  const bool canGrow =
      settled < atOnce || (!waitedLong && settled + 1 < sizes.size());
  if (!canShrink && !canGrow)
    return false;
  growing = canGrow && (!canShrink || !growing);
  candidate = growing ? settled + 1 : settled - 1;
  return true;
}

void TeamSize::endTrial(double secondsPerStep) {
  trying = false;
  const double needed = growing ? settledSeconds * growthGain : settledSeconds;
  if (secondsPerStep >= needed) {
    pause = std::clamp(2 * pause, firstPause, longestPause);
    rested = 0;
    confirmed = false;
    return;
  }
  // More workers by chance cost until the next trial; so once more.
  if (growing && !confirmed) {
    confirmed = trying = true;
    return;
  }
  confirmed = false;
  settled = candidate;
  settledSeconds = secondsPerStep;
  growing = !growing; // `chooseCandidate` turns it: the same way again
  rested = pause;     // at once, but chance must not shorten the pause
}
