//===- ObservedLinears.h - whose input calibration looks at -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_OPTIMIZE_OBSERVEDLINEARS_H
#define LLMC_OPTIMIZE_OBSERVEDLINEARS_H

#include "dialects/llm/LLMDialect.h"

namespace llmc {

/// Of the names of results that are inputs: what follows names the first weight that
/// the input is multiplied with.
inline constexpr llvm::StringLiteral observedPrefix = "input of ";

/// Whether the input of `linear` has statistics: all rows of the batch, as floats,
/// times one matrix. The rows that logits are asked of are some of them.
bool isObserved(mlir::llm::LinearOp linear);

} // namespace llmc

#endif // LLMC_OPTIMIZE_OBSERVEDLINEARS_H
