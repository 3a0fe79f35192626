//===- DeviceProductTest.cpp - few rows of bytes times codes on a device ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shapes at which the ring of CodeProduct.cpp is at an end of what it does, compared with
// the interpreter. The forms of a kernel have the same bits, so how many rows a step has changes
// none: one, a tile that is not full, a full one, and what tensor cores multiply.
//===----------------------------------------------------------------------===//
#include "Graph.h"

using namespace llmc;
using namespace llmc::test;

static const std::string device = "sm_80";

namespace {
struct Shape {
  const char *name;
  const char *weights;
  int64_t inner, outer;
  int64_t products = 1;
  bool fine = false;
};
void PrintTo(const Shape &shape, std::ostream *stream) {
  *stream << shape.name;
}
class CodeProduct : public ::testing::TestWithParam<Shape> {
protected:
  void build(Graph &graph) {
    const Shape &shape = GetParam();
    auto grid = graph.getEncoding(shape.weights).getGrid();
    Operand x = graph.quantize(graph.rows(shape.inner), shape.inner,
                               grid->group, shape.fine);
    Operand all;
    for (int64_t i = 0; i < shape.products; ++i) {
      Operand weight = graph.param({shape.outer, shape.inner}, shape.weights);
      Operand y =
          graph.linear(x, weight, graph.param({shape.outer}), shape.outer);
      all = i ? graph.combine("arith.mulf", all, y) : y;
    }
    graph.finish(all);
  }

  /// The rows of steps of so many each, one behind the other.
  static std::vector<float> runSteps(GraphRun &run,
                                     llvm::ArrayRef<int32_t> counts) {
    run.compiled->start(device);
    std::vector<float> all;
    int32_t first = 0;
    for (int32_t count : counts) {
      llvm::append_range(all, run.compiled->run(rowsFrom(first, count)));
      first += count;
    }
    return all;
  }
};
} // namespace

TEST_P(CodeProduct, AgreesForAnyNumberOfRows) {
  Graph graph(95);
  build(graph);
  GraphRun run(graph, {device});
  ASSERT_TRUE(run.ok()) << graph.text();
  std::vector<float> together = runSteps(run, {21});
  EXPECT_LE(
      relativeDifference(together, run.interpret({rowsFrom(0, 21)}).front()),
      tolerance::floats);
  EXPECT_TRUE(runSteps(run, {1, 2, 3, 4, 5, 6}) == together);
}

// Of eight slices: none but the last has a block; some have one more than others; stages that
// are full in some; more stages than a block has room for; blocks of several groups; products that take turns, of which the last stages
// are few; rows in two planes; the last panel not full.
INSTANTIATE_TEST_SUITE_P(
    Shapes, CodeProduct,
    ::testing::Values(Shape{"one_block", "q4_0", 32, 16},
                      Shape{"fewer_blocks_than_slices", "q8_0", 160, 33},
                      Shape{"uneven_slices", "q4_0", 32 * 37, 20},
                      Shape{"ring_goes_round", "q4_0", 32 * 8 * 27, 5},
                      Shape{"bytes_go_round", "q8_0", 32 * 8 * 13, 16},
                      Shape{"minimum", "q4_1", 32 * 45, 18, 1, /*fine=*/true},
                      Shape{"planes", "q5_0", 32 * 19, 16},
                      Shape{"groups_of_a_block", "q4_k", 256 * 17, 16},
                      Shape{"groups_of_16", "q3_k", 256 * 19, 16},
                      Shape{"no_room", "q6_k", 256 * 17, 16},
                      Shape{"two_products", "q4_0", 32 * 8 * 11, 24, 2},
                      Shape{"three_products", "q4_1", 32 * 41, 16, 3},
                      Shape{"table", "iq4_nl", 32 * 21, 16, 2, /*fine=*/true}),
    [](const auto &info) { return info.param.name; });
