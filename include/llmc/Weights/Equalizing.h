//===- Equalizing.h - what inputs of products reach, and where --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// W x = (W S) (S^-1 (x - z)) + W z: what of that are no steps of recipes, because it is
// decided, or are vectors that the model does not have, before weights are made.
//===----------------------------------------------------------------------===//
#ifndef LLMC_WEIGHTS_EQUALIZING_H
#define LLMC_WEIGHTS_EQUALIZING_H

#include "dialects/llm/LLMDialect.h"

#include "mlir/IR/BuiltinOps.h"

#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace llmc {

class WeightStore;

/// Whether what `method` of #llm.equalize divides was shifted before.
bool shiftsColumns(llvm::StringRef method);

/// The largest magnitude that the statistics know of the input of `weight`.
llvm::Expected<double> findReach(const WeightStore &store,
                                 llvm::StringRef weight);

/// Whether less of the products is lost, on the sample, with what makes their input
/// `shifted`: some columns lie around 0 but for a rare number.
llvm::Expected<bool> shiftPays(mlir::llm::EqualizeAttr shifted,
                               mlir::llm::EqualizeAttr scaled,
                               mlir::ModuleOp module, const WeightStore &store);

/// z of the columns of the input that `by` shifts, as they are left in `module`.
llvm::Expected<std::vector<float>> findShifts(mlir::llm::EqualizeAttr by,
                                              mlir::ModuleOp module,
                                              const WeightStore &store);

/// W z, of the weight that the model has.
llvm::Expected<std::vector<float>> multiplyShifts(mlir::llm::WeightOp weight,
                                                  llvm::ArrayRef<float> shifts,
                                                  const WeightStore &store);

/// The column whose factor and z row `row` of what makes the input has: of several
/// heads that read one head of values, the first.
int64_t getColumnOfRow(mlir::llm::EqualizeAttr step, int64_t row);

} // namespace llmc

#endif // LLMC_WEIGHTS_EQUALIZING_H
