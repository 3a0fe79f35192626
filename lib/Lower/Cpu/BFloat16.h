//===- BFloat16.h - vectors of bf16 -------------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_CPU_BFLOAT16_H
#define LLMC_LIB_LOWER_CPU_BFLOAT16_H

#include "llmc/Lower/Cpu/TileBuilder.h"

namespace llmc {

/// 16 f32 each, rounded to nearest even (VCVTNE2PS2BF16): those of `low` first, then
/// those of `high`; as 16 i32.
mlir::Value roundToBFloats(TileBuilder &b, mlir::Value low, mlir::Value high);
/// The same in pairs: lane i holds that of `low` in its low half, of `high` in its high.
mlir::Value pairBFloats(TileBuilder &b, mlir::Value low, mlir::Value high);

/// The same of numbers that are finite and stay so, in fewer instructions: ties go away
/// from zero.
mlir::Value pairFiniteBFloats(TileBuilder &b, mlir::Value low,
                              mlir::Value high);

/// Of 16 vectors of 16 i32 the columns.
llvm::SmallVector<mlir::Value> transpose(TileBuilder &b,
                                         llvm::ArrayRef<mlir::Value> rows);

} // namespace llmc

#endif // LLMC_LIB_LOWER_CPU_BFLOAT16_H
