//===- DataIntegers.h - axes and places that only the data know -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a graph says sizes of its results, but not what makes them (the axes of a
// reduction are an input, say), loops read the integers as they run. It costs an
// element a few comparisons; graphs of language models have constants there.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_RAISE_FUNCTION_DATAINTEGERS_H
#define LLMC_LIB_RAISE_FUNCTION_DATAINTEGERS_H

#include "FunctionConverter.h"

namespace llmc {

/// An operand that is a vector of integers, or one integer.
class DataIntegers {
public:
  /// Constructs something false where the operand lacks, is no such vector, or its
  /// length is not known.
  DataIntegers(Node &node, unsigned operand);

  explicit operator bool() const { return length.has_value(); }
  int64_t count() const { return *length; }
  /// The k-th, an index.
  mlir::Value at(Scalars &s, int64_t k) const;
  /// The k-th, from the front of `size` places.
  mlir::Value placeAt(Scalars &s, int64_t k, mlir::Value size) const;
  /// Whether one of them is the axis `dim` of `rank`.
  mlir::Value isAxis(Scalars &s, int64_t dim, int64_t rank) const;

private:
  Node &node;
  SizedTensor tensor;
  std::optional<int64_t> length;
  llvm::SmallVector<mlir::Value> known; // where no tensor is read
};

} // namespace llmc

#endif // LLMC_LIB_RAISE_FUNCTION_DATAINTEGERS_H
