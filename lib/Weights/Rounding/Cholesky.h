//===- Cholesky.h - factors of a symmetric matrix ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_WEIGHTS_ROUNDING_CHOLESKY_H
#define LLMC_LIB_WEIGHTS_ROUNDING_CHOLESKY_H

#include <cstdint>
#include <vector>

namespace llmc {

/// Replaces H [n, n], of which the upper triangle counts, by the upper triangular R
/// with H = R R^T; what is below the diagonal stays. Returns whether H is positive
/// definite; if not, its numbers are lost.
bool factorUpper(std::vector<double> &h, int64_t n);

/// Replaces H [n, n], of which the upper triangle counts, by the upper triangular U
/// with H^-1 = U^T U; what is below the diagonal stays. Returns whether H is positive
/// definite; if not, its numbers are lost.
bool factorInverse(std::vector<double> &h, int64_t n);

} // namespace llmc

#endif // LLMC_LIB_WEIGHTS_ROUNDING_CHOLESKY_H
