//===- RowsTest.cpp - compiled norms and elementwise rows -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Graph.h"

using namespace llmc;
using namespace llmc::test;

static Operand norm(Graph &graph, const std::string &kind, const Operand &x,
                    const Operand &weight, const Operand &bias) {
  std::string spelling = "llm.norm " + kind + " " + x.name, types = x.type;
  if (!weight.name.empty())
    spelling += " weight(" + weight.name + ")", types += ", " + weight.type;
  if (!bias.name.empty())
    spelling += " bias(" + bias.name + ")", types += ", " + bias.type;
  return graph.emit(spelling + " {eps = 1.0e-5 : f64} : (" + types + ") -> " +
                        x.type,
                    x.type);
}

namespace {
class CompiledNorm : public ::testing::TestWithParam<const char *> {};
} // namespace

TEST_P(CompiledNorm, AgreesForAnyWidth) {
  for (int64_t columns : {1, 6, 33, 48, 576}) {
    Graph graph(columns);
    graph.finish(norm(graph, GetParam(), graph.rows(columns), {}, {}));
    expectCompiledAgrees(graph);
  }
}

TEST_P(CompiledNorm, ScalesAndShifts) {
  for (bool biased : {false, true}) {
    Graph graph(5 + biased);
    Operand x = graph.rows(72), weight = graph.param({72});
    Operand bias = biased ? graph.param({72}) : Operand();
    graph.finish(norm(graph, GetParam(), x, weight, bias));
    expectCompiledAgrees(graph);
  }
}

TEST_P(CompiledNorm, NormalisesEachHead) {
  for (bool perHead : {false, true}) {
    Graph graph(7 + perHead);
    Operand x = graph.heads(3, 24);
    Operand weight = perHead ? graph.param({3, 24}) : graph.param({24});
    Operand bias = perHead ? graph.param({3, 24}) : graph.param({24});
    graph.finish(
        graph.collapse(norm(graph, GetParam(), x, weight, bias), 3, 24));
    expectCompiledAgrees(graph);
  }
}

/// The kernel that models with quantised weights run: norm, then quantisation.
TEST_P(CompiledNorm, QuantisesItsResult) {
  for (bool fine : {false, true}) {
    Graph graph(9);
    Operand n = norm(graph, GetParam(), graph.rows(96), graph.param({96}), {});
    Operand q = graph.quantize(n, 96, 32, fine);
    graph.finish(graph.linear(q, graph.param({32, 96}, "q8_0"), {}, 32));
    expectCompiledAgrees(graph);
  }
}

/// Groups of every length, one that no vector divides among them: rows that stay floats meet weights of
/// any type.
TEST_P(CompiledNorm, RoundsItsResultToFewBits) {
  for (const char *act : {"i4, 32", "i6, 96", "f8E4M3FN, 12", "f8E5M2, 96"})
    for (const char *weight : {"q8_0", "f16"}) {
      Graph graph(12);
      Operand n =
          norm(graph, GetParam(), graph.rows(96), graph.param({96}), {});
      std::string type =
          "!llm.packed<?x96, #llm.rounded_act<" + std::string(act) + ">>";
      Operand q = graph.emit(
          "llm.quantize_act " + n.name + " : " + n.type + " -> " + type, type);
      graph.finish(graph.linear(q, graph.param({32, 96}, weight), {}, 32));
      expectCompiledAgrees(graph);
    }
}

/// The scale is a number of the model's: larger rows stop at 127.
TEST_P(CompiledNorm, QuantisesItsResultWithAKnownScale) {
  for (float scale : {1.0F / 127, 0.02F}) {
    Graph graph(13);
    Operand n = norm(graph, GetParam(), graph.rows(96), graph.param({96}), {});
    Operand known = graph.values({1}, {scale});
    std::string type = "!llm.packed<?x96, #llm.int8_act>";
    Operand q =
        graph.emit("llm.quantize_act " + n.name + " scale(" + known.name +
                       " : " + known.type + ") : " + n.type + " -> " + type,
                   type);
    graph.finish(graph.linear(q, graph.param({32, 96}, "q8_0"), {}, 32));
    expectCompiledAgrees(graph);
  }
}

/// The keys of a step take finer rows of what its queries take: one kernel makes
/// both.
TEST_P(CompiledNorm, QuantisesItsResultTwice) {
  Graph graph(10);
  Operand n = norm(graph, GetParam(), graph.rows(64), graph.param({64}), {});
  Operand coarse = graph.linear(graph.quantize(n, 64),
                                graph.param({32, 64}, "q4_1"), {}, 32);
  Operand fine = graph.linear(graph.quantize(n, 64, 32, true),
                              graph.param({32, 64}, "q4_1"), {}, 32);
  graph.finish(graph.combine("arith.addf", coarse, fine));
  expectCompiledAgrees(graph);
}

INSTANTIATE_TEST_SUITE_P(Kinds, CompiledNorm,
                         ::testing::Values("rms", "layer"));

namespace {
class CompiledAct : public ::testing::TestWithParam<const char *> {};
} // namespace

TEST_P(CompiledAct, AgreesOnRows) {
  Graph graph(3);
  // -32 .. 32: beyond where the exponentials of every function saturate.
  std::vector<float> table;
  for (int64_t i = 0; i < Graph::tokenCount * 36; ++i)
    table.push_back((i % 1441) * (64.0f / 1440) - 32);
  Operand values = graph.values({Graph::tokenCount, 36}, table);
  Operand x = graph.embed(values, 36);
  graph.finish(graph.emit("llm.act " + std::string(GetParam()) + " " + x.name +
                              " : " + x.type,
                          x.type));
  expectCompiledAgrees(graph);
}

/// Large values hide small ones in max|a - b|, so the range around zero, where
/// the approximations bend, is a test of its own.
TEST_P(CompiledAct, AgreesAroundZero) {
  Graph graph(4);
  Operand x = graph.rows(40);
  graph.finish(graph.emit("llm.act " + std::string(GetParam()) + " " + x.name +
                              " : " + x.type,
                          x.type));
  expectCompiledAgrees(graph);
}

INSTANTIATE_TEST_SUITE_P(Functions, CompiledAct,
                         ::testing::Values("silu", "gelu_erf", "gelu_tanh",
                                           "quick_gelu", "relu", "relu2",
                                           "sigmoid", "tanh", "softplus"));

TEST(CompiledRows, ChainOfArithmetic) {
  Graph graph(6);
  Operand x = graph.rows(21), y = graph.rows(21);
  auto binary = [&](const char *op, const Operand &a, const Operand &b) {
    return graph.emit("arith." + std::string(op) + " " + a.name + ", " +
                          b.name + " : " + x.type,
                      x.type);
  };
  Operand sum = binary("addf", x, y);
  Operand product = binary("mulf", sum, x);
  graph.finish(binary("subf", product, y));
  expectCompiledAgrees(graph);
}
