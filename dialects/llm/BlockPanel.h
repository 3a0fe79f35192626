//===- BlockPanel.h - which blocks of a panel are there ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A kernel loads a unit, a kept block of every band of rows, like dense numbers; what it
// multiplies with is x at the columns of these blocks. One band of 16 rows takes one
// number of x for all lanes.
//===----------------------------------------------------------------------===//
#ifndef LLMC_DIALECTS_LLM_BLOCKPANEL_H
#define LLMC_DIALECTS_LLM_BLOCKPANEL_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>

namespace mlir::llm {

class PanelsLayoutAttr;

/// Numbers of blocks in a row of floats have 16 bits, in a group of codes a byte.
inline constexpr int64_t mostBlocksOfRow = int64_t(1) << 16,
                         mostBlocksOfGroup = int64_t(1) << 8;

/// What of a panel is there: all of it, or at most `keep` of each `of` blocks side by
/// side.
struct KeptBlocks {
  int64_t keep = 0, of = 0;
  int64_t rows = 1, cols = 1; // of a block

  bool skipsZeros() const { return keep != 0; }
  /// More than one row goes or stays together.
  bool hasBlocks() const { return rows > 1; }
  bool isTwoOfFour() const { return skipsZeros() && !hasBlocks(); }
  int64_t countBands(int64_t panelRows) const { return panelRows / rows; }
  /// Of `count` neighbouring columns, whole sets of `of` blocks.
  int64_t countUnits(int64_t count) const { return count / cols * keep / of; }
};

KeptBlocks getKept(PanelsLayoutAttr layout);

/// The drawing at #llm.panels of a panel of floats, as offsets.
struct FloatBlocks {
  FloatBlocks(const KeptBlocks &kept, int64_t panelRows, int64_t cols,
              int64_t floatBytes)
      : kept(kept), panelRows(panelRows), floatBytes(floatBytes),
        units(kept.countUnits(cols)) {}

  const KeptBlocks kept;
  const int64_t panelRows, floatBytes, units;

  int64_t countBands() const { return kept.countBands(panelRows); }
  /// Of a unit: 2 of each band's block, from the panel's first byte on.
  int64_t getNumbersBytes() const { return 2 * countBands(); }
  int64_t getFloatsOffset() const {
    return (units * getNumbersBytes() + 63) / 64 * 64;
  }
  int64_t getColumnBytes() const { return panelRows * floatBytes; }
  int64_t getBytes() const {
    return getFloatsOffset() + units * kept.cols * getColumnBytes();
  }
};

/// Of `of` blocks those that hold something, and others so that they are `keep`, in
/// rising order; none where more do.
llvm::SmallVector<int64_t>
chooseBlocks(int64_t keep, int64_t of,
             llvm::function_ref<bool(int64_t block)> holds);

} // namespace mlir::llm

#endif // LLMC_DIALECTS_LLM_BLOCKPANEL_H
