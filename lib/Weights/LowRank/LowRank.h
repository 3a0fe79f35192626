//===- LowRank.h - factors of what rounding takes away ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_WEIGHTS_LOWRANK_LOWRANK_H
#define LLMC_LIB_WEIGHTS_LOWRANK_LOWRANK_H

#include "../InputStatistics.h"

namespace llmc {

/// U [rows, rank] with orthogonal columns of length 1 (or 0, if the matrix has a lower
/// rank) for a matrix E [rows, cols]: of all of that rank, U U^T E is near the one that
/// leaves least of E, or, with sums H = X^T X [cols, cols] (or none), of E X^T.
std::vector<float> findLeftFactor(llvm::ArrayRef<float> matrix, int64_t cols,
                                  llvm::ArrayRef<float> sums, int64_t rank);

/// left^T * matrix [rank, cols]: with the above the best right factor, for any sums.
std::vector<float> findRightFactor(llvm::ArrayRef<float> left,
                                   llvm::ArrayRef<float> matrix, int64_t cols,
                                   int64_t rank);

/// U V.
struct Factors {
  int64_t rows, cols, rank;
  std::vector<float> numbers; // U [rows, rank], then V [rank, cols]

  llvm::ArrayRef<float> left() const {
    return llvm::ArrayRef(numbers).take_front(rows * rank);
  }
  llvm::ArrayRef<float> right() const {
    return llvm::ArrayRef(numbers).drop_front(rows * rank);
  }
};

/// What a step makes of a matrix.
struct Compensation {
  Factors before;  // what was taken off before it was rounded: 0 at first
  Factors factors; // of what rounding then took away
};

/// Of `values` [.., cols]; the rest is as in roundMatrix. Returns why that cannot be, or
/// an empty string.
std::string compensateRounding(mlir::llm::LowRankStepAttr step,
                               const WeightStore &store,
                               llvm::ArrayRef<float> values, int64_t cols,
                               const InputColumns &columns, bool keepsZeros,
                               Compensation &result);

/// `values` less U V; with `keepsZeros` what is 0 stays that.
void takeOff(const Factors &factors, bool keepsZeros,
             llvm::MutableArrayRef<float> values);

} // namespace llmc

#endif // LLMC_LIB_WEIGHTS_LOWRANK_LOWRANK_H
