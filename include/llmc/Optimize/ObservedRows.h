//===- ObservedRows.h - what is looked at of a step ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_OPTIMIZE_OBSERVEDROWS_H
#define LLMC_OPTIMIZE_OBSERVEDROWS_H

#include "dialects/llm/LLMDialect.h"

namespace llmc {

/// Of the names of results that are inputs of products or norms: what follows names the
/// first weight that they meet, or a layer.
inline constexpr llvm::StringLiteral observedPrefix = "input of ";

/// Behind it for what layer `number` is given; of as many as there are, what the last
/// one leaves.
inline std::string nameLayer(int64_t number) {
  return "layer " + std::to_string(number);
}

/// On a step: weights by name. Only inputs of products with them are observed, and the
/// step ends with the last one.
inline constexpr llvm::StringLiteral observeAttrName = "llm.observe";

/// Whether the input of `linear` has statistics: all rows of the batch, as floats,
/// times one matrix. The rows that logits are asked of are some of them.
bool isObserved(mlir::llm::LinearOp linear);

} // namespace llmc

#endif // LLMC_OPTIMIZE_OBSERVEDROWS_H
