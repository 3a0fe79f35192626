//===- BlockSums.h - sums of integers over a block ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// 64 bits, exact in any order. In all of these the threads of the block meet.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_NVPTX_BLOCKSUMS_H
#define LLMC_LIB_LOWER_NVPTX_BLOCKSUMS_H

#include "llmc/Lower/Cpu/TileBuilder.h"

namespace llmc {

/// Of all threads: the same in each.
mlir::Value sumBlock(TileBuilder &b, mlir::Value number);
/// Of the threads before this one.
mlir::Value sumBefore(TileBuilder &b, mlir::Value number);

/// Adds an i32 to one of an array of the block's memory, whichever thread comes first.
void addShared(TileBuilder &b, mlir::Value number, mlir::Value array,
               mlir::Value at);

} // namespace llmc

#endif // LLMC_LIB_LOWER_NVPTX_BLOCKSUMS_H
