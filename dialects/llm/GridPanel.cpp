//===- GridPanel.cpp - the bytes of a panel's block -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/llm/GridPanel.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Endian.h"

#include <cassert>

using namespace mlir::llm;
namespace endian = llvm::support::endian;

/// Kernels are unrolled over a group.
static constexpr int64_t mostUnrolled = 256;

GridPanel::GridPanel(const Grid &grid, int64_t rows) : grid(grid), rows(rows) {
  assert(refuse(grid).empty() && "the layout's verifier asks first");
  int64_t parts = grid.hasMin ? 2 : 1;
  subScales = parts * rows * getScaleBytes(grid.scale);
  codes = subScales + (grid.hasSub() ? parts * rows * grid.getGroups() : 0);
  groupBytes = 0;
  for (CodePlane plane : grid.getPlanes()) {
    planeOffsets.push_back(groupBytes);
    groupBytes += rows * grid.group * plane.bits / 8;
  }
}

std::string GridPanel::refuse(const Grid &grid) {
  if (grid.group > mostUnrolled)
    return "panels hold groups of at most " + std::to_string(mostUnrolled) +
           " codes, found " + std::to_string(grid.group);
  int64_t multiple = 4 * (8 / grid.getPlanes().back().bits);
  if (grid.group % multiple == 0)
    return "";
  return "panels hold codes of " + std::to_string(grid.bits) +
         " bits in groups of a multiple of " + std::to_string(multiple) +
         ", found groups of " + std::to_string(grid.group);
}

GridPanel::Place GridPanel::getPlace(size_t plane, int64_t i) const {
  assert(i < getCodeVectors() && "a vector of this group");
  int64_t bits = grid.getPlanes()[plane].bits, perByte = 8 / bits;
  return {planeOffsets[plane] + i / perByte * getVectorBytes(),
          i % perByte * bits};
}

void GridPanel::pack(const GridBlock &block, int64_t row,
                     uint8_t *bytes) const {
  assert(row < rows && "a lane of the panel");
  auto writeFloat = [&](int64_t offset, uint32_t bits) {
    int64_t size = getScaleBytes(grid.scale);
    uint8_t *at = bytes + offset + row * size;
    if (size == 4)
      endian::write32le(at, bits);
    else
      endian::write16le(at, static_cast<uint16_t>(bits));
  };
  writeFloat(getScaleOffset(), block.scale);
  if (grid.hasMin)
    writeFloat(getMinOffset(), block.min);
  for (auto [group, sub] : llvm::enumerate(block.subScales))
    bytes[getSubScalesOffset() + group * rows + row] = sub;
  for (auto [group, sub] : llvm::enumerate(block.subMins))
    bytes[getSubMinsOffset() + group * rows + row] = sub;
  for (auto [index, plane] : llvm::enumerate(grid.getPlanes())) {
    int mask = (1 << plane.bits) - 1;
    const uint8_t *code = block.codes.data();
    for (int64_t group = 0; group < grid.getGroups(); ++group)
      for (int64_t i = 0; i < getCodeVectors(); ++i) {
        Place place = getPlace(index, i);
        uint8_t *at =
            bytes + codes + group * groupBytes + place.offset + 4 * row;
        for (int64_t c = 0; c < 4; ++c)
          at[c] |= static_cast<uint8_t>((*code++ >> plane.shift & mask)
                                        << place.bit);
      }
  }
}
