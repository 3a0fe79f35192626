//===- Rounding.h - a matrix on its way to codes ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A method is a function that fills codes and scales of a `RoundedMatrix`: a file
// of this folder and a row of the table in Rounding.cpp.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_WEIGHTS_ROUNDING_ROUNDING_H
#define LLMC_LIB_WEIGHTS_ROUNDING_ROUNDING_H

#include "../InputStatistics.h"
#include "GridFit.h"

#include "llmc/Weights/Rounding.h"
#include "llmc/Weights/WeightStore.h"

namespace llmc {

/// What a method is given.
struct RoundingInput {
  mlir::llm::RoundStepAttr step;
  mlir::llm::Grid grid;
  int64_t rows = 0, cols = 0;
  int64_t span = 0;              // columns that share a scale
  int64_t block = 0;             // those that share a float
  llvm::ArrayRef<float> values;  // [rows, cols], finite
  std::vector<float> xtx;        // [cols, cols], or empty: no statistics
  std::vector<float> importance; // [cols], mean square of the input; or empty
  bool keepsZeros = false;       // of pruned weights
  // [rows, cols], or empty: weights that something else makes up for, so that scales are
  // not fitted to them and whatever codes they get are no error.
  std::vector<bool> isOutlier;
  // Of xtx with the usual damping, for columns in their order; null: not yet known.
  const InverseFactor *inverse = nullptr;

  bool keepsZero(int64_t row, int64_t col) const {
    return keepsZeros && values[row * cols + col] == 0;
  }
  bool hasOutlier(int64_t row, int64_t col) const {
    return !isOutlier.empty() && isOutlier[row * cols + col];
  }
};

/// What it makes of it.
struct RoundedMatrix {
  std::vector<uint8_t> codes;     // [rows, cols]
  std::vector<GroupScale> scales; // [rows, cols / span]
  // [rows, cols / block] where groups have sub-scales; else empty.
  std::vector<SharedScale> shared;
  // [rows, cols], or empty: what outliers have become to make up for errors before them;
  // the input's, where a method changes no weight.
  std::vector<float> outliers;
};

/// Scales of a matrix, from values that a method says: those of the input, or what it
/// has made of them. Both take places of `input.values`.
class ScaleFitter {
public:
  ScaleFitter(const RoundingInput &input, RoundedMatrix &result)
      : input(input), result(result), range(input.grid) {}

  /// Before any group of a block from `first` on, which has these `values`.
  void share(int64_t first, llvm::ArrayRef<float> values);
  /// The group from `first` on.
  const GroupScale &fit(int64_t first, llvm::ArrayRef<float> values);
  /// `scale` and `min` as the group from `first` on would store them.
  GroupScale store(int64_t first, float scale, float min) const {
    return storeScale(input.grid, scale, min, getShared(first));
  }

private:
  const SharedScale *getShared(int64_t first) const {
    return result.shared.empty() ? nullptr
                                 : &result.shared[first / input.block];
  }
  GroupScale fit(int64_t first, llvm::ArrayRef<float> values,
                 const SharedScale *shared) const;

  const RoundingInput &input;
  RoundedMatrix &result;
  CodeRange range;
};

/// Returns why that cannot be, or an empty string.
using RoundMatrix = std::string (*)(const RoundingInput &input,
                                    RoundedMatrix &result);

std::string roundToNearest(const RoundingInput &input, RoundedMatrix &result);
std::string roundByGptq(const RoundingInput &input, RoundedMatrix &result);
std::string roundByQuantEase(const RoundingInput &input, RoundedMatrix &result);

/// Why a matrix of `values` [.., cols] cannot be rounded, or an empty string: some are no
/// numbers.
std::string checkFinite(llvm::ArrayRef<float> values, int64_t cols);

/// What all methods need for a matrix of `values` [.., cols]; and the blocks of
/// `input.step`. Both return why there is none, or an empty string.
std::string prepareRounding(mlir::llm::RoundStepAttr step,
                            const WeightStore &store,
                            llvm::ArrayRef<float> values, int64_t cols,
                            const InputColumns &columns, bool keepsZeros,
                            RoundingInput &input);
/// Of outliers `left` gets what their codes leave, and 0 of all others.
std::string roundPrepared(const RoundingInput &input,
                          std::vector<uint8_t> &made,
                          std::vector<float> *left = nullptr);
/// Has a prepared input rounded by another step of the same statistics.
void setStep(mlir::llm::RoundStepAttr step, RoundingInput &input);

/// The blocks of the step's grid for a matrix of `values` [.., cols], all rows one
/// below the other; `columns` are those of the input. With `keepsZeros` what is 0 stays
/// that. Returns why that cannot be, or an empty string.
std::string roundMatrix(mlir::llm::RoundStepAttr step, const WeightStore &store,
                        llvm::ArrayRef<float> values, int64_t cols,
                        const InputColumns &columns, bool keepsZeros,
                        std::vector<uint8_t> &made);

} // namespace llmc

#endif // LLMC_LIB_WEIGHTS_ROUNDING_ROUNDING_H
