//===- AttentionTest.cpp - compiled cache writes and attention ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Graph.h"

using namespace llmc;
using namespace llmc::test;

namespace {
struct Heads {
  int64_t query, keyValue, keyDim, valueDim;
  const char *element = "f32";
  int64_t layers = 1;
};
void PrintTo(const Heads &heads, std::ostream *stream) {
  *stream << heads.query << "/" << heads.keyValue << " heads of "
          << heads.keyDim << " and " << heads.valueDim << " " << heads.element;
}
class CompiledAttention : public ::testing::TestWithParam<Heads> {};
} // namespace

/// Adds `term` to `sum`, if there is one yet.
static void accumulate(Graph &graph, Operand &sum, const Operand &term) {
  sum = sum.name.empty() ? term
                         : graph.emit("arith.addf " + sum.name + ", " +
                                          term.name + " : " + term.type,
                                      term.type);
}

namespace {
/// What an attention may have per head.
struct PerHead {
  Operand slopes, sinks;
};
} // namespace

/// Writes keys and values of every layer, attends in each, adds the results to
/// `sum`. Returns the cache.
static Operand attend(Graph &graph, const Heads &heads, Operand &sum,
                      const std::string &attributes = "",
                      const PerHead &perHead = {}) {
  std::string cache =
      "!llm.kv<" + std::to_string(heads.layers) + "x" +
      std::to_string(heads.keyValue) + "x" + std::to_string(heads.keyDim) +
      "x" + std::to_string(heads.valueDim) + ", " + heads.element + ">";
  Operand kv = graph.useCache(cache);
  std::string type = tensor({-1, heads.query, heads.valueDim});
  for (int64_t l = 0; l < heads.layers; ++l) {
    Operand q = graph.heads(heads.query, heads.keyDim);
    Operand k = graph.heads(heads.keyValue, heads.keyDim);
    Operand v = graph.heads(heads.keyValue, heads.valueDim);
    Operand layer =
        graph.emit("arith.constant " + std::to_string(l) + " : index", "index");
    Operand a =
        graph.attend(q, k, v, kv, layer, "scale = 0.5 : f64" + attributes, type,
                     perHead.slopes, perHead.sinks);
    accumulate(graph, sum, graph.collapse(a, heads.query, heads.valueDim));
  }
  return kv;
}

static void build(Graph &graph, const Heads &heads,
                  const std::string &attributes = "",
                  const PerHead &perHead = {}) {
  Operand sum, kv = attend(graph, heads, sum, attributes, perHead);
  graph.finish(sum, kv);
}

/// Prompts, continued prompts and single rows of three sequences; the longest
/// crosses two page boundaries.
static std::vector<ReferenceBatch> mixedSteps(Graph &graph) {
  std::vector<ReferenceBatch> steps(7);
  graph.append(steps[0], 0, 0, 33);
  graph.append(steps[1], 0, 33, 29);
  graph.append(steps[1], 2, 0, 7);
  graph.append(steps[2], 0, 62, 1); // slots 62, 63, 64: the end of a page
  graph.append(steps[3], 0, 63, 1);
  graph.append(steps[3], 1, 0, 4);
  graph.append(steps[3], 2, 7, 1);
  graph.append(steps[4], 0, 64, 1);
  graph.append(steps[5], 0, 65, 64);
  graph.append(steps[6], 1, 4, 1);
  graph.append(steps[6], 0, 129, 1);
  graph.append(steps[6], 2, 8, 3);
  return steps;
}

TEST_P(CompiledAttention, AgreesOverPages) {
  Graph graph(41);
  build(graph, GetParam());
  expectCompiledAgrees(graph, mixedSteps(graph));
}

INSTANTIATE_TEST_SUITE_P(
    Groups, CompiledAttention,
    ::testing::Values(Heads{1, 1, 16, 16}, Heads{4, 2, 16, 16},
                      Heads{3, 1, 8, 8}, Heads{8, 2, 24, 24},
                      Heads{5, 1, 40, 40}, Heads{7, 1, 80, 80},
                      Heads{9, 3, 64, 64}, Heads{9, 1, 32, 32},
                      Heads{12, 2, 20, 20}, Heads{2, 2, 128, 128},
                      Heads{11, 1, 16, 16}, Heads{14, 2, 64, 64}));
INSTANTIATE_TEST_SUITE_P(
    ElementTypes, CompiledAttention,
    ::testing::Values(Heads{4, 2, 32, 32, "f16"}, Heads{6, 2, 40, 40, "f16"},
                      Heads{4, 2, 32, 32, "bf16"}, Heads{4, 2, 32, 32, "i8"},
                      Heads{6, 2, 40, 24, "i8", 2}, Heads{1, 1, 9, 9, "f16"}));
INSTANTIATE_TEST_SUITE_P(UnequalDims, CompiledAttention,
                         ::testing::Values(Heads{4, 2, 24, 16},
                                           Heads{2, 1, 8, 48}));
INSTANTIATE_TEST_SUITE_P(Layers, CompiledAttention,
                         ::testing::Values(Heads{4, 2, 16, 16, "f16", 3}));

namespace {
/// Query heads, columns of the shared key, of which the first are the value.
struct LatentHeads {
  int64_t query, keyDim, prefix;
  const char *element = "f32";
};
void PrintTo(const LatentHeads &heads, std::ostream *stream) {
  *stream << heads.query << " heads, values " << heads.prefix << " of "
          << heads.keyDim << " " << heads.element;
}
class CompiledLatentAttention : public ::testing::TestWithParam<LatentHeads> {};

void buildLatent(Graph &graph, const LatentHeads &heads,
                 const std::string &attributes = "") {
  Operand kv = graph.useCache(
      "!llm.kv<2x1x" + std::to_string(heads.keyDim) + "x0, " + heads.element +
      ", prefix = " + std::to_string(heads.prefix) + ">");
  Operand sum;
  for (const char *layer : {"0", "1"}) {
    Operand slot = graph.emit(
        std::string("arith.constant ") + layer + " : index", "index");
    Operand a = graph.attend(
        graph.heads(heads.query, heads.keyDim), graph.heads(1, heads.keyDim),
        /*value=*/{}, kv, slot, "scale = 0.3 : f64" + attributes,
        tensor({-1, heads.query, heads.prefix}));
    accumulate(graph, sum, graph.collapse(a, heads.query, heads.prefix));
  }
  graph.finish(sum, kv);
}
} // namespace

TEST_P(CompiledLatentAttention, AgreesOverPages) {
  Graph graph(43);
  buildLatent(graph, GetParam());
  expectCompiledAgrees(graph, mixedSteps(graph));
}

INSTANTIATE_TEST_SUITE_P(
    Prefixes, CompiledLatentAttention,
    ::testing::Values(LatentHeads{1, 24, 16}, LatentHeads{4, 20, 16},
                      LatentHeads{5, 9, 9}, LatentHeads{3, 10, 3},
                      LatentHeads{16, 96, 64}, LatentHeads{4, 48, 32, "f16"},
                      LatentHeads{2, 20, 16, "bf16"},
                      LatentHeads{4, 48, 32, "i8"}));

TEST(CompiledLatentWindow, KeysLeaveTheWindow) {
  Graph graph(44);
  buildLatent(graph, {4, 24, 16}, ", left = 5 : i64, softcap = 2.0 : f64");
  expectCompiledAgrees(graph, mixedSteps(graph));
}

TEST(CompiledWindow, KeysLeaveTheWindow) {
  for (int64_t left : {0, 1, 5, 63, 64, 100}) {
    Graph graph(50 + left);
    build(graph, {4, 2, 16, 16}, ", left = " + std::to_string(left) + " : i64");
    expectCompiledAgrees(graph, mixedSteps(graph));
  }
}

/// Layers with and without a window in turn: one loop whose turn is two layers,
/// whose slots of the cache count in twos.
TEST(CompiledWindow, TakesTurnsInALoop) {
  Graph graph(55);
  std::string cache = "!llm.kv<4x2x16x16, f32>", type = tensor({-1, 2, 16});
  Operand x = graph.rows(32), ids = graph.tokens(), kv = graph.useCache(cache);
  Operand zero = graph.emit("arith.constant 0 : index", "index");
  Operand count = graph.emit(
      "tensor.dim " + ids.name + ", " + zero.name + " : " + ids.type, "index");
  for (int64_t l = 0; l < 4; ++l) {
    Operand heads = graph.emit(
        "tensor.expand_shape " + x.name + " [[0], [1, 2]] output_shape [" +
            count.name + ", 2, 16] : " + x.type + " into " + type,
        type);
    Operand slot =
        graph.emit("arith.constant " + std::to_string(l) + " : index", "index");
    std::string window = l % 2 ? "" : "left = 3 : i64, ";
    Operand a = graph.attend(heads, heads, heads, kv, slot,
                             window + "scale = 0.5 : f64");
    accumulate(graph, x, graph.collapse(a, 2, 16));
  }
  graph.finish(x, {kv});
  expectCompiledAgrees(graph, mixedSteps(graph));
}

/// A chunk ends what a row sees; a window within it may end it before.
TEST(CompiledChunk, KeysOfOtherChunksAreNotSeen) {
  for (const char *limits :
       {", chunk = 16 : i64", ", chunk = 50 : i64, left = 20 : i64"}) {
    Graph graph(57);
    build(graph, {4, 2, 16, 16}, limits);
    expectCompiledAgrees(graph, mixedSteps(graph));
  }
}

/// Heads of tiles of unequal size, each with its own slope and its own sink.
TEST(CompiledPerHead, SlopesAndSinksAreTheHeadsOwn) {
  std::vector<float> slopes = {0.5f, 0.25f, 0.1f, 0, -0.03f, 1, 0.02f},
                     sinks = {0, 1.5f, -2, 30, -40, 0.25f, 3};
  for (bool hasSlopes : {true, false})
    for (bool hasSinks : {true, false}) {
      Graph graph(58);
      PerHead perHead;
      if (hasSlopes)
        perHead.slopes = graph.values({7}, slopes);
      if (hasSinks)
        perHead.sinks = graph.values({7}, sinks);
      build(graph, {7, 1, 16, 24}, "", perHead);
      expectCompiledAgrees(graph, mixedSteps(graph));
    }
}

/// A window leaves no key of the first pages: only the sink has been seen there.
/// The cap bounds the product, not what a slope adds to it.
TEST(CompiledPerHead, MeetsWindowsAndCaps) {
  for (const char *attributes : {", left = 5 : i64", ", softcap = 0.5 : f64",
                                 ", chunk = 16 : i64, softcap = 2.0 : f64"}) {
    Graph graph(59);
    PerHead perHead{graph.values({4}, {0.5f, 0.25f, 0.125f, 0.0625f}),
                    graph.values({4}, {-100, 2, 0, 100})};
    build(graph, {4, 2, 16, 16, "f16"}, attributes, perHead);
    expectCompiledAgrees(graph, mixedSteps(graph));
  }
}

TEST(CompiledSoftcap, ScoresAreBounded) {
  for (const char *cap : {"0.5", "30.0"}) {
    Graph graph(60);
    build(graph, {3, 1, 24, 24}, ", softcap = " + std::string(cap) + " : f64");
    expectCompiledAgrees(graph, mixedSteps(graph));
  }
}

/// Positions, not slots, decide what a row sees.
TEST(CompiledAttentionPositions, MayBeginAnywhere) {
  Graph graph(70);
  build(graph, {2, 1, 16, 16}, ", left = 9 : i64");
  std::vector<ReferenceBatch> steps(2);
  graph.append(steps[0], 0, 500, 33);
  graph.append(steps[1], 0, 533, 40);
  expectCompiledAgrees(graph, steps);
}

/// Scores of hundreds: the online softmax must not overflow, and what a later
/// page raises the maximum by must shrink the earlier ones.
TEST(CompiledSoftmax, KeepsLargeScoresFinite) {
  Graph graph(80);
  std::string cache = "!llm.kv<1x1x16x16, f32>";
  Operand kv = graph.useCache(cache);
  std::vector<float> table(Graph::tokenCount * 16);
  for (size_t i = 0; i < table.size(); ++i)
    table[i] = 12 * graph.number() * float(i / 16) / Graph::tokenCount;
  Operand values = graph.values({Graph::tokenCount, 16}, table);
  Operand x = graph.embed(values, 16);
  Operand heads = graph.expand(x, 1, 16);
  Operand layer = graph.emit("arith.constant 0 : index", "index");
  Operand a = graph.attend(heads, heads, heads, kv, layer, "scale = 1.0 : f64");
  graph.finish(graph.collapse(a, 1, 16), kv);
  expectCompiledAgrees(graph, stepsOf(graph, {33, 33, 64, 1, 1}));
}

/// Tiles of unequal size are dealt out in two rounds: no head is left out, none
/// is done twice.
TEST(CompiledAttentionTiles, ReachEveryHeadWithAnyWorkers) {
  for (int64_t group : {5, 7, 11}) {
    SCOPED_TRACE(std::to_string(group) + " heads");
    Graph graph(100 + group);
    build(graph, {2 * group, 2, 16, 16});
    expectCompiledAgrees(graph, stepsOf(graph, {1, 4, 1}), tolerance::floats,
                         {2, 3, 5});
  }
}

/// Groups of layers have caches of their own, whose pages are numbered apart.
TEST(CompiledCaches, HavePagesOfTheirOwn) {
  for (Heads third : {Heads{2, 1, 8, 16}, Heads{2, 2, 8, 16, "f16", 2}}) {
    Graph graph(90 + third.layers);
    Operand sum;
    Operand a = attend(graph, {2, 1, 8, 16}, sum);
    Operand b = attend(graph, {2, 1, 24, 16}, sum, ", left = 7 : i64");
    Operand c = attend(graph, third, sum);
    graph.finish(sum, {a, b, c});
    expectCompiledAgrees(graph, mixedSteps(graph));
  }
}
