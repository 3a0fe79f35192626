//===- ExpertsTest.cpp - compiled mixtures of experts ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Graph.h"

using namespace llmc;
using namespace llmc::test;

namespace {
struct Chosen {
  Operand indices, weights;
};
} // namespace

/// `attributes` spells everything but k.
static Chosen route(Graph &graph, const Operand &logits, int64_t choices,
                    const std::string &attributes, const Operand &bias = {}) {
  bool biased = !bias.name.empty();
  std::string ids = tensor({-1, choices}, "i32"),
              numbers = tensor({-1, choices});
  Operand pair = graph.emit(
      "llm.route " + logits.name + (biased ? " bias(" + bias.name + ")" : "") +
          " {k = " + std::to_string(choices) + " : i64" + attributes + "} : (" +
          logits.type + (biased ? ", " + bias.type : "") + ") -> (" + ids +
          ", " + numbers + ")",
      "(" + ids + ", " + numbers + ")");
  return {{pair.name + "#0", ids}, {pair.name + "#1", numbers}};
}

static Operand experts(Graph &graph, const Operand &x, const Operand &indices,
                       const Operand &weight, int64_t choices, int64_t outer,
                       const Operand &bias = {}) {
  bool biased = !bias.name.empty();
  std::string type = tensor({-1, choices, outer});
  return graph.emit("llm.expert_linear " + x.name + ", " + indices.name + ", " +
                        weight.name +
                        (biased ? " bias(" + bias.name + ")" : "") + " : (" +
                        x.type + ", " + indices.type + ", " + weight.type +
                        (biased ? ", " + bias.type : "") + ") -> " + type,
                    type);
}

static Operand combine(Graph &graph, const Operand &x, const Chosen &chosen,
                       int64_t columns) {
  std::string type = tensor({-1, columns});
  return graph.emit("llm.combine " + x.name + ", " + chosen.weights.name +
                        " : (" + x.type + ", " + chosen.weights.type + ") -> " +
                        type,
                    type);
}

//===----------------------------------------------------------------------===//
// Routing
//===----------------------------------------------------------------------===//

/// Makes choices visible: weights of the choices times what the experts are, a
/// vector each (their bias; their matrices are multiplied with zero).
static void finishRouting(Graph &graph, const Chosen &chosen, int64_t experts_,
                          int64_t choices) {
  Operand zero =
      graph.emit("llm.embed " + graph.tokens().name + ", " +
                     graph
                         .values({Graph::tokenCount, 1},
                                 std::vector<float>(Graph::tokenCount, 0))
                         .name +
                     " : (tensor<?xi32>, " + tensor({Graph::tokenCount, 1}) +
                     ") -> tensor<?x1xf32>",
                 "tensor<?x1xf32>");
  Operand y =
      experts(graph, zero, chosen.indices, graph.param({experts_, 16, 1}),
              choices, 16, graph.param({experts_, 16}));
  graph.finish(combine(graph, y, chosen, 16));
}

namespace {
struct Routing {
  int64_t experts, choices;
  const char *attributes;
  bool biased = false;
};
void PrintTo(const Routing &routing, std::ostream *stream) {
  *stream << routing.choices << " of " << routing.experts << routing.attributes;
}
class CompiledRoute : public ::testing::TestWithParam<Routing> {};
} // namespace

TEST_P(CompiledRoute, ChoosesAndWeighs) {
  auto [count, choices, attributes, biased] = GetParam();
  Graph graph(31);
  Operand bias = biased ? graph.param({count}) : Operand();
  finishRouting(graph,
                route(graph, graph.rows(count), choices, attributes, bias),
                count, choices);
  expectCompiledAgrees(graph, stepsOf(graph, {1, 3, 33}), tolerance::floats, 3);
}

INSTANTIATE_TEST_SUITE_P(
    Models, CompiledRoute,
    ::testing::Values(
        // mixtral, qwen-moe, olmoe, gpt-oss, deepseek
        Routing{8, 2,
                ", score = #llm<route_score identity>, weighting = "
                "#llm<route_weights softmax>"},
        Routing{60, 4, ", score = #llm<route_score softmax>"},
        Routing{64, 8,
                ", score = #llm<route_score softmax>, weighting = "
                "#llm<route_weights sum>"},
        Routing{32, 4,
                ", score = #llm<route_score identity>, weighting = "
                "#llm<route_weights softmax>",
                true},
        Routing{32, 3,
                ", score = #llm<route_score sigmoid>, groups = 8 : i64, "
                "top_groups = 4 : i64, group_score = #llm<group_score "
                "top2_sum>, weighting = #llm<route_weights sum>, scale = 2.5 : "
                "f64, eps = 1.0e-2 : f64",
                true},
        Routing{12, 2,
                ", score = #llm<route_score sqrtsoftplus>, groups = 3 : i64, "
                "top_groups = 1 : i64, weighting = #llm<route_weights sum>"},
        Routing{1, 1, ""}, Routing{5, 5, ""}));

/// Equal scores: the lower index comes first, in groups as among experts.
TEST(CompiledRouteTies, GoToTheLowerIndex) {
  for (const char *attributes :
       {"", ", groups = 4 : i64, top_groups = 2 : i64"}) {
    Graph graph(32);
    std::vector<float> table(Graph::tokenCount * 16);
    for (float &x : table)
      x = float(graph.pick(0, 2));
    Operand values = graph.values({Graph::tokenCount, 16}, table);
    Operand logits = graph.emit("llm.embed " + graph.tokens().name + ", " +
                                    values.name + " : (tensor<?xi32>, " +
                                    values.type + ") -> tensor<?x16xf32>",
                                "tensor<?x16xf32>");
    std::string identity = ", score = #llm<route_score identity>";
    finishRouting(graph, route(graph, logits, 6, identity + attributes), 16, 6);
    expectCompiledAgrees(graph);
  }
}

//===----------------------------------------------------------------------===//
// Products and their sum
//===----------------------------------------------------------------------===//

namespace {
class CompiledExperts : public ::testing::TestWithParam<const char *> {};
} // namespace

/// The whole feed-forward part: gate and up in one kernel, down by choice, the sum
/// with the residual.
TEST_P(CompiledExperts, RunAFeedForwardPart) {
  Graph graph(34);
  auto block =
      std::max<int64_t>(32, graph.getEncoding(GetParam()).getBlockElems());
  int64_t width = block, inner = 2 * block, count = 5, choices = 2;
  Operand x = graph.rows(width);
  Operand logits = graph.linear(x, graph.param({count, width}), {}, count);
  Chosen chosen = route(graph, logits, choices, "");
  auto project = [&](const Operand &input, int64_t outer, int64_t columns) {
    return experts(graph, input, chosen.indices,
                   graph.param({count, outer, columns}, GetParam()), choices,
                   outer, graph.param({count, outer}));
  };
  Operand gate = project(x, inner, width), up = project(x, inner, width);
  Operand act =
      graph.emit("llm.act silu " + gate.name + " : " + gate.type, gate.type);
  Operand down = project(graph.combine("arith.mulf", act, up), width, inner);
  graph.finish(
      graph.combine("arith.addf", x, combine(graph, down, chosen, width)));
  expectCompiledAgrees(graph, stepsOf(graph, {1, 2, 33}), tolerance::floats,
                       {1, 3});
}

INSTANTIATE_TEST_SUITE_P(Types, CompiledExperts,
                         ::testing::Values("f32", "f16", "bf16", "q4_0", "q8_0",
                                           "q4_k", "q6_k"));

/// Columns that do not fill their panels, rows that do not fill vectors.
TEST(CompiledExpertShapes, AgreeForRandomShapes) {
  for (uint32_t seed = 1; seed <= 6; ++seed) {
    Graph graph(seed);
    int64_t inner = graph.pick(1, 70), outer = graph.pick(1, 50);
    int64_t count = graph.pick(1, 9), choices = graph.pick(1, count);
    Chosen chosen = route(graph, graph.rows(count), choices, "");
    Operand x =
        graph.pick(0, 1) ? graph.rows(inner) : graph.heads(choices, inner);
    Operand bias = graph.pick(0, 1) ? graph.param({count, outer}) : Operand();
    Operand y =
        experts(graph, x, chosen.indices, graph.param({count, outer, inner}),
                choices, outer, bias);
    graph.finish(combine(graph, y, chosen, outer));
    expectCompiledAgrees(graph, stepsOf(graph, {1, 7}), tolerance::floats,
                         1 + seed % 3);
  }
}

/// Layers in a loop: the choice of one layer is the next one's no more.
TEST(CompiledExpertLayers, ChooseAnew) {
  Graph graph(34);
  std::vector<Operand> inside = graph.beginLoop(3, {graph.rows(32)});
  Operand layer = inside[0], x = inside[1];
  Operand logits =
      graph.linear(x, graph.table({4, 32}, "f32", 3, layer), {}, 4);
  Chosen chosen = route(graph, logits, 2, "");
  Operand y = experts(graph, x, chosen.indices,
                      graph.table({4, 32, 32}, "f32", 3, layer), 2, 32);
  Operand sum = combine(graph, y, chosen, 32);
  graph.finish(graph.endLoop(
      {graph.emit("llm.act tanh " + sum.name + " : " + sum.type, sum.type)}));
  expectCompiledAgrees(graph, stepsOf(graph, {1, 7}), tolerance::floats, 2);
}

/// On a device k is cut into slices: fewer blocks than there are, uneven ones; products that
/// share the rows' choice; of rows alike whatever else a step has, the same bits.
TEST(CompiledExpertSlices, DoNotDependOnOtherRows) {
  for (const char *encoding : {"f32", "q4_0"}) {
    Graph graph(36);
    int64_t block = graph.getEncoding(encoding).getBlockElems();
    int64_t inner = block == 1 ? 77 : block * graph.pick({1, 9});
    int64_t count = 3, choices = 2, outer = 21;
    Operand x = graph.rows(inner);
    Operand logits = graph.linear(x, graph.param({count, inner}), {}, count);
    Chosen chosen = route(graph, logits, choices, "");
    auto project = [&] {
      return experts(graph, x, chosen.indices,
                     graph.param({count, outer, inner}, encoding), choices,
                     outer, graph.param({count, outer}));
    };
    Operand first = project(), second = project();
    graph.finish(combine(graph, graph.combine("arith.mulf", first, second),
                         chosen, outer));
    GraphRun run(graph);
    ASSERT_TRUE(run.ok()) << graph.text();
    std::vector<float> expected = run.interpret({rowsFrom(0, 5)}).front();
    for (const std::string &variant : run.compiled->variants()) {
      run.compiled->start(variant);
      std::vector<float> together = run.compiled->run(rowsFrom(0, 5)), apart;
      run.compiled->start(variant);
      for (int32_t row = 0; row < 5; ++row)
        llvm::append_range(apart, run.compiled->run(rowsFrom(row, 1)));
      EXPECT_LE(relativeDifference(together, expected), tolerance::floats)
          << variant;
      EXPECT_TRUE(apart == together) << variant;
    }
  }
}

/// Each choice has a row of its own, all columns of which are an expert's: so many rows that
/// one tile is full and one is not, experts that nobody chooses, and one that all do.
TEST(CompiledExpertRows, MeetTheExpertsThatTheyChose) {
  for (int64_t count : {1, 2, 7}) {
    Graph graph(37 + count);
    int64_t choices = std::min<int64_t>(count, 2), inner = 24, outer = 17;
    std::vector<float> preferred(Graph::tokenCount * count, 0.0f);
    for (int64_t token = 0; token < Graph::tokenCount; ++token) {
      preferred[token * count] = 3.0f;
      preferred[token * count + token % count] += 2.0f;
    }
    Operand values = graph.values({Graph::tokenCount, count}, preferred);
    std::string type = tensor({-1, count});
    Operand logits =
        graph.emit("llm.embed " + graph.tokens().name + ", " + values.name +
                       " : (tensor<?xi32>, " + values.type + ") -> " + type,
                   type);
    Chosen chosen = route(graph, logits, choices, "");
    Operand y = experts(graph, graph.heads(choices, inner), chosen.indices,
                        graph.param({count, outer, inner}, "f16"), choices,
                        outer, graph.param({count, outer}));
    graph.finish(combine(graph, y, chosen, outer));
    expectCompiledAgrees(graph, stepsOf(graph, {1, 9}), tolerance::floats, 2);
  }
}

//===----------------------------------------------------------------------===//
// Heads
//===----------------------------------------------------------------------===//

static Operand headLinear(Graph &graph, const Operand &x, const Operand &w,
                          int64_t heads, int64_t outer, const Operand &bias) {
  bool biased = !bias.name.empty();
  std::string type = tensor({-1, heads, outer});
  return graph.emit("llm.linear " + x.name + ", " + w.name +
                        (biased ? " bias(" + bias.name + ")" : "") + " : (" +
                        x.type + ", " + w.type +
                        (biased ? ", " + bias.type : "") + ") -> " + type,
                    type);
}

/// One matrix per head, and one for all of them, with what follows in the kernel.
TEST(CompiledHeads, MultiplyByTheirOwnMatrixOrByOne) {
  for (const char *encoding : {"f32", "f16", "q4_0", "q4_k"})
    for (bool perHead : {true, false}) {
      Graph graph(35 + perHead);
      int64_t heads = graph.pick({1, 3, 4}), outer = graph.pick(1, 40);
      int64_t block = graph.getEncoding(encoding).getBlockElems();
      int64_t inner = block == 1 ? graph.pick(1, 40) : block;
      Operand w = perHead ? graph.param({heads, outer, inner}, encoding)
                          : graph.param({outer, inner}, encoding);
      Operand y = headLinear(graph, graph.heads(heads, inner), w, heads, outer,
                             graph.param({outer}));
      Operand z = graph.combine("arith.mulf", y, graph.heads(heads, outer));
      graph.finish(graph.collapse(z, heads, outer));
      expectCompiledAgrees(graph, stepsOf(graph, {1, 4, 7}), tolerance::floats,
                           3);
    }
}

/// A head's rows come in tiles on a device: none that is full, full ones, and some left over;
/// what is left has the bits that it has in a tile.
TEST(CompiledHeadTiles, DoNotChangeABit) {
  for (bool perHead : {true, false}) {
    Graph graph(39 + perHead);
    int64_t heads = 3, inner = 52, outer = 19;
    Operand w = perHead ? graph.param({heads, outer, inner}, "bf16")
                        : graph.param({outer, inner}, "bf16");
    Operand y = headLinear(graph, graph.heads(heads, inner), w, heads, outer,
                           graph.param({outer}));
    graph.finish(graph.collapse(y, heads, outer));
    GraphRun run(graph);
    ASSERT_TRUE(run.ok()) << graph.text();
    std::vector<float> expected = run.interpret({rowsFrom(0, 9)}).front();
    for (const std::string &variant : run.compiled->variants()) {
      run.compiled->start(variant);
      std::vector<float> together = run.compiled->run(rowsFrom(0, 9)), apart;
      EXPECT_LE(relativeDifference(together, expected), tolerance::floats)
          << variant;
      run.compiled->start(variant);
      int32_t first = 0;
      for (int32_t count : {1, 3, 5}) {
        llvm::append_range(apart, run.compiled->run(rowsFrom(first, count)));
        first += count;
      }
      EXPECT_TRUE(apart == together) << variant;
    }
  }
}
