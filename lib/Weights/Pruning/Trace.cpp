//===- Trace.cpp - matrices of large inputs and small outputs keep more ---===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// After arXiv:2310.09499, whose sensitivity is the trace of H = XᵀX: here over what the
// product makes of X, W H Wᵀ, or matrices of large inputs would all come first.
//===----------------------------------------------------------------------===//
#include "Allocation.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>

using namespace llvm;
using namespace llmc;

/// Of each matrix, whose mean says enough.
static constexpr int64_t mostRows = 64;

/// The mean over some rows w of w H wᵀ.
static double findOutput(const ObservedMatrix &matrix) {
  const auto cols = static_cast<int64_t>(matrix.norms.size());
  const auto rows = static_cast<int64_t>(matrix.values.size()) / cols;
  const int64_t count = std::min(rows, mostRows);
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) {
    const float *row = &matrix.values[i * rows / count * cols];
    for (int64_t a = 0; a < cols; ++a) {
      double part = 0;
      for (int64_t b = 0; b < cols; ++b)
        part += double{matrix.xtx[a * cols + b]} * row[b];
      sum += row[a] * part;
    }
  }
  return sum / static_cast<double>(count);
}

double llmc::weighByTrace(const SparsityAllocation &,
                          ArrayRef<ObservedMatrix> matrices) {
  assert(matrices.size() == 1 && "each is compared with its like");
  const ObservedMatrix &matrix = matrices.front();
  const auto cols = static_cast<int64_t>(matrix.norms.size());
  double trace = 0;
  for (int64_t i = 0; i < cols; ++i)
    trace += matrix.xtx[i * (cols + 1)];
  const double output = findOutput(matrix);
  return output > 0 ? trace / static_cast<double>(cols) / output : 0;
}
