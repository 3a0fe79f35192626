//===- GridPanel.h - the bytes of a panel's block ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The drawing at #llm.panels as offsets. The packer writes to them and kernels
// load from them; nobody else counts bytes of a packed grid.
//===----------------------------------------------------------------------===//
#ifndef LLMC_DIALECTS_LLM_GRIDPANEL_H
#define LLMC_DIALECTS_LLM_GRIDPANEL_H

#include "dialects/llm/Grid.h"

#include <string>

namespace mlir::llm {

/// One block of `rows` output rows, one row per vector lane.
class GridPanel {
public:
  GridPanel(const Grid &grid, int64_t rows);

  /// Why panels cannot hold such codes; empty if they can.
  static std::string refuse(const Grid &grid);

  const Grid grid;
  const int64_t rows;

  int64_t getBytes() const { return codes + grid.getGroups() * groupBytes; }
  /// Floats and bytes are vectors of `rows`, lane after lane.
  int64_t getScaleOffset() const { return 0; }
  int64_t getMinOffset() const { return rows * getScaleBytes(grid.scale); }
  /// Of the block's first group; the next group's lie `rows` bytes behind.
  int64_t getSubScalesOffset() const { return subScales; }
  int64_t getSubMinsOffset() const {
    return subScales + rows * grid.getGroups();
  }
  /// Of the block's first group; the next lies `getGroupBytes` behind.
  int64_t getCodesOffset() const { return codes; }
  int64_t getGroupBytes() const { return groupBytes; }

  /// Bytes of a vector of codes: 4 of each row.
  int64_t getVectorBytes() const { return 4 * rows; }
  /// Vectors of a group when each code has a byte of its own.
  int64_t getCodeVectors() const { return grid.group / 4; }
  /// Where a plane keeps vector `i` of those: a vector of bytes within the
  /// group and the bit of each byte from which the plane's bits count.
  struct Place {
    int64_t offset, bit;
  };
  Place getPlace(size_t plane, int64_t i) const;

  /// Writes one row's block into lane `row` of the panel's block at `bytes`,
  /// which was zero there.
  void pack(const GridBlock &block, int64_t row, uint8_t *bytes) const;

private:
  llvm::SmallVector<int64_t, 3> planeOffsets; // within a group
  int64_t subScales, codes, groupBytes;
};

} // namespace mlir::llm

#endif // LLMC_DIALECTS_LLM_GRIDPANEL_H
