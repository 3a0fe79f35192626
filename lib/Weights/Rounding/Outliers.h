//===- Outliers.h - weights that are kept beside codes ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_WEIGHTS_ROUNDING_OUTLIERS_H
#define LLMC_LIB_WEIGHTS_ROUNDING_OUTLIERS_H

#include "../InputStatistics.h"

namespace llmc {

/// Sets in `isOutlier` those of `values` [.., cols], as many of each row as the step says;
/// the rest is as in roundMatrix. Returns why that cannot be, or an empty string.
std::string chooseOutliers(mlir::llm::OutliersStepAttr step,
                           const WeightStore &store,
                           llvm::ArrayRef<float> values, int64_t cols,
                           const InputColumns &columns,
                           std::vector<bool> &isOutlier);

/// The codes of a matrix by the step's rounding, which leaves the outliers of its blocks
/// out, and what they leave of these; all else is 0. The rest is as in roundMatrix.
std::string roundBesideOutliers(mlir::llm::OutliersStepAttr step,
                                const WeightStore &store,
                                llvm::ArrayRef<float> values, int64_t cols,
                                const InputColumns &columns, bool keepsZeros,
                                std::vector<uint8_t> &codes,
                                std::vector<float> &left);

} // namespace llmc

#endif // LLMC_LIB_WEIGHTS_ROUNDING_OUTLIERS_H
