//===- SparseDeviceTest.cpp - codes of 2:4 on a device's tensor cores -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shapes at which SparseCodeProduct.cpp, TensorProduct.cpp and HalfPairs.cpp are at an end of what they
// do, compared with the interpreter. Sums of rows of bytes have the same bits in any step.
//===----------------------------------------------------------------------===//
#include "Graph.h"

#include <cstring>

using namespace llmc;
using namespace llmc::test;

static const std::string device = "sm_80";

namespace {
enum class Rows { bytes, fine, floats };
struct Shape {
  const char *name;
  const char *grid;
  int64_t inner, outer;
  Rows rows = Rows::bytes;
  int64_t products = 1;
};
void PrintTo(const Shape &shape, std::ostream *stream) {
  *stream << shape.name;
}
class SparseDevice : public ::testing::TestWithParam<Shape> {
protected:
  void build(Graph &graph) {
    const Shape &shape = GetParam();
    std::string recipe =
        "#llm.prune<method = \"magnitude\", keep = 2, of = 4>, "
        "#llm.round<grid = " +
        std::string(shape.grid + std::strlen("grid")) + ", method = \"rtn\">";
    int64_t group = graph.getEncoding(shape.grid).getGrid()->group;
    Operand x = graph.rows(shape.inner);
    x = shape.rows == Rows::floats
            ? graph.narrow(x, shape.inner)
            : graph.quantize(x, shape.inner, group, shape.rows == Rows::fine);
    Operand all;
    for (int64_t i = 0; i < shape.products; ++i) {
      Operand y = graph.linear(
          x, graph.made({shape.outer, shape.inner}, shape.grid, recipe),
          graph.param({shape.outer}), shape.outer);
      all = i ? graph.combine("arith.mulf", all, y) : y;
    }
    graph.finish(all);
  }
};
class SparseDeviceBytes : public SparseDevice {};
} // namespace

/// One row; a full tile of few rows and one that is not; one of many.
TEST_P(SparseDevice, AgreesWithTheInterpreter) {
  Graph graph(96);
  build(graph);
  GraphRun run(graph, {device});
  ASSERT_TRUE(run.ok()) << graph.text();
  auto steps = stepsOf(graph, {66, 1, 8, 11});
  auto expected = run.interpret(steps);
  run.compiled->start(device);
  for (size_t i = 0; i < steps.size(); ++i)
    EXPECT_LE(relativeDifference(run.compiled->run(steps[i]), expected[i]),
              GetParam().rows == Rows::floats ? tolerance::bfloats
                                              : tolerance::floats)
        << "step " << i;
}

TEST_P(SparseDeviceBytes, HasTheSameBitsInAnyStep) {
  Graph graph(97);
  build(graph);
  GraphRun run(graph, {device});
  ASSERT_TRUE(run.ok()) << graph.text();
  auto runSteps = [&](llvm::ArrayRef<int32_t> counts) {
    run.compiled->start(device);
    std::vector<float> all;
    int32_t first = 0;
    for (int32_t count : counts) {
      llvm::append_range(all, run.compiled->run(rowsFrom(first, count)));
      first += count;
    }
    return all;
  };
  EXPECT_TRUE(runSteps({1, 3, 8, 9}) == runSteps({21}));
}

constexpr const char
    *byBytes = "grid<bits = 8, group = 64, scale = f16, zero = 128>",
    *ofPairs = "grid<bits = 8, group = 32, scale = f16, zero = 128>",
    *ofThree = "grid<bits = 8, group = 96, scale = f32, zero = 128>",
    *longest = "grid<bits = 8, group = 256, scale = f16, zero = 128>",
    *four = "grid<bits = 4, group = 64, scale = f16, zero = 8>",
    *three = "grid<bits = 3, group = 128, scale = f32, zero = 4>",
    *subs = "grid<bits = 4, group = 32, scale = f16, sub = si8, "
            "block = 64, zero = 8>";
// Groups of one step of 32 k, of two, of three, of eight; codes of one plane and of two; of eight slices none
// but the last has a group, some have one more than others, stages come round; products that
// take turns, of which the last one is no tile's; the last panel not full.
const Shape bytes[] = {{"one_group", ofPairs, 32, 16},
                       {"two_steps", byBytes, 64 * 5, 33},
                       {"three_steps", ofThree, 96 * 11, 20, Rows::fine},
                       {"eight_steps", longest, 256 * 9, 16},
                       {"uneven_slices", ofPairs, 32 * 37, 20},
                       {"ring_goes_round", byBytes, 64 * 8 * 13, 16},
                       {"four_bits", four, 64 * 19, 70, Rows::fine},
                       {"two_planes", three, 128 * 9, 16},
                       {"sub_scales", subs, 64 * 9, 40},
                       {"two_products", byBytes, 64 * 11, 24, Rows::bytes, 2},
                       {"three_products", four, 64 * 11, 24, Rows::bytes, 3}};
const Shape floats[] = {
    {"floats", byBytes, 64 * 3, 150, Rows::floats},
    {"floats_of_pairs", ofPairs, 32 * 5, 33, Rows::floats, 2},
    {"floats_of_four_bits", four, 64 * 2, 40, Rows::floats, 3},
    {"floats_of_three_steps", ofThree, 96 * 2, 17, Rows::floats},
    {"floats_of_two_planes", three, 128, 16, Rows::floats}};
std::string nameOf(const ::testing::TestParamInfo<Shape> &info) {
  return info.param.name;
}
INSTANTIATE_TEST_SUITE_P(Bytes, SparseDevice, ::testing::ValuesIn(bytes),
                         nameOf);
INSTANTIATE_TEST_SUITE_P(Floats, SparseDevice, ::testing::ValuesIn(floats),
                         nameOf);
INSTANTIATE_TEST_SUITE_P(Shapes, SparseDeviceBytes, ::testing::ValuesIn(bytes),
                         nameOf);
