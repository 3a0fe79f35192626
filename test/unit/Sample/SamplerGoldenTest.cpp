//===- SamplerGoldenTest.cpp - the sampler against a NumPy reference ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// goldens.json is written by utils/make-sampler-goldens.py, whose filters work
// on the whole vocabulary as those of transformers do.
//===----------------------------------------------------------------------===//

#include "llmrt/Sampler.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

using namespace llmrt;
using Json = nlohmann::json;

namespace {

SamplerOptions readOptions(const Json &json) {
  SamplerOptions options;
  options.temperature = json.at("temperature");
  options.topK = json.value("topK", 0);
  options.topP = json.value("topP", 1.0f);
  options.minP = json.value("minP", 0.0f);
  options.repetitionPenalty = json.value("repetitionPenalty", 1.0f);
  options.repetitionWindow = json.value("repetitionWindow", 0);
  options.seed = json.at("seed");
  return options;
}

std::vector<int32_t> sampleAll(const Json &test) {
  const Json &rows = test.at("logitsTimes64");
  Expected<Sampler> sampler =
      Sampler::create(int32_t(rows[0].size()), readOptions(test.at("options")));
  EXPECT_TRUE(sampler) << sampler.message();
  for (int32_t token : test.at("prompt"))
    sampler->accept(token);
  std::vector<int32_t> tokens;
  for (const Json &row : rows) {
    std::vector<float> logits;
    for (int value : row)
      logits.push_back(float(value) / 64);
    Expected<int32_t> token = sampler->sample(logits);
    EXPECT_TRUE(token) << token.message();
    tokens.push_back(*token);
    sampler->accept(*token);
  }
  return tokens;
}

} // namespace

TEST(SamplerGolden, DrawsTheTokensOfTheReference) {
  std::ifstream file(LLMC_TEST_INPUTS "/sampler/goldens.json");
  ASSERT_TRUE(file);
  Json tests = Json::parse(file);
  ASSERT_GE(tests.size(), 10u);
  for (const Json &test : tests)
    EXPECT_EQ(sampleAll(test), test.at("tokens").get<std::vector<int32_t>>())
        << test.at("name");
}

TEST(SamplerGolden, EachFilterOfTheReferenceRemovesSomething) {
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
