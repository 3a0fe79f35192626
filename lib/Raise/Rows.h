//===- Rows.h - values of a graph as rows of a step -------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A graph's [B, S, H, D] is a step's [T, H, D]: batch and sequence are one dim of
// rows. So a value of the graph is a value of the step and a word on each dim:
// which of the rows' dims it is, or the batch, or the sequence. Transposes and
// most reshapes change the words and cost nothing.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_RAISE_ROWS_H
#define LLMC_LIB_RAISE_ROWS_H

#include "Graph.h"

namespace llmc {

/// What a dim of a graph's value is in the rows [T, d1, d2, ...].
struct RowDim {
  enum Kind {
    Batch,
    Sequence,
    BatchSequence,
    One,
    Inner,
    Repeat,   // the same so many times, which the rows hold once
    ByInner,  // each row's elements of the rows' first inner dim, one row after
              // the other: experts that the tokens chose
    ByRepeat, // each row so many times
  } kind = One;
  int64_t inner = 0; // of Inner, ByInner the rows' dim, from 1; else how often

  bool operator==(const RowDim &other) const = default;
};

struct Rows {
  mlir::Value value; // tensor<?x...xf32>, of chosen experts tensor<?xkxi32>
  llvm::SmallVector<RowDim, 4> dims;
  // With rows that a cache holds before them: keys and values, and what they are
  // made of row by row, which the step caches as it makes it.
  bool isCache = false;

  explicit operator bool() const { return static_cast<bool>(value); }
  llvm::ArrayRef<int64_t> shape() const;
  /// The dim of the graph's value that is the rows' dim `inner`; -1 if none is.
  int64_t find(int64_t inner) const;
};

/// Turns reshapes of a graph's value into views of its rows.
class RowsReshape {
public:
  RowsReshape(mlir::OpBuilder &builder, mlir::Location loc,
              mlir::Value rowCount)
      : builder(builder), loc(loc), rowCount(rowCount) {}

  /// `rows` with the sizes `from`, as sizes `to`, both for `graph.lengths()`; false
  /// where that mixes rows with their columns.
  bool reshape(Rows &rows, llvm::ArrayRef<int64_t> from,
               llvm::ArrayRef<int64_t> to);

private:
  mlir::OpBuilder &builder;
  mlir::Location loc;
  mlir::Value rowCount;

  mlir::Value rebuild(mlir::Value value,
                      llvm::ArrayRef<llvm::SmallVector<int64_t>> groups);
};

} // namespace llmc

#endif // LLMC_LIB_RAISE_ROWS_H
