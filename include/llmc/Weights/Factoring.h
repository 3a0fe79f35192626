//===- Factoring.h - matrices that become two of low rank -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_WEIGHTS_FACTORING_H
#define LLMC_WEIGHTS_FACTORING_H

#include "dialects/llm/LLMDialect.h"

#include "llvm/ADT/StringRef.h"

#include <string>

namespace llmc {

class WeightStore;

/// Whether a step's `method` is one that this compiler has.
bool isFactoringMethod(llvm::StringRef name);
/// "svd, lord, …".
std::string listFactoringMethods();
/// Whether it works on statistics of the product's input.
bool factoringNeedsStatistics(llvm::StringRef method);

/// Why `step` cannot factor a matrix of `cols` columns with the statistics that the
/// store has; empty if it can.
std::string checkStatistics(const WeightStore &store,
                            mlir::llm::FactorStepAttr step, int64_t cols);

} // namespace llmc

#endif // LLMC_WEIGHTS_FACTORING_H
