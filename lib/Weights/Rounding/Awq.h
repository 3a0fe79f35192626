//===- Awq.h - factors that spare the columns which matter ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_WEIGHTS_ROUNDING_AWQ_H
#define LLMC_LIB_WEIGHTS_ROUNDING_AWQ_H

#include "llmc/Weights/WeightStore.h"

namespace llmc {

/// The factors of `awq` for matrices [.., cols], one below the other in `values`.
/// Returns why there are none, or an empty string.
std::string findAwqFactors(mlir::llm::AwqScaleAttr awq,
                           const WeightStore &store,
                           llvm::ArrayRef<float> values, int64_t cols,
                           std::vector<float> &factors);

/// The entry of the factors that row `row` of what makes the input has: of several
/// heads that read one head of values, the first.
int64_t getFactorOfRow(mlir::llm::AwqScaleAttr awq, int64_t row);

} // namespace llmc

#endif // LLMC_LIB_WEIGHTS_ROUNDING_AWQ_H
