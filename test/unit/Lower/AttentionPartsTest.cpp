//===- AttentionPartsTest.cpp - long sequences, attended in parts ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parts begin behind 512 tokens. Few rows deal them out to the workers, many rows
// take them one behind the other: the bits are the same.
//===----------------------------------------------------------------------===//
#include "Graph.h"

using namespace llmc;
using namespace llmc::test;

namespace {
/// Keys, values and queries of the tokens, two query heads on one.
void build(Graph &graph, const std::string &attributes,
           llvm::ArrayRef<float> sinks = {}) {
  Operand kv = graph.useCache("!llm.kv<1x1x16x24, f16>");
  Operand sink = sinks.empty() ? Operand() : graph.values({2}, sinks);
  Operand layer = graph.emit("arith.constant 0 : index", "index");
  Operand a = graph.attend(
      graph.heads(2, 16), graph.heads(1, 16), graph.heads(1, 24), kv, layer,
      "scale = 0.5 : f64" + attributes, tensor({-1, 2, 24}), {}, sink);
  graph.finish(graph.collapse(a, 2, 24), kv);
}

/// The first `count` rows of a sequence, in steps of one prompt.
void appendPrompt(std::vector<ReferenceBatch> &steps, int32_t sequence,
                  int32_t count) {
  for (int32_t first = 0; first < count; first += CompiledStep::rowCapacity)
    appendRows(steps.emplace_back(), sequence, first,
               std::min<int32_t>(CompiledStep::rowCapacity, count - first));
}

/// Single rows, several of one sequence, more than the scratch has room for at
/// once, and short sequences beside long ones.
std::vector<ReferenceBatch> longSteps() {
  std::vector<ReferenceBatch> steps;
  appendPrompt(steps, 0, 511);
  appendPrompt(steps, 1, 1100); // three parts, the last a page
  appendRows(steps.emplace_back(), 0, 511, 1);
  appendRows(steps.emplace_back(), 0, 512, 1); // the first with two parts
  ReferenceBatch &mixed = steps.emplace_back();
  appendRows(mixed, 2, 0, 3);
  appendRows(mixed, 0, 513, 6);
  appendRows(mixed, 1, 1100, 2);
  return steps;
}
} // namespace

TEST(CompiledParts, Agree) {
  for (const char *attributes :
       {"", ", left = 70 : i64", ", left = 700 : i64", ", chunk = 600 : i64"}) {
    SCOPED_TRACE(attributes);
    Graph graph(31);
    build(graph, attributes);
    expectCompiledAgrees(graph, longSteps(), tolerance::floats, {1, 3});
  }
}

/// The first part has seen the sink, and no other.
TEST(CompiledParts, OfLatentsAgree) {
  Graph graph(94);
  Operand kv = graph.useCache("!llm.kv<1x1x20x0, f32, prefix = 16>");
  Operand layer = graph.emit("arith.constant 0 : index", "index");
  Operand a = graph.attend(graph.heads(3, 20), graph.heads(1, 20), {}, kv,
                           layer, "scale = 0.5 : f64", tensor({-1, 3, 16}));
  graph.finish(graph.collapse(a, 3, 16), kv);
  expectCompiledAgrees(graph, longSteps());
}

TEST(CompiledParts, HaveOneSink) {
  for (const char *attributes : {"", ", left = 70 : i64"}) {
    Graph graph(32);
    build(graph, attributes, {3, -2});
    expectCompiledAgrees(graph, longSteps(), tolerance::floats, {2});
  }
}

/// Dealt out or one behind the other, by any number of workers: the same bits.
TEST(CompiledParts, DoNotChangeABit) {
  Graph graph(33);
  build(graph, "");
  GraphRun run(graph);
  ASSERT_TRUE(run.ok());
  constexpr int32_t last = 1000, many = 20;
  for (const std::string &variant : run.compiled->variants()) {
    std::vector<float> expected;
    for (int64_t workers : {1, 2, 5})
      for (int32_t rows : {many, 1}) {
        std::vector<ReferenceBatch> steps;
        appendPrompt(steps, 0, last + 1 - rows);
        appendRows(steps.emplace_back(), 0, last + 1 - rows, rows);
        run.compiled->start(variant, workers);
        run.compiled->phase = LLMRT_PHASE_GENERATED;
        std::vector<float> found;
        for (const ReferenceBatch &step : steps)
          found = run.compiled->run(step);
        found.erase(found.begin(), found.end() - 2 * 24);
        if (expected.empty())
          expected = found;
        EXPECT_EQ(found, expected)
            << variant << ", " << workers << " workers, " << rows << " rows";
      }
  }
}
