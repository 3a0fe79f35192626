//===- HalfTile.h - what products of rows of prompts in bf16 share -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A block has a tile of rows and some panels of each product. Parts of 32 k of both come to
// shared memory; sums leave through it.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_NVPTX_HALFTILE_H
#define LLMC_LIB_LOWER_NVPTX_HALFTILE_H

#include "DeviceProduct.h"
#include "HalfWeights.h"

namespace llmc {

/// Rows, and panels of all products, of a block. A thread has an output row.
struct HalfShape {
  int64_t rows, tracks;

  constexpr int64_t countThreads() const {
    return tracks * HalfWeights::panelRows;
  }
  /// Of 32 k: the weights, then lines of the rows.
  constexpr int64_t weightBytes() const {
    return tracks * HalfWeights::trackBytes;
  }
  constexpr int64_t partBytes() const {
    return weightBytes() + rows * HalfWeights::lineBytes;
  }
  /// Of the sums on their way out, f32, and a flag of each row.
  int64_t sumBytes() const;

  /// Blocks that all rows take, and all outputs.
  mlir::Value countTiles(TileBuilder &b, mlir::Value rows) const;
  int64_t countColumns(mlir::llm::KernelOp kernel) const;
};

class HalfTile {
public:
  HalfTile(TileBuilder &b, const KernelArgs &args, HalfShape shape);

protected:
  using Value = mlir::Value;

  mlir::Value isBelow(Value index, Value end);
  /// Calls `body` where one of the rows is this form's.
  void run(llvm::function_ref<void()> body);

  /// Starts to copy 32 k of the rows to byte `to` of the block's memory. Rows that do not
  /// exist are the last one.
  void copyRows(Value step, Value to);

  /// Where a sum is put, and how far on that of another track, row and output row.
  Value placeOfSum(Value track, Value row, Value inPanel);
  int64_t getSumOffset(int64_t tracks, int64_t rows, int64_t inPanel) const;
  /// Stores what the kernel yields from the sums, which `store` puts there.
  void finish(llvm::function_ref<void(Value place)> store);

  TileBuilder &b;
  const KernelArgs &args;
  HalfShape shape;
  DeviceProduct kernel;
  int64_t panels; // of each product
  int64_t steps;  // parts of 32 k
  Value rows, firstRow, firstPanel, warp, lane;
  Value memory; // parts, then sums
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_NVPTX_HALFTILE_H
