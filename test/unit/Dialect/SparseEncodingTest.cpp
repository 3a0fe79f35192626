//===- SparseEncodingTest.cpp - columns, and floats or codes -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "GridTesting.h"

using namespace llmc::test;
using namespace mlir::llm;

namespace {
class SparseRow : public GridTest {
protected:
  std::vector<float> pass(const std::string &text,
                          const std::vector<float> &values) {
    EncodingAttrInterface format = encoding(text);
    std::vector<uint8_t> block(format.getBytes(values.size()), 0xcc);
    format.quantize(values.data(), values.size(), block.data());
    std::vector<float> found(values.size(), 7.0f);
    format.dequantize(block.data(), values.size(), found.data());
    return found;
  }
};
} // namespace

TEST_F(SparseRow, HoldsWhatItHasAPlaceFor) {
  EXPECT_EQ(encoding("#llm.sparse<cols = 6, entries = 2, type = f16>")
                .getBlockBytes(),
            8);
  std::vector<float> values = {0, -1.5f, 0, 0, 0, 3,
                               // One number, at the first column.
                               0.25f, 0, 0, 0, 0, 0,
                               // None.
                               0, 0, 0, 0, 0, 0};
  for (const char *type : {"f16", "bf16", "f32"})
    EXPECT_EQ(pass(std::string("#llm.sparse<cols = 6, entries = 2, type = ") +
                       type + ">",
                   values),
              values)
        << type;
}

TEST_F(SparseRow, KeepsTheLargestOfMore) {
  EXPECT_EQ(
      pass("#llm.sparse<cols = 5, entries = 2, type = f32>", {1, -4, 2, 3, 3}),
      (std::vector<float>{0, -4, 0, 3, 0}));
  float none = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> found =
      pass("#llm.sparse<cols = 3, entries = 1, type = f32>", {9, none, 8});
  EXPECT_TRUE(std::isnan(found[1]));
  EXPECT_EQ(found[0], 0);
}

/// Per panel an entry of all rows, columns first.
TEST_F(SparseRow, LiesInPanelsEntryByEntry) {
  EncodingAttrInterface format =
      encoding("#llm.sparse<cols = 4, entries = 2, type = f16>");
  auto layout = PanelsLayoutAttr::get(&context, 16);
  EXPECT_EQ(layout.refuse(format), "");
  const int64_t rows = 17, cols = 4, entryBytes = 16 * 4;
  std::vector<uint8_t> source(rows * format.getBytes(cols));
  for (int64_t row = 0; row < rows; ++row) {
    float values[4] = {0, static_cast<float>(row + 1), 0, -2};
    format.quantize(values, cols, &source[row * format.getBytes(cols)]);
  }
  std::vector<uint8_t> packed(layout.getPackedBytes(rows, cols, format), 0xcc);
  ASSERT_EQ(packed.size(), 2U * 2 * entryBytes);
  ASSERT_TRUE(layout.pack(source.data(), rows, cols, format, packed.data()));
  auto half = [&](int64_t at) { return packed[at] | packed[at + 1] << 8; };
  for (int64_t row = 0; row < 32; ++row) {
    int64_t panel = row / 16 * 2 * entryBytes, lane = row % 16;
    bool exists = row < rows;
    EXPECT_EQ(half(panel + 2 * lane), exists ? 1 : 0);
    EXPECT_EQ(half(panel + entryBytes + 2 * lane), exists ? 3 : 0);
    EXPECT_EQ(half(panel + 32 + 2 * lane),
              exists ? encodeScale(ScaleType::f16, row + 1) : 0U);
    EXPECT_EQ(half(panel + entryBytes + 32 + 2 * lane), exists ? 0xc000 : 0);
  }
}

/// A scale, columns, codes: 2 + 2 + 2 bytes for each 4.
TEST_F(SparseRow, HoldsCodesOfBlocks) {
  const std::string text = "#llm.sparse_codes<block = 4, entries = 2, scale = ";
  EXPECT_EQ(encoding(text + "f16>").getBlockBytes(), 6);
  // The largest is 127 steps; what is nearer to 0 than half a step becomes that.
  std::vector<float> values = {0, -127, 0, 64, 0.5f, 0, 0, 0, 0, 0, 0, 0};
  for (const char *type : {"f16>", "bf16>", "f32>"})
    EXPECT_LT(std::abs(pass(text + type, values)[4] - 0.5f), 0.002f) << type;
  std::vector<float> found = pass(text + "f32>", values);
  EXPECT_EQ(llvm::ArrayRef(found).take_front(4),
            llvm::ArrayRef(values).take_front(4));
  EXPECT_EQ(llvm::ArrayRef(found).take_back(4),
            llvm::ArrayRef(values).take_back(4));
  EXPECT_EQ(pass("#llm.sparse_codes<block = 4, entries = 3, scale = f32>",
                 {127, 0.4f, 0, -1.6f}),
            (std::vector<float>{127, 0, 0, -2}));
}

/// Per panel and block 16 scales, then of each entry 16 columns and 16 codes.
TEST_F(SparseRow, LiesInPanelsBlockByBlock) {
  EncodingAttrInterface format =
      encoding("#llm.sparse_codes<block = 4, entries = 2, scale = f16>");
  auto layout = PanelsLayoutAttr::get(&context, 16);
  EXPECT_EQ(layout.refuse(format), "");
  const int64_t rows = 17, cols = 8, blockBytes = 16 * 6;
  std::vector<uint8_t> source(rows * format.getBytes(cols));
  for (int64_t row = 0; row < rows; ++row) {
    float last = static_cast<float>(row + 1);
    float values[cols] = {0, 127, 0, last, 0, 0, -254, 0};
    format.quantize(values, cols, &source[row * format.getBytes(cols)]);
  }
  std::vector<uint8_t> packed(layout.getPackedBytes(rows, cols, format), 0xcc);
  ASSERT_EQ(packed.size(), 2U * 2 * blockBytes);
  ASSERT_TRUE(layout.pack(source.data(), rows, cols, format, packed.data()));
  for (int64_t row = 0; row < 32; ++row) {
    const uint8_t *block = &packed[row / 16 * 2 * blockBytes];
    const int64_t lane = row % 16;
    const bool exists = row < rows;
    auto expect = [&](int64_t at, int found) {
      EXPECT_EQ(block[at + lane], exists ? found : 0) << row << ", " << at;
    };
    EXPECT_EQ(block[2 * lane + 1], exists ? 0x3c : 0); // a scale of 1
    expect(32, 1);
    expect(48, 127);
    expect(64, 3);
    expect(80, static_cast<int>(row + 1));
    block += blockBytes;
    EXPECT_EQ(block[2 * lane + 1], exists ? 0x40 : 0); // 2
    expect(32, 2);
    expect(48, 0x81); // -127
    expect(64, 0);
    expect(80, 0);
  }
}
