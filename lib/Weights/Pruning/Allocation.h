//===- Allocation.h - which layers lose more weights than others -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A method is a function that says how much a layer matters: a file of this folder and
// a row of the table in Allocation.cpp.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_WEIGHTS_PRUNING_ALLOCATION_H
#define LLMC_LIB_WEIGHTS_PRUNING_ALLOCATION_H

#include "llmc/Weights/Pruning.h"

#include "llvm/ADT/ArrayRef.h"

#include <vector>

namespace llmc {

/// A matrix with what is known of its input.
struct ObservedMatrix {
  std::vector<float> values; // [rows, cols], as the model has them
  std::vector<float> norms;  // [cols], of the input's columns
  std::vector<float> xtx;    // [cols, cols], for methods of matrices

  /// |w| times the norm of its input (arXiv:2306.11695).
  float score(size_t i) const;
};

/// The larger, the more of its matrices stays. Only differences count.
using WeighLayer = double (*)(const SparsityAllocation &how,
                              llvm::ArrayRef<ObservedMatrix> matrices);

double weighByOutliers(const SparsityAllocation &how,
                       llvm::ArrayRef<ObservedMatrix> matrices);
double weighByTrace(const SparsityAllocation &how,
                    llvm::ArrayRef<ObservedMatrix> matrices);

} // namespace llmc

#endif // LLMC_LIB_WEIGHTS_PRUNING_ALLOCATION_H
