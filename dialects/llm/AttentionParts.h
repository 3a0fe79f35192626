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

/// f32 of the state of one head after one part: its result, its maximum, its sum,
/// and what keeps the next aligned.
constexpr int64_t getStateSize(int64_t valueDim) { return valueDim + 16; }

/// A row's parts: `leastPages` each, doubled until `most` are enough.
struct Parts {
  int64_t leastPages, most;
  /// At the beginning of scratch, of those who count the parts that are done.
  int64_t counterBytes;

  /// Bytes of the states of all parts of a row.
  constexpr int64_t getScratchBytes(int64_t heads, int64_t valueDim) const {
    return counterBytes +
           heads * most * getStateSize(valueDim) * int64_t(sizeof(float));
  }
};

/// A core reads 512 tokens before it meets others.
constexpr Parts onCores = {8, 16, 0};
/// A block has four warps, which read a page each; a GPU has room for a thousand.
constexpr Parts onDevice = {4, 32, 1024};

constexpr const Parts &getParts(bool isDevice) {
  return isDevice ? onDevice : onCores;
}

} // namespace mlir::llm::attention

#endif // LLMC_DIALECTS_LLM_ATTENTIONPARTS_H
