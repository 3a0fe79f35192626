//===- MatrixOps.h - elements of matrices ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_PTXSIM_MATRIXOPS_H
#define LLMC_PTXSIM_MATRIXOPS_H

#include "Type.h"

namespace llmc::ptxsim {

/// Element `index` of a word of them.
double elementOf(uint32_t word, unsigned index, Type type);

/// A sum as products begin with it, and as they leave it: f32 or s32.
double accumulatorOf(uint64_t bits, Type type);
uint64_t resultOf(double value, Type type, bool saturates);

} // namespace llmc::ptxsim

#endif // LLMC_PTXSIM_MATRIXOPS_H
