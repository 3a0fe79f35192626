//===- Powers.h - powers of two of vectors ------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_CPU_POWERS_H
#define LLMC_LIB_LOWER_CPU_POWERS_H

#include "llmc/Lower/Cpu/TileBuilder.h"

namespace llmc {

/// 2^x where x <= 0, within 1e-7 of it; 0 where that is no normal number; NaN stays.
mlir::Value powerOfNegative(TileBuilder &b, mlir::Value x);

/// The same of 32 lanes as bf16: those of `low` first, then those of `high`, as 16 i32.
/// All are 0.4 % too large, which dividing by their sum takes away; beside that they are
/// within 0.8 %, 0.26 % in the root mean square (rounding to bf16: 0.4 and 0.17). NaN
/// becomes 0.
mlir::Value bfloatPowersOfNegatives(TileBuilder &b, mlir::Value low,
                                    mlir::Value high);

} // namespace llmc

#endif // LLMC_LIB_LOWER_CPU_POWERS_H
