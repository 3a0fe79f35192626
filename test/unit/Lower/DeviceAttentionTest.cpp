//===- DeviceAttentionTest.cpp - generated rows on a GPU ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Blocks share the pages of a row from 256 tokens on: contexts that end where a part,
// a page or a warp's turn does, windows, several sequences, and what may not change a
// bit.
//===----------------------------------------------------------------------===//
#include "Graph.h"

using namespace llmc;
using namespace llmc::test;

/// Prompts are the processor's, which is faster at it than a simulator.
static const std::string host = "avx2", device = "sm_80";

namespace {
struct Shape {
  int64_t kvHeads, group, keyDim, valueDim;
  std::string element, attributes;
  bool slopes = false, sinks = false;
};
} // namespace

static void build(Graph &graph, const Shape &shape) {
  int64_t heads = shape.kvHeads * shape.group;
  Operand kv = graph.useCache("!llm.kv<1x" + std::to_string(shape.kvHeads) +
                              "x" + std::to_string(shape.keyDim) + "x" +
                              std::to_string(shape.valueDim) + ", " +
                              shape.element + ">");
  Operand layer = graph.emit("arith.constant 0 : index", "index");
  Operand slopes = shape.slopes ? graph.param({heads}) : Operand();
  Operand sinks = shape.sinks ? graph.param({heads}) : Operand();
  Operand a = graph.attend(graph.heads(heads, shape.keyDim),
                           graph.heads(shape.kvHeads, shape.keyDim),
                           graph.heads(shape.kvHeads, shape.valueDim), kv,
                           layer, "scale = 0.5 : f64" + shape.attributes,
                           tensor({-1, heads, shape.valueDim}), slopes, sinks);
  graph.finish(graph.collapse(a, heads, shape.valueDim), kv);
}

static constexpr size_t generatedSteps = 2;

/// Prompts of two sequences, then rows that are generated: the first one's context grows
/// over the end of a part, the second one's is short.
static std::vector<ReferenceBatch> stepsUpTo(int32_t length) {
  std::vector<ReferenceBatch> steps;
  for (int32_t first = 0; first < length; first += CompiledStep::rowCapacity)
    appendRows(steps.emplace_back(), 0, first,
               std::min<int32_t>(CompiledStep::rowCapacity, length - first));
  appendRows(steps.emplace_back(), 1, 0, 3);
  for (int32_t i = 0; i < int32_t(generatedSteps); ++i) {
    ReferenceBatch &step = steps.emplace_back();
    appendRows(step, 1, 3 + i, 1);
    appendRows(step, 0, length + i, 1);
  }
  return steps;
}

static void expectAgrees(const Shape &shape, int32_t length) {
  Graph graph(static_cast<uint32_t>(7 * length + shape.group));
  build(graph, shape);
  GraphRun run(graph, {host, device});
  ASSERT_TRUE(run.ok()) << graph.text();
  auto steps = stepsUpTo(length);
  auto expected = run.interpret(steps);
  run.compiled->start(host);
  for (size_t i = 0; i < steps.size(); ++i) {
    if (i + generatedSteps == steps.size())
      run.compiled->goOn(device);
    EXPECT_LE(relativeDifference(run.compiled->run(steps[i]), expected[i]),
              tolerance::floats)
        << "length " << length << ", step " << i << "\n"
        << graph.text();
  }
}

/// One part, its end, two of them, five; a group of nine takes two tiles of heads.
TEST(DeviceAttention, PartsAgree) {
  expectAgrees({1, 1, 16, 24, "f32", ""}, 255);
  expectAgrees({2, 9, 16, 24, "f16", ""}, 319);
  expectAgrees({1, 2, 7, 5, "bf16", ""}, 1025);
}

/// Parts before the window are nobody's; the sink is seen once.
TEST(DeviceAttention, WindowsAgree) {
  for (const char *attributes :
       {", left = 70 : i64", ", left = 400 : i64, softcap = 5.0 : f64",
        ", chunk = 300 : i64"})
    expectAgrees({1, 2, 16, 24, "f16", attributes, true, true}, 575);
}

/// Rows of prompts on tensor cores: tiles of 64 queries that end within a row's heads, that
/// cross pages and windows, beside other prompts and a generated row.
static std::vector<ReferenceBatch> promptSteps() {
  std::vector<ReferenceBatch> steps(3);
  appendRows(steps[0], 0, 0, 63);
  appendRows(steps[1], 1, 0, 22);
  appendRows(steps[1], 0, 63, 9);
  appendRows(steps[2], 1, 22, 1);
  appendRows(steps[2], 0, 72, 2);
  return steps;
}

TEST(DeviceAttention, PromptsAgreeAsFarAsTheyRound) {
  for (const Shape &shape :
       {Shape{2, 3, 32, 16, "f16", ", narrow"},
        Shape{1, 2, 16, 48, "bf16", ", narrow, left = 20 : i64", true, true},
        Shape{2, 2, 32, 16, "i8", ", narrow, left = 30 : i64", true, true}}) {
    Graph graph(36);
    build(graph, shape);
    GraphRun run(graph, {device});
    ASSERT_TRUE(run.ok());
    auto expected = run.interpret(promptSteps());
    run.compiled->start(device);
    for (auto [i, step] : llvm::enumerate(promptSteps()))
      EXPECT_LE(relativeDifference(run.compiled->run(step), expected[i]),
                tolerance::bfloats)
          << "step " << i << "\n"
          << graph.text();
  }
}

/// Which rows share a tile does not change a bit of any of them.
TEST(DeviceAttention, TilesOfPromptsDoNotChangeABit) {
  Graph graph(37);
  build(graph, {1, 3, 16, 16, "f16", ", narrow", false, false});
  GraphRun run(graph, {device});
  ASSERT_TRUE(run.ok());
  std::vector<float> expected;
  for (int32_t chunk : {70, 23, 66}) {
    run.compiled->start(device);
    run.compiled->phase = LLMRT_PHASE_PROMPT;
    std::vector<float> all;
    for (int32_t first = 0; first < 70; first += chunk) {
      ReferenceBatch batch;
      appendRows(batch, 0, first, std::min(chunk, 70 - first));
      llvm::append_range(all, run.compiled->run(batch));
    }
    if (expected.empty())
      expected = all;
    EXPECT_EQ(all, expected) << "in chunks of " << chunk;
  }
}

/// The rows of a sequence that is alone, among others and not the last of several have
/// the same bits: as many blocks share them as there is room for.
TEST(DeviceAttention, BlocksDoNotChangeABit) {
  Graph graph(35);
  build(graph, {2, 3, 16, 24, "f16", "", false, true});
  GraphRun run(graph, {host, device});
  ASSERT_TRUE(run.ok());
  constexpr int32_t length = 600;
  std::vector<float> expected;
  for (int32_t others : {0, 1, 5})
    for (int32_t rows : {1, 2}) {
      run.compiled->start(host);
      run.compiled->phase = LLMRT_PHASE_PROMPT;
      ReferenceBatch prompts[4], last;
      appendRows(prompts[0], 0, 0, 270);
      appendRows(prompts[1], 0, 270, 270);
      appendRows(prompts[2], 0, 540, length + 1 - rows - 540);
      for (int32_t i = 1; i <= others; ++i) {
        appendRows(prompts[3], i, 0, 5 * i);
        appendRows(last, i, 5 * i, 1);
      }
      for (const ReferenceBatch &prompt : prompts)
        if (!prompt.tokens.empty())
          (void)run.compiled->run(prompt);
      appendRows(last, 0, length + 1 - rows, rows);
      run.compiled->goOn(device);
      run.compiled->phase = LLMRT_PHASE_GENERATED;
      std::vector<float> found = run.compiled->run(last);
      found.erase(found.begin(), found.end() - 6 * 24);
      if (expected.empty())
        expected = found;
      EXPECT_EQ(found, expected) << others << " others, " << rows << " rows";
    }
}
