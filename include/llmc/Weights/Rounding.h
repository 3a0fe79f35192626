//===- Rounding.h - how weights get the codes of a grid ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_WEIGHTS_ROUNDING_H
#define LLMC_WEIGHTS_ROUNDING_H

#include "dialects/llm/LLMDialect.h"

#include "llvm/ADT/StringRef.h"

#include <string>

namespace llmc {

class WeightStore;

/// Whether a step's `method` is one that this compiler has.
bool isRoundingMethod(llvm::StringRef name);
/// Whether it works on statistics of the linear's input.
bool needsStatistics(llvm::StringRef method);

/// What a statistic of a weight's input is called among the store's tensors:
/// "xtx" [K, K] is the sum of x x^T over rows, "absmax", "mean" and "l2" are [K].
std::string getStatisticName(llvm::StringRef weight, llvm::StringRef statistic);

/// Why `step` cannot round a matrix of `cols` columns with the statistics that the
/// store has; empty if it can.
std::string checkStatistics(const WeightStore &store,
                            mlir::llm::RoundStepAttr step, int64_t cols);

} // namespace llmc

#endif // LLMC_WEIGHTS_ROUNDING_H
