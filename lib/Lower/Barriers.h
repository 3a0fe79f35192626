//===- Barriers.h - where the workers of a step must meet ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two kernels are separated by a barrier only if one touches bytes that the other
// writes (docs/decisions/0003-barriers-from-bytes.md).
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_BARRIERS_H
#define LLMC_LIB_LOWER_BARRIERS_H

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace llmc {

/// Bytes [begin, end) of a space that a kernel reads or writes.
struct Access {
  enum Space { arena, cache, results, scratch } space;
  int64_t begin, end;

  bool meets(const Access &other) const {
    return space == other.space && begin < other.end && other.begin < end;
  }
};

/// Follows a step in program order and places its barriers.
class Barriers {
public:
  /// A barrier at `b`, if the kernel about to run meets what ran since the last.
  void separate(mlir::ImplicitLocOpBuilder &b, llvm::ArrayRef<Access> reads,
                llvm::ArrayRef<Access> writes);
  /// A barrier at `b`, unless nothing ran since the last one.
  void place(mlir::ImplicitLocOpBuilder &b);
  int64_t count() const { return placed; }

private:
  llvm::SmallVector<Access> read, written; // since the last barrier
  int64_t placed = 0;
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_BARRIERS_H
