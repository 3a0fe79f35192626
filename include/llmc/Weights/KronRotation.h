//===- KronRotation.h - a Kronecker product of orthogonal ones ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `llm.kron_rotate` does to rows, for numbers of weights and of statistics.
//===----------------------------------------------------------------------===//
#ifndef LLMC_WEIGHTS_KRONROTATION_H
#define LLMC_WEIGHTS_KRONROTATION_H

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace llmc {

/// left [A, A] and right [B, B]; empty: nothing is turned.
struct KronRotation {
  int64_t leftSize = 0, rightSize = 0;
  std::vector<float> left, right;

  bool isEmpty() const { return leftSize == 0; }
  int64_t size() const { return leftSize * rightSize; }
  /// Each row X [A, B] becomes left^T X right.
  void turn(llvm::MutableArrayRef<float> rows) const;
  /// Each column of a matrix [A * B, ..], seen as X, becomes left X right^T, which
  /// `turn` takes back.
  void turnColumnsBack(llvm::MutableArrayRef<float> matrix) const;
  /// V^T M V of a symmetric matrix [A * B, A * B]; V^T is what turns a row.
  void turnBoth(llvm::MutableArrayRef<float> matrix) const;
};

/// The sizes A and B of matrices for rows of `size` numbers: the least A + B, of those
/// where B fills vectors if there are any. None: one would be too large to be worth it.
std::optional<std::pair<int64_t, int64_t>> splitForRotation(int64_t size);

/// An orthogonal matrix [size, size], always the same: what Gram and Schmidt make of one of
/// Gaussian numbers is distributed evenly over all (arXiv:math-ph/0609050).
std::vector<float> makeOrthogonal(int64_t size);

/// That of rows of `size` numbers, which have the sizes.
KronRotation makeRotation(int64_t size);

} // namespace llmc

#endif // LLMC_WEIGHTS_KRONROTATION_H
