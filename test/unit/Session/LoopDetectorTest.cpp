//===- LoopDetectorTest.cpp - what is a loop, and what is not -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/LoopDetector.h"

#include <gtest/gtest.h>

#include <vector>

using namespace llmrt;

namespace {

/// Tokens until the detector says so; -1: it never does.
int64_t tokensUntilLoop(LoopDetector &detector,
                        const std::vector<int32_t> &tokens) {
  for (size_t i = 0; i < tokens.size(); ++i)
    if (detector.push(tokens[i]))
      return static_cast<int64_t>(i) + 1;
  return -1;
}

std::vector<int32_t> rounds(int32_t period, int64_t count) {
  std::vector<int32_t> tokens;
  for (int64_t i = 0; i < period * count; ++i)
    tokens.push_back(static_cast<int32_t>(i % period));
  return tokens;
}

TEST(LoopDetector, findsEveryPeriodAsSoonAsTheRuleHolds) {
  for (int32_t period = 1; period <= LoopDetector::longestPeriod; ++period) {
    LoopDetector detector;
    std::vector<int32_t> tokens = {900, 901, 902};
    for (int32_t token : rounds(period, 200))
      tokens.push_back(token);
    EXPECT_EQ(tokensUntilLoop(detector, tokens),
              3 + std::max<int64_t>(LoopDetector::fewestTokens,
                                    LoopDetector::fewestRounds * period))
        << period;
    EXPECT_EQ(detector.period(), period);
    EXPECT_GE(detector.rounds(), LoopDetector::fewestRounds);
  }
}

TEST(LoopDetector, leavesHonestRepetitionAlone) {
  LoopDetector detector;
  EXPECT_EQ(tokensUntilLoop(detector, rounds(20, 5)), -1);  // a refrain
  EXPECT_EQ(tokensUntilLoop(detector, rounds(2, 50)), -1);  // a ruler
  EXPECT_EQ(tokensUntilLoop(detector, rounds(65, 40)), -1); // long stanzas
}

TEST(LoopDetector, countsOnlyWhatIsInARow) {
  std::vector<int32_t> tokens;
  for (int32_t line = 0; line < 50; ++line) { // rows of zeros, numbered
    tokens.insert(tokens.end(), 40, 0);
    tokens.push_back(100 + line);
  }
  LoopDetector detector;
  EXPECT_EQ(tokensUntilLoop(detector, tokens), -1);
}

} // namespace
