//===- BulkCopies.h - copies of many bytes by one thread ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From compute capability 9.0 on a thread copies any multiple of 16 contiguous bytes to shared
// memory (cp.async.bulk), and a barrier there counts them. PTX ISA, "Data Movement and
// Conversion Instructions: cp.async.bulk", "Parallel Synchronization: mbarrier".
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_NVPTX_BULKCOPIES_H
#define LLMC_LIB_LOWER_NVPTX_BULKCOPIES_H

#include "llmc/Lower/Cpu/TileBuilder.h"

namespace llmc {

/// Barriers of the stages of a ring.
class BulkCopies {
public:
  using Value = mlir::Value;

  /// Whether the device that is built for has them.
  static bool areThere(TileBuilder &b);

  /// All threads of the block make the barriers of `stages` stages, each of which `copiers`
  /// threads fill, and meet.
  BulkCopies(TileBuilder &b, int64_t stages, int64_t copiers);

  /// What a copier does for each filling of stage `stage`: starts the copy of `bytes` bytes
  /// (index, a multiple of 16; 0: nothing) from byte `byte` of `from` to byte `toByte` of the block's
  /// memory `to`.
  void copy(Value stage, Value from, Value byte, Value to, Value toByte,
            Value bytes);
  /// Until filling `number` of a stage is there for this thread; `parity` is its last bit, i32.
  void wait(Value stage, Value parity);

private:
  Value addressOfBarrier(Value stage);

  TileBuilder &b;
  Value barriers; // in shared memory
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_NVPTX_BULKCOPIES_H
