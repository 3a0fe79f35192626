//===- PanelLoads.h - loads of a kernel from packed grids ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The drawing at #llm.panels (GridPanel) as loads. Products take vectors of
// output rows, embeds a single row; both are a strip.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_CPU_PANELLOADS_H
#define LLMC_LIB_LOWER_CPU_PANELLOADS_H

#include "Isa.h"

#include "dialects/llm/GridPanel.h"

namespace llmc {

/// Output rows of one panel.
int64_t getPanelRows(mlir::llm::PackedType weight);
/// The drawing of a weight in panels; nothing for floats.
std::optional<mlir::llm::GridPanel> getGridPanel(mlir::llm::PackedType weight);
/// k per `llm.tile.dot`: a block of an integer grid, of codes of floats what divides a
/// group and 128, of floats the largest power of two
/// up to 32 that divides K.
int64_t getTileDepth(mlir::llm::PackedType weight);
/// The drawing of a weight of floats of which panels hold some blocks, or nothing.
std::optional<mlir::llm::FloatBlocks>
getFloatBlocks(mlir::llm::PackedType weight);
/// The byte of its panel where the first band's number of `unit` lies, and the one where
/// column `c` of the unit does.
mlir::Value placeNumber(TileBuilder &b, const mlir::llm::FloatBlocks &blocks,
                        mlir::Value unit);
mlir::Value placeColumn(TileBuilder &b, const mlir::llm::FloatBlocks &blocks,
                        mlir::Value unit, int64_t c);
/// Its units per `llm.tile.dot`.
int64_t getTileUnits(const mlir::llm::FloatBlocks &blocks);
/// Entries of each row per `llm.tile.dot`.
int64_t getTileEntries(mlir::llm::SparseEncodingAttr encoding);
/// How many `llm.tile.dot` a row times a panel takes; of sparse codes one for each block.
int64_t countTiles(mlir::llm::PackedType weight);

/// `lanes` floats of `type` from byte `at` of a matrix on, as f32.
mlir::Value loadFloatsAs(TileBuilder &b, mlir::Value matrix,
                         mlir::ValueRange at, mlir::FloatType type,
                         int64_t lanes);

/// A group of a block, by the first of those that its codes share vectors with and its
/// number among these (`GridPanel::getUnitGroups`).
struct GroupOfUnit {
  mlir::Value unit;
  int64_t number = 0;
};

/// `lanes` consecutive rows of one panel in one block of an integer grid.
class GridStrip {
public:
  using Value = mlir::Value;

  /// `matrix` is [panels, blocks, block bytes]; the strip begins at row `lane`.
  GridStrip(TileBuilder &b, const mlir::llm::GridPanel &drawing, Value matrix,
            Value panel, Value block, Value lane, int64_t lanes)
      : b(b), drawing(drawing), matrix(matrix), panel(panel), block(block),
        lane(lane), lanes(lanes) {
    if (drawing.grid.hasSub())
      shared = loadFloats();
  }

  /// Vectors of f32, one scale per row; `min` is null where the grid has none.
  struct Scales {
    Value scale, min;
  };
  Scales loadScales(GroupOfUnit group);
  /// Of the k = 4i .. 4i+3 of a group, 4 unsigned bytes of each row: codes, or what
  /// they stand for plus `Grid::getByteZero`.
  Value loadCodes(GroupOfUnit group, int64_t i);
  /// Of 2:4, 4 codes that are there, as `loadCodes` has them: 2 of its vector 2i, 2 of 2i+1.
  Value loadKeptCodes(GroupOfUnit group, int64_t i);
  /// Of 2:4, the words whose bits, 4 for each of its vectors, number the pairs of `keptOfFour`; those
  /// of vector `i` are the lowest.
  Value loadPatterns(GroupOfUnit group, int64_t i);
  /// Code `k` of those that vectors hold, as f32 of each row.
  Value loadFloats(GroupOfUnit group, int64_t k, const Scales &scales);
  /// Of blocks: where the number of the first band's block of `unit` lies.
  llvm::SmallVector<Value> placeNumber(GroupOfUnit group, int64_t unit);

  const mlir::llm::GridPanel &getDrawing() const { return drawing; }
  Value getMatrix() const { return matrix; }
  Value getLane() const { return lane; }
  int64_t countLanes() const { return lanes; }

private:
  Scales loadFloats();
  Value loadFloats(int64_t offset);
  Value loadPowers(int64_t offset);
  Value loadSubs(int64_t offset, GroupOfUnit group);
  Value loadWords(Value unit, int64_t offset);
  Value loadKept(Value unit, int64_t i);
  Value restore(Value kept);
  Value toBytes(Value codes);

  TileBuilder &b;
  const mlir::llm::GridPanel &drawing;
  Value matrix, panel, block, lane;
  int64_t lanes;
  Scales shared; // what the groups of a block share, loaded before them
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_CPU_PANELLOADS_H
