//===- SourceRows.h - which rows of which tensors a weight has --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Architectures take fused tensors apart and stack those of experts. Who writes new
// numbers of a model for other tools puts each row back where it came from.
//===----------------------------------------------------------------------===//
#ifndef LLMC_WEIGHTS_SOURCEROWS_H
#define LLMC_WEIGHTS_SOURCEROWS_H

#include "llmc/Weights/WeightStore.h"

namespace llmc {

/// Consecutive rows of a tensor that are consecutive in a weight, too. A vector has a
/// row for each number; the rows of several matrices are one below the other.
struct RowRun {
  std::string tensor;
  int64_t first = 0; // in the tensor
  int64_t at = 0;    // in the weight
  int64_t count = 0;
};

/// The rows of a weight before the steps of quantisers.
struct SourceRows {
  std::vector<RowRun> kept; // in its order
  std::vector<RowRun>
      dropped; // with units that go; they are nowhere in the weight
};

/// Returns why the rows of a weight are not those of tensors, or an empty string.
std::string findSourceRows(mlir::llm::WeightOp weight, const WeightStore &store,
                           SourceRows &rows);

/// The rows of a tensor of that shape.
int64_t countRows(llvm::ArrayRef<int64_t> shape);

} // namespace llmc

#endif // LLMC_WEIGHTS_SOURCEROWS_H
