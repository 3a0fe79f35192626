//===- ProductTest.cpp - compiled linears ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Graph.h"

using namespace llmc;
using namespace llmc::test;
using mlir::llm::Grid;

namespace {
constexpr const char *grids[] = {"q4_0", "q4_1", "q5_0",  "q5_1",
                                 "q8_0", "q4_k", "q5_k",  "q6_k",
                                 "q2_k", "q3_k", "iq4_nl"};
enum class Rows { f32, int8, fine };
struct Product {
  const char *weights;
  Rows rows;
};
void PrintTo(const Product &product, std::ostream *stream) {
  constexpr const char *names[] = {"_f32", "_i8", "_i16"};
  *stream << product.weights << names[static_cast<int>(product.rows)];
}
std::string nameOf(const ::testing::TestParamInfo<Product> &info) {
  return ::testing::PrintToString(info.param);
}
class CompiledLinear : public ::testing::TestWithParam<Product> {
protected:
  bool isGrid() const {
    return llvm::is_contained(grids, llvm::StringRef(GetParam().weights));
  }
  /// Elements that a row is a multiple of.
  int64_t block(Graph &graph) {
    return isGrid() ? graph.getEncoding(GetParam().weights).getBlockElems()
                    : 32;
  }
  Operand quantize(Graph &graph, const Operand &x, int64_t columns) {
    auto grid = graph.getEncoding(GetParam().weights).getGrid();
    if (GetParam().rows == Rows::f32)
      return x;
    return graph.quantize(x, columns, grid->group,
                          GetParam().rows == Rows::fine);
  }
  Operand input(Graph &graph, int64_t columns) {
    return quantize(graph, graph.rows(columns), columns);
  }
  Operand weight(Graph &graph, int64_t rows, int64_t columns) {
    return graph.param({rows, columns}, GetParam().weights);
  }
};
} // namespace

// Where results have the same size they are those of one step, which is compiled once.

TEST_P(CompiledLinear, AgreesForRandomShapes) {
  Graph graph(1);
  int64_t most = block(graph) == 32 ? 9 : 3;
  std::vector<Operand> results;
  for (int64_t i = 0; i < 4; ++i) {
    int64_t inner =
        isGrid() ? block(graph) * graph.pick(1, most) : graph.pick(2, 200);
    int64_t outer = graph.pick(1, 130);
    Operand bias = graph.pick(0, 1) ? graph.param({outer}) : Operand();
    Operand x = input(graph, inner);
    results.push_back(
        graph.linear(x, weight(graph, outer, inner), bias, outer));
  }
  graph.finish(results);
  expectCompiledAgrees(graph);
}

/// A panel of one row, two without padding, five, of which the last has padding; one
/// and three without, two with.
TEST_P(CompiledLinear, AgreesForAnyNumberOfPanels) {
  Graph graph(16);
  int64_t inner = 2 * block(graph);
  Operand x = input(graph, inner);
  std::vector<Operand> results;
  std::vector<int64_t> rows = {1, 32, 79};
  if (testsEverything())
    rows.insert(rows.end(), {16, 17, 48});
  for (int64_t outer : rows)
    results.push_back(graph.linear(x, weight(graph, outer, inner), {}, outer));
  graph.finish(results);
  expectCompiledAgrees(graph);
}

TEST_P(CompiledLinear, AgreesForAnyInnerSize) {
  std::vector<int64_t> sizes = {1, 3, 40};
  if (isGrid())
    sizes = {1, 3, 33}; // blocks
  Graph graph(3);
  std::vector<Operand> results;
  for (int64_t size : sizes) {
    int64_t inner = isGrid() ? size * block(graph) : size;
    Operand x = input(graph, inner);
    results.push_back(graph.linear(x, weight(graph, 33, inner), {}, 33));
  }
  graph.finish(results);
  expectCompiledAgrees(graph);
}

/// `x + W f(x)`: the product's kernel adds the residual.
TEST_P(CompiledLinear, AddsTheResidual) {
  Graph graph(2);
  std::vector<Operand> results;
  for (int64_t blocks : {2, 3}) {
    int64_t width = blocks * block(graph);
    Operand rows = graph.rows(width);
    Operand x = quantize(graph, rows, width);
    Operand product = graph.linear(x, weight(graph, width, width),
                                   graph.param({width}), width);
    results.push_back(graph.emit("arith.addf " + rows.name + ", " +
                                     product.name + " : " + rows.type,
                                 rows.type));
  }
  graph.finish(results);
  expectCompiledAgrees(graph);
}

/// `silu(G x) * U x`: two products in one kernel.
TEST_P(CompiledLinear, GatesAndMultiplies) {
  Graph graph(40);
  std::vector<Operand> results;
  for (int64_t outer : {40, 64}) {
    int64_t inner = 2 * block(graph);
    Operand x = input(graph, inner);
    Operand gate = graph.linear(x, weight(graph, outer, inner), {}, outer);
    Operand up = graph.linear(x, weight(graph, outer, inner), {}, outer);
    Operand act =
        graph.emit("llm.act silu " + gate.name + " : " + gate.type, gate.type);
    results.push_back(graph.emit(
        "arith.mulf " + act.name + ", " + up.name + " : " + up.type, up.type));
  }
  graph.finish(results);
  expectCompiledAgrees(graph);
}

INSTANTIATE_TEST_SUITE_P(Types, CompiledLinear, ::testing::ValuesIn([] {
                           std::vector<Product> all = {{"f32", Rows::f32},
                                                       {"f16", Rows::f32},
                                                       {"bf16", Rows::f32}};
                           for (const char *grid : grids)
                             all.insert(all.end(), {{grid, Rows::f32},
                                                    {grid, Rows::int8}});
                           // With a minimum, with a zero, of two levels.
                           for (const char *grid : {"q4_1", "q8_0", "q6_k"})
                             all.push_back({grid, Rows::fine});
                           return all;
                         }()),
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
  for (const char *encoding : grids)
    for (float sign : {1.0f, -1.0f}) {
      Graph graph(1);
      Grid grid = *graph.getEncoding(encoding).getGrid();
      int64_t inner = 2 * grid.getBlock();
      std::vector<float> ones(Graph::tokenCount * inner, sign);
      Operand table = graph.values({Graph::tokenCount, inner}, ones);
      Operand x = graph.embed(table, inner);
      bool bytes = grid.bits == 8;
      graph.setCode(bytes ? 0x80 : 0); // -128 of Q8_0
      Operand low = graph.param({16, inner}, encoding);
      graph.setCode(bytes ? 0x7F : 0xFF);
      Operand high = graph.param({16, inner}, encoding);
      Operand q = graph.quantize(x, inner, grid.group);
      Operand a = graph.linear(q, low, {}, 16),
              b = graph.linear(q, high, {}, 16);
      graph.finish(graph.emit(
          "arith.subf " + a.name + ", " + b.name + " : " + a.type, a.type));
      expectCompiledAgrees(graph, stepsOf(graph, {1, 4, 7}));
    }
}
