//===- RoundingError.h - what rounding takes away ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_WEIGHTS_ROUNDINGERROR_H
#define LLMC_WEIGHTS_ROUNDINGERROR_H

#include "llmc/Weights/WeightStore.h"

namespace llmc {

/// trace(E H E^T) of rows E [.., cols] with the sums H of their input [cols, cols],
/// which is symmetric: the squared error of the product; without sums that of the
/// rows.
double measureProduct(llvm::ArrayRef<float> error, int64_t cols,
                      llvm::ArrayRef<float> sums);

/// That of `weight` rounded by each of `steps`, all with its statistics or all without,
/// from some of its rows, evenly spread. A step that is null changes nothing.
llvm::Expected<std::vector<double>>
measureRounding(mlir::llm::WeightOp weight,
                llvm::ArrayRef<mlir::llm::RoundStepAttr> steps,
                const WeightStore &store);

/// The squared error of all numbers of `weight` in the codes that `step` makes: #llm.round,
/// or #llm.convert to codes of floats.
llvm::Expected<double> measureCodes(mlir::llm::WeightOp weight,
                                    mlir::Attribute step,
                                    const WeightStore &store);

} // namespace llmc

#endif // LLMC_WEIGHTS_ROUNDINGERROR_H
