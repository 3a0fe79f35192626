//===- SparseEncodingTest.cpp - columns and floats --------------------------===//
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
