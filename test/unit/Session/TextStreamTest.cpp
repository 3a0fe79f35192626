//===- TextStreamTest.cpp - generated tokens to text ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "FakeModel.h"

#include "llmrt/TextStream.h"

#include <gtest/gtest.h>

using namespace llmrt;
using namespace llmrt::test;

namespace {

std::string filtered(const std::vector<std::string> &stops,
                     const std::vector<std::string> &pieces,
                     bool *stopped = nullptr) {
  StopFilter filter(stops);
  std::string text;
  for (const std::string &piece : pieces)
    text += filter.push(piece);
  if (stopped)
    *stopped = filter.stopped();
  return filter.stopped() ? text : text + filter.flush();
}

TEST(StopFilter, cutsAtTheFirstStopAcrossPieces) {
  bool stopped = false;
  EXPECT_EQ(filtered({"END", "STOP"}, {"a ST", "O", "P b END"}, &stopped),
            "a ");
  EXPECT_TRUE(stopped);
  EXPECT_EQ(filtered({"aab"}, {"a", "a", "a", "b"}, &stopped), "a");
  EXPECT_TRUE(stopped);
}

TEST(StopFilter, givesBackWhatOnlyLookedLikeAStop) {
  bool stopped = true;
  EXPECT_EQ(filtered({"STOP"}, {"S", "T", "O", "x", "ST"}, &stopped), "STOxST");
  EXPECT_FALSE(stopped);
  EXPECT_EQ(filtered({}, {"plain"}), "plain");
}

TEST(StopFilter, holdsBackNoMoreThanItMust) {
  const std::vector<std::string> stops = {"STOP"};
  StopFilter filter(stops);
  EXPECT_EQ(filter.push("abcST"), "abc");
  EXPECT_EQ(filter.push("x"), "STx");
}

/// A blob where a tokenizer wants it: at a multiple of 8.
struct Words {
  std::string blob = fakeTokenizer();
  std::vector<uint64_t> aligned = std::vector<uint64_t>((blob.size() + 7) / 8);
  Expected<Tokenizer> tokenizer = open();

  Expected<Tokenizer> open() {
    std::copy(blob.begin(), blob.end(),
              reinterpret_cast<char *>(aligned.data()));
    return Tokenizer::open(
        std::as_bytes(std::span(aligned)).first(blob.size()));
  }
};

TEST(TextStream, charactersAppearWhole) {
  Words words;
  TextStream text(&*words.tokenizer, /*continues=*/false);
  EXPECT_EQ(text.push('a'), "a");
  EXPECT_EQ(text.push(0xc3), "");
  EXPECT_EQ(text.push(0xa9), "\xc3\xa9");
  EXPECT_EQ(text.push(0xc3), "");
  EXPECT_EQ(text.finish(), "\xef\xbf\xbd"); // U+FFFD
}

TEST(TextStream, nothingFollowsAStop) {
  Words words;
  TextStream text(&*words.tokenizer, /*continues=*/false, {"ab"});
  EXPECT_EQ(text.push('x'), "x");
  EXPECT_EQ(text.push('a'), "");
  EXPECT_EQ(text.push('b'), "");
  EXPECT_TRUE(text.stopped());
  EXPECT_EQ(text.push('c') + text.finish(), "");
}

TEST(TextStream, theBeginningOfAStopComesAtTheEnd) {
  Words words;
  TextStream text(&*words.tokenizer, /*continues=*/false, {"ab"});
  EXPECT_EQ(text.push('a'), "");
  EXPECT_FALSE(text.stopped());
  EXPECT_EQ(text.finish(), "a");
}

TEST(TextStream, withoutATokenizerThereIsNone) {
  TextStream text(nullptr, /*continues=*/true);
  EXPECT_EQ(text.push('a') + text.finish(), "");
}

} // namespace
