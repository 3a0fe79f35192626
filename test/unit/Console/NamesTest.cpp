//===- NamesTest.cpp - near names, sizes, colours -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/Console.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

using namespace llmrt;

namespace {

const std::vector<std::string> commands = {"run",   "chat", "logits",
                                           "bench", "eval", "info"};

TEST(NearestName, findsTypingMistakes) {
  EXPECT_EQ(nearestName("chta", commands), "chat"); // swapped
  EXPECT_EQ(nearestName("benhc", commands), "bench");
  EXPECT_EQ(nearestName("inf", commands), "info");      // missing
  EXPECT_EQ(nearestName("runn", commands), "run");      // too many
  EXPECT_EQ(nearestName("logots", commands), "logits"); // wrong
  EXPECT_EQ(nearestName("int8", {"f32", "i8"}), "i8");
  EXPECT_EQ(nearestName("--ouput", {"--help", "--output"}), "--output");
}

TEST(NearestName, leavesOtherWordsAlone) {
  for (const char *word :
       {"", "hello", "why", "x", "serve", "translate", "supercalifragilistic"})
    EXPECT_EQ(nearestName(word, commands), "") << word;
  EXPECT_EQ(nearestName("q8_0", {"f32", "f16"}), "");
  EXPECT_EQ(nearestName(std::string(1 << 20, 'x'), commands), "");
}

TEST(DidYouMean, saysNothingWithoutAName) {
  EXPECT_EQ(didYouMean("chta", commands), ": did you mean 'chat'?");
  EXPECT_EQ(didYouMean("serve", commands), "");
}

TEST(ListNames, isASentence) {
  EXPECT_EQ(listNames({}), "");
  EXPECT_EQ(listNames({"a"}), "a");
  EXPECT_EQ(listNames({"a", "b"}, "or"), "a or b");
  EXPECT_EQ(listNames({"a", "b", "c"}), "a, b and c");
}

TEST(FormatBytes, isDecimal) {
  EXPECT_EQ(formatBytes(0), "0 B");
  EXPECT_EQ(formatBytes(999), "999 B");
  EXPECT_EQ(formatBytes(1000), "1.0 kB");
  EXPECT_EQ(formatBytes(94'200'000), "94.2 MB");
  EXPECT_EQ(formatBytes(297'280'000), "297 MB");
  EXPECT_EQ(formatBytes(999'900), "1.0 MB");
  EXPECT_EQ(formatBytes(UINT64_MAX), "18446744 TB");
}

TEST(Colors, areForTerminalsOnly) {
  setenv("TERM", "xterm", 1);
  unsetenv("NO_COLOR");
  int file = open("/dev/null", O_WRONLY);
  EXPECT_FALSE(hasColors(file));
  EXPECT_EQ(errorLabel(file), "error: ");
  close(file);
  int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  if (terminal < 0)
    GTEST_SKIP() << "no pseudo-terminals here";
  EXPECT_TRUE(hasColors(terminal));
  EXPECT_EQ(errorLabel(terminal), "\x1b[1;31merror: \x1b[0m");
  setenv("NO_COLOR", "1", 1);
  EXPECT_EQ(warningLabel(terminal), "warning: ");
  unsetenv("NO_COLOR");
  setenv("TERM", "dumb", 1);
  EXPECT_FALSE(hasColors(terminal));
  close(terminal);
}

} // namespace
