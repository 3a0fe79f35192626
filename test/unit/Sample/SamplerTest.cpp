//===- SamplerTest.cpp - one behaviour of the sampler each ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "llmrt/Sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <map>
#include <new>
#include <random>
#include <set>

using namespace llmrt;

static size_t allocations = 0;

void *operator new(size_t size) {
  ++allocations;
  if (void *memory = std::malloc(size))
    return memory;
  std::abort();
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, size_t) noexcept { std::free(memory); }

namespace {

Sampler make(int32_t vocab, const SamplerOptions &options) {
  Expected<Sampler> sampler = Sampler::create(vocab, options);
  EXPECT_TRUE(sampler) << sampler.message();
  return std::move(*sampler);
}

std::vector<float> randomLogits(size_t vocab, unsigned seed) {
  std::mt19937 bits(seed);
  std::vector<float> logits(vocab);
  for (float &logit : logits)
    logit = float(bits() % 100000) / 10000.0f - 5.0f;
  return logits;
}

} // namespace

TEST(Sampler, GreedyTakesTheLargest) {
  Sampler sampler = make(4, {});
  EXPECT_EQ(*sampler.sample(std::vector<float>{-3, -1, -2, -INFINITY}), 1);
}

TEST(Sampler, GreedyTiesGoToTheLowestId) {
  Sampler sampler = make(5, {});
  EXPECT_EQ(*sampler.sample(std::vector<float>{0, 7, 3, 7, 7}), 1);
}

TEST(Sampler, GreedyHeedsTheRepetitionPenalty) {
  SamplerOptions options;
  options.repetitionPenalty = 2.0f;
  Sampler sampler = make(3, options);
  sampler.accept(1);
  EXPECT_EQ(*sampler.sample(std::vector<float>{2.0f, 3.0f, 1.0f}), 0);
  EXPECT_EQ(*sampler.sample(std::vector<float>{-5.0f, -2.0f, -3.9f}), 2);
  EXPECT_EQ(*sampler.sample(std::vector<float>{-5.0f, -1.0f, -3.9f}), 1);
}

TEST(Sampler, PenaltyIsAppliedOnceHoweverOftenSeen) {
  SamplerOptions options;
  options.repetitionPenalty = 2.0f;
  Sampler sampler = make(2, options);
  for (int i = 0; i < 9; ++i)
    sampler.accept(1);
  EXPECT_EQ(*sampler.sample(std::vector<float>{1.0f, 2.5f}), 1);
}

TEST(Sampler, PenaltyForgetsWhatLeftTheWindow) {
  SamplerOptions options;
  options.repetitionPenalty = 4.0f;
  options.repetitionWindow = 2;
  Sampler sampler = make(4, options);
  std::vector<float> logits{1, 2, 0, 0};
  sampler.accept(1);
  EXPECT_EQ(*sampler.sample(logits), 0);
  sampler.accept(2);
  EXPECT_EQ(*sampler.sample(logits), 0);
  sampler.accept(3);
  EXPECT_EQ(*sampler.sample(logits), 1);
}

TEST(Sampler, SameSeedGivesTheSameTokens) {
  SamplerOptions options;
  options.temperature = 1.0f;
  options.seed = 42;
  Sampler one = make(1000, options), two = make(1000, options);
  for (unsigned i = 0; i < 50; ++i) {
    std::vector<float> logits = randomLogits(1000, i);
    EXPECT_EQ(*one.sample(logits), *two.sample(logits));
  }
}

TEST(Sampler, ResetStartsOver) {
  SamplerOptions options;
  options.temperature = 1.0f;
  options.repetitionPenalty = 1.5f;
  Sampler sampler = make(500, options);
  std::vector<std::vector<int32_t>> runs;
  for (uint64_t seed : {1, 2, 1}) {
    sampler.reset(seed);
    std::vector<int32_t> run;
    for (unsigned i = 0; i < 30; ++i) {
      run.push_back(*sampler.sample(randomLogits(500, i)));
      sampler.accept(run.back());
    }
    runs.push_back(run);
  }
  EXPECT_EQ(runs[0], runs[2]);
  EXPECT_NE(runs[0], runs[1]);
}

TEST(Sampler, DrawsFollowTheDistribution) {
  SamplerOptions options;
  options.temperature = 1.0f;
  Sampler sampler = make(4, options);
  std::vector<float> logits{std::log(0.1f), std::log(0.2f), std::log(0.3f),
                            std::log(0.4f)};
  constexpr int draws = 100000;
  std::map<int32_t, int> counts;
  for (int i = 0; i < draws; ++i)
    ++counts[*sampler.sample(logits)];
  for (int32_t id = 0; id < 4; ++id) {
    double p = 0.1 * (id + 1);
    double deviation = std::sqrt(draws * p * (1 - p));
    EXPECT_NEAR(counts[id], draws * p, 5 * deviation) << id;
  }
}

TEST(Sampler, TopKKeepsTiesWithTheLast) {
  SamplerOptions options;
  options.temperature = 1.0f;
  options.topK = 2;
  Sampler sampler = make(6, options);
  std::set<int32_t> drawn;
  for (int i = 0; i < 2000; ++i)
    drawn.insert(*sampler.sample(std::vector<float>{1, 0, 3, 1, 1, -2}));
  EXPECT_EQ(drawn, (std::set<int32_t>{0, 2, 3, 4}));
}

TEST(Sampler, TopPKeepsTheTokenThatReachesTheMass) {
  SamplerOptions options;
  options.temperature = 1.0f;
  options.topP = 0.75f;
  Sampler sampler = make(3, options);
  std::vector<float> logits{std::log(0.1f), std::log(0.7f), std::log(0.2f)};
  std::set<int32_t> drawn;
  for (int i = 0; i < 2000; ++i)
    drawn.insert(*sampler.sample(logits));
  EXPECT_EQ(drawn, (std::set<int32_t>{1, 2}));
}

TEST(Sampler, TinyTemperatureIsGreedy) {
  SamplerOptions options;
  options.temperature = 1e-38f;
  Sampler sampler = make(1000, options);
  Sampler greedy = make(1000, {});
  for (unsigned i = 0; i < 20; ++i) {
    std::vector<float> logits = randomLogits(1000, i);
    logits[i * 31] = 50.0f;
    EXPECT_EQ(*sampler.sample(logits), *greedy.sample(logits));
  }
}

TEST(Sampler, RemovedTokensAreNeverDrawn) {
  SamplerOptions options;
  options.temperature = 5.0f;
  Sampler sampler = make(3, options);
  for (int i = 0; i < 500; ++i)
    EXPECT_EQ(*sampler.sample(std::vector<float>{-INFINITY, 1, -INFINITY}), 1);
}

TEST(Sampler, RefusesLogitsWithoutAMeaning) {
  SamplerOptions hot;
  hot.temperature = 1.0f;
  for (const SamplerOptions &options : {SamplerOptions(), hot}) {
    Sampler sampler = make(3, options);
    EXPECT_EQ(sampler.sample(std::vector<float>{0, NAN, 0}).message(),
              "logit of token 1 is NaN: the model's output cannot be sampled");
    EXPECT_FALSE(sampler.sample(std::vector<float>{0, INFINITY, 0}));
    EXPECT_FALSE(sampler.sample(std::vector<float>(3, -INFINITY)));
    EXPECT_EQ(sampler.sample(std::vector<float>(2, 0.0f)).message(),
              "sampler wants 3 logits, found 2");
  }
}

TEST(Sampler, RefusesOptionsOutOfRange) {
  auto refused = [](auto change) {
    SamplerOptions options;
    change(options);
    return !Sampler::create(10, options);
  };
  EXPECT_TRUE(refused([](auto &o) { o.temperature = -1; }));
  EXPECT_TRUE(refused([](auto &o) { o.temperature = NAN; }));
  EXPECT_TRUE(refused([](auto &o) { o.topK = -1; }));
  EXPECT_TRUE(refused([](auto &o) { o.topP = 0; }));
  EXPECT_TRUE(refused([](auto &o) { o.topP = 1.5; }));
  EXPECT_TRUE(refused([](auto &o) { o.minP = -0.1; }));
  EXPECT_TRUE(refused([](auto &o) { o.repetitionPenalty = 0; }));
  EXPECT_TRUE(refused([](auto &o) { o.repetitionWindow = -5; }));
  EXPECT_FALSE(Sampler::create(0, {}));
}

TEST(Sampler, IgnoresAcceptedIdsOutsideTheVocabulary) {
  SamplerOptions options;
  options.repetitionPenalty = 2.0f;
  Sampler sampler = make(2, options);
  sampler.accept(-1);
  sampler.accept(2);
  EXPECT_EQ(*sampler.sample(std::vector<float>{1, 2}), 1);
}

TEST(Sampler, AllocatesNothingPerToken) {
  SamplerOptions options;
  options.temperature = 0.9f;
  options.topK = 50;
  options.topP = 0.9f;
  options.minP = 0.02f;
  options.repetitionPenalty = 1.1f;
  options.repetitionWindow = 64;
  Sampler sampler = make(49152, options);
  std::vector<float> logits = randomLogits(49152, 3);
  size_t before = allocations;
  for (int i = 0; i < 100; ++i)
    sampler.accept(*sampler.sample(logits));
  EXPECT_EQ(allocations, before);
}
