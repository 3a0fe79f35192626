//===- AttentionProbe.h - the attention around a softmax --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_RAISE_ATTENTIONPROBE_H
#define LLMC_LIB_RAISE_ATTENTIONPROBE_H

#include "Graph.h"
#include "MaskProbe.h"

namespace llmc {

/// A tensor of heads and which of its dims is what.
struct Heads {
  mlir::Value value;
  int64_t batch = 0, head = 0, row = 0, column = 0; // dims of the value
  int64_t heads = 0, columns = 0;                   // H or K, D

  /// The permutation that makes it [B, H, S, D]; empty if it is so already.
  llvm::SmallVector<int64_t> permutation() const;
};

/// What an attention is made of, as onnx.llmc.Attention has it.
struct FoundAttention {
  Heads query, key, value;
  mlir::Value result; // [B, H, S, Dv]
  double scale = 1, softcap = 0;
  Mask mask;
  llvm::SmallVector<float> sinks; // [H], or empty
};

/// Finds the products before and behind a softmax and tries what they compute.
class AttentionProbe {
public:
  AttentionProbe(const Graph &graph, mlir::Operation *softmax);

  /// The attention; nothing if it is none, with the reason.
  std::optional<FoundAttention> find(std::string &reason);

private:
  const Graph &graph;
  mlir::Value scores, weights; // of the softmax without sinks, [B, H, S, U]
  mlir::Value product;         // q k^T
  mlir::Value values, result;  // v, and [B, H, S, Dv] made of w v
  FoundAttention found;
  double rise = 0; // of a score, where a product is 1 and not 0

  bool findProducts(std::string &reason);
  bool findSinks(std::string &reason);
  bool findResult();
  std::optional<Heads> findHeads(mlir::Value operand, bool isQuery,
                                 llvm::function_ref<bool(const Heads &)> fits);
  bool findScale(std::string &reason);
  bool scoresMatch(const Heads &query, const Heads &key);
  bool resultMatches(const Heads &value);
  double applySoftcap(double score) const;
};

} // namespace llmc

#endif // LLMC_LIB_RAISE_ATTENTIONPROBE_H
