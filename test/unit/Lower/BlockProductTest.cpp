//===- BlockProductTest.cpp - products that skip blocks of zeros ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Graph.h"

#include <cstring>

using namespace llmc;
using namespace llmc::test;

namespace {
/// Those of prompts may be bf16: of codes' rows `bfloats`, of floats' `narrow`.
enum class Rows { f32, int8, fine, bfloats, narrow };
struct Product {
  const char *name;
  const char *weights; // a grid or an element type
  int64_t group;       // of codes
  const char *pattern;
  Rows rows;
};
void PrintTo(const Product &product, std::ostream *stream) {
  *stream << product.name;
}

class BlockProduct : public ::testing::TestWithParam<Product> {
protected:
  static Operand input(Graph &graph, int64_t columns) {
    const Product &product = GetParam();
    Operand rows = graph.rows(columns);
    if (product.rows == Rows::f32)
      return rows;
    if (product.rows == Rows::narrow)
      return graph.narrow(rows, columns);
    return graph.quantize(rows, columns, product.group,
                          product.rows == Rows::fine,
                          product.rows == Rows::bfloats);
  }
  static std::string spellRecipe() {
    const Product &product = GetParam();
    std::string recipe = "#llm.prune<method = \"magnitude\", " +
                         std::string(product.pattern) + ">";
    if (product.group)
      recipe += ", #llm.round<grid = " +
                std::string(product.weights).substr(std::strlen("grid")) +
                ", method = \"rtn\">";
    return recipe;
  }
  static Operand weight(Graph &graph, int64_t outer, int64_t inner) {
    return graph.made({outer, inner}, GetParam().weights, spellRecipe());
  }
};
} // namespace

/// Panels of which one is not full; a gate is two products in one kernel. Floats that become
/// bf16 take several pieces of k.
TEST_P(BlockProduct, AgreesWithTheReference) {
  Graph graph(7);
  bool hasPieces = !GetParam().group && GetParam().rows == Rows::narrow;
  bool rounds =
      GetParam().rows == Rows::bfloats || GetParam().rows == Rows::narrow;
  int64_t inner = hasPieces ? 1792 : 256, outer = 37;
  Operand x = input(graph, inner);
  auto multiply = [&] {
    return graph.linear(x, weight(graph, outer, inner), graph.param({outer}),
                        outer);
  };
  Operand gate = multiply(), up = multiply();
  Operand act =
      graph.emit("llm.act silu " + gate.name + " : " + gate.type, gate.type);
  graph.finish(graph.combine("arith.mulf", act, up));
  expectCompiledAgrees(graph, stepsOf(graph, {1, 3, 19}),
                       rounds ? tolerance::bfloats : tolerance::floats, {2});
}

constexpr const char *eight =
                         "grid<bits = 8, group = 32, scale = f16, zero = 128>",
                     *four =
                         "grid<bits = 4, group = 64, scale = f16, zero = 8>",
                     *three =
                         "grid<bits = 3, group = 128, scale = f32, zero = 4>",
                     *columns = "keep = 8, of = 16, blockRows = 16",
                     *most = "keep = 3, of = 4, blockRows = 16",
                     *squares =
                         "keep = 2, of = 4, blockRows = 4, blockCols = 4",
                     *half = "share = 0.5, blockRows = 16",
                     *quarter = "share = 0.75, blockRows = 4, blockCols = 4";
INSTANTIATE_TEST_SUITE_P(
    Weights, BlockProduct,
    ::testing::Values(
        Product{"int8", eight, 32, columns, Rows::int8},
        Product{"int4_squares", four, 64, squares, Rows::int8},
        Product{"int8_f32", eight, 32, columns, Rows::f32},
        Product{"int8_squares_f32", eight, 32, squares, Rows::f32},
        Product{"int8_most_fine", eight, 32, most, Rows::fine},
        Product{"int4_fine", four, 64, columns, Rows::fine},
        Product{"int3_squares", three, 128, squares, Rows::int8},
        Product{"int4_bfloats", four, 64, columns, Rows::bfloats},
        Product{"int8_squares_bfloats", eight, 32, squares, Rows::bfloats},
        Product{"f32", "f32", 0, half, Rows::f32},
        Product{"f16_squares", "f16", 0, quarter, Rows::f32},
        Product{"int8_narrow", eight, 32, columns, Rows::narrow},
        Product{"int4_squares_narrow", four, 64, squares, Rows::narrow},
        Product{"int3_most_narrow", three, 128, most, Rows::narrow},
        Product{"bf16_narrow", "bf16", 0, half, Rows::narrow},
        Product{"f32_squares_narrow", "f32", 0, quarter, Rows::narrow}),
    [](const auto &info) { return info.param.name; });
