//===- Threads.h - what the threads of a block do together --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_NVPTX_THREADS_H
#define LLMC_LIB_LOWER_NVPTX_THREADS_H

#include "llmc/Lower/Cpu/TileBuilder.h"

namespace llmc {

constexpr int64_t warpThreads = 32;

/// Every thread is a worker.
void numberThreads(TileBuilder &b);
/// Every block of `threads` threads is a worker.
void numberBlocks(TileBuilder &b, int64_t threads);

/// Memory of the block, not initialised. Of the type of `shape`, in its space.
mlir::Value allocateShared(TileBuilder &b, llvm::ArrayRef<int64_t> shape,
                           mlir::Type element);

/// The largest f32 of all threads of the block; they meet on the way.
mlir::Value maxThreads(TileBuilder &b, mlir::Value number);

} // namespace llmc

#endif // LLMC_LIB_LOWER_NVPTX_THREADS_H
