//===- Contraction.h - sums of products over shared dims --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_RAISE_FUNCTION_CONTRACTION_H
#define LLMC_LIB_RAISE_FUNCTION_CONTRACTION_H

#include "FunctionConverter.h"

namespace llmc {

/// A tensor and the loop that each of its dims is of.
struct Factor {
  SizedTensor tensor;
  llvm::SmallVector<int64_t> loops; // [rank]; -1: always its place 0
};

/// The products of elements summed up over the loops behind the first `kept`, which
/// are the result's dims. Sums are in the type of `getSumType` of the first factor.
/// Nothing where dims of one loop differ in size, or a kept loop is no factor's.
std::optional<SizedTensor> contract(Node &node, llvm::ArrayRef<Factor> factors,
                                    int64_t kept);

/// Factors of matrices in the last two dims of `a` and `c`, both of rank 2 and more,
/// with batches as numpy pairs them; `kept` becomes the result's rank. Nothing where
/// batches do not fit.
std::optional<llvm::SmallVector<Factor>> pairMatrices(Node &node,
                                                      const SizedTensor &a,
                                                      const SizedTensor &c,
                                                      int64_t &kept);

} // namespace llmc

#endif // LLMC_LIB_RAISE_FUNCTION_CONTRACTION_H
