//===- Interrupts.h - Ctrl-C as a wish, not a death -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMRT_APP_INTERRUPTS_H
#define LLMRT_APP_INTERRUPTS_H

#include <csignal>
#include <cstddef>
#include <sys/types.h>

namespace llmrt::app {

/// While it lives, Ctrl-C is noted and ends a `readInterruptibly` with EINTR; so
/// are a window of another size and a return from the background. One at a time.
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

/// As read(2), with EINTR as well for a signal that came while nobody waited:
/// between two reads, or on the way into this one. Without a scope, read(2).
ssize_t readInterruptibly(int descriptor, void *bytes, size_t size);

/// Whether the window changed, or this process was away, since the last call.
bool terminalChanged();

} // namespace llmrt::app

#endif // LLMRT_APP_INTERRUPTS_H
