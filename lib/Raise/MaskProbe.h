//===- MaskProbe.h - the mask that a graph adds to scores -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_RAISE_MASKPROBE_H
#define LLMC_LIB_RAISE_MASKPROBE_H

#include "Graph.h"

namespace llmc {

/// As llm.attention: a key at distance d = position - its position is allowed
/// iff d <= left and -d <= right, -1 for no limit; slopes[h] * -d is added.
/// Masks are -inf, the smallest of a float type, -1e9 or -1e4; biases are not.
constexpr double forbidden = -5000;

struct Mask {
  int64_t left = -1, right = -1;
  llvm::SmallVector<float> slopes; // [H], or empty
};

/// Reads a mask off the scores [B, H, S, U] that a graph makes of products that
/// are all 0.
class MaskProbe {
public:
  /// Where a key is seen, a product of 1 makes a score greater by `rise` than one
  /// of 0 does.
  MaskProbe(const Graph &graph, mlir::Value scores, mlir::Value product,
            double rise);

  /// The mask; nothing, with the first place that no mask explains.
  std::optional<Mask> find(std::string &reason);

private:
  const Graph &graph;
  mlir::Value scores, product;
  int64_t heads = 1, farthest = 0;
  double rise;
  std::optional<mlir::onnx::Evaluator> evaluator, ofOnes; // products 0 and 1
  Lengths lengths = {};

  void setLengths(Lengths wanted);
  bool findLengths();
  /// The score of a row and a key by their positions; nothing if unknown.
  std::optional<double> score(int64_t head, int64_t row, int64_t key);
  bool rises(int64_t head, int64_t row, int64_t key, double from);
  bool allowed(int64_t row, int64_t key);
  int64_t findLimit(int64_t row, int64_t direction, int64_t room);
  bool findSlopes(Mask &mask);
  bool explains(const Mask &mask, std::string &reason);
};

} // namespace llmc

#endif // LLMC_LIB_RAISE_MASKPROBE_H
