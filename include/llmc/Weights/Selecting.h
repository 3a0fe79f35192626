//===- Selecting.h - which units of a layer stay ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A unit is a channel of a feed-forward part, or a head of keys and values with the
// queries that read it (#llm.selection).
//===----------------------------------------------------------------------===//
#ifndef LLMC_WEIGHTS_SELECTING_H
#define LLMC_WEIGHTS_SELECTING_H

#include "dialects/llm/LLMDialect.h"

#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace llmc {

class WeightStore;

/// Whether a selection's `method` is one that this compiler has.
bool isSelectionMethod(llvm::StringRef name);
/// "magnitude, wanda".
std::string listSelectionMethods();
/// Whether it works on statistics of the readers' input.
bool selectionNeedsStatistics(llvm::StringRef method);

/// The units that stay, in order; found once for each selection. `from` is an op of the
/// module with its weights. Returns why there are none, or an empty string.
std::string findKeptUnits(mlir::llm::SelectionAttr selection,
                          mlir::Operation *from, const WeightStore &store,
                          std::vector<int64_t> &kept);

/// How many columns the statistics of a weight's input have: more than the weight,
/// where some were dropped.
int64_t countObservedColumns(mlir::llm::WeightOp weight);

} // namespace llmc

#endif // LLMC_WEIGHTS_SELECTING_H
