//===- NaNTest.cpp - what is no number stays so, compiled as interpreted --===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Maxima, clamps and roundings lose NaN where nobody looks: a model that
// overflows would go on with finite garbage.
//===----------------------------------------------------------------------===//
#include "Graph.h"

#include <cmath>
#include <limits>

using namespace llmc;
using namespace llmc::test;

static constexpr float infinity = std::numeric_limits<float>::infinity();

/// Rows of a table in which every third row holds one `planted` number.
static Operand plant(Graph &graph, int64_t columns, float planted = NAN) {
  std::vector<float> numbers(Graph::tokenCount * columns);
  for (float &x : numbers)
    x = graph.number();
  for (int64_t row = 1; row < Graph::tokenCount; row += 3)
    numbers[row * columns + 5 * row % columns] = planted;
  Operand table = graph.values({Graph::tokenCount, columns}, numbers);
  return graph.embed(table, columns);
}

static void expectSameNaNs(Graph &graph) {
  expectSameNaNs(graph, stepsOf(graph, {1, 4, 7, 13}));
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

TEST(NaN, PassesActivations) {
  for (const char *function :
       {"silu", "gelu_erf", "gelu_tanh", "quick_gelu", "relu", "relu2",
        "sigmoid", "tanh", "softplus"}) {
    SCOPED_TRACE(function);
    Graph graph(1);
    Operand x = plant(graph, 48);
    graph.finish(graph.emit(std::string("llm.act ") + function + " " + x.name +
                                " : " + x.type,
                            x.type));
    expectSameNaNs(graph);
  }
}

TEST(NaN, PassesElementwiseOps) {
  for (const char *op : {"arith.negf", "math.absf", "math.exp", "math.tanh",
                         "math.erf", "math.floor", "math.roundeven"}) {
    SCOPED_TRACE(op);
    Graph graph(2);
    Operand x = plant(graph, 20);
    graph.finish(
        graph.emit(std::string(op) + " " + x.name + " : " + x.type, x.type));
    expectSameNaNs(graph);
  }
}

/// One operand holds NaN, on the left or on the right.
TEST(NaN, PassesMaximaThatKeepIt) {
  for (const char *op : {"arith.addf", "arith.subf", "arith.mulf", "arith.divf",
                         "arith.maximumf", "arith.minimumf"})
    for (bool left : {false, true}) {
      SCOPED_TRACE(std::string(op) + (left ? ", left" : ", right"));
      Graph graph(3);
      Operand planted = plant(graph, 20), plain = graph.rows(20);
      graph.finish(
          graph.combine(op, left ? planted : plain, left ? plain : planted));
      expectSameNaNs(graph);
    }
}

/// maxnumf and minnumf mean: the other operand, if it is a number.
TEST(NaN, IsDroppedByMaximaThatSaySo) {
  for (const char *op : {"arith.maxnumf", "arith.minnumf"})
    for (bool left : {false, true}) {
      SCOPED_TRACE(op);
      Graph graph(4);
      Operand planted = plant(graph, 20), plain = graph.rows(20);
      graph.finish(
          graph.combine(op, left ? planted : plain, left ? plain : planted));
      expectCompiledAgrees(graph);
    }
}

//===----------------------------------------------------------------------===//
// Rows and products
//===----------------------------------------------------------------------===//

TEST(NaN, FillsNormalisedRows) {
  for (const char *kind : {"rms", "layer"}) {
    Graph graph(5);
    Operand x = plant(graph, 48);
    graph.finish(graph.emit(std::string("llm.norm ") + kind + " " + x.name +
                                " {eps = 1.0e-5 : f64} : (" + x.type + ") -> " +
                                x.type,
                            x.type));
    expectSameNaNs(graph);
  }
}

TEST(NaN, FillsRowsOfProducts) {
  for (const char *encoding : {"f32", "f16", "bf16", "q8_0", "q4_0", "q4_1"}) {
    SCOPED_TRACE(encoding);
    Graph graph(6);
    Operand x = plant(graph, 64), w = graph.param({40, 64}, encoding);
    graph.finish(graph.linear(x, w, {}, 40));
    expectSameNaNs(graph);
  }
}

/// A NaN in one weight is one column of the product.
TEST(NaN, FillsColumnsOfProducts) {
  Graph graph(7);
  std::vector<float> numbers(40 * 64);
  for (float &x : numbers)
    x = graph.number();
  numbers[17 * 64 + 3] = NAN;
  Operand x = graph.rows(64), w = graph.values({40, 64}, numbers);
  graph.finish(graph.linear(x, w, {}, 40));
  expectSameNaNs(graph);
}

/// A group of int8 rows that holds a NaN or an infinity is NaN: the maximum
/// would drop the one and divide by the other.
TEST(NaN, FillsRowsOfIntegerProducts) {
  for (float planted : {NAN, infinity, -infinity})
    for (const char *encoding : {"q8_0", "q4_0", "q4_1"}) {
      SCOPED_TRACE(std::string(encoding) + ", " + std::to_string(planted));
      Graph graph(8);
      bool fine = encoding == std::string("q4_0");
      Operand q = graph.quantize(plant(graph, 64, planted), 64, 32, fine);
      Operand w = graph.param({40, 64}, encoding);
      graph.finish(graph.linear(q, w, {}, 40));
      expectSameNaNs(graph);
    }
}

/// 127 divided by the maximum overflows: such a group is zero, not garbage.
TEST(NaN, DoesNotComeFromNumbersThatAreTooSmall) {
  Graph graph(9);
  std::vector<float> numbers(Graph::tokenCount * 64);
  for (float &x : numbers)
    x = graph.number() * 1e-38f;
  Operand table = graph.values({Graph::tokenCount, 64}, numbers);
  Operand x = graph.embed(table, 64);
  Operand w = graph.param({40, 64}, "q8_0");
  Operand tiny = graph.linear(graph.quantize(x, 64), w, {}, 40);
  Operand plain = graph.linear(graph.rows(64), graph.param({40, 64}), {}, 40);
  graph.finish(graph.combine("arith.addf", tiny, plain));
  expectCompiledAgrees(graph);
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

/// Attention of 4 heads on 2 with one number in the query, the key or the value.
static void attend(Graph &graph, int64_t planted, const std::string &element,
                   const std::string &attributes, int64_t channels = 16,
                   float number = NAN) {
  auto make = [&](int64_t heads, int64_t which) {
    int64_t columns = heads * channels;
    return graph.expand(which == planted ? plant(graph, columns, number)
                                         : graph.rows(columns),
                        heads, channels);
  };
  Operand q = make(4, 0), k = make(2, 1), v = make(2, 2);
  std::string size = std::to_string(channels);
  std::string cache = "!llm.kv<1x2x" + size + "x" + size + ", " + element + ">";
  Operand kv = graph.useCache(cache);
  Operand layer = graph.emit("arith.constant 0 : index", "index");
  Operand a =
      graph.attend(q, k, v, kv, layer, "scale = 0.5 : f64" + attributes);
  graph.finish(graph.collapse(a, 4, channels), {kv});
}

TEST(NaN, PassesAttention) {
  for (int64_t planted : {0, 1, 2})
    for (const char *element : {"f32", "f16", "bf16", "i8"}) {
      SCOPED_TRACE(std::to_string(planted) + " of q, k, v; " + element);
      Graph graph(10);
      attend(graph, planted, element, "");
      expectSameNaNs(graph, stepsOf(graph, {1, 3, 7}), 1e-2);
    }
}

/// Probabilities that are made as bf16 have no NaN of their own.
TEST(NaN, PassesAttentionThatRounds) {
  auto expect = [](int64_t planted, float number, const char *attributes) {
    SCOPED_TRACE(std::to_string(planted) + " of q, k, v; " +
                 std::to_string(number) + attributes);
    Graph graph(10);
    attend(graph, planted, "f32", std::string(", narrow") + attributes, 32,
           number);
    expectSameNaNs(graph, stepsOf(graph, {1, 3, 7, 70}), 2e-2);
  };
  for (int64_t planted : {0, 1, 2})
    for (const char *attributes : {"", ", softcap = 2.0 : f64"})
      expect(planted, NAN, attributes);
  for (int64_t planted : {0, 1})
    for (float number : {infinity, -infinity})
      expect(planted, number, "");
}

TEST(NaN, PassesCappedScores) {
  for (int64_t planted : {0, 1}) {
    Graph graph(11);
    attend(graph, planted, "f32", ", softcap = 2.0 : f64");
    expectSameNaNs(graph, stepsOf(graph, {1, 3, 7}));
  }
}

/// What has left the window is not read: rows are numbers again.
TEST(NaN, LeavesWithTheWindow) {
  for (int64_t planted : {1, 2}) {
    Graph graph(12);
    attend(graph, planted, "f32", ", left = 1 : i64");
    expectSameNaNs(graph, stepsOf(graph, {1, 3, 60, 60}));
  }
}

TEST(NaN, PassesRotations) {
  Graph graph(13);
  Operand x = graph.expand(plant(graph, 32), 2, 16);
  std::vector<float> inverse = {1.0f, 0.5f, 0.25f, 0.125f};
  Operand inv = graph.values({4}, inverse), positions = graph.positions();
  Operand rotated =
      graph.emit("llm.rope half " + x.name + ", " + positions.name + ", " +
                     inv.name + " : (" + x.type + ", " + positions.type + ", " +
                     inv.type + ") -> " + x.type,
                 x.type);
  graph.finish(graph.collapse(rotated, 2, 16));
  expectSameNaNs(graph);
}
