//===- LowRank.cpp - factors of what rounding takes away ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// With E = W - Q: U spans the directions of the product that E changes most, and
// V = U^T E, so that what is left is E less its part in them. Neither the error of the
// matrix nor that of the product can grow.
//===----------------------------------------------------------------------===//
#include "LowRank.h"

#include "../Rounding/Rounding.h"

#include "llmc/Weights/RoundingError.h"

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;
using mlir::StringAttr;

void llmc::takeOff(const Factors &factors, bool keepsZeros,
                   MutableArrayRef<float> values) {
  const int64_t cols = factors.cols, rank = factors.rank;
  for (int64_t row = 0; row < factors.rows; ++row)
    for (int64_t col = 0; col < cols; ++col) {
      float &value = values[row * cols + col];
      double sum = 0;
      for (int64_t k = 0; k < rank; ++k)
        sum += static_cast<double>(factors.left()[row * rank + k]) *
               factors.right()[k * cols + col];
      if (!keepsZeros || value != 0)
        value = static_cast<float>(value - sum);
    }
}

/// What rounding takes away from `values`, less `before`.
static std::string roundAway(LowRankStepAttr step, const WeightStore &store,
                             ArrayRef<float> values, int64_t cols,
                             const InputColumns &columns, bool keepsZeros,
                             const Factors &before, std::vector<float> &error) {
  std::vector<float> rest(values.begin(), values.end());
  takeOff(before, keepsZeros, rest);
  std::vector<uint8_t> codes;
  if (std::string problem = roundMatrix(step.getRound(), store, rest, cols,
                                        columns, keepsZeros, codes);
      !problem.empty())
    return problem;
  error.resize(values.size());
  step.getRound().getGrid().dequantize(codes.data(), error.size(),
                                       error.data());
  for (auto [taken, value] : zip_equal(error, values))
    taken = value - taken;
  return "";
}

std::string llmc::compensateRounding(LowRankStepAttr step,
                                     const WeightStore &store,
                                     ArrayRef<float> values, int64_t cols,
                                     const InputColumns &columns,
                                     bool keepsZeros, Compensation &result) {
  std::vector<float> sums, error;
  if (StringAttr stats = step.getRound().getStats())
    if (std::string problem =
            readSums(store, stats.getValue(), cols, columns, sums);
        !problem.empty())
      return problem;
  const int64_t rows = static_cast<int64_t>(values.size()) / cols,
                rank = step.getRank();
  result.factors = {rows, cols, rank, {}};
  result.factors.numbers.assign(rank * (rows + cols), 0);
  double least = 0;
  for (int64_t i = 0; i < step.getIterations(); ++i) {
    if (std::string problem = roundAway(step, store, values, cols, columns,
                                        keepsZeros, result.factors, error);
        !problem.empty())
      return problem;
    Factors next{rows, cols, rank, findLeftFactor(error, cols, sums, rank)};
    llvm::append_range(next.numbers,
                       findRightFactor(next.left(), error, cols, rank));
    takeOff(next, /*keepsZeros=*/false, error);
    const double left =
        step.getIterations() > 1 ? measureProduct(error, cols, sums) : 0;
    if (i > 0 && left >= least)
      break;
    least = left;
    result.before = std::exchange(result.factors, std::move(next));
  }
  return "";
}
