//===- SamplingGoldenTest.cpp - llm.sample against a NumPy reference ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// goldens.json is written by utils/make-sampler-goldens.py, whose filters work
// on the whole vocabulary as those of transformers do. The runtime's sampler
// gives the parameters and the random numbers.
//===----------------------------------------------------------------------===//
#include "SampleProgram.h"

#include "llmrt/Sampler.h"

#include <nlohmann/json.hpp>

#include <fstream>

using namespace llmc;
using namespace llmc::test;
using Json = nlohmann::json;

namespace {

llmrt::SamplerOptions readOptions(const Json &json) {
  llmrt::SamplerOptions options;
  options.temperature = json.at("temperature");
  options.topK = json.value("topK", 0);
  options.topP = json.value("topP", 1.0f);
  options.minP = json.value("minP", 0.0f);
  options.repetitionPenalty = json.value("repetitionPenalty", 1.0f);
  options.repetitionWindow = json.value("repetitionWindow", 0);
  options.seed = json.at("seed");
  return options;
}

ReferenceSampling parametersOf(const LlmrtSampling &next) {
  return {next.temperature, next.topK,
          next.topP,        next.minP,
          next.penalty,     {next.recent, next.recent + next.recentCount},
          next.uniform};
}

std::vector<int32_t> sampleAll(const Json &test) {
  const Json &rows = test.at("logitsTimes64");
  auto sampler = llmrt::Sampler::create(int32_t(rows[0].size()),
                                        readOptions(test.at("options")));
  EXPECT_TRUE(sampler) << sampler.message();
  SampleProgram program(rows[0].size());
  for (int32_t token : test.at("prompt"))
    sampler->accept(token);
  std::vector<int32_t> tokens;
  for (const Json &row : rows) {
    std::vector<float> logits;
    for (int value : row)
      logits.push_back(float(value) / 64);
    auto ids = program.sample(logits, {parametersOf(sampler->next())});
    tokens.push_back(ids.empty() ? -1 : int32_t(ids[0]));
    sampler->accept(tokens.back());
  }
  return tokens;
}

} // namespace

TEST(SamplingGolden, DrawsTheTokensOfTheReference) {
  std::ifstream file(LLMC_TEST_INPUTS "/sampler/goldens.json");
  ASSERT_TRUE(file);
  Json tests = Json::parse(file);
  ASSERT_GE(tests.size(), 10u);
  for (const Json &test : tests)
    EXPECT_EQ(sampleAll(test), test.at("tokens").get<std::vector<int32_t>>())
        << test.at("name");
}

TEST(SamplingGolden, EachFilterOfTheReferenceRemovesSomething) {
  std::ifstream file(LLMC_TEST_INPUTS "/sampler/goldens.json");
  for (const Json &test : Json::parse(file)) {
    const Json &options = test.at("options");
    bool filters = options.contains("topK") || options.contains("topP") ||
                   options.contains("minP");
    size_t vocab = test.at("logitsTimes64")[0].size();
    for (size_t kept : test.at("kept"))
      EXPECT_EQ(kept < vocab, filters) << test.at("name");
  }
}
