//===- GridPanel.cpp - the bytes of a panel's block -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/llm/GridPanel.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Endian.h"

#include <cassert>
#include <numeric>

using namespace mlir::llm;
namespace endian = llvm::support::endian;

/// Kernels are unrolled over a group.
static constexpr int64_t mostUnrolled = 256;
/// Of 4 bits each.
static constexpr int64_t patternsPerWord = 8;

/// Of codes: what the vectors of all planes are filled with.
static int64_t getUnit(const Grid &grid, const KeptBlocks &kept) {
  return 4 * (8 / grid.getPlanes().back().bits) * (kept.isTwoOfFour() ? 2 : 1);
}

/// Codes of a group's row.
int64_t GridPanel::countKept(const Grid &grid, const KeptBlocks &kept) {
  return kept.skipsZeros() ? kept.countUnits(grid.group) * kept.cols
                           : grid.group;
}

GridPanel::GridPanel(const Grid &grid, int64_t rows, const KeptBlocks &kept)
    : grid(grid), rows(rows), kept(kept) {
  assert(refuse(grid, kept).empty() && "the layout's verifier asks first");
  int64_t parts = grid.hasMin ? 2 : 1;
  subScales =
      getMinOffset() + (grid.hasMin ? rows * getScaleBytes(grid.scale) : 0);
  codes = subScales + (grid.hasSub() ? parts * rows * grid.getGroups() : 0);
  int64_t unit = getUnit(grid, kept);
  unitGroups = kept.hasBlocks() ? 1 : unit / std::gcd(unit, grid.group);
  groupBytes = 0;
  for (CodePlane plane : grid.getPlanes()) {
    planeOffsets.push_back(unitGroups * groupBytes);
    groupBytes += getKeptVectors() * getVectorBytes() * plane.bits / 8;
  }
  patterns = groupBytes;
  if (kept.hasBlocks())
    groupBytes += kept.countUnits(grid.group) * kept.countBands(rows);
  else if (kept.skipsZeros())
    groupBytes += getCodeVectors() / patternsPerWord * getVectorBytes();
}

static std::string refuseTwoOfFour(const Grid &grid) {
  if (grid.group % (4 * patternsPerWord) == 0)
    return "";
  return "panels of 2:4 hold groups of a multiple of " +
         std::to_string(4 * patternsPerWord) + " codes, found " +
         std::to_string(grid.group);
}

/// A byte shuffle takes 4 of the 16 columns that it sees.
static std::string refuseBlocks(const Grid &grid, const KeptBlocks &kept) {
  constexpr int64_t seen = 16;
  if (kept.cols == 1 && (kept.of != seen || kept.keep % 4))
    return "panels keep 4, 8 or 12 of 16 columns of codes, found " +
           std::to_string(kept.keep) + " of " + std::to_string(kept.of);
  const int64_t set = kept.of * kept.cols;
  if (grid.hasSub() || grid.group % set || kept.of > mostBlocksOfGroup)
    return "panels keep blocks of codes in groups of a multiple of " +
           std::to_string(set) + ", found groups of " +
           std::to_string(grid.group);
  return "";
}

static std::string refuseZeros(const Grid &grid, const KeptBlocks &kept) {
  if (grid.hasMin || !grid.table.empty())
    return "codes that are not there are 0, of which such a grid has none";
  return kept.hasBlocks() ? refuseBlocks(grid, kept) : refuseTwoOfFour(grid);
}

std::string GridPanel::refuse(const Grid &grid, const KeptBlocks &kept) {
  if (kept.skipsZeros())
    if (std::string problem = refuseZeros(grid, kept); !problem.empty())
      return problem;
  if (grid.group > mostUnrolled)
    return "panels hold groups of at most " + std::to_string(mostUnrolled) +
           " codes, found " + std::to_string(grid.group);
  int64_t unit = getUnit(grid, kept);
  if (kept.hasBlocks())
    return countKept(grid, kept) % unit == 0
               ? ""
               : "panels hold codes of " + std::to_string(grid.bits) +
                     " bits where a group keeps a multiple of " +
                     std::to_string(unit) + ", found " +
                     std::to_string(countKept(grid, kept));
  if (grid.group % unit == 0 ||
      (grid.hasSub() && !kept.isTwoOfFour() &&
       grid.getBlock() % std::lcm(unit, grid.group) == 0))
    return "";
  return "panels hold codes of " + std::to_string(grid.bits) +
         " bits in groups of a multiple of " + std::to_string(unit) +
         ", found groups of " + std::to_string(grid.group);
}

GridPanel::Place GridPanel::getPlace(size_t plane, int64_t i) const {
  assert(i < unitGroups * getKeptVectors() && "a vector of this unit");
  int64_t bits = grid.getPlanes()[plane].bits, perByte = 8 / bits;
  return {planeOffsets[plane] + i / perByte * getVectorBytes(),
          i % perByte * bits};
}

GridPanel::Place GridPanel::getPatternPlace(int64_t i) const {
  return {patterns + i / patternsPerWord * getVectorBytes(),
          i % patternsPerWord * 4};
}

/// The number in `keptOfFour` of the codes that are not 0; of fewer than 2 that of
/// any others too; -1 where there are more.
static int choosePattern(const uint8_t *codes, int64_t zero) {
  for (int pattern = 0; pattern < 6; ++pattern) {
    auto [first, second] = keptOfFour[pattern];
    bool fits = true;
    for (int c = 0; c < 4; ++c)
      fits &= codes[c] == zero || c == first || c == second;
    if (fits)
      return pattern;
  }
  return -1;
}

bool GridPanel::pack(const GridBlock &block, int64_t row,
                     uint8_t *bytes) const {
  assert(row < rows && "a lane of the panel");
  packFloats(block, row, bytes);
  assert(!kept.hasBlocks() && "which are there is the word of all rows");
  if (!kept.skipsZeros()) {
    packCodes(block.codes, row, bytes);
    return true;
  }
  llvm::SmallVector<uint8_t, 128> stored;
  int64_t perGroup = getCodeVectors();
  for (int64_t quad = 0; quad < perGroup * grid.getGroups(); ++quad) {
    const uint8_t *four = &block.codes[4 * quad];
    int pattern = choosePattern(four, grid.zero);
    if (pattern < 0)
      return false;
    for (int8_t c : keptOfFour[pattern])
      stored.push_back(static_cast<uint8_t>(four[c] ^ grid.zero));
    Place place = getPatternPlace(quad % perGroup);
    bytes[codes + quad / perGroup * groupBytes + place.offset + 4 * row +
          place.bit / 8] |= static_cast<uint8_t>(pattern << place.bit % 8);
  }
  packCodes(stored, row, bytes);
  return true;
}

bool GridPanel::packBlocks(llvm::ArrayRef<GridBlock> blocks,
                           uint8_t *bytes) const {
  assert(kept.hasBlocks() && grid.getGroups() == 1 && "see refuse");
  for (auto [row, block] : llvm::enumerate(blocks))
    packFloats(block, static_cast<int64_t>(row), bytes);
  for (int64_t band = 0; band < kept.countBands(rows); ++band)
    if (!packBand(blocks, band, bytes))
      return false;
  return true;
}

/// Rows that are not there keep what the band keeps.
bool GridPanel::packBand(llvm::ArrayRef<GridBlock> blocks, int64_t band,
                         uint8_t *bytes) const {
  const int64_t first = band * kept.rows,
                end = std::min(first + kept.rows,
                               static_cast<int64_t>(blocks.size()));
  llvm::SmallVector<int64_t> columns; // of the group, of each unit
  for (int64_t unit = 0; unit < kept.countUnits(grid.group);
       unit += kept.keep) {
    const int64_t start = getFirstColumn(unit);
    auto holds = [&](int64_t number) {
      for (int64_t row = first; row < end; ++row)
        for (int64_t c = 0; c < kept.cols; ++c)
          if (blocks[row].codes[start + number * kept.cols + c] != grid.zero)
            return true;
      return false;
    };
    llvm::SmallVector<int64_t> chosen = chooseBlocks(kept.keep, kept.of, holds);
    if (chosen.empty())
      return false;
    for (auto [i, number] : llvm::enumerate(chosen)) {
      bytes[codes + getNumberOffset(unit + static_cast<int64_t>(i)) + band] =
          static_cast<uint8_t>(number);
      columns.push_back(start + number * kept.cols);
    }
  }
  for (int64_t row = first; row < end; ++row) {
    llvm::SmallVector<uint8_t, 128> stored;
    for (int64_t column : columns)
      for (int64_t c = 0; c < kept.cols; ++c)
        stored.push_back(blocks[row].codes[column + c]);
    packCodes(stored, row, bytes);
  }
  return true;
}

void GridPanel::packFloats(const GridBlock &block, int64_t row,
                           uint8_t *bytes) const {
  auto writeFloat = [&](int64_t offset, uint32_t bits) {
    int64_t size = getScaleBytes(grid.scale);
    uint8_t *at = bytes + offset + row * size;
    if (size == 4)
      endian::write32le(at, bits);
    else
      endian::write16le(at, static_cast<uint16_t>(bits));
  };
  if (grid.powerScales)
    bytes[getScaleOffset() + row] =
        toPowerByte(decodeScale(grid.scale, block.scale));
  else
    writeFloat(getScaleOffset(), block.scale);
  if (grid.hasMin)
    writeFloat(getMinOffset(), block.min);
  for (auto [group, sub] : llvm::enumerate(block.subScales))
    bytes[getSubScalesOffset() + group * rows + row] = sub;
  for (auto [group, sub] : llvm::enumerate(block.subMins))
    bytes[getSubMinsOffset() + group * rows + row] = sub;
}

void GridPanel::packCodes(llvm::ArrayRef<uint8_t> stored, int64_t row,
                          uint8_t *bytes) const {
  for (auto [index, plane] : llvm::enumerate(grid.getPlanes())) {
    int mask = (1 << plane.bits) - 1;
    const uint8_t *code = stored.data();
    for (int64_t group = 0; group < grid.getGroups(); group += unitGroups)
      for (int64_t i = 0; i < unitGroups * getKeptVectors(); ++i) {
        Place place = getPlace(index, i);
        uint8_t *at =
            bytes + codes + group * groupBytes + place.offset + 4 * row;
        for (int64_t c = 0; c < 4; ++c)
          at[c] |= static_cast<uint8_t>((*code++ >> plane.shift & mask)
                                        << place.bit);
      }
  }
}
