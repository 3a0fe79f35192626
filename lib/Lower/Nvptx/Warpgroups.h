//===- Warpgroups.h - products of four warps ----------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// wgmma of sm_90a: both operands lie in shared memory, and are read there while threads go
// on. A from registers is left alone: ptxas before 13.3 gives such registers away too early.
// Layouts are drawn in the PTX ISA, "Asynchronous Warpgroup Level Matrix Instructions".
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_NVPTX_WARPGROUPS_H
#define LLMC_LIB_LOWER_NVPTX_WARPGROUPS_H

#include "llmc/Lower/Cpu/TileBuilder.h"

namespace llmc {

constexpr int64_t groupThreads = 128;
/// Rows of one product, and of one of its warps; k of halves.
constexpr int64_t groupRows = 64, groupWarpRows = 16, groupDepth = 16;

/// How an operand lies, beside where it begins. Bytes.
struct MatrixLayout {
  /// Lines along k of so many bytes (32, 64, 128), whose pieces of 16 are moved by the
  /// line's number among as many as 128 bytes hold, below 8; or lines along rows, of each k.
  int64_t swizzle;
  bool isTransposed = false; // lines along rows
  int64_t leading =
      0;          // from rows of one line to the next rows, where transposed
  int64_t stride; // from 8 lines to the next 8
};

/// The descriptor of an operand that begins at byte `byte` of the block's memory, an i64;
/// one that begins 16 bytes later is larger by one.
mlir::Value describeMatrix(TileBuilder &b, mlir::Value memory, mlir::Value byte,
                           const MatrixLayout &layout);

/// Begins sums + a * b of bf16: 64 rows and as many columns as a thread has `sums` twice; or
/// a * b where the i32 `adds` is 0. Sums are the threads' again behind `waitForSums`.
llvm::SmallVector<mlir::Value>
beginProduct(TileBuilder &b, mlir::ValueRange sums, mlir::Value a,
             bool transposesA, mlir::Value columns, bool transposesColumns,
             mlir::Value adds);

/// What this thread stored in the block's memory, and what it waited for there, products
/// may read behind the next meeting.
void showToProducts(TileBuilder &b);
/// Before the first product, and where registers of sums were touched.
void openProducts(TileBuilder &b);
/// What was begun since the last time is a group.
void commitProducts(TileBuilder &b);
/// The warpgroup's groups have ended, but for the last `pending` of them.
void waitForProducts(TileBuilder &b, int64_t pending);
/// All of them; the sums can be read.
llvm::SmallVector<mlir::Value> waitForSums(TileBuilder &b,
                                           mlir::ValueRange sums);

} // namespace llmc

#endif // LLMC_LIB_LOWER_NVPTX_WARPGROUPS_H
