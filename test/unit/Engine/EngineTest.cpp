//===- EngineTest.cpp - sequences in, logits out --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "EngineTesting.h"

#include "llmrt/Prompt.h"

#include <cstdlib>

using namespace llmrt;
using namespace llmrt::test;

namespace {

class EngineThreads : public testing::TestWithParam<int64_t> {};
INSTANTIATE_TEST_SUITE_P(Workers, EngineThreads, testing::Values(1, 2, 3, 4));

TEST_P(EngineThreads, chunkedPrefillGivesTheLogitsOfTheWholePrompt) {
  auto engine = makeEngine({.rowsPerStep = 16, .threads = GetParam()});
  int32_t sequence = *engine->open();
  std::vector<int32_t> prompt = someTokens(150);
  Status status = readPrompt(*engine, sequence, prompt);
  ASSERT_TRUE(status) << status.message();
  EXPECT_EQ(logitsOf(*engine, 0), expectedLogits(prompt));
}

TEST_P(EngineThreads, singleStepsContinueAPrompt) {
  auto engine = makeEngine({.threads = GetParam()});
  int32_t sequence = *engine->open();
  std::vector<int32_t> tokens = someTokens(60);
  ASSERT_TRUE(readPrompt(*engine, sequence, tokens));
  for (int32_t token : someTokens(80, 9)) { // across a page's end
    ASSERT_TRUE(readPrompt(*engine, sequence, {&token, 1}));
    tokens.push_back(token);
    ASSERT_EQ(logitsOf(*engine, 0), expectedLogits(tokens));
  }
}

TEST_P(EngineThreads, raggedBatchOfPromptsAndSingleRows) {
  auto engine = makeEngine({.batch = 3, .threads = GetParam()});
  std::vector<int32_t> a = someTokens(70, 1), b = someTokens(5, 2),
                       c = someTokens(33, 3);
  int32_t sa = *engine->open(), sb = *engine->open(), sc = *engine->open();
  ASSERT_TRUE(readPrompt(*engine, sa, a));
  ASSERT_TRUE(readPrompt(*engine, sc, std::span(c).first(10)));
  a.push_back(42);
  const StepPart parts[] = {{sc, std::span(c).subspan(10), LogitRows::Last},
                            {sa, std::span(a).last(1), LogitRows::Last},
                            {sb, b, LogitRows::Last}};
  Status status = engine->step(parts);
  ASSERT_TRUE(status) << status.message();
  EXPECT_EQ(logitsOf(*engine, 0), expectedLogits(c));
  EXPECT_EQ(logitsOf(*engine, 1), expectedLogits(a));
  EXPECT_EQ(logitsOf(*engine, 2), expectedLogits(b));
}

TEST(Engine, logitsOfAllRowsOrNone) {
  auto engine = makeEngine({.batch = 2, .logitRows = 8});
  std::vector<int32_t> a = someTokens(8), b = someTokens(4, 2);
  const StepPart parts[] = {{*engine->open(), b, LogitRows::None},
                            {*engine->open(), a, LogitRows::All}};
  ASSERT_TRUE(engine->step(parts));
  ASSERT_EQ(engine->logitRowCount(), 8);
  for (int64_t i = 0; i < 8; ++i)
    EXPECT_EQ(logitsOf(*engine, i), expectedLogits(std::span(a).first(i + 1)));
}

TEST(Engine, forkContinuesFromTheSamePrompt) {
  auto engine = makeEngine({.batch = 2});
  std::vector<int32_t> prompt = someTokens(100);
  int32_t first = *engine->open();
  ASSERT_TRUE(readPrompt(*engine, first, prompt));
  int32_t second = *engine->fork(first);
  std::vector<int32_t> a = prompt, b = prompt;
  for (int i = 0; i < 40;
       ++i) { // the shared last page fills and a new one opens
    a.push_back(i), b.push_back(200 - i);
    const StepPart parts[] = {{first, std::span(a).last(1)},
                              {second, std::span(b).last(1)}};
    ASSERT_TRUE(engine->step(parts));
    ASSERT_EQ(logitsOf(*engine, 0), expectedLogits(a));
    ASSERT_EQ(logitsOf(*engine, 1), expectedLogits(b));
  }
}

TEST(Engine, truncatedSequenceContinuesElsewhere) {
  auto engine = makeEngine({});
  int32_t sequence = *engine->open();
  std::vector<int32_t> tokens = someTokens(200);
  ASSERT_TRUE(readPrompt(*engine, sequence, tokens));
  ASSERT_TRUE(engine->truncate(sequence, 70));
  tokens.resize(70);
  std::vector<int32_t> more = someTokens(90, 5);
  ASSERT_TRUE(readPrompt(*engine, sequence, more));
  tokens.insert(tokens.end(), more.begin(), more.end());
  EXPECT_EQ(logitsOf(*engine, 0), expectedLogits(tokens));
}

TEST(Engine, allPagesReturnToThePool) {
  auto engine = makeEngine({.batch = 4, .context = 300});
  const int64_t all = engine->kvCache().freePages();
  EXPECT_EQ(all, 4 * 5);
  for (int round = 0; round < 3; ++round) {
    int32_t first = *engine->open();
    ASSERT_TRUE(readPrompt(*engine, first, someTokens(130)));
    int32_t second = *engine->fork(first);
    ASSERT_TRUE(readPrompt(*engine, second, someTokens(100)));
    ASSERT_TRUE(engine->close(first));
    ASSERT_TRUE(engine->close(second));
    EXPECT_EQ(engine->kvCache().freePages(), all);
  }
}

TEST(Engine, pagesAreANumberOfTheirOwn) {
  auto engine = makeEngine({.batch = 2, .context = 128, .pages = 3});
  EXPECT_EQ(engine->contract().kv, 3 * 1024);
  int32_t first = *engine->open(), second = *engine->open();
  ASSERT_TRUE(readPrompt(*engine, first, someTokens(100)));
  EXPECT_EQ(readPrompt(*engine, second, someTokens(128)).message(),
            "the cache has 3 pages of 64 tokens: 1 are free, 2 more were "
            "needed");
  EXPECT_EQ(engine->length(second), 0);
  ASSERT_TRUE(readPrompt(*engine, second, someTokens(64)));
  ASSERT_TRUE(engine->truncate(first, 64));
  // Each alone would find a page, both together do not.
  const int32_t next = 7;
  const StepPart parts[] = {{first, {&next, 1}}, {second, {&next, 1}}};
  EXPECT_FALSE(engine->step(parts));
  EXPECT_EQ(engine->length(first), 64);
  EXPECT_TRUE(engine->step({parts, 1}));
}

TEST(Engine, sequencesThatShareAPageStepTogetherInAFullCache) {
  auto engine = makeEngine({.batch = 2, .context = 64});
  int32_t first = *engine->open();
  std::vector<int32_t> tokens = someTokens(10);
  ASSERT_TRUE(readPrompt(*engine, first, tokens));
  int32_t second = *engine->fork(first);
  const int32_t next[] = {7, 8};
  const StepPart parts[] = {{first, {&next[0], 1}}, {second, {&next[1], 1}}};
  ASSERT_TRUE(engine->step(parts)); // one copy, not two
  tokens.push_back(8);
  EXPECT_EQ(logitsOf(*engine, 1), expectedLogits(tokens));
}

TEST(Engine, aFailedStepChangesNothing) {
  auto engine = makeEngine({.batch = 2, .context = 20, .rowsPerStep = 32});
  int32_t sequence = *engine->open();
  std::vector<int32_t> prompt = someTokens(12);
  ASSERT_TRUE(readPrompt(*engine, sequence, prompt));
  const std::vector<int32_t> bad = {1, 999}, many = someTokens(9);
  const StepPart cases[][2] = {
      {{sequence, bad}, {sequence, {}}},
      {{sequence, many}, {sequence, many}},
      {{sequence, std::span(many).first(1)},
       {sequence, std::span(many).first(1)}},
      {{sequence, std::span(many).first(1)}, {1, std::span(many).first(1)}},
      {{sequence, std::span(many).first(1)}, {-1, std::span(many).first(1)}},
  };
  for (const auto &parts : cases)
    EXPECT_FALSE(engine->step(parts));
  EXPECT_FALSE(engine->step({}));
  EXPECT_EQ(engine->length(sequence), 12);
  prompt.push_back(7);
  ASSERT_TRUE(readPrompt(*engine, sequence, std::span(prompt).last(1)));
  EXPECT_EQ(logitsOf(*engine, 0), expectedLogits(prompt));
}

TEST(Engine, errorsSayWhatWasAskedAndWhatThereIs) {
  auto engine = makeEngine({.context = 20});
  int32_t sequence = *engine->open();
  EXPECT_EQ(readPrompt(*engine, sequence, someTokens(21)).message(),
            "the prompt has 21 tokens: the context has 20 of 20 left");
  EXPECT_EQ(readPrompt(*engine, sequence, {}).message(), "the prompt is empty");
  const int32_t bad = 259;
  EXPECT_EQ(readPrompt(*engine, sequence, {&bad, 1}).message(),
            "token 259 is not in the vocabulary of 259: ids go from 0 to 258");
  EXPECT_EQ(engine->open().message(),
            "all 1 sequences are in use: close one or ask for a larger batch");
  EXPECT_EQ(engine->close(5).message(), "sequence 5 is not open");
}

TEST(Engine, refusesMoreThanItWasCompiledFor) {
  auto message = [](const EngineOptions &options) {
    return Engine::create(llmrt_model, fakeWeights(), options).message();
  };
  EXPECT_EQ(message({.batch = 9}),
            "asked for a batch of 9: this program was compiled for 8 at most; "
            "llmc compile --max-batch sets the limit");
  EXPECT_EQ(
      message({.context = 513}),
      "asked for a context of 513: this program was compiled for 512 at most; "
      "llmc compile --max-context sets the limit");
  EXPECT_NE(message({.rowsPerStep = 97}), "");
  EXPECT_NE(message({.logitRows = 1000}), "");
  EXPECT_NE(message({.threads = 100000}), "");
  EXPECT_NE(message({.context = -1}), "");
  EXPECT_EQ(message({.batch = 2, .context = 65, .pages = 5}),
            "asked for 5 pages: 2 sequences of 65 tokens use 1 to 4");
  EXPECT_NE(message({.pages = -1}), "");
}

TEST(Engine, refusesOtherWeightsAndOtherLayouts) {
  EXPECT_NE(Engine::create(llmrt_model, fakeWeights().first(100), {}).message(),
            "");
  LlmrtModel model = llmrt_model;
  model.abiVersion = 99;
  EXPECT_EQ(Engine::create(model, fakeWeights(), {}).message(),
            "the model's code has layout version 99, this runtime reads " +
                std::to_string(LLMRT_ABI_VERSION));
  model = llmrt_model;
  model.vocabulary = 0;
  EXPECT_NE(Engine::create(model, fakeWeights(), {}).message(), "");
  model = llmrt_model;
  model.resultCount = 0;
  EXPECT_EQ(Engine::create(model, fakeWeights(), {}).message(),
            "the model's code has no result \"logits\"");
  LlmrtResult results[] = {model.results[0], model.results[1]};
  results[1].elementType = LLMRT_ELEMENT_F32;
  model = llmrt_model;
  model.results = results;
  EXPECT_EQ(Engine::create(model, fakeWeights(), {}).message(),
            "the model's code states another form of result tokens");
}

Sampler makeSampler(const SamplerOptions &options) {
  auto sampler = Sampler::create(fakeVocabulary, options);
  EXPECT_TRUE(sampler) << sampler.message();
  return std::move(*sampler);
}

TEST(Engine, aStepWithSamplersChoosesTheTokens) {
  for (int64_t threads : {1, 2, 3}) {
    auto engine = makeEngine({.batch = 2, .threads = threads});
    int32_t first = *engine->open(), second = *engine->open();
    const std::vector<int32_t> tokens = someTokens(70), more = someTokens(9, 4);
    Sampler greedy = makeSampler({});
    Sampler hot = makeSampler({.temperature = 2.0f, .seed = 3});
    Sampler *samplers[] = {&greedy, &hot};
    const StepPart parts[] = {{first, tokens}, {second, more}};
    ASSERT_TRUE(engine->step(parts, samplers));
    EXPECT_EQ(*engine->token(0), expectedGreedy(tokens, 1)[0]);
    // The same afterwards, one row at a time.
    Sampler again = makeSampler({.temperature = 2.0f, .seed = 3});
    EXPECT_EQ(*engine->token(1), *engine->sample(1, again));
    EXPECT_EQ(*engine->sample(0, greedy), expectedGreedy(tokens, 1)[0]);
    EXPECT_EQ(logitsOf(*engine, 1), expectedLogits(more));
  }
}

TEST(Engine, samplersStandBesideRowsOfLogits) {
  auto engine = makeEngine({});
  int32_t sequence = *engine->open();
  const std::vector<int32_t> tokens = someTokens(5);
  Sampler greedy = makeSampler({});
  Sampler *samplers[] = {&greedy, &greedy};
  const StepPart part = {sequence, tokens};
  EXPECT_EQ(engine->step({&part, 1}, samplers).message(),
            "a step has 2 samplers for 1 rows of logits");
  EXPECT_EQ(engine->length(sequence), 0);
}

TEST(Engine, aModelWithoutSamplingSaysSo) {
  LlmrtVariant variant = llmrt_model.variants[1];
  variant.sample = nullptr;
  LlmrtModel model = llmrt_model;
  model.variants = &variant;
  model.variantCount = 1;
  auto engine = Engine::create(model, fakeWeights(), {});
  ASSERT_TRUE(engine) << engine.message();
  int32_t sequence = *(*engine)->open();
  Sampler greedy = makeSampler({});
  const std::vector<int32_t> tokens = someTokens(3);
  const StepPart part = {sequence, tokens};
  Sampler *samplers[] = {&greedy};
  EXPECT_EQ((*engine)->step({&part, 1}, samplers).message(),
            "this program was compiled without sampling");
  ASSERT_TRUE((*engine)->step({&part, 1}));
  EXPECT_FALSE((*engine)->sample(0, greedy));
}

TEST(Engine, stepsHaveOneRangePerPartAndNoParents) {
  static LlmrtCache cache;
  static std::vector<LlmrtRange> ranges;
  static std::vector<int32_t> parents;
  static int64_t promptRows;
  LlmrtVariant variant = {
      "spy", 0,
      [](const LlmrtStep *step, int64_t, int64_t) {
        cache = step->caches[0];
        ranges.assign(step->ranges, step->ranges + step->rangeCount);
        parents.assign(step->parents, step->parents + step->rows);
        promptRows = step->promptRows;
      },
      nullptr, nullptr};
  LlmrtModel model = llmrt_model;
  model.variants = &variant;
  model.variantCount = 1;
  auto engine =
      Engine::create(model, fakeWeights(), {.batch = 2, .threads = 1});
  ASSERT_TRUE(engine) << engine.message();
  int32_t first = *(*engine)->open(), second = *(*engine)->open();
  const std::vector<int32_t> tokens = someTokens(5);
  const StepPart parts[] = {
      {second, {tokens.data(), 1}, LogitRows::Last, LLMRT_PHASE_GENERATED},
      {first, tokens}};
  ASSERT_TRUE((*engine)->step(parts));
  ASSERT_EQ(ranges.size(), 2u);
  EXPECT_EQ(promptRows, 5);
  EXPECT_EQ(ranges[0].sequence, second);
  EXPECT_EQ(ranges[0].phase, LLMRT_PHASE_GENERATED);
  EXPECT_EQ(ranges[1].sequence, first);
  EXPECT_EQ(ranges[1].firstRow, 1);
  EXPECT_EQ(ranges[1].rows, 5);
  EXPECT_EQ(ranges[1].phase, LLMRT_PHASE_PROMPT);
  EXPECT_EQ(parents, std::vector<int32_t>(6, -1));
  EXPECT_EQ(cache.pages, 2 * 8);
}

TEST(Engine, contractIsTheSumOfWhatItMaps) {
  auto engine = makeEngine({.batch = 2,
                            .context = 100,
                            .rowsPerStep = 40,
                            .logitRows = 3,
                            .threads = 3});
  MemoryContract contract = engine->contract();
  EXPECT_EQ(contract.weights, 8192);
  EXPECT_EQ(contract.kv, 2 * 2 * 1024);
  // Rows rounded up to 16, and three workers' scratch.
  EXPECT_EQ(contract.arena, 48 * 20 + 3 * 1088);
  EXPECT_EQ(contract.logits, 3136 + 64); // 3 x 259 and 3 x 1 numbers
  // Of rows, to a multiple of 64, and of the cache.
  EXPECT_EQ(3 * 40 + 2 * 16 + 4 * (5 * 48 + 3 + 2), 1132);
  EXPECT_EQ(contract.tables, 1152 + 4 * (4 + 4 * 64 + 8 + 2 + 2));
  EXPECT_EQ(contract.total(), contract.weights + contract.kv + contract.arena +
                                  contract.tables + contract.logits +
                                  contract.fixed);
}

TEST(Engine, environmentNamesTheVariant) {
  setenv("LLMRT_VARIANT", "fake", 1);
  EXPECT_TRUE(Engine::create(llmrt_model, fakeWeights(), {}));
  setenv("LLMRT_VARIANT", "future", 1);
  EXPECT_NE(Engine::create(llmrt_model, fakeWeights(), {}).message(), "");
  unsetenv("LLMRT_VARIANT");
  EXPECT_STREQ(makeEngine({})->variant().name, "fake");
}

} // namespace
