//===- GridPanel.h - the bytes of a panel's block ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The drawing at #llm.panels as offsets. The packer writes to them and kernels
// load from them; nobody else counts bytes of a packed grid.
//===----------------------------------------------------------------------===//
#ifndef LLMC_DIALECTS_LLM_GRIDPANEL_H
#define LLMC_DIALECTS_LLM_GRIDPANEL_H

#include "dialects/llm/BlockPanel.h"
#include "dialects/llm/Grid.h"

#include <string>

namespace mlir::llm {

/// Which 2 of 4 neighbouring codes are kept, by the number that says so.
inline constexpr int8_t keptOfFour[6][2] = {{0, 1}, {0, 2}, {0, 3},
                                            {1, 2}, {1, 3}, {2, 3}};

/// One block of `rows` output rows, one row per vector lane.
class GridPanel {
public:
  GridPanel(const Grid &grid, int64_t rows, const KeptBlocks &kept = {});

  /// Why panels cannot hold such codes; empty if they can.
  static std::string refuse(const Grid &grid, const KeptBlocks &kept = {});

  const Grid grid;
  const int64_t rows;
  /// Codes that are not there are `zero`; of 2:4 the others are `code ^ zero`.
  const KeptBlocks kept;

  int64_t getBytes() const { return codes + grid.getGroups() * groupBytes; }
  /// Floats and bytes are vectors of `rows`, lane after lane. Of a scale that is a power
  /// of two, 2^(e - 128), only e is there, a byte.
  int64_t getScaleOffset() const { return 0; }
  int64_t getMinOffset() const {
    return rows * (grid.powerScales ? 1 : getScaleBytes(grid.scale));
  }
  /// Of the block's first group; the next group's lie `rows` bytes behind.
  int64_t getSubScalesOffset() const { return subScales; }
  int64_t getSubMinsOffset() const {
    return subScales + rows * grid.getGroups();
  }
  /// Of the block's first group, whose codes begin a unit.
  int64_t getCodesOffset() const { return codes; }
  int64_t getGroupBytes() const { return groupBytes; }
  /// Neighbouring groups whose codes share vectors: those of 16 codes do where a plane's
  /// vector holds more.
  int64_t getUnitGroups() const { return unitGroups; }

  /// Bytes of a vector of codes: 4 of each row.
  int64_t getVectorBytes() const { return 4 * rows; }
  /// Vectors of a group when each code has a byte of its own; those of a unit are
  /// counted through.
  int64_t getCodeVectors() const { return grid.group / 4; }
  /// Those of the codes that are there: with 2:4 each is of two such vectors.
  int64_t getKeptVectors() const { return countKept(grid, kept) / 4; }
  /// Those that are multiplied: with 2:4 all, of blocks those that are there.
  int64_t getProductVectors() const {
    return kept.hasBlocks() ? getKeptVectors() : getCodeVectors();
  }
  /// Where a plane keeps vector `i` of what is there: a vector of bytes within the
  /// unit and the bit of each byte from which the plane's bits count.
  struct Place {
    int64_t offset, bit;
  };
  Place getPlace(size_t plane, int64_t i) const;
  /// Where the number in `keptOfFour` of vector `i` lies: within the group, and the bit
  /// of each 32-bit word from which its 4 count.
  Place getPatternPlace(int64_t i) const;
  /// Of a unit of blocks, within the group: the byte with the number of the first band's
  /// block among its `of`; that of the next band follows.
  int64_t getNumberOffset(int64_t unit) const {
    return patterns + unit * kept.countBands(rows);
  }
  /// Of a unit of blocks: the column, within the group, at which its numbers are 0.
  int64_t getFirstColumn(int64_t unit) const {
    return unit / kept.keep * kept.of * kept.cols;
  }

  /// Writes one row's block into lane `row` of the panel's block at `bytes`,
  /// which was zero there. False where more than 2 of 4 are not 0, and should be.
  bool pack(const GridBlock &block, int64_t row, uint8_t *bytes) const;
  /// The same of panels of blocks, with the blocks of the rows that there are.
  bool packBlocks(llvm::ArrayRef<GridBlock> blocks, uint8_t *bytes) const;

private:
  static int64_t countKept(const Grid &grid, const KeptBlocks &kept);
  bool packBand(llvm::ArrayRef<GridBlock> blocks, int64_t band,
                uint8_t *bytes) const;
  void packFloats(const GridBlock &block, int64_t row, uint8_t *bytes) const;
  void packCodes(llvm::ArrayRef<uint8_t> stored, int64_t row,
                 uint8_t *bytes) const;

  llvm::SmallVector<int64_t, 3> planeOffsets; // within a unit
  int64_t unitGroups, subScales, codes, patterns, groupBytes;
};

} // namespace mlir::llm

#endif // LLMC_DIALECTS_LLM_GRIDPANEL_H
