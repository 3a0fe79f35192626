//===- BFloat16Product.h - rows of bf16 times panels --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Prompts on a target with tiles of bf16: some panels become bf16 once for many rows,
// and a sum stays in its tile over a long piece of k.
//
//   for some rows, so many that their sums stay near
//     for piece of k
//       weights of the panels -> bf16, in pairs of k        see PanelPairs.h
//       for 32 rows, then 16: sums += rows * panels         see multiplyTiles
//
// A function multiplies, since all tiles in it have one shape; it is the same for all
// kernels of a target. Of rows that fill no tile a copy is read, which has 16.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_CPU_BFLOAT16PRODUCT_H
#define LLMC_LIB_LOWER_CPU_BFLOAT16PRODUCT_H

#include "PanelPairs.h"

namespace llmc {

/// Memory that the products of a kernel share.
struct BFloat16Buffers {
  mlir::Value weights; // bf16 of some panels in a piece of k, as bytes
  mlir::Value padded;  // 16 rows of bf16 in a piece of k, as bytes
};

class BFloat16Product {
public:
  using Value = mlir::Value;
  static constexpr int64_t mostRows = 256; // whose sums are kept

  /// For any of these products.
  static BFloat16Buffers allocate(TileBuilder &b,
                                  llvm::ArrayRef<PanelProduct> products,
                                  int64_t panels);

  /// Of `panels` panels at a time, 1 or 2.
  BFloat16Product(TileBuilder &b, PanelProduct operands, int64_t panels,
                  BFloat16Buffers buffers);

  /// The sums of `rows` rows from `first` on, mostRows at most, times the panels from
  /// `panel` on.
  void multiply(Value first, Value rows, Value panel);
  /// Of row `row` of them and of panel `index`: 16 f32.
  Value loadSums(Value row, int64_t index);

private:
  void multiplySteps(Value first, Value rows, Value step, Value steps);
  void copyRows(Value first, Value rows, Value step, Value steps);

  TileBuilder &b;
  PanelProduct operands;
  PanelPairs pairs;
  int64_t panels, rowBytes;
  BFloat16Buffers buffers;
  Value sums; // [mostRows, panels * 16] f32
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_CPU_BFLOAT16PRODUCT_H
