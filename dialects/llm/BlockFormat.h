//===- BlockFormat.h - where a block's parts lie in its bytes ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every block format known so far is a scale, some planes of codes and, in
// K-quants, sub-scales: data, read by the same two functions.
//===----------------------------------------------------------------------===//
#ifndef LLMC_DIALECTS_LLM_BLOCKFORMAT_H
#define LLMC_DIALECTS_LLM_BLOCKFORMAT_H

#include "dialects/llm/Grid.h"

namespace mlir::llm {

/// A plane of w-bit parts: each byte holds those of 8/w elements that are
/// `lanes` apart. Element e has its part in byte
/// `offset + e / span * lanes + e % lanes` from bit `e % span / lanes * w` on,
/// with span = lanes * 8/w.
struct PlacedPlane {
  int64_t offset, lanes;
};

/// How a K-quant stores its sub-scales and sub-minimums.
enum class SubFormat {
  none,
  bytes,  // a byte per sub-scale, then one per sub-minimum
  sixBits // 8 pairs of 6 bits in 12 bytes
};

struct BlockFormat {
  Grid grid = {};
  int64_t bytes = 0;          // of one block
  int64_t scale = 0, min = 0; // offsets of the floats
  SubFormat subFormat = SubFormat::none;
  int64_t subs = 0;                         // offset of the sub-scales
  llvm::SmallVector<PlacedPlane, 3> planes; // in the order of Grid::getPlanes
  bool signedCodes = false;                 // the file's codes are code - 128
  bool subtractsMin = false; // the file's minimum has the opposite sign

  void unpack(const uint8_t *bytes, GridBlock &block) const;
  void pack(const GridBlock &block, uint8_t *bytes) const;
  void dequantizeBlock(const uint8_t *bytes, float *values) const;
  void quantizeBlock(const float *values, uint8_t *bytes) const;
};

} // namespace mlir::llm

#endif // LLMC_DIALECTS_LLM_BLOCKFORMAT_H
