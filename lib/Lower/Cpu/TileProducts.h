//===- TileProducts.h - products of tiles of bf16 -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   rows of x                pairs of a strip               sums of a strip
//   16 x 32 bf16  x  16 lines of 16 pairs  ->  16 x 16 f32
//
// With tile registers 32 rows and two strips at a time: four tiles of sums, and each of
// the four that are loaded serves two products. With VDPBF16PS 8 rows and two strips:
// 16 sums, and a line of pairs serves all rows (PairProducts.h). Strips lie side by side:
// a line has a pair of k of all.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_CPU_TILEPRODUCTS_H
#define LLMC_LIB_LOWER_CPU_TILEPRODUCTS_H

#include "llmc/Lower/Cpu/TileBuilder.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace llmc {

class TileProducts {
public:
  using Value = mlir::Value;

  /// Of `strips` strips of 16 columns. The function that multiplies is made beside the
  /// one that is built, if its target has none yet.
  TileProducts(TileBuilder &b, int64_t strips);

  struct Operands {
    Value x;          // pointer to the first row, of 64 * steps bytes
    Value stride;     // bytes from row to row
    Value rows;       // a multiple of 16
    Value w;          // pointer to the first line of pairs
    Value wStride;    // bytes from line to line, of which a step has 16
    Value steps;      // of 32 k
    Value sums;       // pointer to rows of 16 * strips f32
    Value sumsStride; // bytes from row to row
    Value goesOn; // a condition: sums gain the products; else they become these
  };
  void multiply(const Operands &operands);

private:
  mlir::func::FuncOp function;
  TileBuilder &b;
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_CPU_TILEPRODUCTS_H
