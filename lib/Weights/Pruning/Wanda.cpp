//===- Wanda.cpp - weights whose share of the product is small go ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// arXiv:2306.11695. |w_ij| * |x_j|, with the norm of the column of the input, compared
// within a row: each number of the result loses equally many weights.
//===----------------------------------------------------------------------===//
#include "Pruning.h"

#include <cmath>

using namespace llvm;
using namespace llmc;

std::string llmc::pruneByWanda(const PruningInput &input,
                               MutableArrayRef<float> values) {
  std::vector<float> scores;
  for (size_t i = 0; i < values.size(); ++i) {
    const int64_t col = static_cast<int64_t>(i) % input.cols;
    scores.push_back(std::abs(values[i]) *
                     std::sqrt(input.xtx[col * input.cols + col]));
  }
  pruneRows(input.pattern, input.cols, scores, values);
  return "";
}
