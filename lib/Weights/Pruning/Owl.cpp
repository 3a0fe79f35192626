//===- Owl.cpp - layers with more outliers keep more ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// arXiv:2310.05175. The share of a layer's scores that are many times their mean.
//===----------------------------------------------------------------------===//
#include "Allocation.h"

using namespace llvm;
using namespace llmc;

double llmc::weighByOutliers(const SparsityAllocation &how,
                             ArrayRef<ObservedMatrix> matrices) {
  double sum = 0, count = 0, outliers = 0;
  for (const ObservedMatrix &matrix : matrices) {
    for (size_t i = 0; i < matrix.values.size(); ++i)
      sum += matrix.score(i);
    count += static_cast<double>(matrix.values.size());
  }
  const double least = how.outlier * sum / count;
  for (const ObservedMatrix &matrix : matrices)
    for (size_t i = 0; i < matrix.values.size(); ++i)
      outliers += matrix.score(i) > least;
  return outliers / count;
}
