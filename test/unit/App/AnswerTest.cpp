//===- AnswerTest.cpp - how answers are sampled, and where they end -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "AppTesting.h"

#include <gtest/gtest.h>

using namespace llmrt;
using namespace llmrt::test;

namespace {

Sections withSampling(const std::string &sampling) {
  Sections sections = fakeSections();
  sections.info = R"({"name": "fake", "sampling": )" + sampling + "}";
  return sections;
}

/// The line of --stats.
std::string samplingLine(const Outcome &result) {
  const size_t begin = result.err.find("sampling: ");
  return begin == std::string::npos
             ? result.err
             : result.err.substr(begin, result.err.find('\n', begin) - begin);
}

TEST(Sampling, hasDefaultsOfItsOwn) {
  EXPECT_EQ(samplingLine(FakeApp()({"hi", "-n", "1", "--stats", "-s", "7"})),
            "sampling: temperature 0.7, top-k 40, top-p 0.9, min-p 0.05, "
            "repetition penalty 1.1 on 64 tokens, seed 7");
}

TEST(Sampling, followsTheModel) {
  FakeApp app(withSampling(R"({"temperature": 0.5, "top_k": 20})"));
  EXPECT_EQ(samplingLine(app({"hi", "-n", "1", "--stats", "-s", "7"})),
            "sampling: temperature 0.5, top-k 20, seed 7");
  EXPECT_EQ(samplingLine(app({"hi", "-n", "1", "--stats", "-s", "7", "--temp",
                              "0.25", "--top-p", "0.5"})),
            "sampling: temperature 0.25, top-k 20, top-p 0.5, seed 7");
}

TEST(Sampling, aTemperatureOfZeroIsGreedyEverywhere) {
  for (const char *sampling :
       {R"({"temperature": 0.5, "repetition_penalty": 1.5})", "{}"}) {
    FakeApp app(withSampling(sampling));
    EXPECT_EQ(samplingLine(app({"hi", "-n", "1", "--stats", "--temp", "0"})),
              "sampling: greedy");
  }
}

TEST(Sampling, completionsAreGreedy) {
  FakeApp app(withSampling(R"({"temperature": 0.5})"));
  EXPECT_EQ(samplingLine(app({"run", "-p", "hi", "-n", "1", "--stats"})),
            "sampling: greedy");
}

TEST(Sampling, drawsTheSeedThatNobodyNamed) {
  FakeApp app;
  const std::vector<std::string> call = {"hi", "-n", "1", "--stats"};
  EXPECT_NE(samplingLine(app(call)), samplingLine(app(call)));
}

TEST(Sampling, theSeedThatIsSaidGivesTheSameText) {
  FakeApp app;
  Outcome first = app({"hi", "-n", "30", "--stats"});
  const std::string line = samplingLine(first);
  const std::string seed = line.substr(line.rfind(' ') + 1);
  EXPECT_EQ(app({"hi", "-n", "30", "--seed", seed}).out, first.out);
}

TEST(MistypedCommand, isAskedAboutNotAnswered) {
  FakeApp app;
  for (const char *word :
       {"chta", "rnu", "benhc", "serve", "help", "version"}) {
    Outcome result = app({word});
    EXPECT_EQ(result.code, 2) << word;
    EXPECT_EQ(result.out, "") << word;
    EXPECT_NE(result.err.find("-- " + std::string(word)), std::string::npos)
        << result.err;
  }
  EXPECT_NE(app({"chta"}).err.find("did you mean 'chat'?"), std::string::npos);
  EXPECT_NE(app({"help"}).err.find("the commands are run, chat"),
            std::string::npos);
}

TEST(MistypedCommand, aTextIsAnswered) {
  FakeApp app;
  const std::vector<std::vector<std::string>> texts = {
      {"Hello"}, {"hello"}, {"chta is what?"}, {"--", "chta"}};
  for (const auto &text : texts) {
    std::vector<std::string> call = {"-n", "3", "--temp", "0"};
    call.insert(call.end(), text.begin(), text.end());
    Outcome result = app(call);
    EXPECT_EQ(result.code, 0) << text.back() << result.err;
    EXPECT_NE(result.out, "") << text.back();
  }
}

TEST(Length, aDefaultThatCutsIsSaid) {
  app::GenerationPlan plan = {
      .sampler = {}, .maxTokens = 1024, .defaultLength = true};
  app::AnswerWatch watch(plan);
  watch.end(EndReason::MaxTokens);
  EXPECT_EQ(watch.complaint(4096),
            "stopped after 1024 tokens; -n N sets another length, -n -1 none");
  plan.defaultLength = false; // asked for
  EXPECT_EQ(watch.complaint(4096), "");
}

TEST(Length, aLoopIsEndedAndSaid) {
  app::GenerationPlan plan = {.sampler = {}, .endLoops = true};
  app::AnswerWatch watch(plan);
  int64_t tokens = 1;
  while (watch.push(static_cast<int32_t>(tokens % 3)) && tokens < 1000)
    ++tokens;
  EXPECT_EQ(tokens, LoopDetector::fewestTokens);
  EXPECT_EQ(watch.complaint(4096), "stopped: the last 3 tokens came 40 times "
                                   "in a row; --allow-loops goes on");
  EXPECT_EQ(watch.repeatedTokens(), 39 * 3);
}

TEST(Length, whatEndsOtherwiseRepeatsNothing) {
  app::GenerationPlan plan = {.sampler = {}, .endLoops = true};
  app::AnswerWatch watch(plan);
  for (int32_t token = 0; token < 200; ++token)
    EXPECT_TRUE(watch.push(token));
  EXPECT_EQ(watch.repeatedTokens(), 0);
}

TEST(Length, aFullContextIsSaid) {
  const char *full = "stopped: the context of 64 tokens is full; -c N allows "
                     "more, up to the --max-context that the model was "
                     "compiled with\n";
  FakeApp app;
  Outcome result = app({"hi", "--ignore-eos", "-n", "-1", "-c", "64"});
  EXPECT_EQ(result.err, full);
  result = app({"run", "-p", "hi", "--ignore-eos", "-n", "-1", "-c", "64"});
  EXPECT_EQ(result.err, full);
  result = app({"chat", "--ignore-eos", "-n", "-1", "-c", "64"}, "hi\n");
  EXPECT_EQ(result.err, full);
}

} // namespace
