//===- Pruning.h - how weights become 0 -------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_WEIGHTS_PRUNING_H
#define LLMC_WEIGHTS_PRUNING_H

#include "dialects/llm/LLMDialect.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace llmc {

class WeightStore;

/// Whether a step's `method` is one that this compiler has.
bool isPruningMethod(llvm::StringRef name);
/// "magnitude, wanda, sparsegpt, …".
std::string listPruningMethods();
/// Whether it takes blocks of several rows and columns.
bool prunesBlocks(llvm::StringRef method);
/// Whether it works on statistics of the linear's input.
bool pruningNeedsStatistics(llvm::StringRef method);

/// Why `step` cannot prune a matrix of `cols` columns with the statistics that the
/// store has; empty if it can.
std::string checkStatistics(const WeightStore &store,
                            mlir::llm::PruneStepAttr step, int64_t cols);

/// Which matrices have more zeros than others (lib/Weights/Pruning/Allocation.cpp).
struct SparsityAllocation {
  std::string method;   // "owl", "trace"; empty: all have as many
  double lambda = 0.08; // how far the share of one may be from that of all
  double outlier = 5;   // owl: times the mean of scores
};

bool isAllocationMethod(llvm::StringRef name);
/// "owl, trace".
std::string listAllocationMethods();

/// The share of zeros of each of `weights`, `share` on average over their numbers.
/// Fails where the store has no statistics of an input.
llvm::Expected<std::vector<double>>
allocateSparsity(llvm::ArrayRef<mlir::llm::WeightOp> weights,
                 const WeightStore &store, const SparsityAllocation &how,
                 double share);

} // namespace llmc

#endif // LLMC_WEIGHTS_PRUNING_H
