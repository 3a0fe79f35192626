//===- PanelProduct.h - rows times panels, as loops ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What kernels of one matrix, of one per head and of one per expert share: the
// loop over k, the lanes of the last panel, the way to the results.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_CPU_PANELPRODUCT_H
#define LLMC_LIB_LOWER_CPU_PANELPRODUCT_H

#include "llmc/Lower/Cpu/TileBuilder.h"

namespace llmc {

/// Consecutive strips of output rows: `count` vectors of `lanes`, the first at row
/// `lane` of panel `panel` of the weight; of a device's threads, each `thread` rows on.
struct Strips {
  mlir::Value panel;
  int64_t lane, count, lanes;
  mlir::Value thread = {};
};

/// The operands of a product in memory: rows [T, K] of f32 or of bytes, panels.
struct PanelProduct {
  mlir::Value x, w;
  mlir::llm::PackedType weight, input; // input is null for rows of f32

  /// Sums over all k of `rows` rows from `row` on, times the strips: vector
  /// r * strips.count + s is row r of strip s.
  llvm::SmallVector<mlir::Value> dot(TileBuilder &b, mlir::Value row,
                                     int64_t rows, Strips strips,
                                     bool prefetch) const;
  /// The same over the blocks of k from `begin` up to `end`.
  llvm::SmallVector<mlir::Value> dotBlocks(TileBuilder &b, mlir::Value row,
                                           int64_t rows, Strips strips,
                                           bool prefetch, mlir::Value begin,
                                           mlir::Value end) const;
};

/// Panels of one matrix: a weight of rank 3 holds its matrices one behind the other.
int64_t countPanels(mlir::llm::PackedType weight);

/// Which of the `lanes` columns from `column` on exist; null where no panel is
/// padded.
mlir::Value maskColumns(TileBuilder &b, mlir::llm::PackedType weight,
                        mlir::Value column, int64_t lanes);

/// Heads of a row as rows of their own: [T, H, K] becomes [T * H, K].
mlir::Value flattenHeads(TileBuilder &b, mlir::Value rows);
/// The rows of one head of [T, H, K], as a view [T, K].
mlir::Value viewHead(TileBuilder &b, mlir::Value rows, mlir::Value head);

/// Evaluates and stores everything that the kernel yields at `place`.
void storeYields(TileBuilder &b, const TilePlace &place,
                 llvm::function_ref<mlir::Value(mlir::Value)> leaf);

} // namespace llmc

#endif // LLMC_LIB_LOWER_CPU_PANELPRODUCT_H
