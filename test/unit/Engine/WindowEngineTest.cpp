//===- WindowEngineTest.cpp - engines whose second layer has a window -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "EngineTesting.h"

#include "llmrt/Prompt.h"
#include "llmrt/Scheduler.h"

using namespace llmrt;
using namespace llmrt::test;

namespace {

const LlmrtModel windowModel = fakeWindowModel();

std::unique_ptr<Engine> makeWindowEngine(const EngineOptions &options) {
  return makeEngine(options, windowModel);
}

/// In chunks of the engine's rows, then token by token.
TEST(WindowEngine, keysOutOfReachChangeNothing) {
  for (int64_t rows : {1, 5, 96}) {
    auto engine = makeWindowEngine({.rowsPerStep = rows, .threads = 2});
    const int32_t sequence = *engine->open();
    std::vector<int32_t> tokens = someTokens(330);
    ASSERT_TRUE(readPrompt(*engine, sequence, tokens));
    ASSERT_EQ(logitsOf(*engine, 0), expectedLogits(tokens, fakeWindow));
    for (int32_t token : someTokens(150, 9)) {
      ASSERT_TRUE(readPrompt(*engine, sequence, {&token, 1}));
      tokens.push_back(token);
      ASSERT_EQ(logitsOf(*engine, 0), expectedLogits(tokens, fakeWindow));
    }
  }
}

TEST(WindowEngine, contractHasTheRing) {
  auto engine =
      makeWindowEngine({.batch = 2, .context = 512, .rowsPerStep = 16});
  // Eight pages of each sequence with one layer; (2 x 161 + 16) / 64 + 2 with the
  // other.
  EXPECT_EQ(engine->contract().kv, (2 * 8 + 7) * 512);
}

TEST(WindowEngine, forksAndOthersOfABatchDoNotDisturb) {
  auto engine = makeWindowEngine({.batch = 3, .rowsPerStep = 16, .threads = 2});
  std::vector<int32_t> a = someTokens(300, 1), b = someTokens(210, 2);
  const int32_t sa = *engine->open(), sb = *engine->open();
  ASSERT_TRUE(readPrompt(*engine, sa, a));
  ASSERT_TRUE(readPrompt(*engine, sb, b));
  const int32_t sc = *engine->fork(sa);
  std::vector<int32_t> c = a;
  for (int32_t i = 0; i < 100; ++i) {
    const int32_t next[] = {i, i + 1, i + 2};
    const StepPart parts[] = {{sa, {&next[0], 1}, LogitRows::Last, 1},
                              {sb, {&next[1], 1}, LogitRows::Last, 1},
                              {sc, {&next[2], 1}, LogitRows::Last, 1}};
    ASSERT_TRUE(engine->step(parts));
    a.push_back(next[0]);
    b.push_back(next[1]);
    c.push_back(next[2]);
  }
  EXPECT_EQ(logitsOf(*engine, 0), expectedLogits(a, fakeWindow));
  EXPECT_EQ(logitsOf(*engine, 1), expectedLogits(b, fakeWindow));
  EXPECT_EQ(logitsOf(*engine, 2), expectedLogits(c, fakeWindow));
}

TEST(WindowEngine, truncationIsRefusedWhereTheWindowIsGone) {
  auto engine = makeWindowEngine({.rowsPerStep = 16, .threads = 1});
  const int32_t sequence = *engine->open();
  std::vector<int32_t> tokens = someTokens(400);
  ASSERT_TRUE(readPrompt(*engine, sequence, tokens));
  EXPECT_FALSE(engine->canTruncate(sequence, 200));
  EXPECT_EQ(engine->truncate(sequence, 200).message(),
            "sequence 0 cannot go back to 200 tokens: of layers with a window "
            "it keeps what rows from 355 on read; truncate it to 0 and append "
            "the tokens again");
  EXPECT_EQ(engine->length(sequence), 400);
  ASSERT_TRUE(engine->truncate(sequence, 360));
  tokens.resize(360);
  tokens.push_back(7);
  ASSERT_TRUE(readPrompt(*engine, sequence, {&tokens.back(), 1}));
  EXPECT_EQ(logitsOf(*engine, 0), expectedLogits(tokens, fakeWindow));
  ASSERT_TRUE(engine->truncate(sequence, 0));
  ASSERT_TRUE(readPrompt(*engine, sequence, std::span(tokens).first(50)));
  EXPECT_EQ(logitsOf(*engine, 0),
            expectedLogits(std::span(tokens).first(50), fakeWindow));
}

/// The tokens of a request that goes on from a kept sequence, until it ends.
std::vector<int32_t> generate(FirstComeFirstServed &scheduler,
                              GenerationRequest request) {
  auto id = scheduler.submit(std::move(request));
  EXPECT_TRUE(id) << id.message();
  std::vector<GenerationEvent> events;
  std::vector<int32_t> tokens;
  for (auto more = scheduler.poll(events); more && *more;
       more = scheduler.poll(events))
    for (const GenerationEvent &event : events)
      if (event.token != GenerationEvent::noToken)
        tokens.push_back(event.token);
  return tokens;
}

/// A conversation whose next prompt leaves it early computes all of it again.
TEST(WindowEngine, aConversationComputesAgainWhatIsGone) {
  auto engine = makeWindowEngine({.rowsPerStep = 16, .threads = 1});
  KeptSequence kept = {std::move(*Sequence::open(*engine))};
  FirstComeFirstServed scheduler(*engine);
  std::vector<int32_t> prompt = someTokens(300, 4);
  for (size_t common : {size_t(0), size_t(290), size_t(100)}) {
    prompt.resize(common);
    for (int32_t token : someTokens(static_cast<int64_t>(320 - common), 5))
      prompt.push_back(token);
    GenerationRequest request;
    request.name = "the prompt";
    request.prompt = prompt;
    request.maxTokens = 5;
    request.kept = &kept;
    EXPECT_EQ(generate(scheduler, request),
              expectedGreedy(prompt, 5, false, fakeWindow))
        << common;
  }
}

} // namespace
