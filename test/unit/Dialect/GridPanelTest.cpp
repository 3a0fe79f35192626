//===- GridPanelTest.cpp - panels hold what the source holds --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The reader here follows the drawing at #llm.panels word for word and shares
// nothing with the packer.
//===----------------------------------------------------------------------===//
#include "dialects/llm/GridPanel.h"
#include "GridTesting.h"

#include "llvm/Support/MathExtras.h"

using namespace llmc::test;
using namespace mlir::llm;

namespace {

constexpr int64_t panelRows = 16;

/// One panel's block, read as it is drawn.
class Drawing {
public:
  Drawing(const Grid &grid, const uint8_t *bytes) : grid(grid), bytes(bytes) {
    int64_t parts = grid.hasMin ? 2 : 1;
    mins = panelRows * (grid.powerScales ? 1 : floatBytes());
    subs = mins + (grid.hasMin ? panelRows * floatBytes() : 0);
    codes = subs;
    if (grid.hasSub())
      codes += parts * panelRows * grid.superBlock / grid.group;
  }
  int64_t size() const {
    return codes + panelRows * grid.getBlock() * grid.bits / 8;
  }
  uint32_t scale(int64_t row) const {
    if (!grid.powerScales)
      return number(row * floatBytes());
    uint32_t e = bytes[row]; // of 2^(e - 128), as bf16
    return e < 2 ? 0x20u << e : (e - 1) << 7;
  }
  uint32_t min(int64_t row) const { return number(mins + row * floatBytes()); }
  uint8_t sub(int64_t which, int64_t group, int64_t row) const {
    return bytes[subs + (which * grid.getGroups() + group) * panelRows + row];
  }
  int code(int64_t row, int64_t element) const {
    // Groups that do not fill a vector of the narrowest plane share it.
    int64_t narrowest = grid.bits & -grid.bits, unit = grid.group;
    while (unit % (32 / narrowest))
      unit += grid.group;
    int64_t k = element % unit;
    int64_t plane = codes + element / unit * panelRows * unit * grid.bits / 8;
    int code = 0, shift = 0;
    for (int64_t w : {8, 4, 2, 1}) {
      if (!(grid.bits & w))
        continue;
      int64_t perVector = 4 * (8 / w);
      int64_t j = k / perVector, i = k % perVector / 4, c = k % 4;
      int byte = bytes[plane + j * 4 * panelRows + 4 * row + c];
      code |= (byte >> (w * i) & ((1 << w) - 1)) << shift;
      shift += static_cast<int>(w);
      plane += panelRows * unit * w / 8;
    }
    return code;
  }

private:
  int64_t floatBytes() const { return grid.scale == ScaleType::f32 ? 4 : 2; }
  uint32_t number(int64_t at) const {
    uint32_t bits = 0;
    std::memcpy(&bits, bytes + at, floatBytes());
    return bits;
  }

  const Grid &grid;
  const uint8_t *bytes;
  int64_t mins, subs, codes;
};

class Panels : public GridTest {};

} // namespace

TEST_P(Panels, HoldEveryBlockWithoutLoss) {
  EncodingAttrInterface format = encoding();
  Grid grid = *format.getGrid();
  LayoutAttrInterface layout = PanelsLayoutAttr::get(&context, panelRows);
  if (std::string problem = layout.refuse(format); !problem.empty())
    GTEST_SKIP() << problem;
  // Two panels, the second with one row; three blocks.
  int64_t rows = 17, blocks = 3, cols = blocks * grid.getBlock();
  std::vector<uint8_t> source = bytes(rows * format.getBytes(cols));
  if (grid.powerScales && isa<GridAttr>(format)) // whose blocks have a bf16
    for (size_t at = 0; at < source.size(); at += format.getBlockBytes()) {
      source[at] = 0x80;
      source[at + 1] &= 0x3f;
    }
  std::vector<uint8_t> packed(layout.getPackedBytes(rows, cols, format), 0xcc);
  layout.pack(source.data(), rows, cols, format, packed.data());
  int64_t blockBytes = Drawing(grid, nullptr).size();
  ASSERT_EQ(static_cast<int64_t>(packed.size()), 2 * blocks * blockBytes);
  for (int64_t row = 0; row < 2 * panelRows; ++row)
    for (int64_t i = 0; i < blocks; ++i) {
      GridBlock expected(grid); // padding rows are zero
      if (row < rows)
        format.unpackBlock(source.data() +
                               (row * blocks + i) * format.getBlockBytes(),
                           expected);
      int64_t lane = row % panelRows;
      Drawing drawing(grid, packed.data() +
                                (row / panelRows * blocks + i) * blockBytes);
      const bool isPadding = row >= rows;
      // Of a byte 0 is no zero, and rows that nobody reads may have any.
      EXPECT_EQ(drawing.scale(lane),
                isPadding && grid.powerScales ? 0x20u : expected.scale);
      if (grid.hasMin) {
        EXPECT_EQ(drawing.min(lane), expected.min);
      }
      for (size_t g = 0; g < expected.subScales.size(); ++g)
        EXPECT_EQ(drawing.sub(0, g, lane), expected.subScales[g]);
      for (size_t g = 0; g < expected.subMins.size(); ++g)
        EXPECT_EQ(drawing.sub(1, g, lane), expected.subMins[g]);
      for (int64_t e = 0; e < grid.getBlock(); ++e)
        ASSERT_EQ(drawing.code(lane, e), expected.codes[e])
            << "row " << row << ", element " << e;
    }
}

INSTANTIATE_TEST_SUITE_P(Grids, Panels, testing::ValuesIn(readEncodings()),
                         nameGrid);

/// What panels of 2:4 hold, read as it is drawn.
static int readTwoOfFour(const Grid &grid, const uint8_t *bytes, int64_t row,
                         int64_t element) {
  constexpr int places[6][2] = {{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}};
  int64_t group = element / grid.group, quad = element % grid.group / 4;
  int64_t size = grid.scale == ScaleType::f32 ? 4 : 2;
  int64_t keptBytes = panelRows * grid.group / 2 * grid.bits / 8;
  int64_t at =
      panelRows * size + group * (keptBytes + panelRows * grid.group / 8);
  const uint8_t *word =
      bytes + at + keptBytes + quad / 8 * 4 * panelRows + 4 * row;
  int pattern = word[quad % 8 / 2] >> 4 * (quad % 2) & 15;
  int c = static_cast<int>(element % 4);
  for (int kept : {0, 1})
    if (places[pattern][kept] == c) {
      // Of its kind the element 2 * quad + kept of panels that hold all.
      int64_t k = 2 * quad + kept;
      int code = 0, shift = 0;
      int64_t plane = at;
      for (int64_t w : {8, 4, 2, 1}) {
        if (!(grid.bits & w))
          continue;
        int64_t perVector = 4 * (8 / w);
        int byte =
            bytes[plane + k / perVector * 4 * panelRows + 4 * row + k % 4];
        code |= (byte >> w * (k % perVector / 4) & ((1 << w) - 1)) << shift;
        shift += static_cast<int>(w);
        plane += panelRows * grid.group / 2 * w / 8;
      }
      return code ^ static_cast<int>(grid.zero);
    }
  return static_cast<int>(grid.zero);
}

class PanelsOfTwoOfFour : public GridTest {
protected:
  /// Rows of codes of which none, one or two of each four are not zero.
  std::vector<std::vector<uint8_t>> codes(const Grid &grid, int64_t rows) {
    std::vector<std::vector<uint8_t>> all(rows);
    for (std::vector<uint8_t> &row : all) {
      row.assign(grid.group, static_cast<uint8_t>(grid.zero));
      for (int64_t first = 0; first < grid.group; first += 4)
        for (int kept = 0; kept < 2; ++kept)
          row[first + random() % 4] =
              static_cast<uint8_t>(random() & ((1 << grid.bits) - 1));
    }
    return all;
  }
};

TEST_P(PanelsOfTwoOfFour, HoldEveryCode) {
  Grid grid = *encoding().getGrid();
  GridPanel panel(grid, panelRows, KeptBlocks{2, 4});
  std::vector<uint8_t> packed(panel.getBytes());
  auto all = codes(grid, panelRows);
  for (int64_t row = 0; row < panelRows; ++row) {
    GridBlock block(grid);
    block.codes.assign(all[row].begin(), all[row].end());
    ASSERT_TRUE(panel.pack(block, row, packed.data()));
  }
  for (int64_t row = 0; row < panelRows; ++row)
    for (int64_t e = 0; e < grid.group; ++e)
      ASSERT_EQ(readTwoOfFour(grid, packed.data(), row, e), all[row][e])
          << "row " << row << ", element " << e;
}

/// Zeros that are not where a layout says so would be lost.
TEST_P(PanelsOfTwoOfFour, RefuseThreeOfFour) {
  Grid grid = *encoding().getGrid();
  GridPanel panel(grid, panelRows, KeptBlocks{2, 4});
  std::vector<uint8_t> packed(panel.getBytes());
  GridBlock block(grid);
  block.codes.assign(grid.group, static_cast<uint8_t>(grid.zero));
  for (int64_t e : {4, 5, 7})
    block.codes[e] = static_cast<uint8_t>(grid.zero ^ 1);
  EXPECT_FALSE(panel.pack(block, 0, packed.data()));
}

INSTANTIATE_TEST_SUITE_P(
    Grids, PanelsOfTwoOfFour,
    testing::Values("#llm.q8_0", "#llm.q4_0",
                    "#llm.grid<bits = 3, group = 64, scale = bf16, zero = 4>",
                    "#llm.grid<bits = 6, group = 128, scale = f32, zero = 17>",
                    "#llm.grid<bits = 8, group = 32, scale = f16>"),
    nameGrid);

TEST_F(GridTest, PanelsOfTwoOfFourRefuse) {
  auto layout = PanelsLayoutAttr::get(&context, panelRows, 2, 4);
  EXPECT_EQ(layout.refuse(encoding("#llm.q8_0")), "");
  EXPECT_EQ(layout.refuse(encoding("#llm.q4_1")),
            "codes that are not there are 0, of which such a grid has none");
  EXPECT_EQ(layout.refuse(encoding("#llm.q6_k")),
            "panels of 2:4 hold groups of a multiple of 32 codes, found 16");
  EXPECT_EQ(layout.refuse(encoding("#llm.grid<bits = 3, group = 32, scale = "
                                   "f16, zero = 4>")),
            "panels hold codes of 3 bits in groups of a multiple of 64, found "
            "groups of 32");
  EXPECT_EQ(layout.refuse(encoding("#llm.grid<bits = 3, group = 32, scale = "
                                   "f16, sub = si8, block = 192, zero = 4>")),
            "panels hold codes of 3 bits in groups of a multiple of 64, found "
            "groups of 32");
  EXPECT_EQ(layout.refuse(encoding("#llm.grid<bits = 4, group = 32, scale = "
                                   "f16, sub = si8, block = 192, zero = 8>")),
            "");
  EXPECT_EQ(layout.refuse(encoding("#llm.float<f16>")),
            "only codes of integer grids are skipped");
}

/// Groups that do not fill a vector of their narrowest plane are refused, in
/// words.
TEST_F(GridTest, PanelsRefuseGroupsThatFillNoVector) {
  LayoutAttrInterface layout = PanelsLayoutAttr::get(&context, panelRows);
  EXPECT_EQ(
      layout.refuse(encoding("#llm.grid<bits = 5, group = 16, scale = f16>")),
      "panels hold codes of 5 bits in groups of a multiple of 32, found groups "
      "of 16");
  EXPECT_EQ(
      layout.refuse(encoding("#llm.grid<bits = 8, group = 512, scale = f16>")),
      "panels hold groups of at most 256 codes, found 512");
  EXPECT_EQ(layout.refuse(encoding("#llm.q6_k")), "");
  EXPECT_EQ(layout.refuse(encoding("#llm.float<f16>")), "");
  EXPECT_NE(layout.refuse(encoding("#llm.int8_act")), "");
}
