//===- SubScales.h - integer scales of a super-block's groups ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// K-quants squeeze a few bits per group into bytes, each format in its own
// order. A new order is a value of SubFormat and its two functions.
//===----------------------------------------------------------------------===//
#ifndef LLMC_DIALECTS_LLM_SUBSCALES_H
#define LLMC_DIALECTS_LLM_SUBSCALES_H

#include "dialects/llm/Grid.h"

namespace mlir::llm {

/// How a block stores its sub-scales and sub-minimums.
enum class SubFormat {
  none,
  ones,        // nothing: every sub-scale is 1, so that groups are smaller
  bytes,       // a byte per sub-scale, then one per sub-minimum
  nibbles,     // a byte per group: the sub-scale, above it the sub-minimum
  sixBits,     // 8 pairs of 6 bits in 12 bytes
  sixBits16,   // 16 sub-scales of 6 bits, from -32 on, in 12 bytes
  sixBitsApart // 8 such: 2 bytes of upper bits, 4 bytes of nibbles
};

/// Reads the sub-scales at `bytes` into `block`, which has their number.
void unpackSubs(SubFormat format, const uint8_t *bytes, GridBlock &block);
/// Writes them; the bytes at `bytes` were zero.
void packSubs(SubFormat format, const GridBlock &block, uint8_t *bytes);

} // namespace mlir::llm

#endif // LLMC_DIALECTS_LLM_SUBSCALES_H
