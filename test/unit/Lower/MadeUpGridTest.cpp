//===- MadeUpGridTest.cpp - number formats that no file has ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Three bits, groups of 64, scales in bf16: a line of IR. Reference, packer and
// every kernel follow, on every instruction set. The other grids are here for the
// planes, scale types, sub-scales and values that GGML's formats do not have.
//===----------------------------------------------------------------------===//
#include "Graph.h"

using namespace llmc;
using namespace llmc::test;
using mlir::llm::Grid;

namespace {
class MadeUpGrid : public ::testing::TestWithParam<const char *> {};
} // namespace

TEST_P(MadeUpGrid, MultipliesFloats) {
  Graph graph(31);
  int64_t inner = 3 * graph.getEncoding(GetParam()).getBlockElems();
  Operand x = graph.rows(inner);
  graph.finish(graph.linear(x, graph.param({37, inner}, GetParam()), {}, 37));
  expectCompiledAgrees(graph);
}

TEST_P(MadeUpGrid, MultipliesIntegers) {
  Graph graph(32);
  Grid grid = *graph.getEncoding(GetParam()).getGrid();
  int64_t inner = 3 * grid.getBlock();
  Operand x = graph.quantize(graph.rows(inner), inner, grid.group);
  graph.finish(graph.linear(x, graph.param({37, inner}, GetParam()), {}, 37));
  expectCompiledAgrees(graph);
}

TEST_P(MadeUpGrid, GathersRows) {
  Graph graph(33);
  int64_t columns = 2 * graph.getEncoding(GetParam()).getBlockElems();
  Operand table = graph.param({Graph::tokenCount, columns}, GetParam());
  graph.finish(graph.embed(table, columns));
  expectCompiledAgrees(graph);
}

INSTANTIATE_TEST_SUITE_P(
    Grids, MadeUpGrid,
    ::testing::Values(
        "grid<bits = 3, group = 64, scale = bf16, zero = 4>",
        "grid<bits = 1, group = 32, scale = f32, min = true>",
        "grid<bits = 2, group = 16, scale = f16, zero = 2>",
        "grid<bits = 6, group = 128, scale = f16, min = true>",
        "grid<bits = 7, group = 32, scale = bf16, sub = si4, block = 96, "
        "min = true>",
        "grid<bits = 4, group = 16, scale = bf16, sub = ui5, block = 64, "
        "values = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, "
        "-8, "
        "-12]>",
        "grid<bits = 4, group = 32, scale = f8E8M0FNU, values = [-127, -88, "
        "-67, -50, -36, -23, -12, 0, 10, 20, 31, 43, 56, 71, 92, 127]>",
        "grid<bits = 5, group = 32, scale = f8E8M0FNU, zero = 16>",
        "grid<bits = 3, group = 32, scale = f8E8M0FNU, min = true>",
        "grid<bits = 1, group = 32, scale = f16, sub = si8, block = 96, "
        "values = [-1, 1]>",
        "grid<bits = 2, group = 64, scale = bf16, values = [-127, -30, 5, "
        "127]>",
        "grid<bits = 8, group = 8, scale = f16, sub = ui8, block = 64, "
        "zero = 100>"),
    [](auto &info) {
      return "bits" + std::string(1, info.param[12]) + "_" +
             std::to_string(info.index);
    });
