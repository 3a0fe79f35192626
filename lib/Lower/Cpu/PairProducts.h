//===- PairProducts.h - products of bf16 by VDPBF16PS -------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_LOWER_CPU_PAIRPRODUCTS_H
#define LLMC_LIB_LOWER_CPU_PAIRPRODUCTS_H

#include "TileProducts.h"

namespace llmc {

/// What `TileProducts::multiply` means, where there are no tile registers.
void multiplyPairs(TileBuilder &b, const TileProducts::Operands &operands,
                   int64_t strips);

} // namespace llmc

#endif // LLMC_LIB_LOWER_CPU_PAIRPRODUCTS_H
