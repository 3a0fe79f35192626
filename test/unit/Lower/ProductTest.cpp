//===- ProductTest.cpp - compiled linears ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Graph.h"

using namespace llmc;
using namespace llmc::test;

namespace {
struct Product {
  const char *weights;
  bool int8;
};
void PrintTo(const Product &product, std::ostream *stream) {
  *stream << product.weights << (product.int8 ? "_i8" : "_f32");
}
std::string nameOf(const ::testing::TestParamInfo<Product> &info) {
  return ::testing::PrintToString(info.param);
}
class CompiledLinear : public ::testing::TestWithParam<Product> {
protected:
  bool isGrid() const { return GetParam().weights[0] == 'q'; }
  Operand input(Graph &graph, int64_t columns) {
    Operand x = graph.rows(columns);
    return GetParam().int8 ? graph.quantize(x, columns) : x;
  }
  Operand weight(Graph &graph, int64_t rows, int64_t columns) {
    return graph.param({rows, columns}, GetParam().weights);
  }
};
} // namespace

TEST_P(CompiledLinear, AgreesForRandomShapes) {
  for (uint32_t seed = 1; seed <= 4; ++seed) {
    Graph graph(seed);
    int64_t inner = isGrid() ? 32 * graph.pick(1, 9) : graph.pick(2, 200);
    int64_t outer = graph.pick(1, 130);
    Operand bias = graph.pick(0, 1) ? graph.param({outer}) : Operand();
    Operand x = input(graph, inner);
    graph.finish(graph.linear(x, weight(graph, outer, inner), bias, outer));
    expectCompiledAgrees(graph);
  }
}

/// One panel, two, three (odd), a panel of one row, a panel without padding.
TEST_P(CompiledLinear, AgreesForAnyNumberOfPanels) {
  for (int64_t outer : {1, 16, 17, 32, 48, 79}) {
    Graph graph(outer);
    Operand x = input(graph, 64);
    graph.finish(graph.linear(x, weight(graph, outer, 64), {}, outer));
    expectCompiledAgrees(graph);
  }
}

TEST_P(CompiledLinear, AgreesForAnyInnerSize) {
  std::vector<int64_t> sizes = {1, 3, 40};
  if (isGrid())
    sizes = {32, 96, 1056};
  for (int64_t inner : sizes) {
    Graph graph(inner);
    Operand x = input(graph, inner);
    graph.finish(graph.linear(x, weight(graph, 33, inner), {}, 33));
    expectCompiledAgrees(graph);
  }
}

/// `x + W f(x)`: the product's kernel adds the residual.
TEST_P(CompiledLinear, AddsTheResidual) {
  for (int64_t width : {64, 96}) {
    Graph graph(width);
    Operand rows = graph.rows(width);
    Operand x = GetParam().int8 ? graph.quantize(rows, width) : rows;
    Operand product = graph.linear(x, weight(graph, width, width),
                                   graph.param({width}), width);
    graph.finish(graph.emit("arith.addf " + rows.name + ", " + product.name +
                                " : " + rows.type,
                            rows.type));
    expectCompiledAgrees(graph);
  }
}

/// `silu(G x) * U x`: two products in one kernel.
TEST_P(CompiledLinear, GatesAndMultiplies) {
  for (int64_t outer : {40, 64}) {
    Graph graph(outer);
    Operand x = input(graph, 64);
    Operand gate = graph.linear(x, weight(graph, outer, 64), {}, outer);
    Operand up = graph.linear(x, weight(graph, outer, 64), {}, outer);
    Operand act =
        graph.emit("llm.act silu " + gate.name + " : " + gate.type, gate.type);
    graph.finish(graph.emit(
        "arith.mulf " + act.name + ", " + up.name + " : " + up.type, up.type));
    expectCompiledAgrees(graph);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Types, CompiledLinear,
    ::testing::Values(Product{"f32", false}, Product{"f16", false},
                      Product{"bf16", false}, Product{"q8_0", false},
                      Product{"q4_0", false}, Product{"q4_1", false},
                      Product{"q8_0", true}, Product{"q4_0", true},
                      Product{"q4_1", true}),
    nameOf);

namespace {
class CompiledEpilogue : public ::testing::TestWithParam<const char *> {};
} // namespace

TEST_P(CompiledEpilogue, ActsOnAProduct) {
  Graph graph(21);
  Operand x = graph.rows(24);
  Operand y = graph.linear(x, graph.param({37, 24}), graph.param({37}), 37);
  graph.finish(graph.emit("llm.act " + std::string(GetParam()) + " " + y.name +
                              " : " + y.type,
                          y.type));
  expectCompiledAgrees(graph);
}

INSTANTIATE_TEST_SUITE_P(Functions, CompiledEpilogue,
                         ::testing::Values("silu", "gelu_erf", "gelu_tanh",
                                           "quick_gelu", "relu", "relu2",
                                           "sigmoid", "tanh", "softplus"));

/// Equal activations have code 127 everywhere; the extreme codes of the weights
/// beside one another are the largest sums that 16 bits must hold.
TEST(CompiledExtremes, SumsOfPairsDoNotSaturate) {
  for (const char *encoding : {"q8_0", "q4_0", "q4_1"})
    for (float sign : {1.0f, -1.0f}) {
      Graph graph(1);
      std::vector<float> ones(Graph::tokenCount * 64, sign);
      Operand table = graph.values({Graph::tokenCount, 64}, ones);
      std::string type = tensor({-1, 64});
      Operand x =
          graph.emit("llm.embed " + graph.tokens().name + ", " + table.name +
                         " : (tensor<?xi32>, " + table.type + ") -> " + type,
                     type);
      graph.setCode(0x80); // -128 of Q8_0; 8 and 0 of nibbles
      Operand low = graph.param({16, 64}, encoding);
      graph.setCode(encoding[1] == '8' ? 0x7F : 0xFF);
      Operand high = graph.param({16, 64}, encoding);
      Operand q = graph.quantize(x, 64);
      Operand a = graph.linear(q, low, {}, 16),
              b = graph.linear(q, high, {}, 16);
      graph.finish(graph.emit(
          "arith.subf " + a.name + ", " + b.name + " : " + a.type, a.type));
      expectCompiledAgrees(graph, stepsOf(graph, {1, 4, 7}));
    }
}

/// Equal layers are one loop. Here each layer's only kernel reads the rows that
/// it replaces, which it may not do in place.
TEST(CompiledLayers, ReadWhatTheyReplace) {
  Graph graph(22);
  Operand x = graph.rows(48);
  for (int64_t layer = 0; layer < 3; ++layer) {
    Operand y = graph.linear(x, graph.param({48, 48}), {}, 48);
    x = graph.emit("arith.addf " + x.name + ", " + y.name + " : " + x.type,
                   x.type);
  }
  graph.finish(graph.emit("llm.act tanh " + x.name + " : " + x.type, x.type));
  expectCompiledAgrees(graph, stepsOf(graph, {1, 7, 33}), 1e-4, /*workers=*/3);
}

/// The rows that enter the layers are read again behind them.
TEST(CompiledLayers, LeaveTheirInputAlone) {
  Graph graph(23);
  Operand first = graph.rows(32), x = first;
  for (int64_t layer = 0; layer < 3; ++layer) {
    Operand y = graph.linear(x, graph.param({32, 32}), graph.param({32}), 32);
    Operand z = graph.emit("llm.act relu " + y.name + " : " + y.type, y.type);
    x = graph.linear(z, graph.param({32, 32}), {}, 32);
  }
  graph.finish(graph.emit(
      "arith.mulf " + x.name + ", " + first.name + " : " + x.type, x.type));
  expectCompiledAgrees(graph, stepsOf(graph, {1, 7, 33}), 1e-4, /*workers=*/3);
}
