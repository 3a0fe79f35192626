//===- EmbedTest.cpp - compiled embeds give the interpreter's rows --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Graph.h"

using namespace llmc;
using namespace llmc::test;

namespace {
struct Table {
  const char *encoding;
  int64_t rows, columns;
};
void PrintTo(const Table &table, std::ostream *stream) {
  *stream << table.encoding << "_" << table.rows << "x" << table.columns;
}
class CompiledEmbed : public ::testing::TestWithParam<Table> {};
} // namespace

TEST_P(CompiledEmbed, GathersTheRows) {
  auto [encoding, rows, columns] = GetParam();
  Graph graph(11);
  Operand table = graph.param({rows, columns}, encoding);
  graph.finish(graph.embed(table, columns));
  // Every row once, in an order that is not theirs.
  std::vector<ReferenceBatch> batches;
  for (int64_t first = 0; first < rows; first += 33) {
    auto count = std::min<int64_t>(33, rows - first);
    graph.append(batches.emplace_back(), 0, first, count);
    for (int64_t i = 0; i < count; ++i)
      batches.back().tokens[i] = rows - 1 - (first + i);
  }
  expectCompiledAgrees(graph, batches, tolerance::exact);
}

INSTANTIATE_TEST_SUITE_P(
    Tables, CompiledEmbed,
    ::testing::Values(Table{"f32", 40, 1}, Table{"f32", 47, 40},
                      Table{"f32", 64, 48}, Table{"f16", 50, 33},
                      Table{"bf16", 33, 64}, Table{"q8_0", 40, 32},
                      Table{"q8_0", 97, 96}, Table{"q4_0", 65, 64},
                      Table{"q4_0", 48, 160}, Table{"q4_1", 33, 32},
                      Table{"q4_1", 80, 96}, Table{"q5_0", 65, 64},
                      Table{"q5_1", 40, 96}, Table{"q4_k", 47, 256},
                      Table{"q5_k", 64, 512}, Table{"q6_k", 97, 512},
                      Table{"q3_k", 33, 256}, Table{"iq4_nl", 65, 96}));

/// The rows whose logits are asked, as the head of a model selects them.
TEST(CompiledSelection, TakesTheAskedRows) {
  for (int64_t columns : {7, 40, 48}) {
    Graph graph(columns);
    Operand x = graph.rows(columns);
    Operand asked = graph.emit("llm.batch_logit_rows %batch : tensor<?xi32>",
                               "tensor<?xi32>");
    graph.finish(graph.emit("llm.embed " + asked.name + ", " + x.name +
                                " : (tensor<?xi32>, " + x.type + ") -> " +
                                x.type,
                            x.type));
    auto steps = stepsOf(graph, {9, 1, 33});
    steps[0].logitRows = {0, 3, 4, 8};
    steps[2].logitRows = {32};
    expectCompiledAgrees(graph, steps, tolerance::exact);
  }
}
