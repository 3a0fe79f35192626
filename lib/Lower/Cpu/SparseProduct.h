//===- SparseProduct.h - products of rows with few numbers ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_LOWER_CPU_SPARSEPRODUCT_H
#define LLMC_LIB_LOWER_CPU_SPARSEPRODUCT_H

#include "llmc/Lower/Cpu/TileBuilder.h"

namespace llmc {

/// Where a vector of output rows begins.
struct SparseStrip {
  mlir::Value panel, lane;
};

/// Adds to `sums`, [rows, strips], what the entries of a tile make of x: of #llm.sparse so
/// many of each row, of #llm.sparse_codes those of a block.
void dotSparseRows(TileBuilder &b, mlir::llm::TileDotOp op,
                   llvm::ArrayRef<SparseStrip> strips,
                   llvm::MutableArrayRef<mlir::Value> sums);

} // namespace llmc

#endif // LLMC_LIB_LOWER_CPU_SPARSEPRODUCT_H
