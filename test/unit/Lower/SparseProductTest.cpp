//===- SparseProductTest.cpp - products that skip zeros of 2:4 ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Graph.h"

#include <cstring>

using namespace llmc;
using namespace llmc::test;

namespace {
enum class Rows { f32, int8, fine, bfloats };
struct Product {
  const char *grid;
  int64_t group;
  Rows rows;
};
void PrintTo(const Product &product, std::ostream *stream) {
  constexpr const char *names[] = {"f32", "int8", "fine", "bfloats"};
  *stream << product.grid << ", rows of "
          << names[static_cast<int>(product.rows)];
}
class SparseProduct : public ::testing::TestWithParam<Product> {
protected:
  static Operand input(Graph &graph, int64_t columns) {
    Rows kind = GetParam().rows;
    Operand rows = graph.rows(columns);
    return kind == Rows::f32
               ? rows
               : graph.quantize(rows, columns, GetParam().group,
                                kind == Rows::fine, kind == Rows::bfloats);
  }
};

/// The recipe of 2 of 4, rounded to `grid<…>`. Nobody looks for zeros in front of a step
/// that adds, though it adds 0.
std::string spellRecipe(const std::string &grid, bool hidesZeros = false) {
  return "#llm.prune<method = \"magnitude\", keep = 2, of = 4>, " +
         std::string(hidesZeros ? "#llm.add<0.0 : f32>, " : "") +
         "#llm.round<grid = " + grid.substr(std::strlen("grid")) +
         ", method = \"rtn\">";
}

Operand prune(Graph &graph, llvm::ArrayRef<int64_t> shape,
              const std::string &grid) {
  return graph.made(shape, grid, spellRecipe(grid));
}
} // namespace

/// Panels of which one is not full; a gate is two products in one kernel.
TEST_P(SparseProduct, AgreesWithTheReference) {
  auto [grid, group, rows] = GetParam();
  Graph graph(7);
  int64_t inner = 2 * group, outer = 33;
  Operand x = input(graph, inner);
  auto multiply = [&] {
    return graph.linear(x, prune(graph, {outer, inner}, grid),
                        graph.param({outer}), outer);
  };
  Operand gate = multiply(), up = multiply();
  Operand act =
      graph.emit("llm.act silu " + gate.name + " : " + gate.type, gate.type);
  graph.finish(graph.combine("arith.mulf", act, up));
  expectCompiledAgrees(
      graph, stepsOf(graph, {1, 3, 19}),
      rows == Rows::bfloats ? tolerance::bfloats : tolerance::floats, {2});
}

/// The same integers are added up, so that not a bit differs, whatever the tile.
TEST_P(SparseProduct, HasTheBitsOfOneThatMultipliesZeros) {
  auto [grid, group, rows] = GetParam();
  Graph graph(9);
  int64_t inner = 2 * group, outer = 20;
  Operand x = input(graph, inner);
  Operand sparse = prune(graph, {outer, inner}, grid);
  Operand dense =
      graph.made({outer, inner}, grid, spellRecipe(grid, true), sparse);
  Operand bias = graph.param({outer}), other = graph.param({outer});
  graph.finish({graph.linear(x, sparse, bias, outer),
                graph.linear(x, dense, bias, outer),
                graph.linear(x, dense, other, outer)});
  GraphRun run(graph);
  ASSERT_TRUE(run.ok());
  for (const std::string &variant : run.compiled->variants()) {
    run.compiled->start(variant, 1);
    for (auto [first, count] : {std::pair(0, 17), {17, 1}, {18, 3}}) {
      std::vector<float> all = run.compiled->run(rowsFrom(first, count));
      size_t size = count * outer;
      ASSERT_EQ(all.size(), 3 * size);
      EXPECT_TRUE(
          std::equal(all.begin(), all.begin() + size, all.begin() + size))
          << variant << ", " << count << " rows";
      EXPECT_FALSE(
          std::equal(all.begin(), all.begin() + size, all.begin() + 2 * size));
    }
  }
}

constexpr const char *eight =
                         "grid<bits = 8, group = 32, scale = f16, zero = 128>",
                     *four =
                         "grid<bits = 4, group = 64, scale = f16, zero = 8>",
                     *three =
                         "grid<bits = 3, group = 128, scale = f32, zero = 4>",
                     *bytes = "grid<bits = 4, group = 32, scale = f16, sub = "
                              "si8, block = 64, zero = 8>";
INSTANTIATE_TEST_SUITE_P(Grids, SparseProduct,
                         ::testing::Values(Product{eight, 32, Rows::f32},
                                           Product{bytes, 32, Rows::int8},
                                           Product{eight, 32, Rows::int8},
                                           Product{eight, 32, Rows::fine},
                                           Product{four, 64, Rows::int8},
                                           Product{four, 64, Rows::bfloats},
                                           Product{three, 128, Rows::int8},
                                           Product{three, 128, Rows::fine}));

namespace {
/// `encoding` up to the number of entries.
struct SparseRows {
  const char *encoding, *type;
  int64_t entries;
};
void PrintTo(const SparseRows &rows, std::ostream *stream) {
  *stream << rows.entries << " of " << rows.encoding << rows.type;
}
class SparseRowProduct : public ::testing::TestWithParam<SparseRows> {};
} // namespace

/// Alone, added to a product of the same rows (one kernel) and added to one of bytes:
/// as what is pruned and as outliers.
TEST_P(SparseRowProduct, AgreesWithTheReference) {
  auto [format, type, entries] = GetParam();
  Graph graph(8);
  int64_t inner = 96, outer = 33;
  Operand x = graph.rows(inner);
  std::string count = std::to_string(entries);
  std::string encoding = format + count + type;
  auto multiply = [&] {
    Operand w =
        graph.made({outer, inner}, encoding,
                   "#llm.outliers<part = \"kept\", entries = " + count + ">");
    return graph.linear(x, w, graph.param({outer}), outer);
  };
  auto addTo = [&](const Operand &rows) {
    Operand whole =
        graph.linear(rows, graph.param({outer, inner}, "q4_0"), {}, outer);
    return graph.combine("arith.addf", whole, multiply());
  };
  graph.finish({multiply(), addTo(x), addTo(graph.quantize(x, inner))});
  expectCompiledAgrees(graph, stepsOf(graph, {1, 3, 9}), tolerance::floats,
                       {2});
}

constexpr const char *floats = "sparse<cols = 96, entries = ",
                     *codes = "sparse_codes<block = 48, entries = ";
INSTANTIATE_TEST_SUITE_P(
    Types, SparseRowProduct,
    ::testing::Values(SparseRows{floats, ", type = f32>", 24},
                      SparseRows{floats, ", type = f16>", 5},
                      SparseRows{floats, ", type = bf16>", 96},
                      SparseRows{floats, ", type = f32>", 1},
                      SparseRows{codes, ", scale = f16>", 48},
                      SparseRows{codes, ", scale = bf16>", 7},
                      SparseRows{codes, ", scale = f32>", 1}));
