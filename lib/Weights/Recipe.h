//===- Recipe.h - weights on their way, for others of this folder -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_WEIGHTS_RECIPE_H
#define LLMC_LIB_WEIGHTS_RECIPE_H

#include "llmc/Weights/WeightStore.h"

namespace llmc {

/// The numbers that the model has: those before the steps of quantisers.
llvm::Expected<std::vector<float>> makeModelValues(mlir::llm::WeightOp weight,
                                                   const WeightStore &store);

} // namespace llmc

#endif // LLMC_LIB_WEIGHTS_RECIPE_H
