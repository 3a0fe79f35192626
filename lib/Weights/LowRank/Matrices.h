//===- Matrices.h - products of matrices of doubles -------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_WEIGHTS_LOWRANK_MATRICES_H
#define LLMC_LIB_WEIGHTS_LOWRANK_MATRICES_H

#include "mlir/IR/MLIRContext.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <cstdint>
#include <vector>

namespace llmc {

using Doubles = std::vector<double>;

/// Sums in one order on every machine, several at a time.
double dot(const double *a, const double *b, int64_t count);

/// Calls `work` with each block [begin, end) of `count`, of threads of `context` if
/// there is one. What a block computes must not depend on where others are.
void forBlocks(mlir::MLIRContext *context, int64_t count, int64_t blockSize,
               llvm::function_ref<void(int64_t, int64_t)> work);

/// a [n, k] * b^T of b [m, k]: the same numbers for any number of threads.
Doubles multiplyRows(mlir::MLIRContext *context, const Doubles &a,
                     const Doubles &b, int64_t k);

/// a [n, k] * a^T, of which half is computed.
Doubles squareRows(mlir::MLIRContext *context, const Doubles &a, int64_t k);

/// Makes columns of `vectors` [.., count] of length 1 and orthogonal (Gram and Schmidt), or 0
/// where one lies among those before. Twice, because the first time leaves what rounding
/// made of small differences.
void orthogonalise(Doubles &vectors, int64_t count);

/// Of [.., cols].
Doubles transpose(const Doubles &matrix, int64_t cols);
std::vector<float> transpose(llvm::ArrayRef<float> matrix, int64_t cols);

} // namespace llmc

#endif // LLMC_LIB_WEIGHTS_LOWRANK_MATRICES_H
