//===- InputStatistics.h - what methods ask of a product's input -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_WEIGHTS_INPUTSTATISTICS_H
#define LLMC_LIB_WEIGHTS_INPUTSTATISTICS_H

#include "llmc/Weights/KronRotation.h"
#include "llmc/Weights/WeightStore.h"

namespace llmc {

/// Why the input of `weight`, of `cols` columns, has no sums X^T X in the store; empty
/// if it has.
std::string checkSums(const WeightStore &store, llvm::StringRef weight,
                      int64_t cols);

/// A statistic of the input of `weight`, of that shape. Returns why there is none, or
/// an empty string.
std::string readStatistic(const WeightStore &store, llvm::StringRef weight,
                          llvm::StringRef statistic,
                          llvm::ArrayRef<int64_t> shape,
                          std::vector<float> &numbers);

/// What became of an input's columns since they were observed.
struct InputColumns {
  int64_t observed = 0;      // how many there were, where some are gone
  std::vector<int64_t> kept; // those that are left, by their old places
  std::vector<float> shift;  // what is taken off each; empty: nothing
  std::vector<float> scale;  // what each is divided by then; empty: nothing
  KronRotation rotation;     // how rows are turned in the end

  /// How many statistics of an input of `cols` columns have.
  int64_t countObserved(int64_t cols) const {
    return observed ? observed : cols;
  }
  int64_t getPlace(int64_t column) const {
    return observed ? kept[column] : column;
  }
};

/// A statistic of each of `cols` columns, of those that are left; neither shifted nor
/// scaled.
std::string readColumns(const WeightStore &store, llvm::StringRef weight,
                        llvm::StringRef statistic, int64_t cols,
                        const InputColumns &columns,
                        std::vector<float> &numbers);

/// Rows [.., cols] of the input, of the columns that are left; likewise.
std::string readSample(const WeightStore &store, llvm::StringRef weight,
                       int64_t cols, const InputColumns &columns,
                       std::vector<float> &rows);

/// What became of the numbers of the columns: rows [.., cols] are shifted, scaled and
/// turned.
void applyColumns(const InputColumns &columns,
                  llvm::MutableArrayRef<float> rows);

/// X^T X [cols, cols] of the input as it is now.
std::string readSums(const WeightStore &store, llvm::StringRef weight,
                     int64_t cols, const InputColumns &columns,
                     std::vector<float> &xtx);

/// What changes of later columns make up for an error in one.
struct InverseFactor {
  std::vector<double> u; // [cols, cols], upper triangular: H^-1 = u^T u
  std::vector<bool>
      isDead; // columns whose input is always 0, as they are numbered
};

/// Of H = X^T X with `damp` times the mean of its diagonal added; columns are those of
/// `order`. Returns why there is none, or an empty string.
std::string factorSums(llvm::ArrayRef<float> xtx, double damp,
                       llvm::ArrayRef<int64_t> order, InverseFactor &factor);

/// The paper's damping of X^T X (arXiv:2210.17323).
inline constexpr double usualDamp = 0.01;

} // namespace llmc

#endif // LLMC_LIB_WEIGHTS_INPUTSTATISTICS_H
