//===- TensorCores.h - products of warps, copies ahead ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Spelled with LLVM's intrinsics for PTX; what lane holds which element is drawn in
// the PTX ISA, "Warp Level Matrix Multiply-Accumulate Instructions".
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_NVPTX_TENSORCORES_H
#define LLMC_LIB_LOWER_NVPTX_TENSORCORES_H

#include "llmc/Lower/Cpu/TileBuilder.h"

namespace llmc {

/// c + a * b of bytes, 16 x 8 words: `a` is 16 rows of 32 k in four words, or of 16 k
/// in two, `isSigned` or not; `b` is as many k of 8 signed columns in half as many.
llvm::SmallVector<mlir::Value> multiplyBytes(TileBuilder &b, mlir::ValueRange a,
                                             bool isSigned,
                                             mlir::ValueRange columns,
                                             mlir::ValueRange c);

/// The same where of each 4 k of a row of `a` 2 are kept: 64 k in four words, or 32 in two,
/// and twice as many columns. `indices` say which: 4 bits for each 4 k, the first's number, then the
/// other's. Lane 4g + 2s + h has those of 32 k of row g + 8 h: of 64 k the `s`th half, of 32 k
/// the lanes whose s is `selector`.
llvm::SmallVector<mlir::Value>
multiplySparseBytes(TileBuilder &b, mlir::ValueRange a, bool isSigned,
                    mlir::ValueRange columns, mlir::ValueRange c,
                    mlir::Value indices, int64_t selector);

/// c + a * b of f16 or bf16, 16 x 8 f32: `a` is 16 rows of 16 k in four pairs, `columns`
/// 16 k of 8 columns in two, each a vector of two.
llvm::SmallVector<mlir::Value> multiplyHalves(TileBuilder &b,
                                              mlir::ValueRange a,
                                              mlir::ValueRange columns,
                                              mlir::ValueRange c);
/// The same of bf16 where of each 4 k of a row of `a` 2 are kept: 32 k in four pairs, `columns` in
/// as many. A word of `indices` has those of 16 k of row g, above them those of row g + 8, in
/// lanes 4g + 2 `selector` and the next.
llvm::SmallVector<mlir::Value>
multiplySparseHalves(TileBuilder &b, mlir::ValueRange a,
                     mlir::ValueRange columns, mlir::ValueRange c,
                     mlir::Value indices, int64_t selector);
/// A float as two of 11 bits each, words that tensor cores take: `high` is cut off, `low` is
/// what was left, rounded, so both are x up to 2^-22 of it. An infinity is all in `high`;
/// what is multiplied with another number's low part, which may be 0, is `finite`: high, or 0 of
/// an infinity.
struct TensorFloat {
  mlir::Value high, low, finite;
};
TensorFloat splitFloat(TileBuilder &b, mlir::Value x);

/// c + a * b of floats of 11 bits (tf32), 16 x 8 f32: `a` is 16 rows of 8 k in four words,
/// `columns` 8 k of 8 columns in two.
llvm::SmallVector<mlir::Value> multiplyFloats(TileBuilder &b,
                                              mlir::ValueRange a,
                                              mlir::ValueRange columns,
                                              mlir::ValueRange c);
/// Four matrices of 8 lines of 16 bytes from the block's memory as columns of
/// `multiplyHalves`, in pairs of `element`: lane 8 i + j names the byte where line j of
/// matrix i begins; k runs over lines.
llvm::SmallVector<mlir::Value> loadColumns(TileBuilder &b, mlir::Value memory,
                                           mlir::Value byte,
                                           mlir::Type element);
/// The same of lines along k, which are not turned: matrix i is a pair of each of 8 rows.
llvm::SmallVector<mlir::Value> loadLines(TileBuilder &b, mlir::Value memory,
                                         mlir::Value byte, mlir::Type element);

/// The words that `loadLines` gives.
llvm::SmallVector<mlir::Value> loadLineWords(TileBuilder &b, mlir::Value memory,
                                             mlir::Value byte);

/// 2^x by the unit for it, to 2 units of the last place (PTX ISA, "ex2"): for what is
/// rounded to halves. What is no normal number is 0.
mlir::Value exp2(TileBuilder &b, mlir::Value x);

/// The pointer to byte `byte` behind the beginning of `memory`, in `space` of PTX: 1 is global, 3
/// shared memory.
mlir::Value addressOf(TileBuilder &b, mlir::Value memory, mlir::Value byte,
                      int space);
/// Starts to copy 4, 8 or 16 bytes of device memory, a memref of bytes of rank 2, to
/// word `word` of the block's memory; both places are multiples of their number.
void copyAhead(TileBuilder &b, mlir::Value from, mlir::Value row,
               mlir::Value byte, mlir::Value to, mlir::Value word,
               int64_t bytes);
/// The same by byte, from byte `byte` behind a memref's beginning.
void copyAhead(TileBuilder &b, mlir::Value from, mlir::Value byte,
               mlir::Value to, mlir::Value toByte, int64_t bytes);
/// The same of 16 bytes, which are zeros where not `exists`.
void copyOrClear(TileBuilder &b, mlir::Value from, mlir::Value byte,
                 mlir::Value to, mlir::Value toByte, mlir::Value exists);
/// This thread's copies have ended.
void waitForCopies(TileBuilder &b);
/// What this thread has begun to copy since the last time is a group, be it nothing.
void commitCopies(TileBuilder &b);
/// This thread's groups have ended, but for the last `pending` of them.
void waitForCopies(TileBuilder &b, int64_t pending);

} // namespace llmc

#endif // LLMC_LIB_LOWER_NVPTX_TENSORCORES_H
