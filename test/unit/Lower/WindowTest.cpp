//===- WindowTest.cpp - caches that keep what a window reaches ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pages of blocks out of reach are poisoned and no block names them: what is
// computed has the bits of a cache that keeps all.
//===----------------------------------------------------------------------===//
#include "Graph.h"

using namespace llmc;
using namespace llmc::test;

namespace {
struct Shape {
  int64_t left;
  bool isLatent = false;
  const char *attributes = ""; // besides the window
};

/// Two layers with a window, and one without in another cache; `keeps`: the cache of
/// the two keeps all as well.
void build(Graph &graph, const Shape &shape, bool keeps) {
  std::string window =
      keeps ? "" : ", window = " + std::to_string(shape.left + 1);
  std::string form =
      shape.isLatent ? "x1x20x0, f16, prefix = 16" : "x1x32x16, f16";
  int64_t keyDim = shape.isLatent ? 20 : 32;
  Operand ring = graph.useCache("!llm.kv<2" + form + window + ">");
  Operand whole = graph.useCache("!llm.kv<1" + form + ">");
  Operand sum;
  for (int64_t l = 0; l < 3; ++l) {
    bool sees = l == 1; // all
    Operand layer = graph.emit(
        "arith.constant " + std::to_string(l / 2) + " : index", "index");
    std::string attributes =
        (sees ? "" : "left = " + std::to_string(shape.left) + " : i64, ") +
        std::string(shape.attributes) + "scale = 0.5 : f64";
    Operand a = graph.attend(graph.heads(3, keyDim), graph.heads(1, keyDim),
                             shape.isLatent ? Operand() : graph.heads(1, 16),
                             sees ? whole : ring, layer, attributes,
                             tensor({-1, 3, 16}));
    Operand rows = graph.collapse(a, 3, 16);
    sum = l ? graph.combine("arith.addf", sum, rows) : rows;
  }
  graph.finish(sum, {ring, whole});
}

/// Several times the window: a prompt, single rows past a page's end, five rows at a
/// time, and a second sequence that takes the pages of the first. A device is
/// simulated: it gets as much as one page that is given back takes.
std::vector<ReferenceBatch> longSteps() {
  const int32_t prompt = testDevice().empty() ? 720 : 160;
  const int32_t singles = testDevice().empty() ? 70 : 10;
  std::vector<ReferenceBatch> steps;
  for (int32_t first = 0; first < prompt; first += 240)
    appendRows(steps.emplace_back(), 0, first, std::min(240, prompt - first));
  for (int32_t i = prompt; i < prompt + singles; i += 7)
    appendRows(steps.emplace_back(), 0, i, 7);
  const int32_t behind = prompt + (singles + 6) / 7 * 7;
  for (int32_t i = 0; i < singles; ++i) {
    ReferenceBatch &step = steps.emplace_back();
    appendRows(step, 0, behind + i, 1);
    appendRows(step, 1, 5 * i, i % 9 ? 5 : 1);
    if (i % 9 == 0)
      for (int32_t j = 1; j < 5; ++j)
        appendRows(steps.emplace_back(), 1, 5 * i + j, 1);
  }
  return steps;
}

constexpr Shape all[] = {{.left = 99},
                         {.left = 64, .isLatent = true},
                         {.left = 0},
                         {.left = 63, .attributes = "narrow, "},
                         {.left = 300, .attributes = "chunk = 200 : i64, "}};

llvm::ArrayRef<Shape> shapes() {
  return llvm::ArrayRef(all).take_front(testDevice().empty() ? 5 : 2);
}
} // namespace

TEST(CompiledWindowCache, Agrees) {
  for (const Shape &shape : shapes()) {
    if (std::string(shape.attributes).starts_with("narrow"))
      continue; // rounds
    SCOPED_TRACE("left = " + std::to_string(shape.left));
    Graph graph(61);
    build(graph, shape, /*keeps=*/false);
    expectCompiledAgrees(graph, longSteps());
  }
}

TEST(CompiledWindowCache, HasTheBitsOfOneThatKeepsAll) {
  for (const Shape &shape : shapes()) {
    Graph ringGraph(62), wholeGraph(62);
    build(ringGraph, shape, /*keeps=*/false);
    build(wholeGraph, shape, /*keeps=*/true);
    GraphRun ring(ringGraph), whole(wholeGraph);
    ASSERT_TRUE(ring.ok() && whole.ok());
    for (const std::string &variant : ring.compiled->variants()) {
      std::vector<std::vector<float>> expected;
      whole.compiled->start(variant, 2);
      for (const ReferenceBatch &step : longSteps())
        expected.push_back(whole.compiled->run(step));
      for (int64_t workers : {1, 3}) {
        ring.compiled->start(variant, workers);
        for (const auto &[i, step] : llvm::enumerate(longSteps()))
          ASSERT_TRUE(ring.compiled->run(step) == expected[i])
              << variant << ", left = " << shape.left << ", " << workers
              << " workers, step " << i << " of " << step.tokens.size()
              << " rows";
      }
    }
  }
}
