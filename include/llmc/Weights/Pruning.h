//===- Pruning.h - how weights become 0 -------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_WEIGHTS_PRUNING_H
#define LLMC_WEIGHTS_PRUNING_H

#include "dialects/llm/LLMDialect.h"

#include "llvm/ADT/StringRef.h"

#include <string>

namespace llmc {

class WeightStore;

/// Whether a step's `method` is one that this compiler has.
bool isPruningMethod(llvm::StringRef name);
/// "magnitude, wanda, sparsegpt".
std::string listPruningMethods();
/// Whether it works on statistics of the linear's input.
bool pruningNeedsStatistics(llvm::StringRef method);

/// Why `step` cannot prune a matrix of `cols` columns with the statistics that the
/// store has; empty if it can.
std::string checkStatistics(const WeightStore &store,
                            mlir::llm::PruneStepAttr step, int64_t cols);

} // namespace llmc

#endif // LLMC_WEIGHTS_PRUNING_H
