//===- WarpgroupProductTest.cpp - many rows of prompts by wgmma -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// So many outputs that a step of a prompt has a block for most of a GPU, which is when
// WarpgroupProduct.cpp computes it; k is short. Four products in a kernel multiply as
// much and yield a quarter.
//===----------------------------------------------------------------------===//
#include "Graph.h"

using namespace llmc;
using namespace llmc::test;

static const std::string device = "sm_90a";

namespace {
constexpr int32_t manyRows = 65; // with 80 blocks of outputs
constexpr int64_t columnsOfBlock = 256, blocks = 80;

struct Shape {
  const char *name;
  const char *weights;
  int64_t inner;
  int64_t products = 4;
  int64_t missing = 0;        // output rows of the last block that are none
  const char *pattern = "";   // of blocks that are kept
  const char *grid = nullptr; // that such weights are rounded to
};
void PrintTo(const Shape &shape, std::ostream *stream) {
  *stream << shape.name;
}

class WarpgroupProduct : public ::testing::TestWithParam<Shape> {
protected:
  static int64_t countOutputs() {
    // Of three products a block has four panels each, as of four.
    int64_t products = GetParam().products == 3 ? 4 : GetParam().products;
    return blocks * columnsOfBlock / products - GetParam().missing;
  }

  static Operand addWeight(Graph &graph) {
    const Shape &shape = GetParam();
    llvm::SmallVector<int64_t> dims = {countOutputs(), shape.inner};
    if (!*shape.pattern)
      return graph.param(dims, shape.weights);
    std::string recipe = "#llm.prune<method = \"magnitude\", " +
                         std::string(shape.pattern) + ">";
    if (shape.grid)
      recipe += ", #llm.round<grid = " + std::string(shape.grid) +
                ", method = \"rtn\">";
    return graph.made(dims, shape.weights, recipe);
  }

  static void build(Graph &graph) {
    int64_t outputs = countOutputs();
    Operand x = graph.narrow(graph.rows(GetParam().inner), GetParam().inner);
    Operand all;
    for (int64_t i = 0; i < GetParam().products; ++i) {
      Operand y =
          graph.linear(x, addWeight(graph), graph.param({outputs}), outputs);
      all = i ? graph.combine(i % 2 ? "arith.mulf" : "arith.addf", all, y) : y;
    }
    graph.finish(all);
  }
};
} // namespace

/// The prompts' rows are in two tiles or one, between generated ones; and few of them, which
/// mma.sync multiplies.
TEST_P(WarpgroupProduct, AgreesAsFarAsItRounds) {
  Graph graph(97);
  build(graph);
  GraphRun run(graph, {device});
  ASSERT_TRUE(run.ok()) << graph.text();
  std::vector<ReferenceBatch> steps(1);
  graph.append(steps[0], 0, 0, 1);
  graph.append(steps[0], 1, 0, manyRows - 1);
  graph.append(steps[0], 2, 3, 1);
  graph.append(steps[0], 3, 0, 4);
  std::vector<float> expected = run.interpret(steps).front();
  run.compiled->start(device);
  std::vector<float> found = run.compiled->run(steps[0]);
  EXPECT_LE(relativeDifference(found, expected), tolerance::bfloats);
}

// Weights that are copied: in stages of 32 k, of which there are more than the ring has room
// for, and of 64. Those that become bf16; some of whose blocks are zeros. Panels that are not full, and none.
INSTANTIATE_TEST_SUITE_P(
    Shapes, WarpgroupProduct,
    ::testing::Values(
        Shape{"copied_by_32", "bf16", 32 * 5, 3, /*missing=*/37},
        Shape{"copied", "bf16", 64 * 2},
        Shape{"floats", "f16", 64, 4, /*missing=*/63},
        Shape{"codes", "q5_1", 32 * 3, 4, /*missing=*/17},
        Shape{"kept_floats", "f32", 64, 4, 0, "share = 0.5, blockRows = 16"},
        Shape{"kept_codes", "grid<bits = 4, group = 64, scale = f16, zero = 8>",
              64, 4, 0, "keep = 8, of = 16, blockRows = 16",
              "<bits = 4, group = 64, scale = f16, zero = 8>"}),
    [](const auto &info) { return info.param.name; });

/// Of one product a block has 16 panels, of two 8. In the simulator, and on a device that rounds
/// both forms alike, the number of rows of a step changes no bit.
TEST(WarpgroupProducts, HaveTheBitsOfTheOtherForm) {
  for (int64_t products : {1, 2}) {
    Graph graph(99);
    constexpr int64_t inner = 64;
    int64_t outputs = blocks * columnsOfBlock / products;
    Operand x = graph.narrow(graph.rows(inner), inner), all;
    for (int64_t i = 0; i < products; ++i) {
      Operand weight = graph.param({outputs, inner}, i ? "f32" : "bf16");
      Operand y = graph.linear(x, weight, {}, outputs);
      all = i ? graph.combine("arith.mulf", all, y) : y;
    }
    graph.finish(all);
    GraphRun run(graph, {device});
    ASSERT_TRUE(run.ok()) << graph.text();
    run.compiled->start(device);
    run.compiled->phase = LLMRT_PHASE_PROMPT;
    std::vector<float> together = run.compiled->run(rowsFrom(0, manyRows));
    EXPECT_LE(relativeDifference(
                  together, run.interpret({rowsFrom(0, manyRows)}).front()),
              tolerance::bfloats);
    std::vector<float> apart = run.compiled->run(rowsFrom(0, manyRows - 1));
    llvm::append_range(apart, run.compiled->run(rowsFrom(manyRows - 1, 1)));
    EXPECT_TRUE(together == apart) << relativeDifference(together, apart);
  }
}
