//===- Interrupts.cpp - Ctrl-C as a wish, not a death ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Interrupts.h"

using namespace llmrt;

static volatile sig_atomic_t stopWanted = 0, otherTerminal = 0;
static constexpr int signals[] = {SIGINT, SIGWINCH, SIGCONT};

app::InterruptScope::InterruptScope() {
  struct sigaction action = {}; // without SA_RESTART: reads end
  action.sa_handler = [](int signal) {
    (signal == SIGINT ? stopWanted : otherTerminal) = 1;
  };
  for (int i = 0; i < 3; ++i)
    sigaction(signals[i], &action, &previous[i]);
}

app::InterruptScope::~InterruptScope() {
  for (int i = 0; i < 3; ++i)
    sigaction(signals[i], &previous[i], nullptr);
}

bool app::interrupted() { return stopWanted != 0; }
void app::clearInterrupt() { stopWanted = 0; }

bool app::terminalChanged() {
  const bool changed = otherTerminal != 0;
  otherTerminal = 0;
  return changed;
}
