//===- PrintableTest.cpp - texts of a model on a terminal -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/Console.h"

#include <gtest/gtest.h>

using llmrt::printable;

TEST(Printable, LeavesTextAsItIs) {
  for (const char *text : {"", "plain", "two\nlines\tand a tab",
                           "gr\u00fc\u00dfe \u3042 \U0001f600 \u00a0"})
    EXPECT_EQ(printable(text), text);
}

TEST(Printable, SpellsWhatCommandsATerminal) {
  EXPECT_EQ(printable("\x1b[2Jx"), "\\x1b[2Jx");
  EXPECT_EQ(printable("a\r\a\x7f"), "a\\x0d\\x07\\x7f");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(printable("\u009b2J"), "\\xc2\\x9b2J");      // CSI in one character
  EXPECT_EQ(printable("\u202eab"), "\\xe2\\x80\\xaeab"); // turns the line
}

TEST(Printable, SpellsWhatIsNoUtf8) {
  EXPECT_EQ(printable("\xff\xc0\x80"), "\\xff\\xc0\\x80");
  EXPECT_EQ(printable("\xc3"), "\\xc3");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80"); // a surrogate
  EXPECT_EQ(printable("\xf5\x80\x80\x80"), "\\xf5\\x80\\x80\\x80");
}
