//===- BlockPanelTest.cpp - panels that hold some blocks ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "GridTesting.h"

#include "dialects/llm/GridPanel.h"

#include <cstring>

using namespace llmc::test;
using namespace mlir::llm;

namespace {

constexpr int64_t panelRows = 16;

struct Blocks {
  int64_t keep, of, rows, cols;
};
constexpr Blocks columns = {8, 16, 16, 1}, squares = {2, 4, 4, 4};

class BlockPanels : public GridTest {
protected:
  PanelsLayoutAttr layout(const Blocks &blocks) {
    return PanelsLayoutAttr::get(&context, panelRows, blocks.keep, blocks.of,
                                 blocks.rows, blocks.cols);
  }

  /// Which numbers of [rows, cols] are not 0: those of at most `keep` of each `of` blocks.
  std::vector<bool> mask(int64_t rows, int64_t cols, const Blocks &blocks) {
    std::vector<bool> isKept(rows * cols);
    for (int64_t band = 0; band < rows; band += blocks.rows)
      for (int64_t set = 0; set < cols; set += blocks.of * blocks.cols)
        for (int64_t i = 0; i < blocks.keep; ++i) {
          int64_t first =
              set + static_cast<int64_t>(random() % blocks.of) * blocks.cols;
          for (int64_t r = band; r < std::min(band + blocks.rows, rows); ++r)
            for (int64_t c = 0; c < blocks.cols; ++c)
              isKept[r * cols + first + c] = true;
        }
    return isKept;
  }

  std::vector<uint8_t> pack(const Blocks &blocks, EncodingAttrInterface format,
                            int64_t rows, int64_t cols,
                            const std::vector<uint8_t> &source) {
    std::vector<uint8_t> packed(
        layout(blocks).getPackedBytes(rows, cols, format), 0xcc);
    EXPECT_TRUE(
        layout(blocks).pack(source.data(), rows, cols, format, packed.data()));
    return packed;
  }
};

/// What a panel of floats holds of a row: numbers of blocks first, then units from the next
/// 64 bytes on.
std::vector<float> readRow(const uint8_t *panel, const Blocks &blocks,
                           int64_t row, int64_t cols) {
  const int64_t units = cols / blocks.cols * blocks.keep / blocks.of,
                bands = panelRows / blocks.rows;
  const uint8_t *floats = panel + (units * bands * 2 + 63) / 64 * 64;
  std::vector<float> values(cols);
  for (int64_t unit = 0; unit < units; ++unit) {
    const uint8_t *number = panel + 2 * (unit * bands + row / blocks.rows);
    const int64_t first = (number[0] | number[1] << 8) * blocks.cols;
    for (int64_t c = 0; c < blocks.cols; ++c) {
      float value;
      std::memcpy(&value, floats + 4 * ((unit * blocks.cols + c) * 16 + row),
                  4);
      values[first + c] += value; // what is there twice would be wrong
    }
  }
  return values;
}

/// The code of column `col` in a group at `bytes`, which a scale of 4 bytes of each row
/// comes before.
int readCode(const Grid &grid, const Blocks &blocks, const uint8_t *bytes,
             int64_t row, int64_t col) {
  const int64_t units = grid.group / blocks.cols * blocks.keep / blocks.of,
                bands = panelRows / blocks.rows, kept = units * blocks.cols;
  const uint8_t *codes = bytes + panelRows * 4,
                *numbers = codes + panelRows * kept * grid.bits / 8;
  for (int64_t position = 0; position < kept; ++position) {
    const int64_t unit = position / blocks.cols,
                  set = unit / blocks.keep * blocks.of,
                  block = set + numbers[unit * bands + row / blocks.rows];
    if (block * blocks.cols + position % blocks.cols != col)
      continue;
    int code = 0;
    const uint8_t *plane = codes;
    for (auto [width, shift] : grid.getPlanes()) {
      const int64_t perByte = 8 / width, vector = position / 4;
      const int byte = plane[vector / perByte * 64 + 4 * row + position % 4];
      code |= (byte >> vector % perByte * width & ((1 << width) - 1)) << shift;
      plane += panelRows * kept * width / 8;
    }
    return code;
  }
  return static_cast<int>(grid.zero);
}

} // namespace

/// Two panels, of which the second has 4 rows.
TEST_F(BlockPanels, HoldFloats) {
  const int64_t rows = 20, cols = 48;
  EncodingAttrInterface format = encoding("#llm.float<f32>");
  for (const Blocks &blocks : {columns, squares}) {
    std::vector<bool> isKept = mask(rows, cols, blocks);
    std::vector<float> values(rows * cols);
    for (int64_t i = 0; i < rows * cols; ++i)
      values[i] = isKept[i] ? static_cast<float>(i + 1) : 0;
    std::vector<uint8_t> source(4 * values.size());
    std::memcpy(source.data(), values.data(), source.size());
    std::vector<uint8_t> packed = pack(blocks, format, rows, cols, source);
    for (int64_t row = 0; row < 2 * panelRows; ++row) {
      std::vector<float> expected(cols);
      if (row < rows)
        expected.assign(&values[row * cols], &values[row * cols] + cols);
      EXPECT_EQ(readRow(packed.data() + row / 16 * packed.size() / 2, blocks,
                        row % 16, cols),
                expected)
          << row;
    }
    // One more column, or square, than there is a place for.
    std::fill(source.begin(), source.end(), 1);
    EXPECT_FALSE(
        layout(blocks).pack(source.data(), rows, cols, format, packed.data()));
  }
}

/// Bytes that say which come behind the codes.
TEST_F(BlockPanels, HoldCodes) {
  const int64_t rows = 20, cols = 128;
  for (const Blocks &blocks : {columns, squares, Blocks{12, 16, 16, 1}})
    for (const char *name :
         {"#llm.grid<bits = 8, group = 64, scale = f32, zero = 128>",
          "#llm.grid<bits = 4, group = 64, scale = f32, zero = 8>",
          "#llm.grid<bits = 3, group = 128, scale = f32, zero = 4>"}) {
      EncodingAttrInterface format = encoding(name);
      Grid grid = *format.getGrid();
      std::vector<bool> isKept = mask(rows, cols, blocks);
      std::vector<float> values;
      for (int64_t i = 0; i < rows * cols; ++i)
        values.push_back(isKept[i] ? static_cast<float>(i % 7) - 3 : 0);
      std::vector<uint8_t> source(format.getBytes(rows * cols));
      format.quantize(values.data(), rows * cols, source.data());
      std::vector<uint8_t> packed = pack(blocks, format, rows, cols, source);
      const int64_t groups = cols / grid.group;
      GridBlock block(grid);
      for (int64_t at = 0; at < rows * groups; ++at) {
        const int64_t row = at / groups, group = at % groups;
        format.unpackBlock(&source[at * format.getBlockBytes()], block);
        const uint8_t *bytes = packed.data() + (row / 16 * groups + group) *
                                                   (packed.size() / 2 / groups);
        for (int64_t c = 0; c < grid.group; ++c)
          ASSERT_EQ(readCode(grid, blocks, bytes, row % 16, c), block.codes[c])
              << name << ", " << blocks.rows << " rows, row " << row
              << ", column " << c;
      }
      std::fill(values.begin(), values.end(), 1.0f);
      values[0] = 2; // of codes around a zero the others are not it
      format.quantize(values.data(), rows * cols, source.data());
      EXPECT_FALSE(layout(blocks).pack(source.data(), rows, cols, format,
                                       packed.data()));
    }
}

TEST_F(BlockPanels, RefuseWhatHasNoPlace) {
  auto refuse = [&](const Blocks &blocks, const char *format) {
    return layout(blocks).refuse(encoding(format));
  };
  EXPECT_EQ(refuse(columns, "#llm.q8_0"), "");
  EXPECT_EQ(refuse(columns, "#llm.float<f16>"), "");
  EXPECT_EQ(refuse(squares, "#llm.q4_0"), "");
  EXPECT_EQ(refuse({8, 32, 16, 1}, "#llm.q8_0"),
            "panels keep 4, 8 or 12 of 16 columns of codes, found 8 of 32");
  EXPECT_EQ(refuse({6, 16, 16, 1}, "#llm.q8_0"),
            "panels keep 4, 8 or 12 of 16 columns of codes, found 6 of 16");
  EXPECT_EQ(refuse({8, 16, 4, 4}, "#llm.q8_0"),
            "panels keep blocks of codes in groups of a multiple of 64, found "
            "groups of 32");
  EXPECT_EQ(refuse(columns, "#llm.q4_1"),
            "codes that are not there are 0, of which such a grid has none");
  EXPECT_EQ(refuse(columns, "#llm.q6_k"),
            "panels keep blocks of codes in groups of a multiple of 16, found "
            "groups of 16");
  EXPECT_EQ(refuse({4, 16, 16, 1}, "#llm.grid<bits = 3, group = 64, scale = "
                                   "f16, zero = 4>"),
            "panels hold codes of 3 bits where a group keeps a multiple of 32, "
            "found 16");
  EXPECT_EQ(refuse(columns, "#llm.sparse<cols = 64, entries = 4, type = f32>"),
            "only codes of integer grids are skipped");
}

/// What is there is filled up with other blocks, each once.
TEST(ChooseBlocks, AreAsManyAsAreKept) {
  auto choose = [](llvm::ArrayRef<int64_t> held) {
    return chooseBlocks(
        3, 5, [&](int64_t block) { return llvm::is_contained(held, block); });
  };
  EXPECT_EQ(choose({4, 1}), (llvm::SmallVector<int64_t>{0, 1, 4}));
  EXPECT_EQ(choose({}), (llvm::SmallVector<int64_t>{0, 1, 2}));
  EXPECT_EQ(choose({2, 3, 4}), (llvm::SmallVector<int64_t>{2, 3, 4}));
  EXPECT_TRUE(choose({1, 2, 3, 4}).empty());
}
