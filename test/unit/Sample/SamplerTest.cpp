//===- SamplerTest.cpp - parameters, recent tokens, random numbers --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/Sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <new>
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

std::multiset<int32_t> recentOf(Sampler &sampler) {
  LlmrtSampling next = sampler.next();
  return {next.recent, next.recent + next.recentCount};
}

} // namespace

TEST(Sampler, HandsItsParametersOn) {
  SamplerOptions options;
  options.temperature = 0.8f;
  options.topK = 7;
  options.topP = 0.9f;
  options.minP = 0.1f;
  options.repetitionPenalty = 1.5f;
  LlmrtSampling next = make(10, options).next();
  EXPECT_EQ(next.temperature, 0.8f);
  EXPECT_EQ(next.topK, 7);
  EXPECT_EQ(next.topP, 0.9f);
  EXPECT_EQ(next.minP, 0.1f);
  EXPECT_EQ(next.penalty, 1.5f);
  EXPECT_EQ(next.recentCount, 0);
}

TEST(Sampler, NumbersAreUniformAndOfTheSeed) {
  SamplerOptions options;
  options.seed = 42;
  Sampler one = make(10, options), same = make(10, options);
  options.seed = 43;
  Sampler other = make(10, options);
  constexpr int draws = 10000;
  double sum = 0, squares = 0;
  int equal = 0;
  for (int i = 0; i < draws; ++i) {
    const double u = one.next().uniform;
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    ASSERT_EQ(u, same.next().uniform);
    equal += u == other.next().uniform;
    sum += u;
    squares += u * u;
  }
  EXPECT_EQ(equal, 0);
  EXPECT_NEAR(sum / draws, 0.5, 0.015);
  EXPECT_NEAR(squares / draws, 1.0 / 3, 0.015);
}

TEST(Sampler, TheFirstNumbersOfASeedNeverChange) {
  SamplerOptions options;
  options.seed = 1234567890123456789;
  Sampler sampler = make(10, options);
  EXPECT_EQ(sampler.next().uniform, 0.02829775085359376);
  EXPECT_EQ(sampler.next().uniform, 0.7822199795149325);
}

TEST(Sampler, WithoutAPenaltyNothingIsRemembered) {
  Sampler sampler = make(1000, {});
  sampler.accept(3);
  EXPECT_TRUE(recentOf(sampler).empty());
  EXPECT_EQ(samplerBytes({}, 1000), 0);
}

TEST(Sampler, RemembersEachTokenOnce) {
  SamplerOptions options;
  options.repetitionPenalty = 2.0f;
  Sampler sampler = make(4, options);
  for (int32_t token : {1, 3, 1, 1, 0, 2, 3})
    sampler.accept(token);
  EXPECT_EQ(recentOf(sampler), (std::multiset<int32_t>{0, 1, 2, 3}));
  EXPECT_EQ(samplerBytes(options, 4), 4 * 4 + 4);
}

TEST(Sampler, ForgetsWhatLeftTheWindow) {
  SamplerOptions options;
  options.repetitionPenalty = 4.0f;
  options.repetitionWindow = 2;
  Sampler sampler = make(4, options);
  sampler.accept(1);
  EXPECT_EQ(recentOf(sampler), (std::multiset<int32_t>{1}));
  sampler.accept(2);
  sampler.accept(2);
  EXPECT_EQ(recentOf(sampler), (std::multiset<int32_t>{2, 2}));
  sampler.accept(3);
  EXPECT_EQ(recentOf(sampler), (std::multiset<int32_t>{2, 3}));
}

TEST(Sampler, ResetStartsOver) {
  SamplerOptions options;
  options.repetitionPenalty = 1.5f;
  Sampler sampler = make(500, options);
  std::vector<std::vector<double>> runs;
  for (uint64_t seed : {1, 2, 1}) {
    sampler.reset(seed);
    EXPECT_TRUE(recentOf(sampler).empty());
    std::vector<double> run;
    for (int32_t i = 0; i < 30; ++i) {
      run.push_back(sampler.next().uniform);
      sampler.accept(i);
    }
    runs.push_back(run);
  }
  EXPECT_EQ(runs[0], runs[2]);
  EXPECT_NE(runs[0], runs[1]);
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
  EXPECT_TRUE(recentOf(sampler).empty());
}

TEST(Sampler, AllocatesNothingPerToken) {
  SamplerOptions options;
  options.repetitionPenalty = 1.1f;
  for (int32_t window : {0, 64}) {
    options.repetitionWindow = window;
    Sampler sampler = make(49152, options);
    size_t before = allocations;
    for (int32_t i = 0; i < 1000; ++i)
      sampler.accept(sampler.next().recentCount + i);
    EXPECT_EQ(allocations, before);
  }
}
