//===- RowAttentionTest.cpp - compiled attention without a cache ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Graph.h"

using namespace llmc;
using namespace llmc::test;

namespace {
struct Heads {
  int64_t query, key, keyDim, valueDim;
};
} // namespace

/// Attends to keys and values of the batch's own rows.
static void build(Graph &graph, const Heads &heads,
                  const std::string &attributes, bool perHead = false) {
  Operand q = graph.heads(heads.query, heads.keyDim),
          k = graph.heads(heads.key, heads.keyDim),
          v = graph.heads(heads.key, heads.valueDim);
  std::string slopes, types;
  if (perHead) {
    Operand numbers = graph.param({heads.query});
    slopes = " slopes(" + numbers.name + ") sinks(" + numbers.name + ")";
    types = numbers.type + ", " + numbers.type + ", ";
  }
  std::string type = tensor({-1, heads.query, heads.valueDim});
  Operand a = graph.emit("llm.attention " + q.name + " key(" + k.name +
                             ") value(" + v.name + ")" + slopes +
                             " batch(%batch) {scale = 0.5 : f64" + attributes +
                             "} : (" + q.type + ", " + k.type + ", " + v.type +
                             ", " + types + "!llm.batch) -> " + type,
                         type);
  graph.finish(graph.collapse(a, heads.query, heads.valueDim));
}

/// One row, a part of 16 keys, several times 16; and several sequences side by
/// side, of which one begins late.
static std::vector<ReferenceBatch> batches(Graph &graph) {
  std::vector<ReferenceBatch> all(5);
  graph.append(all[0], 0, 0, 1);
  graph.append(all[1], 1, 0, 7);
  graph.append(all[2], 2, 0, 50);
  graph.append(all[3], 3, 0, 17);
  graph.append(all[3], 4, 100, 5);
  graph.append(all[3], 5, 0, 33);
  graph.append(all[4], 6, 0, 2);
  graph.append(all[4], 7, 0, 16);
  return all;
}

TEST(CompiledRowAttention, SeesBothDirections) {
  for (const Heads &heads : {Heads{1, 1, 16, 16}, Heads{4, 2, 24, 8},
                             Heads{6, 1, 9, 40}, Heads{12, 12, 64, 64}}) {
    Graph graph(71);
    build(graph, heads, ", right = -1 : i64");
    expectCompiledAgrees(graph, batches(graph), tolerance::floats, 3);
  }
}

TEST(CompiledRowAttention, KeepsToItsLimits) {
  for (const char *limits :
       {"", ", left = 3 : i64", ", left = 2 : i64, right = 5 : i64",
        ", left = 0 : i64, right = -1 : i64",
        ", right = -1 : i64, chunk = 8 : i64",
        ", right = -1 : i64, softcap = 0.5 : f64"}) {
    Graph graph(72);
    build(graph, {4, 2, 16, 16}, limits);
    expectCompiledAgrees(graph, batches(graph));
  }
}

TEST(CompiledRowAttention, HasSlopesAndSinks) {
  Graph graph(73);
  build(graph, {4, 2, 16, 16}, ", right = 4 : i64", /*perHead=*/true);
  expectCompiledAgrees(graph, batches(graph));
}
