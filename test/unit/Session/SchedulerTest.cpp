//===- SchedulerTest.cpp - whose rows are in the next step ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "FakeModel.h"

#include "llmrt/Scheduler.h"

#include <gtest/gtest.h>

#include <stdexcept>

using namespace llmrt;
using namespace llmrt::test;

namespace {

struct Result {
  Status status = Status::ok();
  std::vector<std::vector<int32_t>> tokens;
  GenerationStats stats;
};

std::unique_ptr<Engine> makeEngine(const EngineOptions &options) {
  auto engine = Engine::create(llmrt_model, fakeWeights(), options);
  EXPECT_TRUE(engine) << engine.message();
  return engine ? std::move(*engine) : nullptr;
}

/// Whether all sequences are closed and all pages free.
bool isEmpty(const Engine &engine) {
  const KvCache &cache = engine.kvCache();
  for (int32_t sequence = 0; sequence < engine.options().batch; ++sequence)
    if (cache.isOpen(sequence))
      return false;
  return cache.freePages() == cache.geometry().pages();
}

Result run(std::vector<GenerationRequest> requests,
           const EngineOptions &options, std::vector<int32_t> endIds = {}) {
  Result result;
  auto engine = makeEngine(options);
  FirstComeFirstServed scheduler(*engine);
  for (GenerationRequest &request : requests)
    request.endIds = endIds;
  result.tokens.resize(requests.size());
  result.status = generate(scheduler, std::move(requests),
                           [&](size_t request, int32_t token) {
                             result.tokens[request].push_back(token);
                             return true;
                           });
  result.stats = scheduler.stats();
  EXPECT_TRUE(isEmpty(*engine));
  return result;
}

std::vector<GenerationRequest> someRequests(int64_t count, int64_t maxTokens) {
  std::vector<GenerationRequest> requests;
  for (int64_t i = 0; i < count; ++i)
    requests.push_back(
        {someTokens(1 + 37 * i % 120, static_cast<uint32_t>(i)), maxTokens});
  return requests;
}

class SchedulerThreads : public testing::TestWithParam<int64_t> {};
INSTANTIATE_TEST_SUITE_P(Workers, SchedulerThreads, testing::Values(1, 2, 4));

TEST_P(SchedulerThreads, everyRowOfABatchIsAsAlone) {
  auto requests = someRequests(8, 20);
  Result result =
      run(requests, {.batch = 8, .rowsPerStep = 32, .threads = GetParam()});
  ASSERT_TRUE(result.status) << result.status.message();
  for (size_t i = 0; i < requests.size(); ++i)
    EXPECT_EQ(result.tokens[i], expectedGreedy(requests[i].prompt, 20))
        << "request " << i;
}

TEST(Generate, requestsBeyondTheBatchWaitTheirTurn) {
  auto requests = someRequests(7, 9);
  Result result = run(requests, {.batch = 2});
  ASSERT_TRUE(result.status) << result.status.message();
  for (size_t i = 0; i < requests.size(); ++i)
    EXPECT_EQ(result.tokens[i], expectedGreedy(requests[i].prompt, 9))
        << "request " << i;
  EXPECT_EQ(result.stats.generatedTokens, 7 * 9);
}

TEST(Generate, endTokensEndARequestUnseen) {
  auto requests = someRequests(6, 200);
  Result result = run(requests, {.batch = 6}, {fakeEnd, fakeEndOfText});
  ASSERT_TRUE(result.status) << result.status.message();
  size_t ended = 0;
  for (size_t i = 0; i < requests.size(); ++i) {
    EXPECT_EQ(result.tokens[i],
              expectedGreedy(requests[i].prompt, 200, /*stops=*/true));
    ended += result.tokens[i].size() < 200;
  }
  EXPECT_GT(ended, 0u);
}

TEST(Generate, stopsWhereTheContextIsFull) {
  std::vector<GenerationRequest> requests = {{someTokens(30), -1, {}}};
  Result result = run(requests, {.context = 40});
  ASSERT_TRUE(result.status) << result.status.message();
  // Ten tokens fit, and the one after the last is known.
  EXPECT_EQ(result.tokens[0], expectedGreedy(requests[0].prompt, 11));
}

TEST(Generate, aPromptMayFillTheContext) {
  std::vector<GenerationRequest> requests = {{someTokens(40), 5, {}}};
  Result result = run(requests, {.context = 40});
  ASSERT_TRUE(result.status) << result.status.message();
  EXPECT_EQ(result.tokens[0].size(), 1u);
}

TEST(Generate, theListenerEndsARequest) {
  auto engine = makeEngine({});
  FirstComeFirstServed scheduler(*engine);
  int count = 0;
  ASSERT_TRUE(generate(scheduler, {{someTokens(3), 50}},
                       [&](size_t, int32_t) { return ++count < 4; }));
  EXPECT_EQ(count, 4);
  EXPECT_TRUE(isEmpty(*engine));
}

TEST(Generate, aListenerThatThrowsLeavesNoSequence) {
  auto engine = makeEngine({.batch = 2});
  FirstComeFirstServed scheduler(*engine);
  int count = 0;
  auto throws = [&](size_t, int32_t) -> bool {
    if (++count == 5)
      throw std::runtime_error("thrown");
    return true;
  };
  EXPECT_THROW((void)generate(scheduler, someRequests(4, 50), throws).failed(),
               std::runtime_error);
  EXPECT_TRUE(isEmpty(*engine));
  std::vector<GenerationEvent> events;
  EXPECT_FALSE(*scheduler.poll(events)); // those that waited are gone as well
  std::vector<int32_t> tokens;
  ASSERT_TRUE(
      generate(scheduler, {{someTokens(3), 5}}, [&](size_t, int32_t token) {
        tokens.push_back(token);
        return true;
      }));
  EXPECT_EQ(tokens, expectedGreedy(someTokens(3), 5));
}

TEST(Generate, noTokensAskedForNoneMade) {
  Result result = run({{someTokens(3), 0, {}}}, {});
  ASSERT_TRUE(result.status) << result.status.message();
  EXPECT_TRUE(result.tokens[0].empty());
}

TEST(Generate, refusesBadPromptsBeforeAnythingRuns) {
  GenerationRequest none = {{}, 5};
  none.name = "prompt 2";
  Result result = run({{someTokens(3), 5}, none}, {.batch = 2});
  EXPECT_EQ(result.status.message(),
            "prompt 2 is empty: it needs at least one token");
  EXPECT_TRUE(result.tokens[0].empty());
  result = run({{someTokens(50), 5, {}}}, {.context = 40});
  EXPECT_EQ(result.status.message(),
            "the prompt has 50 tokens: the context holds 40; shorten the "
            "prompt, or allow a larger context");
}

TEST(Generate, anErrorGivesAllPagesBack) {
  Result result =
      run({{someTokens(70), 5, {}}, {{1, 300}, 5, {}}}, {.batch = 2});
  EXPECT_EQ(result.status.message(),
            "token 300 is not in the vocabulary of 259: ids go from 0 to 258");
}

TEST(Generate, theSameSeedGivesTheSameTokens) {
  SamplerOptions sampler;
  sampler.temperature = 1.0f;
  sampler.seed = 5;
  std::vector<GenerationRequest> requests = {{someTokens(9), 30, sampler}};
  auto first = run(requests, {}), again = run(requests, {.threads = 2});
  EXPECT_EQ(first.tokens, again.tokens);
  requests[0].sampler.seed = 6;
  EXPECT_NE(run(requests, {}).tokens, first.tokens);
}

/// Polls to the end; the events of every step.
std::vector<std::vector<GenerationEvent>> pollAll(Scheduler &scheduler) {
  std::vector<std::vector<GenerationEvent>> steps;
  for (std::vector<GenerationEvent> events;;) {
    auto more = scheduler.poll(events);
    EXPECT_TRUE(more) << more.message();
    if (!more || !*more)
      return steps;
    steps.push_back(events);
  }
}

TEST(Scheduler, whoComesFirstIsServedFirst) {
  auto engine = makeEngine({.batch = 3, .rowsPerStep = 16});
  FirstComeFirstServed scheduler(*engine);
  // The first prompt fills the first steps; the others wait for room.
  const RequestId first = *scheduler.submit({someTokens(40), 3}),
                  second = *scheduler.submit({someTokens(4), 3}),
                  third = *scheduler.submit({someTokens(30), 3}),
                  fourth = *scheduler.submit({someTokens(2), 1});
  EXPECT_LT(first, second);
  auto steps = pollAll(scheduler);
  std::vector<RequestId> firstHeard;
  for (const auto &events : steps) {
    EXPECT_TRUE(std::is_sorted(
        events.begin(), events.end(),
        [](const auto &a, const auto &b) { return a.request < b.request; }));
    for (const GenerationEvent &event : events)
      if (std::find(firstHeard.begin(), firstHeard.end(), event.request) ==
          firstHeard.end())
        firstHeard.push_back(event.request);
  }
  EXPECT_EQ(firstHeard, (std::vector<RequestId>{first, second, third, fourth}));
  EXPECT_TRUE(steps[0].empty()); // 16 of the first prompt's 40 rows
  EXPECT_TRUE(steps[1].empty());
  ASSERT_EQ(steps[2].size(), 2u); // its last 8, the 4 of the second, 4 more
}

TEST(Scheduler, theLastTokenSaysThatItIsTheLast) {
  auto engine = makeEngine({});
  FirstComeFirstServed scheduler(*engine);
  ASSERT_TRUE(scheduler.submit({someTokens(4), 3}));
  auto steps = pollAll(scheduler);
  ASSERT_EQ(steps.size(), 3u);
  for (size_t i = 0; i < 3; ++i)
    EXPECT_EQ(steps[i][0].ended, i == 2);
  std::vector<GenerationEvent> events;
  EXPECT_FALSE(*scheduler.poll(events));
}

TEST(Scheduler, anEndTokenIsAnEndWithoutAToken) {
  auto engine = makeEngine({});
  FirstComeFirstServed scheduler(*engine);
  GenerationRequest request = {someTokens(4), 10};
  request.endIds = {expectedGreedy(request.prompt, 2)[1]};
  ASSERT_TRUE(scheduler.submit(request));
  auto steps = pollAll(scheduler);
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(steps[1][0].token, GenerationEvent::noToken);
  EXPECT_TRUE(steps[1][0].ended);
}

TEST(Scheduler, cancelInTheMiddleOfAPromptGivesThePagesBack) {
  auto engine = makeEngine({.batch = 2, .rowsPerStep = 16});
  FirstComeFirstServed scheduler(*engine);
  const std::vector<int32_t> other = someTokens(5, 8);
  const RequestId long_ = *scheduler.submit({someTokens(300), 5}),
                  short_ = *scheduler.submit({other, 5});
  std::vector<GenerationEvent> events;
  for (int i = 0; i < 4; ++i)
    ASSERT_TRUE(*scheduler.poll(events));
  EXPECT_EQ(engine->length(0), 64);
  scheduler.cancel(long_);
  EXPECT_FALSE(engine->kvCache().isOpen(0));
  EXPECT_EQ(engine->kvCache().freePages(),
            engine->kvCache().geometry().pages());
  std::vector<int32_t> tokens;
  for (const auto &step : pollAll(scheduler))
    for (const GenerationEvent &event : step) {
      EXPECT_EQ(event.request, short_);
      tokens.push_back(event.token);
    }
  EXPECT_EQ(tokens, expectedGreedy(other, 5));
  scheduler.cancel(short_); // it has ended
  scheduler.cancel(12345);  // and there is no such one
  EXPECT_TRUE(isEmpty(*engine));
}

TEST(Scheduler, whoWaitsCanBeCancelledAndIsNeverHeard) {
  auto engine = makeEngine({});
  FirstComeFirstServed scheduler(*engine);
  ASSERT_TRUE(scheduler.submit({someTokens(4), 2}));
  scheduler.cancel(*scheduler.submit({someTokens(5), 2}));
  for (const auto &step : pollAll(scheduler))
    for (const GenerationEvent &event : step)
      EXPECT_EQ(event.request, 0);
}

TEST(Scheduler, refusesARequestAndTakesNothing) {
  auto engine = makeEngine({.context = 40});
  FirstComeFirstServed scheduler(*engine);
  EXPECT_FALSE(scheduler.submit({{}, 5}));
  EXPECT_FALSE(scheduler.submit({someTokens(41), 5}));
  EXPECT_FALSE(scheduler.submit({{1, 259}, 5}));
  EXPECT_FALSE(scheduler.submit({{1, -1}, 5}));
  SamplerOptions cold;
  cold.temperature = -1;
  EXPECT_FALSE(scheduler.submit({{1, 2}, 5, cold}));
  EXPECT_TRUE(pollAll(scheduler).empty());
}

TEST(Scheduler, sequencesThatOthersHoldAreAnErrorNotAnEndlessWait) {
  auto engine = makeEngine({});
  FirstComeFirstServed scheduler(*engine);
  const int32_t held = *engine->open();
  ASSERT_TRUE(scheduler.submit({someTokens(4), 2}));
  std::vector<GenerationEvent> events;
  EXPECT_EQ(scheduler.poll(events).message(),
            "all 1 sequences are in use: close one or ask for a larger batch");
  EXPECT_FALSE(*scheduler.poll(events)); // a failure ends all requests
  EXPECT_TRUE(engine->kvCache().isOpen(held));
}

TEST(Scheduler, aKeptSequenceReadsOnlyWhatIsNew) {
  auto engine = makeEngine({});
  FirstComeFirstServed scheduler(*engine);
  KeptSequence kept = {std::move(*Sequence::open(*engine))};
  std::vector<int32_t> prompt = someTokens(50);
  auto turn = [&](int64_t count) {
    GenerationRequest request = {prompt, count};
    request.kept = &kept;
    std::vector<int32_t> tokens;
    Status status = generate(scheduler, {request}, [&](size_t, int32_t token) {
      tokens.push_back(token);
      return true;
    });
    EXPECT_TRUE(status) << status.message();
    EXPECT_EQ(tokens, expectedGreedy(prompt, count));
    return tokens;
  };
  for (int32_t token : turn(6))
    prompt.push_back(token);
  EXPECT_EQ(scheduler.stats().promptTokens, 50);
  EXPECT_EQ(engine->length(kept.sequence.number()), 55);
  prompt.push_back(7);
  turn(3); // the sixth token, which no step has read, and the 7
  EXPECT_EQ(scheduler.stats().promptTokens, 52);
  turn(2); // the same again: the last row's logits are needed
  EXPECT_EQ(scheduler.stats().promptTokens, 53);
  prompt = someTokens(20, 9); // another conversation
  turn(2);
  EXPECT_EQ(scheduler.stats().promptTokens, 73);
}

} // namespace
