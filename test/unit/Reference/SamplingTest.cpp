//===- SamplingTest.cpp - what llm.sample means ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "SampleProgram.h"

#include "dialects/llm/Sampling.h"

#include <cmath>
#include <map>
#include <set>

using namespace llmc;
using namespace llmc::test;

static constexpr float infinity = std::numeric_limits<float>::infinity();

namespace {

int64_t sampleOne(const std::vector<float> &logits,
                  const ReferenceSampling &parameters) {
  auto ids = SampleProgram(logits.size()).sample(logits, {parameters});
  return ids.size() == 1 ? ids[0] : -100;
}

/// How often each id comes, over evenly spread numbers u.
std::map<int64_t, int> countDraws(const std::vector<float> &logits,
                                  ReferenceSampling parameters, int draws) {
  std::vector<ReferenceSampling> rows;
  for (int i = 0; i < draws; ++i) {
    parameters.uniform = (i + 0.5) / draws;
    rows.push_back(parameters);
  }
  std::map<int64_t, int> counts;
  for (int64_t id : SampleProgram(logits.size()).sample(logits, rows))
    ++counts[id];
  return counts;
}

std::set<int64_t> drawable(const std::vector<float> &logits,
                           const ReferenceSampling &parameters) {
  std::set<int64_t> ids;
  for (auto [id, count] : countDraws(logits, parameters, 2000))
    ids.insert(id);
  return ids;
}

std::vector<float> logarithms(std::vector<float> probabilities) {
  for (float &p : probabilities)
    p = std::log(p);
  return probabilities;
}

ReferenceSampling hot(float temperature = 1) {
  ReferenceSampling parameters;
  parameters.temperature = temperature;
  return parameters;
}

} // namespace

TEST(Sampling, GreedyTakesTheLargestTiesToTheLowestId) {
  EXPECT_EQ(sampleOne({-3, -1, -2, -infinity}, {}), 1);
  EXPECT_EQ(sampleOne({0, 7, 3, 7, 7}, {}), 1);
  EXPECT_EQ(sampleOne({-0.0f, 0.0f}, {}), 0);
}

TEST(Sampling, GreedyHeedsThePenaltyOnceHoweverOftenSeen) {
  ReferenceSampling parameters;
  parameters.penalty = 2;
  parameters.recent = {1, 1, 1};
  EXPECT_EQ(sampleOne({2, 3, 1}, parameters), 0);
  EXPECT_EQ(sampleOne({2, 4.5f, 1}, parameters), 1);
  EXPECT_EQ(sampleOne({-5, -2, -3.9f}, parameters), 2);
  EXPECT_EQ(sampleOne({-5, -1, -3.9f}, parameters), 1);
}

TEST(Sampling, DrawsInProportionToTheProbabilities) {
  auto counts = countDraws(logarithms({0.1f, 0.2f, 0.3f, 0.4f}), hot(), 1000);
  for (int id = 0; id < 4; ++id)
    EXPECT_NEAR(counts[id], 100 * (id + 1), 1) << id;
  // Squared and normalised again.
  counts = countDraws(logarithms({0.1f, 0.2f, 0.3f, 0.4f}), hot(0.5f), 1000);
  for (int id = 0; id < 4; ++id)
    EXPECT_NEAR(counts[id], 1000 * (id + 1) * (id + 1) / 30, 1) << id;
}

TEST(Sampling, DrawsInTheOrderOfIds) {
  ReferenceSampling parameters = hot();
  parameters.uniform = 0.05;
  EXPECT_EQ(sampleOne(logarithms({0.1f, 0.2f, 0.7f}), parameters), 0);
  parameters.topP = 0.85f;
  EXPECT_EQ(sampleOne(logarithms({0.1f, 0.2f, 0.7f}), parameters), 1);
}

TEST(Sampling, TopKKeepsTiesWithTheLast) {
  ReferenceSampling parameters = hot();
  parameters.topK = 2;
  EXPECT_EQ(drawable({1, 0, 3, 1, 1, -2}, parameters),
            (std::set<int64_t>{0, 2, 3, 4}));
  parameters.topK = 6;
  EXPECT_EQ(drawable({1, 0, 3, 1, 1, -2}, parameters).size(), 6u);
}

TEST(Sampling, TopPKeepsTheTokenThatReachesTheMass) {
  ReferenceSampling parameters = hot();
  parameters.topP = 0.75f;
  EXPECT_EQ(drawable(logarithms({0.1f, 0.7f, 0.2f}), parameters),
            (std::set<int64_t>{1, 2}));
  parameters.topP = 1e-30f;
  EXPECT_EQ(drawable(logarithms({0.1f, 0.7f, 0.2f}), parameters),
            (std::set<int64_t>{1}));
}

TEST(Sampling, TopPKeepsTiesWithTheLast) {
  ReferenceSampling parameters = hot();
  parameters.topP = 0.5f;
  EXPECT_EQ(drawable({3, 0, 3, 3}, parameters), (std::set<int64_t>{0, 2, 3}));
}

TEST(Sampling, MinPIsAShareOfTheLargest) {
  ReferenceSampling parameters = hot();
  parameters.minP = 0.45f; // 0.3 / 0.6 is above, 0.1 / 0.6 below
  EXPECT_EQ(drawable(logarithms({0.1f, 0.3f, 0.6f}), parameters),
            (std::set<int64_t>{2, 1}));
  parameters.minP = 1;
  EXPECT_EQ(drawable({2, 5, 5}, parameters), (std::set<int64_t>{1, 2}));
}

TEST(Sampling, LaterFiltersSeeWhatEarlierOnesLeft) {
  ReferenceSampling parameters = hot();
  // Of the two that top-k keeps the larger has 4 / 7 of the mass.
  parameters.topK = 2;
  parameters.topP = 0.55f;
  EXPECT_EQ(drawable(logarithms({0.3f, 0.4f, 0.2f, 0.1f}), parameters),
            (std::set<int64_t>{1}));
}

TEST(Sampling, TinyTemperatureIsGreedy) {
  for (float temperature : {1e-30f, 1e-38f, 1e-45f})
    EXPECT_EQ(sampleOne({1, 1.0001f, -4, 1.00011f}, hot(temperature)), 3);
}

TEST(Sampling, WhatHasNoProbabilityIsNeverDrawn) {
  EXPECT_EQ(drawable({-infinity, 1, -infinity}, hot(5)),
            (std::set<int64_t>{1}));
}

TEST(Sampling, ARowWithoutADistributionGivesNoId) {
  for (const ReferenceSampling &parameters : {ReferenceSampling(), hot()}) {
    EXPECT_EQ(sampleOne({0, NAN, 0}, parameters), -1);
    EXPECT_EQ(sampleOne({0, infinity, 0}, parameters), -1);
    EXPECT_EQ(sampleOne({-infinity, -infinity}, parameters), -1);
  }
}

TEST(Sampling, EachRowHasItsOwnParameters) {
  ReferenceSampling last = hot();
  last.uniform = 0.999;
  EXPECT_EQ(SampleProgram(3).sample(logarithms({0.5f, 0.3f, 0.2f}),
                                    {{}, last, hot()}),
            (std::vector<int64_t>{0, 2, 0}));
}

TEST(Sampling, ParametersAndRecentIdsAreChecked) {
  SampleProgram program(4);
  EXPECT_NE(program.fail({floats({1, 4}, {0, 0, 0, 0})})
                .find("needs parameters for each row of logits: found 0 for 1"),
            std::string::npos);
  ReferenceBatch batch;
  batch.sampling.resize(1);
  batch.sampling[0].recent = {4};
  EXPECT_NE(program.fail({floats({1, 4}, {0, 0, 0, 0})}, batch)
                .find("(C3) recent ids are below 4, found 4"),
            std::string::npos);
}

TEST(Sampling, ThePowerIsPreciseAndNeverFalls) {
  float before = 0;
  for (int i = 0; i <= 1 << 20; ++i) {
    float f = std::ldexp(static_cast<float>(i), -20);
    float power = mlir::llm::sampling::exp2Coefficients.back();
    for (size_t k = mlir::llm::sampling::exp2Coefficients.size() - 1; k-- > 0;)
      power = std::fma(power, f, mlir::llm::sampling::exp2Coefficients[k]);
    ASSERT_NEAR(power / std::exp2(static_cast<double>(f)), 1, 7e-8) << f;
    ASSERT_GE(power, before) << f;
    before = power;
  }
}
