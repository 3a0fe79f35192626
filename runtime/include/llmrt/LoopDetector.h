//===- LoopDetector.h - answers that go round in circles ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A model that has said the same few tokens often enough says them for ever:
// each round makes the next one likelier. Three rounds are no proof: refrains,
// rulers of tables and counted zeros repeat as well, and end. So a loop is a
// run of at most 64 tokens that came 6 times in a row and fills 120 tokens.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_LOOPDETECTOR_H
#define LLMRT_LOOPDETECTOR_H

#include <array>
#include <cstdint>

namespace llmrt {

class LoopDetector {
public:
  static constexpr int64_t longestPeriod = 64; // tokens
  static constexpr int64_t fewestRounds = 6;
  static constexpr int64_t fewestTokens = 120;

  /// Whether the tokens so far end in a loop.
  bool push(int32_t token);

  /// Of the loop found: its tokens, and how often they came in a row.
  int64_t period() const { return found; }
  int64_t rounds() const { return foundRounds; }

private:
  std::array<int32_t, longestPeriod> recent = {}; // a ring
  /// Last tokens that equal the one `period` before them, by period - 1.
  std::array<int64_t, longestPeriod> alike = {};
  int64_t count = 0;
  int64_t found = 0, foundRounds = 0;
};

} // namespace llmrt

#endif // LLMRT_LOOPDETECTOR_H
