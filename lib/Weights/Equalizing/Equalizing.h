//===- Equalizing.h - factors for the columns of an input -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A method is a function that finds the factors: a file of this folder and a row of
// the table in Equalizing.cpp.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_WEIGHTS_EQUALIZING_EQUALIZING_H
#define LLMC_LIB_WEIGHTS_EQUALIZING_EQUALIZING_H

#include "../InputStatistics.h"

#include "llmc/Weights/Equalizing.h"

#include <algorithm>

namespace llmc {

/// What a method is given.
struct EqualizingInput {
  mlir::llm::EqualizeAttr step;
  const WeightStore &store;
  llvm::ArrayRef<float> values; // matrices [.., cols], one below the other
  int64_t cols = 0;
  const InputColumns &columns;
};

/// Fills `factors` [cols]. Returns why there are none, or an empty string.
using FindFactors = std::string (*)(const EqualizingInput &input,
                                    std::vector<float> &factors);

std::string findAwqFactors(const EqualizingInput &input,
                           std::vector<float> &factors);
std::string findLaeFactors(const EqualizingInput &input,
                           std::vector<float> &factors);
std::string findOsPlusFactors(const EqualizingInput &input,
                              std::vector<float> &factors);
std::string findQuipFactors(const EqualizingInput &input,
                            std::vector<float> &factors);
std::string findSmoothFactors(const EqualizingInput &input,
                              std::vector<float> &factors);

/// A factor that follows an input's reach: so far from 1 at most that weights keep to
/// what types of scales can hold.
inline float limitFactor(double factor) {
  return static_cast<float>(std::clamp(factor, 1e-4, 1e4));
}

/// The factors of the step's method.
std::string findFactors(const EqualizingInput &input,
                        std::vector<float> &factors);

/// Columns that share a factor, each of one head, have one number: `join` of theirs.
/// Returns why the columns are no heads, or an empty string.
std::string joinHeads(mlir::llm::EqualizeAttr step,
                      llvm::function_ref<float(float, float)> join,
                      std::vector<float> &numbers);

/// The least and the largest number of each column; those that share a factor have
/// theirs in common.
std::string readRange(const EqualizingInput &input, std::vector<float> &least,
                      std::vector<float> &most);

/// z [cols], what a method that shifts takes off each column: the middle of its range.
std::string findShifts(const EqualizingInput &input,
                       std::vector<float> &shifts);

} // namespace llmc

#endif // LLMC_LIB_WEIGHTS_EQUALIZING_EQUALIZING_H
