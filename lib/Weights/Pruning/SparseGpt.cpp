//===- SparseGpt.cpp - later columns make up for weights that go ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// arXiv:2301.00774. As in gptq, with H = X^T X and H^-1 = U^T U: a weight that goes
// costs w_j^2 / U_jj^2, and w_k -= w_j / U_jj * U_jk for the columns k that come later.
// Which go is chosen for a block of columns at a time, among all rows, as they are
// by then; or for each group of a row.
//===----------------------------------------------------------------------===//
#include "../InputStatistics.h"
#include "Pruning.h"

#include "llvm/ADT/SmallVector.h"

#include <numeric>

using namespace llvm;
using namespace llmc;

static constexpr int64_t blockCols = 128; // of the paper

namespace {

class SparseGpt {
public:
  SparseGpt(const PruningInput &input, MutableArrayRef<float> values)
      : input(input), values(values), cols(input.cols),
        weights(values.begin(), values.end()) {}

  std::string run();

private:
  void chooseIn(int64_t begin, int64_t end);
  void pruneRow(double *row, const bool *isPruned, int64_t begin, int64_t end);

  const PruningInput &input;
  MutableArrayRef<float> values;
  const int64_t cols;
  std::vector<double> weights; // [rows, cols], as they are by now
  InverseFactor inverse;
  SmallVector<bool> chosen; // [rows, columns of the block]
};

} // namespace

/// Fills `chosen` for the columns [begin, end).
void SparseGpt::chooseIn(int64_t begin, int64_t end) {
  std::vector<float> costs;
  for (int64_t row = 0; row < input.rows; ++row)
    for (int64_t col = begin; col < end; ++col) {
      double share = weights[row * cols + col] / inverse.u[col * cols + col];
      costs.push_back(inverse.isDead[col] ? -1
                                          : static_cast<float>(share * share));
    }
  chosen.assign(costs.size(), false);
  choosePruned(input.pattern, costs, chosen);
}

void SparseGpt::pruneRow(double *row, const bool *isPruned, int64_t begin,
                         int64_t end) {
  for (int64_t col = begin; col < end; ++col) {
    if (!isPruned[col - begin])
      continue;
    const double *factors = &inverse.u[col * cols];
    const double error = inverse.isDead[col] ? 0 : row[col] / factors[col];
    row[col] = 0;
    for (int64_t later = col + 1; later < cols; ++later)
      row[later] -= error * factors[later];
  }
}

std::string SparseGpt::run() {
  std::vector<int64_t> order(cols);
  std::iota(order.begin(), order.end(), 0);
  if (std::string problem = factorSums(input.xtx, usualDamp, order, inverse);
      !problem.empty())
    return problem;
  const int64_t step = input.pattern.of ? input.pattern.of : blockCols;
  for (int64_t begin = 0; begin < cols; begin += step) {
    const int64_t end = std::min(begin + step, cols);
    chooseIn(begin, end);
    for (int64_t row = 0; row < input.rows; ++row)
      pruneRow(&weights[row * cols], &chosen[row * (end - begin)], begin, end);
  }
  for (auto [value, weight] : zip_equal(values, weights))
    value = static_cast<float>(weight);
  return "";
}

std::string llmc::pruneBySparseGpt(const PruningInput &input,
                                   MutableArrayRef<float> values) {
  return SparseGpt(input, values).run();
}
