//===- BlockFormat.h - where a block's parts lie in its bytes ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Nearly every block format is a scale, some planes of codes and, in K-quants,
// sub-scales: data, read by the same two functions. What packs its codes in ways
// of its own has a function.
//===----------------------------------------------------------------------===//
#ifndef LLMC_DIALECTS_LLM_BLOCKFORMAT_H
#define LLMC_DIALECTS_LLM_BLOCKFORMAT_H

#include "SubScales.h"

namespace mlir::llm {

/// A plane of w-bit parts: each byte holds those of 8/w elements that are
/// `lanes` apart. Element e has its part in byte
/// `offset + e / span * lanes + e % lanes` from bit `e % span / lanes * w` on,
/// with span = lanes * 8/w.
struct PlacedPlane {
  int64_t offset, lanes;
};

struct BlockFormat {
  Grid grid = {};
  int64_t bytes = 0;          // of one block
  int64_t scale = 0, min = 0; // offsets of the floats
  SubFormat subFormat = SubFormat::none;
  int64_t subs = 0;                         // offset of the sub-scales
  llvm::SmallVector<PlacedPlane, 3> planes; // in the order of getCodePlanes
  bool signedCodes = false;                 // the file's codes are code - 128
  bool subtractsMin = false; // the file's minimum has the opposite sign
  /// Reads and writes a block that is no such data; where the second is missing such a
  /// format is never written.
  void (*decode)(const uint8_t *bytes, GridBlock &block) = nullptr;
  void (*encode)(const GridBlock &block, uint8_t *bytes) = nullptr;

  bool canQuantize() const { return !decode || encode; }
  void unpack(const uint8_t *bytes, GridBlock &block) const;
  void pack(const GridBlock &block, uint8_t *bytes) const;
  void dequantizeBlock(const uint8_t *bytes, float *values) const;
  void quantizeBlock(const float *values, uint8_t *bytes) const;
};

} // namespace mlir::llm

#endif // LLMC_DIALECTS_LLM_BLOCKFORMAT_H
