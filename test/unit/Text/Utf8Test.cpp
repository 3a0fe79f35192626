//===- Utf8Test.cpp - reading and repairing UTF-8 ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Utf8.h"

#include <gtest/gtest.h>

using namespace llmrt::text;

TEST(Utf8, RepairReplacesMaximalParts) {
  // bytes.decode('utf-8', 'replace') of Python 3.11.
  const std::pair<std::string, std::string> cases[] = {
      {"a\xFFz", "a\uFFFDz"},
      {"\xC0\x80", "\uFFFD\uFFFD"},
      {"\xE2\x82", "\uFFFD"},
      {"\xE2\x82z", "\uFFFDz"},
      {"\xF0\x9F\x98", "\uFFFD"},
      {"\xF0\x9F\x98\xF0\x9F\x98\x80", "\uFFFD\U0001F600"},
      {"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
      {"\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
      {"\xE0\x80\xAF", "\uFFFD\uFFFD\uFFFD"},
      {"\x80\x80", "\uFFFD\uFFFD"},
      {"\xF5\x80", "\uFFFD\uFFFD"},
  };
  for (const auto &[bytes, repaired] : cases) {
    EXPECT_EQ(repairUtf8(bytes), repaired);
    EXPECT_FALSE(isValidUtf8(bytes));
    EXPECT_TRUE(isValidUtf8(repaired));
  }
}

TEST(Utf8, EveryCodePointIsReadBack) {
  for (uint32_t code = 0; code < 0x110000; ++code) {
    if (code >= 0xD800 && code < 0xE000)
      continue;
    std::string text;
    appendUtf8(text, code);
    size_t position = 0;
    ASSERT_EQ(nextCodePoint(text, position), code);
    ASSERT_EQ(position, text.size());
    ASSERT_EQ(readUtf8(text).kind, Utf8Step::Valid);
  }
}

TEST(Utf8, TakeCompleteHoldsBackOnlyWhatMayGoOn) {
  std::string pending = "a\xF0\x9F";
  EXPECT_EQ(takeCompleteUtf8(pending), "a");
  EXPECT_EQ(pending, "\xF0\x9F");
  pending += "\x98\x80";
  EXPECT_EQ(takeCompleteUtf8(pending), "\U0001F600");
  EXPECT_EQ(pending, "");
  pending = "\xED\xA0"; // a surrogate: cannot become valid
  EXPECT_EQ(takeCompleteUtf8(pending), "\uFFFD\uFFFD");
}
