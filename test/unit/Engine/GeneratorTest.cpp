//===- GeneratorTest.cpp - prompts to tokens, as one batch ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "FakeModel.h"

#include "llmrt/Generator.h"

#include <gtest/gtest.h>

using namespace llmrt;
using namespace llmrt::test;

namespace {

struct Result {
  Status status = Status::ok();
  std::vector<std::vector<int32_t>> tokens;
  GenerationStats stats;
  int64_t pagesKept = 0;
};

Result generate(const std::vector<GenerationRequest> &requests,
                const EngineOptions &options,
                std::vector<int32_t> endIds = {}) {
  Result result;
  auto engine = Engine::create(llmrt_model, fakeWeights(), options);
  EXPECT_TRUE(engine) << engine.message();
  const int64_t pages = (*engine)->kvCache().freePages();
  Generator generator(**engine, std::move(endIds));
  result.tokens.resize(requests.size());
  result.status = generator.run(requests, [&](size_t request, int32_t token) {
    result.tokens[request].push_back(token);
    return true;
  });
  result.stats = generator.stats();
  result.pagesKept = pages - (*engine)->kvCache().freePages();
  return result;
}

std::vector<GenerationRequest> someRequests(int64_t count, int64_t maxTokens) {
  std::vector<GenerationRequest> requests;
  for (int64_t i = 0; i < count; ++i)
    requests.push_back({someTokens(1 + 37 * i % 120, static_cast<uint32_t>(i)),
                        maxTokens,
                        {}});
  return requests;
}

class GeneratorThreads : public testing::TestWithParam<int64_t> {};
INSTANTIATE_TEST_SUITE_P(Workers, GeneratorThreads, testing::Values(1, 2, 4));

TEST_P(GeneratorThreads, everyRowOfABatchIsAsAlone) {
  auto requests = someRequests(8, 20);
  Result result = generate(
      requests, {.batch = 8, .rowsPerStep = 32, .threads = GetParam()});
  ASSERT_TRUE(result.status) << result.status.message();
  for (size_t i = 0; i < requests.size(); ++i)
    EXPECT_EQ(result.tokens[i], expectedGreedy(requests[i].prompt, 20))
        << "request " << i;
  EXPECT_EQ(result.pagesKept, 0);
}

TEST(Generator, requestsBeyondTheBatchWaitTheirTurn) {
  auto requests = someRequests(7, 9);
  Result result = generate(requests, {.batch = 2});
  ASSERT_TRUE(result.status) << result.status.message();
  for (size_t i = 0; i < requests.size(); ++i)
    EXPECT_EQ(result.tokens[i], expectedGreedy(requests[i].prompt, 9))
        << "request " << i;
  EXPECT_EQ(result.stats.generatedTokens, 7 * 9);
}

TEST(Generator, endTokensEndARequestUnseen) {
  auto requests = someRequests(6, 200);
  Result result = generate(requests, {.batch = 6}, {fakeEnd, fakeEndOfText});
  ASSERT_TRUE(result.status) << result.status.message();
  size_t ended = 0;
  for (size_t i = 0; i < requests.size(); ++i) {
    EXPECT_EQ(result.tokens[i],
              expectedGreedy(requests[i].prompt, 200, /*stops=*/true));
    ended += result.tokens[i].size() < 200;
  }
  EXPECT_GT(ended, 0u);
}

TEST(Generator, stopsWhereTheContextIsFull) {
  std::vector<GenerationRequest> requests = {{someTokens(30), -1, {}}};
  Result result = generate(requests, {.context = 40});
  ASSERT_TRUE(result.status) << result.status.message();
  // Ten tokens fit, and the one after the last is known.
  EXPECT_EQ(result.tokens[0], expectedGreedy(requests[0].prompt, 11));
}

TEST(Generator, aPromptMayFillTheContext) {
  std::vector<GenerationRequest> requests = {{someTokens(40), 5, {}}};
  Result result = generate(requests, {.context = 40});
  ASSERT_TRUE(result.status) << result.status.message();
  EXPECT_EQ(result.tokens[0].size(), 1u);
}

TEST(Generator, theListenerEndsARequest) {
  auto engine = Engine::create(llmrt_model, fakeWeights(), {});
  Generator generator(**engine, {});
  std::vector<GenerationRequest> requests = {{someTokens(3), 50, {}}};
  int count = 0;
  ASSERT_TRUE(
      generator.run(requests, [&](size_t, int32_t) { return ++count < 4; }));
  EXPECT_EQ(count, 4);
}

TEST(Generator, noTokensAskedForNoneMade) {
  Result result = generate({{someTokens(3), 0, {}}}, {});
  ASSERT_TRUE(result.status) << result.status.message();
  EXPECT_TRUE(result.tokens[0].empty());
}

TEST(Generator, refusesBadPromptsBeforeAnythingRuns) {
  Result result = generate({{someTokens(3), 5, {}}, {{}, 5, {}}}, {.batch = 2});
  EXPECT_EQ(result.status.message(),
            "prompt 2 is empty: it needs at least one token");
  EXPECT_TRUE(result.tokens[0].empty());
  result = generate({{someTokens(50), 5, {}}}, {.context = 40});
  EXPECT_EQ(result.status.message(),
            "the prompt has 50 tokens: the context holds 40");
}

TEST(Generator, anErrorGivesAllPagesBack) {
  Result result =
      generate({{someTokens(70), 5, {}}, {{1, 300}, 5, {}}}, {.batch = 2});
  EXPECT_EQ(result.status.message(),
            "token 300 is not in the vocabulary of 259");
  EXPECT_EQ(result.pagesKept, 0);
}

TEST(Generator, theSameSeedGivesTheSameTokens) {
  SamplerOptions sampler;
  sampler.temperature = 1.0f;
  sampler.seed = 5;
  std::vector<GenerationRequest> requests = {{someTokens(9), 30, sampler}};
  auto first = generate(requests, {}),
       again = generate(requests, {.threads = 2});
  EXPECT_EQ(first.tokens, again.tokens);
  requests[0].sampler.seed = 6;
  EXPECT_NE(generate(requests, {}).tokens, first.tokens);
}

} // namespace
