//===- Eigenvectors.h - of a symmetric matrix -------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_WEIGHTS_LOWRANK_EIGENVECTORS_H
#define LLMC_LIB_WEIGHTS_LOWRANK_EIGENVECTORS_H

#include "Matrices.h"

namespace llmc {

/// Eigenvectors of length 1 as rows [count, n], those of the largest eigenvalues of the
/// symmetric `matrix` [n, n] first: the same numbers for any number of threads of
/// `context`, which may be null. About 9 n^3 operations.
Doubles findEigenvectors(mlir::MLIRContext *context, Doubles matrix, int64_t n,
                         int64_t count);

} // namespace llmc

#endif // LLMC_LIB_WEIGHTS_LOWRANK_EIGENVECTORS_H
