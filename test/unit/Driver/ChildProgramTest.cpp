//===- ChildProgramTest.cpp - what another program says -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "lib/Driver/ChildProgram.h"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace llmc;

static std::string say(const std::string &script) {
  auto said = runProgram({"/bin/sh", "-c", script});
  EXPECT_TRUE(bool(said)) << script;
  if (said)
    return *said;
  llvm::consumeError(said.takeError());
  return "";
}

static std::string refuse(llvm::ArrayRef<std::string> command) {
  auto said = runProgram(command);
  EXPECT_FALSE(bool(said));
  return said ? "" : llvm::toString(said.takeError());
}

TEST(ChildProgram, returnsWhatIsPrinted) {
  EXPECT_EQ(say("echo one; echo two >&2; echo three"), "one\nthree\n");
  EXPECT_EQ(say(":"), "");
}

/// A pipe that nobody reads would fill up.
TEST(ChildProgram, takesMoreThanAPipeHolds) {
  std::string said =
      say("head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2");
  EXPECT_EQ(said, std::string(300000, '\0'));
}

TEST(ChildProgram, saysWhyAProgramFailed) {
  EXPECT_EQ(refuse({"/bin/sh", "-c",
                    "echo first >&2; echo 'error: last' >&2; exit 3"}),
            "last");
  EXPECT_EQ(refuse({"/bin/sh", "-c", "exit 3"}), "'/bin/sh' ended with code 3");
  EXPECT_EQ(refuse({"/bin/sh", "-c", "kill -9 $$"}),
            "'/bin/sh' was ended by a signal: Killed");
  EXPECT_EQ(refuse({"/no/such/program"}), "No such file or directory");
}

/// Whoever stops the compiler has stopped what it runs.
TEST(ChildProgram, endsWithItsParent) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    // The child's child keeps the pipe open until it ends.
    llvm::consumeError(runProgram({"/bin/sleep", "100"}).takeError());
    ::_exit(0);
  }
  ::close(ends[1]);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  ASSERT_EQ(::kill(parent, SIGKILL), 0);
  ASSERT_EQ(::waitpid(parent, nullptr, 0), parent);
  char byte;
  EXPECT_EQ(::read(ends[0], &byte, 1), 0); // nobody has it any more
  ::close(ends[0]);
}

/// Nothing of the shell: arguments arrive as they are.
TEST(ChildProgram, passesArgumentsOn) {
  auto said = runProgram({"/usr/bin/printf", "%s|", "two words", "", "$HOME"});
  ASSERT_TRUE(bool(said));
  EXPECT_EQ(*said, "two words||$HOME|");
}

TEST(ChildProgram, isAskedForAnObject) {
  auto object = askProgram({"/bin/echo", R"({"rows": 3})"});
  ASSERT_TRUE(bool(object)) << llvm::toString(object.takeError());
  EXPECT_EQ(object->getInteger("rows"), 3);
  EXPECT_EQ(llvm::toString(askProgram({"/bin/echo", "[3]"}).takeError()),
            "/bin/echo: says no JSON object");
  EXPECT_NE(llvm::toString(askProgram({"/bin/echo", "{"}).takeError()), "");
}
