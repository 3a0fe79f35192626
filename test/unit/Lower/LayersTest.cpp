//===- LayersTest.cpp - what loops over layers carry ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Equal layers become one loop, and what it carries lies in place. Each test is
// a way in which values in place could overwrite one another.
//===----------------------------------------------------------------------===//
#include "Graph.h"

using namespace llmc;
using namespace llmc::test;

namespace {
constexpr int64_t width = 32;

Operand weigh(Graph &graph, const Operand &x) {
  return graph.linear(x, graph.param({width, width}), {}, width);
}
Operand act(Graph &graph, const std::string &name, const Operand &x) {
  return graph.emit("llm.act " + name + " " + x.name + " : " + x.type, x.type);
}
Operand combine(Graph &graph, const std::string &op, const Operand &x,
                const Operand &y) {
  return graph.combine("arith." + op, x, y);
}

void expectAgrees(Graph &graph) {
  expectCompiledAgrees(graph, stepsOf(graph, {1, 7, 33}), 1e-4,
                       /*workers=*/{3});
}
} // namespace

/// The layers' only kernel reads the rows that it replaces, which it may not do
/// in place.
TEST(CompiledLayers, ReadWhatTheyReplace) {
  Graph graph(22);
  Operand x = graph.rows(width);
  for (int64_t layer = 0; layer < 3; ++layer)
    x = combine(graph, "addf", x, weigh(graph, x));
  graph.finish(act(graph, "tanh", x));
  expectAgrees(graph);
}

/// The rows that enter the layers are read again behind them.
TEST(CompiledLayers, LeaveTheirInputAlone) {
  Graph graph(23);
  Operand first = graph.rows(width), x = first;
  for (int64_t layer = 0; layer < 3; ++layer) {
    Operand y = graph.linear(x, graph.param({width, width}),
                             graph.param({width}), width);
    x = weigh(graph, act(graph, "relu", y));
  }
  graph.finish(combine(graph, "mulf", x, first));
  expectAgrees(graph);
}

/// Two streams that start with the same rows are two values.
TEST(CompiledLayers, CarryTwoStreamsOfOneStart) {
  Graph graph(24);
  Operand p = graph.rows(width), q = p;
  for (int64_t layer = 0; layer < 3; ++layer) {
    p = act(graph, "relu", weigh(graph, p));
    q = act(graph, "tanh", weigh(graph, q));
  }
  graph.finish(combine(graph, "addf", p, q));
  expectAgrees(graph);
}

/// The streams change places from layer to layer.
TEST(CompiledLayers, SwapStreams) {
  Graph graph(25);
  Operand p = graph.rows(width), q = graph.rows(width);
  for (int64_t layer = 0; layer < 3; ++layer) {
    Operand next = act(graph, "tanh", weigh(graph, p));
    p = q;
    q = next;
  }
  graph.finish(combine(graph, "subf", p, q));
  expectAgrees(graph);
}

/// Three streams in a ring, of which one is changed.
TEST(CompiledLayers, RotateStreams) {
  Graph graph(26);
  Operand p = graph.rows(width), q = graph.rows(width), r = graph.rows(width);
  for (int64_t layer = 0; layer < 4; ++layer) {
    Operand next = act(graph, "tanh", weigh(graph, r));
    r = q;
    q = p;
    p = next;
  }
  graph.finish(combine(graph, "addf", combine(graph, "mulf", p, q), r));
  expectAgrees(graph);
}

/// Rows that every layer reads and no layer changes.
TEST(CompiledLayers, ReadRowsFromOutside) {
  Graph graph(27);
  Operand x = graph.rows(width), outside = graph.rows(width);
  for (int64_t layer = 0; layer < 3; ++layer)
    x = combine(graph, "addf", act(graph, "tanh", weigh(graph, x)), outside);
  graph.finish(combine(graph, "addf", x, outside));
  expectAgrees(graph);
}

/// A loop that starts with what another one left.
TEST(CompiledLayers, FollowOneAnother) {
  Graph graph(28);
  Operand x = graph.rows(width);
  for (const char *name : {"tanh", "relu"})
    for (int64_t layer = 0; layer < 3; ++layer) {
      Operand y = act(graph, name, weigh(graph, x));
      x = name[0] == 't' ? combine(graph, "addf", x, y) : y;
    }
  graph.finish(x);
  expectAgrees(graph);
}

/// Logits of other width than the hidden rows, which a product still reads, one
/// value twice, and what a loop left: each its own buffer of the caller.
TEST(CompiledLayers, ReturnSeveralResults) {
  Graph graph(30);
  Operand x = graph.rows(width), w = graph.param({48, width});
  std::vector<Operand> inside = graph.beginLoop(3, {x});
  std::vector<Operand> left =
      graph.endLoop({act(graph, "tanh", weigh(graph, inside[1]))});
  Operand hidden = combine(graph, "addf", left[0], x);
  Operand logits = graph.linear(hidden, w, {}, 48);
  graph.finish({logits, hidden, hidden, left[0]});
  expectAgrees(graph);
}

/// Quantised rows are carried like others: here the next ones are computed while
/// the current ones are still read.
TEST(CompiledLayers, CarryQuantisedRows) {
  Graph graph(29);
  std::string encoding = "q8_0";
  Operand q = graph.quantize(graph.rows(width), width);
  std::vector<Operand> inside = graph.beginLoop(3, {q, q});
  Operand layer = inside[0], p = inside[1];
  q = inside[2];
  Operand x = graph.linear(p, graph.table({width, width}, encoding, 3, layer),
                           {}, width);
  Operand y = graph.linear(q, graph.table({width, width}, encoding, 3, layer),
                           {}, width);
  Operand next =
      graph.quantize(act(graph, "tanh", combine(graph, "addf", x, y)), width);
  std::vector<Operand> left = graph.endLoop({q, next});
  Operand w = graph.param({width, width}, encoding);
  graph.finish(combine(graph, "addf", graph.linear(left[0], w, {}, width),
                       graph.linear(left[1], w, {}, width)));
  expectCompiledAgrees(graph, stepsOf(graph, {1, 7, 33}), 2e-2,
                       /*workers=*/{3});
}
