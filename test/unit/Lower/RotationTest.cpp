//===- RotationTest.cpp - compiled rope -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Graph.h"

#include <cmath>

using namespace llmc;
using namespace llmc::test;

namespace {
struct Rope {
  const char *pairing;
  int64_t heads, headDim, start, rotated;
  const char *mscale;
};
void PrintTo(const Rope &rope, std::ostream *stream) {
  *stream << rope.pairing << " " << rope.heads << "x" << rope.headDim << " ["
          << rope.start << ", +" << rope.rotated << ") " << rope.mscale;
}
class CompiledRope : public ::testing::TestWithParam<Rope> {};
} // namespace

TEST_P(CompiledRope, TurnsThePairs) {
  const Rope &rope = GetParam();
  Graph graph(31);
  std::vector<float> frequencies;
  for (int64_t i = 0; i < rope.rotated / 2; ++i)
    frequencies.push_back(std::pow(1e4, -2.0 * i / rope.rotated));
  Operand inv = graph.values({rope.rotated / 2}, frequencies);
  Operand x = graph.heads(rope.heads, rope.headDim);
  std::string attributes = "{start = " + std::to_string(rope.start) +
                           " : i64, mscale = " + rope.mscale + " : f64}";
  Operand turned = graph.emit(
      "llm.rope " + std::string(rope.pairing) + " " + x.name + ", " +
          graph.positions().name + ", " + inv.name + " " + attributes + " : (" +
          x.type + ", tensor<?xi32>, " + inv.type + ") -> " + x.type,
      x.type);
  graph.finish(graph.collapse(turned, rope.heads, rope.headDim));
  auto steps = stepsOf(graph, {1, 3, 4, 7, 33});
  // Large angles, where a short reduction of the argument would show.
  graph.append(steps.emplace_back(), 1, 100000, 5);
  expectCompiledAgrees(graph, steps);
}

INSTANTIATE_TEST_SUITE_P(
    Forms, CompiledRope,
    ::testing::Values(Rope{"half", 3, 64, 0, 64, "1.0"},
                      Rope{"interleaved", 3, 64, 0, 64, "1.0"},
                      Rope{"half", 2, 40, 0, 20, "1.0"},
                      Rope{"interleaved", 2, 40, 0, 20, "1.0"},
                      Rope{"half", 1, 24, 8, 16, "1.25"},
                      Rope{"interleaved", 1, 24, 8, 16, "1.25"},
                      Rope{"half", 5, 18, 3, 6, "0.5"},
                      Rope{"interleaved", 5, 18, 3, 6, "0.5"},
                      Rope{"half", 1, 2, 0, 2, "1.0"},
                      Rope{"interleaved", 1, 2, 0, 2, "1.0"}));

/// Positions that restart within a step: two sequences share it.
TEST(CompiledRotation, FollowsThePositionOfEachRow) {
  Graph graph(33);
  Operand x = graph.heads(2, 16), inv = graph.param({8});
  Operand turned =
      graph.emit("llm.rope half " + x.name + ", " + graph.positions().name +
                     ", " + inv.name + " : (" + x.type + ", tensor<?xi32>, " +
                     inv.type + ") -> " + x.type,
                 x.type);
  graph.finish(graph.collapse(turned, 2, 16));
  ReferenceBatch batch;
  graph.append(batch, 0, 0, 5);
  graph.append(batch, 1, 900, 3);
  graph.append(batch, 2, 2, 1);
  expectCompiledAgrees(graph, {batch});
}

static Operand kronRotate(Graph &graph, const Operand &x, const Operand &left,
                          const Operand &right) {
  return graph.emit("llm.kron_rotate " + x.name + ", " + left.name + ", " +
                        right.name + " : (" + x.type + ", " + left.type + ", " +
                        right.type + ") -> " + x.type,
                    x.type);
}

/// Lines of every number of lanes, and of more vectors than are summed up at once.
TEST(CompiledRotation, MultipliesRowsByAKroneckerProduct) {
  for (auto [left, right] :
       {std::pair<int64_t, int64_t>{3, 24}, {5, 7}, {2, 96}}) {
    Graph graph(37);
    Operand x = graph.rows(left * right);
    graph.finish(kronRotate(graph, x, graph.param({left, left}),
                            graph.param({right, right})));
    expectCompiledAgrees(graph);
  }
}

/// What is rounded are the turned rows, and the result is turned back behind.
TEST(CompiledRotation, StandsAroundAProductOfCodes) {
  Graph graph(38);
  Operand left = graph.param({4, 4}), right = graph.param({24, 24});
  Operand x = kronRotate(graph, graph.rows(96), left, right);
  Operand y = graph.linear(graph.quantize(x, 96), graph.param({96, 96}, "q8_0"),
                           {}, 96);
  graph.finish(kronRotate(graph, y, left, right));
  expectCompiledAgrees(graph);
}
