//===- NarrowAttentionTest.cpp - attention that may round its factors -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Graph.h"

using namespace llmc;
using namespace llmc::test;

namespace {
struct Shape {
  int64_t query, keyValue, keyDim, valueDim;
  const char *element;
  const char *attributes = "";
  bool isLatent = false;
};

/// One layer that writes keys and values and attends.
void build(Graph &graph, const Shape &shape) {
  std::string values =
      shape.isLatent ? "0, " + std::string(shape.element) +
                           ", prefix = " + std::to_string(shape.valueDim)
                     : std::to_string(shape.valueDim) + ", " + shape.element;
  Operand kv =
      graph.useCache("!llm.kv<1x" + std::to_string(shape.keyValue) + "x" +
                     std::to_string(shape.keyDim) + "x" + values + ">");
  Operand layer = graph.emit("arith.constant 0 : index", "index");
  Operand a = graph.attend(
      graph.heads(shape.query, shape.keyDim),
      graph.heads(shape.keyValue, shape.keyDim),
      shape.isLatent ? Operand() : graph.heads(shape.keyValue, shape.valueDim),
      kv, layer, std::string("narrow, scale = 0.5 : f64") + shape.attributes,
      tensor({-1, shape.query, shape.valueDim}));
  graph.finish(graph.collapse(a, shape.query, shape.valueDim), kv);
}

/// Prompts whose tiles cross pages and parts of them, among single rows.
std::vector<ReferenceBatch> steps(Graph &graph) {
  std::vector<ReferenceBatch> all(7);
  graph.append(all[0], 0, 0, 62);
  graph.append(all[1], 0, 62, 1);
  graph.append(all[2], 1, 0, 3);
  graph.append(all[2], 0, 63, 35);
  graph.append(all[3], 0, 98, 64);
  graph.append(all[4], 0, 162, 64);
  graph.append(all[5], 0, 226, 60); // past four pages
  graph.append(all[6], 1, 3, 2);
  graph.append(all[6], 0, 286, 5);
  return all;
}

constexpr Shape shapes[] = {
    {9, 3, 64, 64, "f16"},
    {4, 1, 128, 128, "f16"},
    {1, 1, 32, 48, "f32"},  // fewer queries than a block
    {7, 1, 96, 16, "bf16"}, // a value narrower than its key
    {9, 3, 64, 64, "i8"},
    {4, 2, 96, 48, "i8", ", left = 70 : i64"},
    {60, 1, 32, 32, "f16"},  // more heads than a tile
    {2, 1, 256, 256, "f16"}, // a page at a time
    {4, 2, 64, 64, "f16", ", left = 70 : i64"},
    {4, 2, 64, 64, "f16", ", chunk = 100 : i64"},
    {4, 2, 64, 64, "f16", ", softcap = 2.0 : f64"},
    {3, 1, 24, 24, "f16"}, // no pairs: as without the attribute
    // Values that are the beginning of their keys.
    {3, 1, 64, 48, "f32", "", true},
    {16, 1, 96, 64, "f16", "", true},
    {5, 1, 64, 32, "i8", ", left = 70 : i64", true},
    {2, 1, 288, 256, "bf16", ", softcap = 2.0 : f64", true},
};
} // namespace

TEST(NarrowAttention, AgreesAsFarAsItRounds) {
  for (const Shape &shape : shapes) {
    SCOPED_TRACE(std::to_string(shape.query) + " heads of " +
                 std::to_string(shape.keyDim) + shape.attributes);
    Graph graph(57);
    build(graph, shape);
    expectCompiledAgrees(graph, steps(graph), tolerance::bfloats, {1, 3});
  }
}

/// A row of a prompt has one result, whoever else is in its tile.
TEST(NarrowAttention, TilesDoNotChangeABit) {
  for (const Shape &shape : {shapes[0], shapes[1], shapes[6], shapes[13]}) {
    Graph graph(58);
    build(graph, shape);
    GraphRun run(graph);
    ASSERT_TRUE(run.ok());
    for (const std::string &variant : run.compiled->variants()) {
      std::vector<float> expected;
      for (int64_t workers : {1, 2})
        for (int32_t chunk : {64, 50, 7, 1}) {
          run.compiled->start(variant, workers);
          run.compiled->phase = LLMRT_PHASE_PROMPT;
          std::vector<float> all;
          constexpr int32_t length = 150;
          for (int32_t first = 0; first < length; first += chunk) {
            ReferenceBatch batch =
                rowsFrom(first, std::min(chunk, length - first));
            llvm::append_range(all, run.compiled->run(batch));
          }
          if (expected.empty())
            expected = all;
          EXPECT_TRUE(all == expected)
              << shape.query << " heads of " << shape.keyDim << shape.attributes
              << ", " << variant << ", chunks of " << chunk << ": "
              << relativeDifference(all, expected);
        }
    }
  }
}
