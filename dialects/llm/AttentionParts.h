//===- AttentionParts.h - the parts that a row's cache is attended in -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parts serve two ends: workers share one row, and a row's result does not depend
// on how many of them do. A part is at least `leastPages` long, so that merging
// costs little beside it.
//===----------------------------------------------------------------------===//
#ifndef LLMC_DIALECTS_LLM_ATTENTIONPARTS_H
#define LLMC_DIALECTS_LLM_ATTENTIONPARTS_H

#include <cstdint>

namespace mlir::llm::attention {

constexpr int64_t mostParts = 16, leastPages = 8;

/// f32 of the state of one head after one part: its result, its maximum, its sum,
/// and what keeps the next aligned.
constexpr int64_t getStateSize(int64_t valueDim) { return valueDim + 16; }

/// Bytes of the states of all parts of a row.
constexpr int64_t getScratchBytes(int64_t heads, int64_t valueDim) {
  return heads * mostParts * getStateSize(valueDim) * sizeof(float);
}

} // namespace mlir::llm::attention

#endif // LLMC_DIALECTS_LLM_ATTENTIONPARTS_H
