//===- Interrupts.cpp - Ctrl-C as a wish, not a death ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Interrupts.h"

#include <cerrno>
#include <cstdint>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

using namespace llmrt;

static volatile sig_atomic_t stopWanted = 0, otherTerminal = 0;
static constexpr int signals[] = {SIGINT, SIGWINCH, SIGCONT};
/// An event descriptor that is readable once a signal came, whichever thread
/// took it. Without it a signal just before a read would be lost: the read
/// waits. -1: there is no scope, or no descriptor was left.
static volatile sig_atomic_t arrivals = -1;

app::InterruptScope::InterruptScope() {
  struct sigaction action = {}; // without SA_RESTART: reads end
  action.sa_handler = [](int signal) {
    const int error = errno;
    const uint64_t one = 1;
    (signal == SIGINT ? stopWanted : otherTerminal) = 1;
    (void)!::write(arrivals, &one, sizeof one);
    errno = error;
  };
  arrivals = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  for (int i = 0; i < 3; ++i)
    sigaction(signals[i], &action, &previous[i]);
}

app::InterruptScope::~InterruptScope() {
  for (int i = 0; i < 3; ++i)
    sigaction(signals[i], &previous[i], nullptr);
  ::close(arrivals);
  arrivals = -1;
}

bool app::interrupted() { return stopWanted != 0; }
void app::clearInterrupt() { stopWanted = 0; }

ssize_t app::readInterruptibly(int descriptor, void *bytes, size_t size) {
  pollfd sources[] = {{descriptor, POLLIN, 0}, {arrivals, POLLIN, 0}};
  if (::poll(sources, 2, -1) < 0)
    return -1;
  uint64_t count;
  if (sources[1].revents == 0)
    return ::read(descriptor, bytes, size);
  (void)!::read(arrivals, &count, sizeof count);
  errno = EINTR;
  return -1;
}

bool app::terminalChanged() {
  const bool changed = otherTerminal != 0;
  otherTerminal = 0;
  return changed;
}
