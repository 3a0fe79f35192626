//===- PackQuantizedTest.cpp - codes as compressed-tensors stores them ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RecipeTesting.h"

#include "llmc/Weights/PackQuantized.h"

#include "mlir/AsmParser/AsmParser.h"

using namespace llmc;
using namespace llmc::test;
using namespace mlir::llm;

namespace {

class PackQuantizedTest : public RecipeTest {
protected:
  EncodingAttrInterface grid(const std::string &text) {
    return mlir::cast<EncodingAttrInterface>(
        mlir::parseAttribute("#llm.grid<" + text + ">", &context));
  }
  std::string refuse(const std::string &text) {
    return refusePackQuantized(grid(text));
  }
  static uint32_t wordAt(llvm::ArrayRef<uint8_t> bytes, size_t index) {
    uint32_t word = 0;
    std::memcpy(&word, bytes.data() + 4 * index, 4);
    return word;
  }
};

} // namespace

TEST_F(PackQuantizedTest, HasCodesAroundZero) {
  for (int bits = 2; bits <= 8; ++bits)
    EXPECT_EQ(refuse("bits = " + std::to_string(bits) +
                     ", group = 32, scale = bf16, zero = " +
                     std::to_string(1 << (bits - 1))),
              "");
  EXPECT_NE(refuse("bits = 4, group = 32, scale = f16, min = true")
                .find("a minimum of each group is none: take zero=sym"),
            std::string::npos);
  EXPECT_NE(refuse("bits = 4, group = 32, scale = f16, zero = 7"), "");
  EXPECT_EQ(refuse("bits = 4, group = 32, scale = f16, values = [-8, -7, -6, "
                   "-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7]"),
            "has codes that are integers themselves: take values=uniform");
  EXPECT_EQ(refuse("bits = 4, group = 32, scale = f16, sub = si8, block = 256, "
                   "zero = 8"),
            "has a float for each group, and scales here are integers: take "
            "scale=f16");
  EXPECT_NE(refusePackQuantized(f16()), "");
  EXPECT_NE(refusePackQuantized(q8()), "");
}

/// Of every number of bits: value = scale * (code - 2^(bits - 1)), a row's codes one
/// behind the other from the lowest bits of its first word on.
TEST_F(PackQuantizedTest, WordsAndScalesAreTheNumbers) {
  constexpr int64_t rows = 3, cols = 64, group = 32;
  std::vector<float> values = noise(rows * cols, 7), expected(values.size());
  for (int bits = 2; bits <= 8; ++bits) {
    EncodingAttrInterface encoding = grid(
        "bits = " + std::to_string(bits) +
        ", group = 32, scale = f32, zero = " + std::to_string(1 << (bits - 1)));
    Bytes blocks(encoding.getBytes(values.size()));
    encoding.quantize(values.data(), values.size(), blocks.data());
    encoding.dequantize(blocks.data(), values.size(), expected.data());
    PackQuantized form{mlir::cast<GridAttr>(encoding), cols, group};
    const int64_t words = cols * bits / 32;
    ASSERT_EQ(form.getRowWords(), words);
    ASSERT_EQ(form.getRowScales(), 2);
    EXPECT_EQ(form.getScaleDtype(), "F32");
    std::vector<uint8_t> made = form.pack(blocks);
    ASSERT_EQ(made.size(), size_t(rows * (4 * words + 8)));
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t col = 0; col < cols; ++col) {
        uint32_t code = 0;
        for (int64_t i = 0, bit = col * bits; i < bits; ++i, ++bit)
          code |= (wordAt(made, row * words + bit / 32) >> bit % 32 & 1) << i;
        uint32_t scaleBits = wordAt(made, rows * words + row * 2 + col / group);
        float scale;
        std::memcpy(&scale, &scaleBits, 4);
        EXPECT_EQ(scale * float(int(code) - (1 << (bits - 1))),
                  expected[row * cols + col])
            << bits << " bits, row " << row << ", column " << col;
      }
  }
}

TEST_F(PackQuantizedTest, RowsOfOneScaleHaveOne) {
  EncodingAttrInterface encoding =
      grid("bits = 8, group = 16, scale = f16, zero = 128");
  GridBlock block(*encoding.getGrid());
  block.scale = 0x3c00;
  Bytes blocks(4 * encoding.getBlockBytes());
  for (int i = 0; i < 4; ++i)
    encoding.packBlock(block, blocks.data() + i * encoding.getBlockBytes());
  PackQuantized form{mlir::cast<GridAttr>(encoding), 32, 32};
  std::vector<uint8_t> made = form.pack(blocks);
  ASSERT_EQ(made.size(), 2u * (32 + 2));
  EXPECT_EQ(made[64], 0x00);
  EXPECT_EQ(made[65], 0x3c);
  EXPECT_EQ(made[67], 0x3c);
}
