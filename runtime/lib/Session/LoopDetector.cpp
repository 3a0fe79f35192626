//===- LoopDetector.cpp - answers that go round in circles ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/LoopDetector.h"

using namespace llmrt;

bool LoopDetector::push(int32_t token) {
  found = 0;
  for (int64_t period = 1; period <= longestPeriod && period <= count;
       ++period) {
    int64_t &run = alike[period - 1];
    run = recent[(count - period) % longestPeriod] == token ? run + 1 : 0;
    const int64_t tokens = run + period; // the first round has none before it
    if (found == 0 && tokens >= fewestTokens &&
        tokens >= fewestRounds * period) {
      found = period;
      foundRounds = tokens / period;
    }
  }
  recent[count++ % longestPeriod] = token;
  return found != 0;
}
