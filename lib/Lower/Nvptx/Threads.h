//===- Threads.h - what the threads of a block do together --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_NVPTX_THREADS_H
#define LLMC_LIB_LOWER_NVPTX_THREADS_H

#include "llmc/Lower/Cpu/TileBuilder.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace llmc {

constexpr int64_t warpThreads = 32;

/// Every thread is a worker.
void numberThreads(TileBuilder &b);
/// Every block of `threads` threads is a worker.
void numberBlocks(TileBuilder &b, int64_t threads);

/// PTX in the place of an intrinsic; LLVM moves no access to memory across it.
mlir::LLVM::InlineAsmOp runPtx(TileBuilder &b, mlir::TypeRange results,
                               mlir::ValueRange operands, llvm::StringRef text,
                               llvm::StringRef constraints);

/// Lets the next launch begin where the device has room, and waits until all launches
/// before this one have ended, where the device has dependent launches. Between them
/// nothing may be touched that a kernel writes.
void letNextBegin(TileBuilder &b);
void awaitLaunches(TileBuilder &b);

/// Memory of the block, not initialised. Of the type of `shape`, in its space.
mlir::Value allocateShared(TileBuilder &b, llvm::ArrayRef<int64_t> shape,
                           mlir::Type element);

/// The same, whose bytes the launch asks for (DeviceTiler::sharedBytes): i8, from a multiple
/// of 1024 on.
mlir::Value getLaunchedShared(TileBuilder &b, int64_t bytes);

/// The largest f32 of all threads of the block; they meet on the way.
mlir::Value maxThreads(TileBuilder &b, mlir::Value number);

/// The largest f32 of the warp, and the sum of them: the same bits in each thread.
mlir::Value maxWarp(TileBuilder &b, mlir::Value number);
mlir::Value sumWarp(TileBuilder &b, mlir::Value number);
/// The f32 of the thread of the warp whose bit `distance` differs.
mlir::Value exchange(TileBuilder &b, mlir::Value number, int64_t distance);
/// What threads of the warp stored or copied is seen by all of them behind.
void meetWarp(TileBuilder &b);

/// Adds one to the counter at byte `byte` of `counters` and returns what it was; from
/// `last` on it starts again at 0. What the block's threads stored before they met is
/// seen by who finds it counted, and by those it meets.
mlir::Value countArrival(TileBuilder &b, mlir::Value counters, mlir::Value byte,
                         mlir::Value last);

} // namespace llmc

#endif // LLMC_LIB_LOWER_NVPTX_THREADS_H
