//===- RandomGraph.h - random layers for the fuzzer ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A layer of a few instructions over some streams of rows, repeated: unrolled,
// as importers write it, or as a loop, which can say more (streams that change
// places, values that come back unchanged).
//===----------------------------------------------------------------------===//
#ifndef LLMC_TEST_LOWER_RANDOMGRAPH_H
#define LLMC_TEST_LOWER_RANDOMGRAPH_H

#include "Graph.h"

namespace llmc::test {

/// One instruction of the layer. Operands number, in this order, the streams,
/// the rows from outside, and the results of earlier instructions.
struct Instruction {
  enum Kind {
    linear,
    integers,
    act,
    add,
    multiply,
    scale,
    shift,
    gate,
    norm,
    rotate,
    swap, // halves of the columns change places
    experts,
    attend
  };
  Kind kind;
  std::vector<int> operands;
  std::string detail; // encoding, activation function or kind of norm
  int64_t width;      // of the result
};

class RandomGraph {
public:
  /// The graph of a seed: equal on every machine.
  explicit RandomGraph(uint32_t seed);

  /// The module, its weights, and the batches to run it on.
  Graph build() const;
  std::vector<ReferenceBatch> batches(Graph &graph) const;
  /// Of which kind the differences may be: products of integers round.
  double tolerance() const;

  std::string variant; // instruction set
  int64_t workers;
  /// One line: seed, rows, workers, variant.
  std::string describe() const;

  /// Smaller graphs, the smallest first.
  std::vector<RandomGraph> reductions() const;

private:
  class Builder;

  int count() const { return starts.size() + outside + layer.size(); }
  int64_t widthOf(int value) const;
  void addInstruction(std::mt19937 &random);
  int pickValue(std::mt19937 &random, llvm::function_ref<bool(int)> accept);
  bool drop(size_t instruction);

  uint32_t seed;
  bool isLoop;
  int64_t width, layers, rows;
  std::vector<int> starts; // of each stream; equal numbers are equal rows
  int outside;             // rows that every layer may read
  std::vector<Instruction> layer;
  std::vector<int> next; // the value that each stream becomes
  bool readsStarts;      // behind the layers
  bool returnsAll;       // a result of each stream, and its rows themselves
};

} // namespace llmc::test

#endif // LLMC_TEST_LOWER_RANDOMGRAPH_H
