//===- Pruning.h - which weights become 0 -----------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A method is a function that makes zeros, and maybe one that moves them: files of this
// folder and a row of the table in Pruning.cpp.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_WEIGHTS_PRUNING_PRUNING_H
#define LLMC_LIB_WEIGHTS_PRUNING_PRUNING_H

#include "../InputStatistics.h"
#include "llmc/Weights/Pruning.h"
#include "llmc/Weights/WeightStore.h"

namespace llmc {

/// Which weights a step may take: a share of all that are compared, or all but some of
/// each group of a row.
struct Pattern {
  double share = 0; // of zeros
  int64_t keep = 0; // of each `of`, if that is not 0
  int64_t of = 0;
  int64_t blockRows = 1, blockCols = 1; // what goes or stays together

  bool hasBlocks() const { return blockRows * blockCols > 1; }
};

/// What a method is given.
struct PruningInput {
  Pattern pattern;
  int64_t rows = 0, cols = 0;
  std::vector<float> xtx; // [cols, cols], or empty: no statistics
};

/// Changes `values` [rows, cols], finite. Returns why that cannot be, or an empty
/// string.
using PruneMatrix = std::string (*)(const PruningInput &input,
                                    llvm::MutableArrayRef<float> values);

/// Changes which of `pruned` [rows, cols] are 0, the others being those of `weights`: as
/// many of each row and group as before, with a smaller error of the product.
using RefineMask = void (*)(const PruningInput &input,
                            llvm::ArrayRef<float> weights,
                            llvm::MutableArrayRef<float> pruned);

std::string pruneByMagnitude(const PruningInput &input,
                             llvm::MutableArrayRef<float> values);
std::string pruneByWanda(const PruningInput &input,
                         llvm::MutableArrayRef<float> values);
std::string pruneBySparseGpt(const PruningInput &input,
                             llvm::MutableArrayRef<float> values);

void refineByDsnot(const PruningInput &input, llvm::ArrayRef<float> weights,
                   llvm::MutableArrayRef<float> pruned);

/// Sets `isPruned` where the pattern takes those of the smallest `scores`; equal ones
/// from the first on. They are whole groups, and blocks are single numbers.
void choosePruned(const Pattern &pattern, llvm::ArrayRef<float> scores,
                  llvm::MutableArrayRef<bool> isPruned);
/// Makes those of `values` [rows, cols] 0 whose `scores` the pattern takes of each row, or
/// of each row of blocks.
void pruneRows(const Pattern &pattern, int64_t cols,
               llvm::ArrayRef<float> scores,
               llvm::MutableArrayRef<float> values);

/// What the step makes of a matrix [.., cols], which `columns` are the input of. Returns
/// why that cannot be, or an empty string.
std::string pruneMatrix(mlir::llm::PruneStepAttr step, const WeightStore &store,
                        int64_t cols, const InputColumns &columns,
                        llvm::MutableArrayRef<float> values);

} // namespace llmc

#endif // LLMC_LIB_WEIGHTS_PRUNING_PRUNING_H
