//===- StepBudget.h - what tokenizing one text may cost -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A model brings its own patterns and added tokens. What a search costs at most
// is bounded per text: bounded per search, it would add up to hours.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_STEPBUDGET_H
#define LLMRT_TEXT_STEPBUDGET_H

#include <cstddef>
#include <cstdint>

namespace llmrt::text {

class StepBudget {
public:
  /// About one second, and more for longer texts.
  explicit StepBudget(size_t textBytes)
      : left(leastSteps + stepsPerByte * textBytes) {}

  /// Pays for steps; false, now and later, once they are spent.
  bool spend(uint64_t steps) {
    spent |= steps > left;
    left -= spent ? 0 : steps;
    return !spent;
  }
  bool isSpent() const { return spent; }

private:
  static constexpr uint64_t leastSteps = 32'000'000;
  static constexpr uint64_t stepsPerByte = 64;

  uint64_t left;
  bool spent = false;
};

} // namespace llmrt::text

#endif // LLMRT_TEXT_STEPBUDGET_H
