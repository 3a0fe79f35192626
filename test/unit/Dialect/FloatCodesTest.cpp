//===- FloatCodesTest.cpp - codes that stand for floats -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/llm/FloatCodes.h"
#include "GridTesting.h"

#include "llvm/ADT/APFloat.h"

#include <cmath>

using namespace llmc::test;
using namespace mlir::llm;

namespace {
class FloatCodes : public GridTest {
protected:
  FloatCodesAttr codes(const std::string &parameters) {
    return llvm::cast<FloatCodesAttr>(
        encoding("#llm.float_codes<" + parameters + ">"));
  }
  std::vector<float> pass(FloatCodesAttr format,
                          const std::vector<float> &values) {
    EncodingAttrInterface encoding = format;
    std::vector<uint8_t> block(encoding.getBytes(values.size()), 0xcc);
    encoding.quantize(values.data(), values.size(), block.data());
    std::vector<float> found(values.size(), 7.0f);
    encoding.dequantize(block.data(), values.size(), found.data());
    return found;
  }
};

const llvm::fltSemantics &semanticsOf(Float8 type) {
  return type == Float8::e4m3 ? llvm::APFloat::Float8E4M3FN()
                              : llvm::APFloat::Float8E5M2();
}
float nearest(Float8 type, float value) {
  llvm::APFloat number(value);
  bool loses = false;
  number.convert(semanticsOf(type), llvm::APFloat::rmNearestTiesToEven, &loses);
  number.convert(llvm::APFloat::IEEEsingle(),
                 llvm::APFloat::rmNearestTiesToEven, &loses);
  return number.convertToFloat();
}
} // namespace

TEST(Float8, MeansWhatItsFormatSays) {
  for (Float8 type : {Float8::e4m3, Float8::e5m2})
    for (unsigned code = 0; code < 256; ++code) {
      float expected = llvm::APFloat(semanticsOf(type), llvm::APInt(8, code))
                           .convertToDouble();
      float found = decodeFloat8(type, static_cast<uint8_t>(code));
      if (std::isnan(expected))
        EXPECT_TRUE(std::isnan(found)) << code;
      else
        EXPECT_EQ(found, expected) << code;
    }
}

TEST(Float8, IsTheNearestOne) {
  for (Float8 type : {Float8::e4m3, Float8::e5m2}) {
    const float most = type == Float8::e4m3 ? 448 : 57344;
    // Halves of steps, ties and all, of every exponent and below the least.
    for (float size = most; size > 0x1p-20f; size *= 0.9375f)
      for (float value : {size, -size})
        EXPECT_EQ(decodeFloat8(type, encodeFloat8(type, value)),
                  nearest(type, value))
            << value;
    for (unsigned code = 0; code < 0x7C; ++code) {
      float here = decodeFloat8(type, static_cast<uint8_t>(code)),
            next = decodeFloat8(type, static_cast<uint8_t>(code + 1));
      EXPECT_EQ(encodeFloat8(type, here), code);
      if (std::isfinite(next))
        EXPECT_EQ(encodeFloat8(type, (here + next) / 2), code + code % 2);
    }
    EXPECT_EQ(decodeFloat8(type, encodeFloat8(type, 1e30f)), most);
    EXPECT_EQ(decodeFloat8(type, encodeFloat8(type, -INFINITY)), -most);
    EXPECT_TRUE(std::isnan(decodeFloat8(type, encodeFloat8(type, NAN))));
  }
}

TEST_F(FloatCodes, HaveOneScalePerGroup) {
  FloatCodesAttr rows = codes("type = f8E4M3FN, group = 4, scale = f32");
  EXPECT_EQ(rows.getBlockBytes(), 8);
  std::vector<float> values = {448, -224, 0, 1.75f, 2, 1, -0.5f, 0.25f};
  EXPECT_EQ(pass(rows, values), values);
  EXPECT_EQ(codes("type = f8E5M2, group = 6, scale = bf16").getBlockBytes(), 8);
  EXPECT_EQ(pass(rows, {0, 0, 0, 0}), std::vector<float>(4));
}

TEST_F(FloatCodes, NameValues) {
  FloatCodesAttr format =
      codes("values = [-1.0, -0.75, -0.5, -0.25, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5, "
            "0.6, 0.7, 0.8, 0.9, 0.95, 1.0], group = 4, scale = f16");
  EXPECT_EQ(format.getBits(), 4);
  EXPECT_EQ(format.getBlockBytes(), 4);
  std::vector<float> values = {2, -1, 0, 0.82f};
  std::vector<float> found = pass(format, values);
  EXPECT_EQ(found, (std::vector<float>{2, -1, 0, 0.8f}));
}

/// Per panel and group the scales of all rows, then each k's codes, of 4 bits two k's.
TEST_F(FloatCodes, LieInPanelsByColumn) {
  auto layout = PanelsLayoutAttr::get(&context, 16);
  for (bool isWide : {true, false}) {
    FloatCodesAttr format = codes(
        isWide ? "type = f8E4M3FN, group = 2, scale = f16"
               : "values = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, "
                 "10.0, 11.0, 12.0, 13.0, 14.0, 15.0], group = 2, scale = f16");
    EXPECT_EQ(layout.refuse(format), "");
    const int64_t rows = 17, groups = 3, perByte = isWide ? 1 : 2;
    const int64_t block = format.getBlockBytes(), panel = 16 * block;
    std::vector<uint8_t> source(rows * groups * block);
    for (size_t i = 0; i < source.size(); ++i)
      source[i] = static_cast<uint8_t>(i * 7);
    ASSERT_EQ(layout.getPackedBytes(rows, 2 * groups, format),
              2 * groups * panel);
    std::vector<uint8_t> packed(2 * groups * panel, 0xcc);
    EXPECT_TRUE(
        layout.pack(source.data(), rows, 2 * groups, format, packed.data()));
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t group = 0; group < groups; ++group) {
        const uint8_t *from = &source[(row * groups + group) * block];
        const uint8_t *to = &packed[(row / 16 * groups + group) * panel];
        EXPECT_EQ(to[row % 16 * 2], from[0]);
        EXPECT_EQ(to[row % 16 * 2 + 1], from[1]);
        for (int64_t i = 0; i < 2 / perByte; ++i)
          EXPECT_EQ(to[32 + 16 * i + row % 16], from[2 + i]) << row << " " << i;
      }
    EXPECT_EQ(packed[groups * panel + 2], 0) << "rows that are none are 0";
  }
}
