//===- RoundSteps.h - from a choice to a step of a recipe -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the pass writes into recipes, and what a search for choices measures.
//===----------------------------------------------------------------------===//
#ifndef LLMC_OPTIMIZE_ROUNDSTEPS_H
#define LLMC_OPTIMIZE_ROUNDSTEPS_H

#include "llmc/Optimize/QuantizeSpec.h"
#include "llmc/Optimize/WeightReadings.h"

namespace llmc {

/// Columns that share a scale where nobody says, widest first.
inline constexpr int64_t usualGroups[] = {128, 64, 32};

/// A matrix whose group is open.
struct OpenGroup {
  int64_t bits, cols;
};

/// The widest usual group that all of these can have; 0: none.
int64_t findUsualGroup(llvm::ArrayRef<OpenGroup> matrices);

/// Why rows of `cols` have no groups of `group` codes of `bits`; empty if they can. Those
/// that share a float may be narrower.
std::string refuseGroup(int64_t bits, int64_t group, int64_t cols,
                        bool sharesFloat = false);

/// The widest group that panels hold, for scales that a whole row shares; 0: none.
int64_t findWidestGroup(int64_t bits, int64_t cols);

/// Why a matrix keeps its numbers; empty if it does not.
std::string findRoundObstacle(mlir::llm::WeightOp weight,
                              const QuantizeChoice &choice);

/// What is read by no product whose input is observed has no statistics.
void settleMethod(const Reading &reading, QuantizeChoice &choice);

/// The codes of a choice that are floats, whose group is known.
mlir::llm::FloatCodesAttr makeFloatCodes(mlir::MLIRContext *context,
                                         const QuantizeChoice &choice,
                                         int64_t cols);

/// The grid of a choice whose group is known.
mlir::llm::GridAttr makeGrid(mlir::MLIRContext *context,
                             const QuantizeChoice &choice, int64_t cols);

/// The step that gives `weight` codes of that grid.
mlir::llm::RoundStepAttr makeRoundStep(mlir::llm::WeightOp weight,
                                       const QuantizeChoice &choice);

} // namespace llmc

#endif // LLMC_OPTIMIZE_ROUNDSTEPS_H
