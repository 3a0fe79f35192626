//===- SampleTest.cpp - compiled choices are the interpreter's ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sums are exact, so both must choose the same token always.
//===----------------------------------------------------------------------===//
#include "CompiledStep.h"

#include "mlir/Parser/Parser.h"

#include <cmath>

using namespace llmc;
using namespace llmc::test;

namespace {

/// `@sample` of a vocabulary, compiled and interpreted.
class SampleModel {
public:
  explicit SampleModel(int64_t vocabulary)
      : vocabulary(vocabulary), context(createContext()),
        module(mlir::parseSourceString<mlir::ModuleOp>(textOf(vocabulary),
                                                       context.get())),
        compiled(*module, store), interpreter(*module, store) {}

  /// Runs rows on every variant with 1, 2 and 3 workers.
  void expectEqual(llvm::ArrayRef<float> logits,
                   llvm::ArrayRef<ReferenceSampling> parameters) {
    std::vector<int64_t> expected = interpret(logits, parameters);
    ASSERT_EQ(expected.size(), parameters.size());
    std::vector<LlmrtSampling> sampling;
    for (const ReferenceSampling &p : parameters)
      sampling.push_back({p.temperature, p.topK, p.topP, p.minP, p.penalty,
                          int32_t(p.recent.size()), p.recent.data(),
                          p.uniform});
    for (const std::string &variant : compiled.variants())
      for (int64_t workers : {1, 2, 3}) {
        compiled.start(variant, workers);
        std::vector<int32_t> tokens = compiled.sample(logits, sampling);
        for (size_t row = 0; row < tokens.size(); ++row)
          ASSERT_EQ(tokens[row], expected[row])
              << variant << ", " << workers << " workers, V " << vocabulary
              << ", " << describe(parameters[row]);
      }
  }

  const int64_t vocabulary;

private:
  static std::string textOf(int64_t vocabulary) {
    std::string v = std::to_string(vocabulary);
    std::string rows = "tensor<?x" + v + "xf32>";
    std::string numbers = "tensor<" + v + "xf32>";
    return "module attributes {llm.model = {context_length = 64 : i64}} {\n"
           "llm.weight @w : " +
           numbers + " value dense<0.0> : " + numbers +
           "\n"
           "func.func @step(%b: !llm.batch, %kv: !llm.kv<1x1x4x4, f32>)\n"
           "    -> (" +
           rows +
           ", !llm.kv<1x1x4x4, f32>) {\n"
           "  %c0 = arith.constant 0 : index\n"
           "  %i = llm.batch_tokens %b : tensor<?xi32>\n"
           "  %T = tensor.dim %i, %c0 : tensor<?xi32>\n"
           "  %w = llm.param @w : " +
           numbers +
           "\n"
           "  %s = llm.broadcast %w[%T] : " +
           numbers + " -> " + rows +
           "\n"
           "  %l = arith.addf %s, %s : " +
           rows +
           "\n"
           "  return %l, %kv : " +
           rows +
           ", !llm.kv<1x1x4x4, f32>\n"
           "}\n"
           "func.func @sample(%l: " +
           rows +
           " {llm.name = \"logits\"}, %b: !llm.batch)\n"
           "    -> (tensor<?xi32> {llm.name = \"tokens\"}) {\n"
           "  %i = llm.sample %l batch(%b) : " +
           rows +
           " -> tensor<?xi32>\n"
           "  return %i : tensor<?xi32>\n"
           "}\n}";
  }

  std::vector<int64_t> interpret(llvm::ArrayRef<float> logits,
                                 llvm::ArrayRef<ReferenceSampling> parameters) {
    ReferenceBatch batch;
    batch.sampling.assign(parameters.begin(), parameters.end());
    ReferenceTensor rows{{int64_t(parameters.size()), vocabulary},
                         std::vector<float>(logits.begin(), logits.end()),
                         {}};
    auto results = interpreter.call("sample", {rows}, batch);
    if (results)
      return (*results)[0].ints;
    ADD_FAILURE() << llvm::toString(results.takeError());
    return {};
  }

  static std::string describe(const ReferenceSampling &p) {
    char text[160];
    std::snprintf(text, sizeof text,
                  "temperature %a, top-k %d, top-p %a, min-p %a, penalty %a of "
                  "%zu, u %a",
                  p.temperature, p.topK, p.topP, p.minP, p.penalty,
                  p.recent.size(), p.uniform);
    return text;
  }

  std::unique_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  WeightStore store;
  CompiledStep compiled;
  Interpreter interpreter;
};

constexpr float infinity = std::numeric_limits<float>::infinity();

class Random {
public:
  explicit Random(uint32_t seed) : bits(seed) {}

  uint32_t below(uint32_t limit) { return bits() % limit; }
  double uniform() { return double(bits()) / 4294967296.0; }
  template <typename T> T oneOf(std::initializer_list<T> choices) {
    return choices.begin()[below(choices.size())];
  }

  /// Peaked, flat, with many ties, or with extremes.
  std::vector<float> logits(int64_t count) {
    std::vector<float> values(count);
    std::normal_distribution<float> normal;
    float width = oneOf({0.0f, 0.01f, 1.0f, 3.0f, 30.0f});
    float step = oneOf({0.0f, 0.0f, 0.5f, 2.0f});
    for (float &value : values) {
      value = width * normal(bits);
      if (step > 0)
        value = std::round(value / step) * step;
      if (below(1000) == 0)
        value = oneOf({-infinity, -3e38f, 1e-40f, -0.0f});
    }
    return values;
  }

  ReferenceSampling parameters(int64_t count) {
    ReferenceSampling p;
    p.temperature = oneOf({0.0f, 1e-45f, 1e-6f, 0.3f, 0.8f, 1.0f, 2.5f, 1e9f});
    p.topK = oneOf(
        {0, 0, 1, 2, 40, int(count), int(count) + 3, int(below(count)) + 1});
    p.topP = oneOf({1.0f, 1.0f, 1e-30f, 0.1f, 0.5f, 0.95f, 0.99999994f});
    p.minP = oneOf({0.0f, 0.0f, 1e-30f, 0.01f, 0.5f, 1.0f});
    p.penalty = oneOf({1.0f, 1.1f, 0.5f, 100.0f});
    for (uint32_t i = oneOf({0u, 0u, 3u, 100u}); i > 0; --i)
      p.recent.push_back(below(count));
    p.uniform = oneOf({0.0, uniform(), uniform(), 1 - 0x1p-53});
    return p;
  }

private:
  std::mt19937 bits;
};

} // namespace

TEST(Sample, AnyVocabularyAndAnyParameters) {
  for (int64_t vocabulary :
       {1, 2, 15, 16, 17, 255, 256, 257, 1000, 4096, 49152}) {
    SampleModel model(vocabulary);
    Random random(vocabulary);
    const int64_t rows = 7;
    for (int round = 0; round < (vocabulary > 5000 ? 12 : 60); ++round) {
      std::vector<float> logits;
      std::vector<ReferenceSampling> parameters;
      for (int64_t row = 0; row < rows; ++row) {
        for (float logit : random.logits(vocabulary))
          logits.push_back(logit);
        parameters.push_back(random.parameters(vocabulary));
      }
      model.expectEqual(logits, parameters);
      if (HasFailure())
        return;
    }
  }
}

TEST(Sample, ALargeVocabulary) {
  SampleModel model(200001);
  Random random(5);
  for (int round = 0; round < 6; ++round)
    model.expectEqual(random.logits(model.vocabulary),
                      random.parameters(model.vocabulary));
}

TEST(Sample, EveryNumberOfTiesAtTheCut) {
  SampleModel model(37);
  std::vector<float> logits(37, 1.0f);
  ReferenceSampling p;
  p.temperature = 1;
  std::vector<float> rows;
  std::vector<ReferenceSampling> parameters;
  for (int ties = 1; ties <= 37; ++ties) {
    logits[(ties * 11) % 37] = 2.0f;
    for (float topP : {0.2f, 0.5f, 0.9f})
      for (double u : {0.0, 0.3, 0.7, 1 - 0x1p-53}) {
        p.topP = topP;
        p.uniform = u;
        rows.insert(rows.end(), logits.begin(), logits.end());
        parameters.push_back(p);
      }
  }
  model.expectEqual(rows, parameters);
}

// A device counts weights by ten of their bits at a time: those that differ in the lowest
// ones alone, in one bin but the last; those of which each has a power of two of its own.
TEST(Sample, WeightsThatOnlyTheirLastBitsTellApart) {
  SampleModel model(2052);
  Random random(7);
  for (float step : {0x1p-24f, 0x1p-20f, 0x1p-12f, 1.0f}) {
    std::vector<float> rows;
    std::vector<ReferenceSampling> parameters;
    for (int row = 0; row < 12; ++row) {
      for (int64_t v = 0; v < model.vocabulary; ++v)
        rows.push_back(-step * float(random.below(row % 2 ? 64 : 4)));
      ReferenceSampling p;
      p.temperature = 1.4426950f;
      p.topK = row % 3 ? 1 + int(random.below(model.vocabulary)) : 0;
      p.topP = row % 3 == 1 ? 1.0f : float(random.uniform());
      p.uniform = random.uniform();
      parameters.push_back(p);
    }
    model.expectEqual(rows, parameters);
  }
}

// More are asked for than have a weight at all.
TEST(Sample, FewerWeightsThanTopK) {
  SampleModel model(1028);
  std::vector<float> logits(model.vocabulary, -1e30f);
  std::vector<float> rows;
  std::vector<ReferenceSampling> parameters;
  for (size_t at : {0, 511, 1024, 1027}) {
    logits[at] = 0;
    for (int topK : {1, 3, 1000})
      for (double u : {0.0, 0.6, 1 - 0x1p-53}) {
        ReferenceSampling p;
        p.temperature = 0.5f;
        p.topK = topK;
        p.minP = topK == 3 ? 0.5f : 0.0f;
        p.uniform = u;
        rows.insert(rows.end(), logits.begin(), logits.end());
        parameters.push_back(p);
      }
  }
  model.expectEqual(rows, parameters);
}

// An id is changed once, from what it was, however many threads have it.
TEST(Sample, RecentIdsMayRepeat) {
  SampleModel model(1032);
  std::vector<float> logits(model.vocabulary, -3.0f), rows;
  logits[5] = 2.0f;
  logits[1031] = 1.9f;
  logits[700] = -0.5f;
  std::vector<ReferenceSampling> parameters;
  for (float penalty : {1.5f, 0.25f})
    for (size_t recent : {1, 2, 300, 3000}) {
      ReferenceSampling p;
      p.penalty = penalty;
      for (size_t i = 0; i < recent; ++i)
        p.recent.push_back(i % 3 ? 5 : 700);
      parameters.push_back(p);
      p.temperature = 0.7f;
      p.uniform = 0.4;
      parameters.push_back(p);
      for (int row = 0; row < 2; ++row)
        rows.insert(rows.end(), logits.begin(), logits.end());
    }
  model.expectEqual(rows, parameters);
}

// Of weights that are alike each id has its share of [0, 1): the first and last of every warp's
// columns and of every thread's, and the last of all.
TEST(Sample, EveryPlaceOfARowIsFound) {
  for (int64_t vocabulary : {1024, 1025, 4100, 4111}) {
    SampleModel model(vocabulary);
    std::vector<float> rows;
    std::vector<ReferenceSampling> parameters;
    for (int64_t part : {0, 1, 7, 15, 16})
      for (int64_t beside : {-1, 0, 1}) {
        int64_t id = part * vocabulary / 16 + beside;
        if (id < 0 || id >= vocabulary)
          continue;
        ReferenceSampling p;
        p.temperature = 1;
        p.uniform = (double(id) + 0.5) / double(vocabulary);
        parameters.push_back(p);
        rows.insert(rows.end(), vocabulary, 0.25f);
      }
    model.expectEqual(rows, parameters);
  }
}

// What is kept lies in one warp's columns alone, or begins and ends a row.
TEST(Sample, WhatIsKeptMayLieAnywhere) {
  SampleModel model(2064);
  std::vector<float> rows;
  std::vector<ReferenceSampling> parameters;
  for (std::vector<int64_t> kept : std::vector<std::vector<int64_t>>{
           {0, 2063}, {2062, 2063}, {0, 1, 2, 3}, {128, 129, 1030}})
    for (double u : {0.0, 0.3, 0.51, 0.99}) {
      std::vector<float> logits(model.vocabulary, -4.0f);
      for (int64_t id : kept)
        logits[id] = 3.0f;
      ReferenceSampling p;
      p.temperature = 0.9f;
      p.uniform = u;
      for (int filter = 0; filter < 3; ++filter) {
        p.topK = filter == 0 ? int(kept.size()) : 0;
        p.topP = filter == 1 ? 0.3f : 1.0f;
        p.minP = filter == 2 ? 0.9f : 0.0f;
        parameters.push_back(p);
        rows.insert(rows.end(), logits.begin(), logits.end());
      }
    }
  model.expectEqual(rows, parameters);
}

// The largest logit is wherever it is, and of several the first is taken.
TEST(Sample, TheFirstOfTheLargestIsTaken) {
  SampleModel model(1027);
  std::vector<float> rows;
  std::vector<ReferenceSampling> parameters;
  for (int64_t first : {0, 1, 127, 128, 513, 1026})
    for (int64_t behind : {0, 1, 4, 512}) {
      std::vector<float> logits(model.vocabulary, -2.0f);
      logits[first] = 1.0f;
      logits[std::min(first + behind, model.vocabulary - 1)] = 1.0f;
      rows.insert(rows.end(), logits.begin(), logits.end());
      parameters.push_back(ReferenceSampling());
    }
  model.expectEqual(rows, parameters);
}

TEST(Sample, RowsWithoutADistributionGiveNoToken) {
  SampleModel model(40);
  ReferenceSampling hot;
  hot.temperature = 1;
  hot.topP = 0.9f;
  std::vector<float> rows;
  std::vector<ReferenceSampling> parameters;
  for (const ReferenceSampling &p : {ReferenceSampling(), hot})
    for (float bad : {infinity, -infinity, float(NAN), -float(NAN)})
      for (size_t at : {0, 17, 39}) {
        std::vector<float> logits(40, bad == -infinity ? bad : 0.0f);
        logits[at] = bad;
        rows.insert(rows.end(), logits.begin(), logits.end());
        parameters.push_back(p);
      }
  model.expectEqual(rows, parameters);
}

TEST(Sample, NoRowsNoTokens) { SampleModel(10).expectEqual({}, {}); }

TEST(Sample, DrawsFollowTheDistribution) {
  // 1 : 2 : 3 : 4, by evenly spread numbers, in both orders of drawing.
  SampleModel model(4);
  for (float topP : {1.0f, 0.999f}) {
    std::vector<float> logits;
    std::vector<ReferenceSampling> parameters(100);
    for (int i = 0; i < 100; ++i) {
      for (float p : {0.1f, 0.2f, 0.3f, 0.4f})
        logits.push_back(std::log(p));
      parameters[i].temperature = 1;
      parameters[i].topP = topP;
      parameters[i].uniform = (i + 0.5) / 100;
    }
    model.expectEqual(logits, parameters);
  }
}
