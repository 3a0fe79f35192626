//===- PromptTest.cpp - prompts in chunks ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "EngineTesting.h"

#include "llmrt/Prompt.h"

#include <stdexcept>

using namespace llmrt;
using namespace llmrt::test;

namespace {

TEST(PromptReader, chunksCoverThePromptAndOnlyTheLastHasLogits) {
  const std::vector<int32_t> tokens = someTokens(21);
  PromptReader reader(0, tokens);
  std::vector<int32_t> read;
  for (int64_t rows : {8, 1, 8, 50}) {
    ASSERT_FALSE(reader.done());
    const StepPart part = reader.next(rows);
    EXPECT_EQ(part.tokens.data(), reader.next(rows).tokens.data())
        << "the same until it has advanced";
    read.insert(read.end(), part.tokens.begin(), part.tokens.end());
    reader.advance(part);
    EXPECT_EQ(part.logits, reader.done() ? LogitRows::Last : LogitRows::None);
  }
  EXPECT_TRUE(reader.done());
  EXPECT_EQ(read, tokens);
}

TEST(PromptReader, allAndNoneAreEveryChunks) {
  const std::vector<int32_t> tokens = someTokens(5);
  for (LogitRows rows : {LogitRows::All, LogitRows::None})
    for (PromptReader reader(0, tokens, rows); !reader.done();) {
      EXPECT_EQ(reader.next(2).logits, rows);
      reader.advance(reader.next(2));
    }
}

TEST(Prompt, everyRowsLogitsChunkByChunk) {
  auto engine = makeEngine({.rowsPerStep = 32, .logitRows = 7});
  const std::vector<int32_t> tokens = someTokens(40);
  size_t row = 0;
  Status status = readPrompt(
      *engine, *engine->open(), tokens, LogitRows::All,
      [&](std::span<const int32_t> chunk) {
        EXPECT_LE(chunk.size(), 7u);
        for (size_t i = 0; i < chunk.size(); ++i, ++row)
          EXPECT_EQ(logitsOf(*engine, static_cast<int64_t>(i)),
                    expectedLogits(std::span(tokens).first(row + 1)));
        return Status::ok();
      });
  EXPECT_TRUE(status) << status.message();
  EXPECT_EQ(row, tokens.size());
}

/// A sequence of 30 tokens, what it looks like, and a prompt that fails late.
TEST(Prompt, aFailingPromptChangesNothing) {
  auto engine =
      makeEngine({.batch = 2, .context = 128, .rowsPerStep = 16, .pages = 3});
  const int32_t sequence = *engine->open(), other = *engine->open();
  std::vector<int32_t> tokens = someTokens(30);
  ASSERT_TRUE(readPrompt(*engine, sequence, tokens));
  ASSERT_TRUE(readPrompt(*engine, other, someTokens(70, 4)));
  ASSERT_TRUE(readPrompt(*engine, sequence, {&tokens[0], 1}));
  tokens.push_back(tokens[0]);
  const std::vector<float> before = logitsOf(*engine, 0);
  const int64_t pages = engine->kvCache().freePages();

  std::vector<int32_t> bad = someTokens(40, 2);
  bad[35] = 1000000;
  EXPECT_EQ(readPrompt(*engine, sequence, bad).message(),
            "token 1000000 is not in the vocabulary of 259: ids go from 0 to "
            "258");
  EXPECT_FALSE(readPrompt(*engine, sequence, someTokens(98))); // context
  EXPECT_FALSE(readPrompt(*engine, sequence, someTokens(90))); // pages
  EXPECT_FALSE(readPrompt(*engine, sequence, {}));
  EXPECT_FALSE(readPrompt(*engine, 7, someTokens(3)));

  EXPECT_EQ(engine->length(sequence), 31);
  EXPECT_EQ(engine->kvCache().freePages(), pages);
  EXPECT_EQ(logitsOf(*engine, 0), before);
  ASSERT_TRUE(readPrompt(*engine, sequence, {&tokens[3], 1}));
  tokens.push_back(tokens[3]);
  EXPECT_EQ(logitsOf(*engine, 0), expectedLogits(tokens));
}

TEST(Prompt, aListenerThatFailsOrThrowsEndsTheReading) {
  auto engine = makeEngine({.rowsPerStep = 16});
  const int32_t sequence = *engine->open();
  EXPECT_EQ(readPrompt(*engine, sequence, someTokens(50), LogitRows::None,
                       [](auto) { return Status::error("enough"); })
                .message(),
            "enough");
  EXPECT_EQ(engine->length(sequence), 16);
  EXPECT_THROW((void)readPrompt(
                   *engine, sequence, someTokens(50), LogitRows::None,
                   [](auto) -> Status { throw std::runtime_error("thrown"); })
                   .failed(),
               std::runtime_error);
  EXPECT_EQ(engine->length(sequence), 32);
}

} // namespace
