//===- Wanda.cpp - weights whose share of the product is small go ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// arXiv:2306.11695. |w_ij| * |x_j|, with the norm of the column of the input, compared
// within a row: each number of the result loses equally many weights.
//===----------------------------------------------------------------------===//
#include "Pruning.h"

#include "llvm/ADT/SmallVector.h"

#include <cmath>

using namespace llvm;
using namespace llmc;

std::string llmc::pruneByWanda(const PruningInput &input,
                               MutableArrayRef<float> values) {
  const int64_t cols = input.cols;
  std::vector<float> scores(cols);
  for (int64_t row = 0; row < input.rows; ++row) {
    MutableArrayRef<float> weights = values.slice(row * cols, cols);
    for (int64_t i = 0; i < cols; ++i)
      scores[i] = std::abs(weights[i]) * std::sqrt(input.xtx[i * cols + i]);
    SmallVector<bool> isPruned(cols, false);
    choosePruned(input.pattern, scores, isPruned);
    for (int64_t i = 0; i < cols; ++i)
      if (isPruned[i])
        weights[i] = 0;
  }
  return "";
}
