//===- InterruptsTest.cpp - signals that come beside a read ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Interrupts.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <thread>
#include <unistd.h>

using namespace llmrt::app;

namespace {

class Interrupts : public testing::Test {
protected:
  Interrupts() {
    EXPECT_EQ(pipe(ends), 0);
    clearInterrupt();
    (void)terminalChanged();
  }
  ~Interrupts() override {
    close(ends[0]);
    close(ends[1]);
  }
  ssize_t readByte() {
    errno = 0;
    return readInterruptibly(ends[0], &byte, 1);
  }

  InterruptScope scope;
  int ends[2];
  char byte = 0;
};

TEST_F(Interrupts, WhatIsThereIsRead) {
  ASSERT_EQ(write(ends[1], "a", 1), 1);
  EXPECT_EQ(readByte(), 1);
  EXPECT_EQ(byte, 'a');
  close(ends[1]);
  EXPECT_EQ(readByte(), 0);
  ends[1] = dup(ends[0]);
}

TEST_F(Interrupts, ASignalBeforeTheReadEndsIt) {
  raise(SIGINT);
  EXPECT_EQ(readByte(), -1);
  EXPECT_EQ(errno, EINTR);
  EXPECT_TRUE(interrupted());
  ASSERT_EQ(write(ends[1], "b", 1), 1);
  EXPECT_EQ(readByte(), 1) << "one signal ends one read";
}

TEST_F(Interrupts, AWindowThatChangedEndsIt) {
  raise(SIGWINCH);
  EXPECT_EQ(readByte(), -1);
  EXPECT_EQ(errno, EINTR);
  EXPECT_FALSE(interrupted());
  EXPECT_TRUE(terminalChanged());
  EXPECT_FALSE(terminalChanged());
}

TEST_F(Interrupts, AnotherThreadMayTakeTheSignal) {
  std::thread other([] {
    usleep(20'000); // mostly, the read waits by then
    raise(SIGINT);  // of this thread
  });
  EXPECT_EQ(readByte(), -1);
  EXPECT_EQ(errno, EINTR);
  EXPECT_TRUE(interrupted());
  other.join();
}

} // namespace
