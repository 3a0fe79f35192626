//===- HessianTrace.cpp - matrices whose error grows faster keep more -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// After arXiv:2310.09499. The Hessian of a product's squared error is X^T X for each of
// its rows, so that the mean of its trace over weights is that of X^T X over columns:
// nothing is estimated. Matrices differ by orders of magnitude: the logarithm counts.
//===----------------------------------------------------------------------===//
#include "Allocation.h"

#include <cmath>

using namespace llvm;
using namespace llmc;

double llmc::weighByHessianTrace(const SparsityAllocation &,
                                 ArrayRef<ObservedMatrix> matrices) {
  double trace = 0, columns = 0;
  for (const ObservedMatrix &matrix : matrices) {
    for (float norm : matrix.norms)
      trace += static_cast<double>(norm) * norm;
    columns += static_cast<double>(matrix.norms.size());
  }
  return std::log(
      std::max(trace / columns, 1e-30)); // of an input that is all 0
}
