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

/// Starts to copy 4, 8 or 16 bytes of device memory, a memref of bytes of rank 2, to
/// word `word` of the block's memory; both places are multiples of their number.
void copyAhead(TileBuilder &b, mlir::Value from, mlir::Value row,
               mlir::Value byte, mlir::Value to, mlir::Value word,
               int64_t bytes);
/// The same by byte, from byte `byte` behind a memref's beginning.
void copyAhead(TileBuilder &b, mlir::Value from, mlir::Value byte,
               mlir::Value to, mlir::Value toByte, int64_t bytes);
/// This thread's copies have ended.
void waitForCopies(TileBuilder &b);
/// What this thread has begun to copy since the last time is a group, be it nothing.
void commitCopies(TileBuilder &b);
/// This thread's groups have ended, but for the last `pending` of them.
void waitForCopies(TileBuilder &b, int64_t pending);

} // namespace llmc

#endif // LLMC_LIB_LOWER_NVPTX_TENSORCORES_H
