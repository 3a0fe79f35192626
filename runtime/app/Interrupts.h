//===- Interrupts.h - Ctrl-C as a wish, not a death -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMRT_APP_INTERRUPTS_H
#define LLMRT_APP_INTERRUPTS_H

#include <csignal>

namespace llmrt::app {

/// While it lives, Ctrl-C is noted and ends a waiting read with EINTR; so are
/// a window of another size and a return from the background.
class InterruptScope {
public:
  InterruptScope();
  ~InterruptScope();
  InterruptScope(const InterruptScope &) = delete;
  InterruptScope &operator=(const InterruptScope &) = delete;

private:
  struct sigaction previous[3];
};

/// Whether Ctrl-C came since `clearInterrupt`.
bool interrupted();
void clearInterrupt();

/// Whether the window changed, or this process was away, since the last call.
bool terminalChanged();

} // namespace llmrt::app

#endif // LLMRT_APP_INTERRUPTS_H
