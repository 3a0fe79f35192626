//===- ValueFit.h - a table of values for weights ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_WEIGHTS_VALUEFIT_H
#define LLMC_WEIGHTS_VALUEFIT_H

#include "llmc/Weights/KronRotation.h"
#include "llmc/Weights/WeightStore.h"

#include <vector>

namespace llmc {

/// What codes stand for, in rising order: 4, 8 or 16 for codes of 2, 3 or 4 bits.
using ValueTable = std::vector<int8_t>;

/// A weight, and how it is to be rounded once its values are known.
struct FittedWeight {
  mlir::llm::WeightOp weight;
  mlir::llm::RoundStepAttr step; // of any table
  KronRotation input, result; // by which its columns and rows are turned before
};

/// The table with which the weights lose least when each takes the nearest value: k-means
/// of weights over their group's scale, weighed by what their errors cost
/// (arXiv:2306.07629), from some of their rows. All have codes of as many bits.
llvm::Expected<ValueTable> fitValues(llvm::ArrayRef<FittedWeight> weights,
                                     const WeightStore &store);

/// The `count` of -127 to 127 that leave the least sum of `mass[i] * (x_i - value)^2` of
/// numbers x_i that are evenly spread from -127 to 127. The ends are values.
ValueTable clusterNumbers(llvm::ArrayRef<double> mass, size_t count);

} // namespace llmc

#endif // LLMC_WEIGHTS_VALUEFIT_H
