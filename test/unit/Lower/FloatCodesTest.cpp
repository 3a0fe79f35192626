//===- FloatCodesTest.cpp - products of codes that stand for floats -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Graph.h"

using namespace llmc;
using namespace llmc::test;

namespace {
#define NF4                                                                    \
  "values = [-1.0, -0.69619280, -0.52507305, -0.39491749, -0.28444138, "       \
  "-0.18477343, -0.09105004, 0.0, 0.07958030, 0.16093020, 0.24611230, "        \
  "0.33791524, 0.44070983, 0.56261700, 0.72295684, 1.0]"

struct Codes {
  const char *name, *encoding;
  int64_t group;
};
// Groups of several pieces of 32 k, of a piece, and of fewer; a scale of each type.
constexpr Codes all[] = {
    {"e4m3", "float_codes<type = f8E4M3FN, group = 96, scale = f32>", 96},
    {"e5m2", "float_codes<type = f8E5M2, group = 32, scale = bf16>", 32},
    {"nf4", "float_codes<" NF4 ", group = 64, scale = f32>", 64},
    {"e4m3_odd", "float_codes<type = f8E4M3FN, group = 37, scale = f16>", 37},
    {"nf4_of_six", "float_codes<" NF4 ", group = 6, scale = f16>", 6}};
void PrintTo(const Codes &codes, std::ostream *stream) {
  *stream << codes.name;
}

class FloatCodeProduct : public ::testing::TestWithParam<Codes> {
protected:
  Operand multiply(Graph &graph, const Operand &x, int64_t outer,
                   int64_t inner) {
    return graph.linear(x, graph.param({outer, inner}, GetParam().encoding),
                        graph.param({outer}), outer);
  }
};
} // namespace

/// A group alone and several; a panel of one row, one and a part, two. A gate is two
/// products in one kernel.
TEST_P(FloatCodeProduct, AgreesWithTheReference) {
  Graph graph(51);
  std::vector<Operand> results;
  for (auto [groups, outer] : {std::pair(1, 1), std::pair(3, 37)}) {
    int64_t inner = groups * GetParam().group;
    results.push_back(multiply(graph, graph.rows(inner), outer, inner));
  }
  int64_t inner = 2 * GetParam().group;
  Operand x = graph.rows(inner);
  Operand gate = multiply(graph, x, 32, inner),
          up = multiply(graph, x, 32, inner);
  Operand act =
      graph.emit("llm.act silu " + gate.name + " : " + gate.type, gate.type);
  results.push_back(graph.combine("arith.mulf", act, up));
  graph.finish(results);
  expectCompiledAgrees(graph);
}

/// The lane of a table's row.
TEST_P(FloatCodeProduct, GathersRows) {
  Graph graph(52);
  int64_t columns = 2 * GetParam().group;
  Operand table =
      graph.param({Graph::tokenCount, columns}, GetParam().encoding);
  graph.finish(graph.embed(table, columns));
  expectCompiledAgrees(graph);
}

INSTANTIATE_TEST_SUITE_P(Codes, FloatCodeProduct, ::testing::ValuesIn(all),
                         [](auto &info) {
                           return std::string(info.param.name);
                         });
