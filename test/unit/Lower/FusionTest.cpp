//===- FusionTest.cpp - what rides along in kernels -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Epilogues and prologues of every shape: numbers and vectors that are spread
// over rows, values read twice, kernels with several results.
//===----------------------------------------------------------------------===//
#include "Graph.h"

using namespace llmc;
using namespace llmc::test;

namespace {
/// x (op) y of equal types.
Operand combine(Graph &graph, const std::string &op, const Operand &x,
                const Operand &y) {
  return graph.emit(op + " " + x.name + ", " + y.name + " : " + x.type, x.type);
}
/// T of a value.
Operand rowsOf(Graph &graph, const Operand &x) {
  Operand zero = graph.emit("arith.constant 0 : index", "index");
  return graph.emit("tensor.dim " + x.name + ", " + zero.name + " : " + x.type,
                    "index");
}
/// `number` in every place of `like`.
Operand splat(Graph &graph, const std::string &number, const Operand &like) {
  Operand rows = rowsOf(graph, like);
  Operand constant = graph.emit("arith.constant " + number + " : f32", "f32");
  return graph.emit("tensor.splat " + constant.name + "[" + rows.name +
                        "] : " + like.type,
                    like.type);
}
Operand broadcast(Graph &graph, const Operand &x, const Operand &like) {
  Operand rows = rowsOf(graph, like);
  return graph.emit("llm.broadcast " + x.name + "[" + rows.name +
                        "] : " + x.type + " -> " + like.type,
                    like.type);
}
Operand rms(Graph &graph, const Operand &x) {
  return graph.emit("llm.norm rms " + x.name + " {eps = 1.0e-5 : f64} : (" +
                        x.type + ") -> " + x.type,
                    x.type);
}
void expectAgrees(Graph &graph) {
  expectCompiledAgrees(graph, stepsOf(graph, {1, 7, 33}), tolerance::floats,
                       /*workers=*/{3});
}
} // namespace

/// Granite multiplies what each block adds, gemma the embedding.
TEST(CompiledFusion, MultipliesByNumbers) {
  for (const char *encoding : {"f32", "q4_0"}) {
    Graph graph(31);
    Operand x = graph.rows(64);
    x = combine(graph, "arith.mulf", x, splat(graph, "8.0", x));
    Operand y = graph.linear(x, graph.param({64, 64}, encoding), {}, 64);
    Operand scaled = combine(graph, "arith.mulf", y, splat(graph, "0.22", y));
    graph.finish(combine(graph, "arith.addf", x, scaled));
    expectAgrees(graph);
  }
}

/// A vector per column, one number per row, one number, a vector per head.
TEST(CompiledFusion, SpreadsSmallerTensors) {
  for (int64_t width : {40, 41}) {
    Graph graph(width);
    Operand x = graph.rows(24), gate = graph.rows(1);
    Operand y = graph.linear(x, graph.param({width, 24}), {}, width);
    for (const Operand &small : {graph.param({width}), gate, graph.param({1})})
      y = combine(graph, "arith.mulf", y, broadcast(graph, small, y));
    graph.finish(y);
    expectAgrees(graph);
  }
  Graph graph(33);
  Operand x = graph.heads(3, 24);
  for (const Operand &small : {graph.param({3, 24}), graph.param({3, 1})})
    x = combine(graph, "arith.addf", x, broadcast(graph, small, x));
  graph.finish(graph.collapse(x, 3, 24));
  expectAgrees(graph);
}

/// Gemma 2: norms stand before and behind each block, and the sum between them is
/// read by the next norm and by the next sum.
TEST(CompiledFusion, ChainsNormsAndResiduals) {
  for (bool quantised : {false, true}) {
    Graph graph(34 + quantised);
    Operand x = graph.rows(64);
    for (int64_t layer = 0; layer < 2; ++layer) {
      Operand n = rms(graph, x);
      Operand in = quantised ? graph.quantize(n, 64) : n;
      Operand y = graph.linear(
          in, graph.param({64, 64}, quantised ? "q8_0" : "f32"), {}, 64);
      x = combine(graph, "arith.addf", x, rms(graph, y));
    }
    graph.finish(combine(graph, "arith.subf", x, rms(graph, x)));
    expectAgrees(graph);
  }
}

/// Both the product and what is made of it are read again.
TEST(CompiledFusion, KeepsWhatIsReadTwice) {
  Graph graph(36);
  Operand x = graph.rows(48);
  Operand y = graph.linear(x, graph.param({48, 48}), {}, 48);
  Operand z = combine(graph, "arith.mulf", y, y);
  Operand w = graph.linear(z, graph.param({48, 48}), {}, 48);
  graph.finish(
      combine(graph, "arith.addf", combine(graph, "arith.addf", w, y), z));
  expectAgrees(graph);
}

/// What an op between them reads may not sink below it.
TEST(CompiledFusion, LeavesWhatIsReadBefore) {
  Graph graph(37);
  Operand x = graph.rows(32);
  Operand y = graph.linear(x, graph.param({32, 32}), {}, 32);
  Operand n = rms(graph, y);
  Operand w = graph.linear(n, graph.param({32, 32}), {}, 32);
  graph.finish(combine(graph, "arith.mulf", y, w));
  expectAgrees(graph);
}
