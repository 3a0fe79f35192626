//===- Factoring.h - two factors that stand for a matrix --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A method is a function that finds the left factor: a file of this folder and a row of
// the table in Factoring.cpp. The right one is then the same for all.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_WEIGHTS_LOWRANK_FACTORING_H
#define LLMC_LIB_WEIGHTS_LOWRANK_FACTORING_H

#include "../InputStatistics.h"

#include "llmc/Weights/Factoring.h"
#include "llmc/Weights/WeightStore.h"

namespace llmc {

/// What a method is given.
struct FactoringInput {
  mlir::MLIRContext *context = nullptr; // whose threads may be used
  llvm::ArrayRef<float> values;         // [rows, cols], finite
  int64_t rows = 0, cols = 0;
  int64_t rank = 0;       // at most rows and cols
  std::vector<float> xtx; // [cols, cols], or empty: no statistics
};

/// Fills `left` [rows, rank]. Returns why that cannot be, or an empty string.
using FindLeft = std::string (*)(const FactoringInput &input,
                                 std::vector<float> &left);

std::string findSingularVectors(const FactoringInput &input,
                                std::vector<float> &left);
std::string sketchColumns(const FactoringInput &input,
                          std::vector<float> &left);

/// The left factor that the step makes of `values` [.., cols]; `columns` are those of the
/// input. Returns why that cannot be, or an empty string.
std::string makeLeftFactor(mlir::llm::FactorStepAttr step,
                           const WeightStore &store,
                           llvm::ArrayRef<float> values, int64_t cols,
                           const InputColumns &columns,
                           std::vector<float> &left);

/// The right factor [rank, cols] for `left` once the step has rounded it.
std::string makeRightFactor(mlir::llm::FactorStepAttr step,
                            const WeightStore &store,
                            llvm::ArrayRef<float> left,
                            llvm::ArrayRef<float> values, int64_t cols,
                            std::vector<float> &right);

} // namespace llmc

#endif // LLMC_LIB_WEIGHTS_LOWRANK_FACTORING_H
