//===- EncodingTest.cpp - bytes of blocks and the values they mean --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "GridTesting.h"

#include "llvm/Support/MemoryBuffer.h"

#include <cmath>

using namespace llmc::test;
using namespace mlir::llm;

static std::vector<uint8_t> readBytes(const std::string &name) {
  auto buffer = llvm::MemoryBuffer::getFile(
      std::string(LLMC_TEST_INPUTS "/encodings/") + name);
  if (!buffer) {
    ADD_FAILURE() << "cannot read " << name;
    return {};
  }
  auto *begin =
      reinterpret_cast<const uint8_t *>((*buffer)->getBuffer().data());
  return {begin, begin + (*buffer)->getBufferSize()};
}

static std::vector<float> readFloats(const std::string &name) {
  std::vector<uint8_t> raw = readBytes(name);
  std::vector<float> values(raw.size() / sizeof(float));
  std::memcpy(values.data(), raw.data(), raw.size());
  return values;
}

//===----------------------------------------------------------------------===//
// GGML's formats against gguf-py (utils/make-encoding-goldens.py)
//===----------------------------------------------------------------------===//

namespace {
class GgmlEncoding : public GridTest {};
} // namespace

TEST_P(GgmlEncoding, MeansWhatOthersReadFromItsBlocks) {
  EncodingAttrInterface format = encoding("#llm." + GetParam());
  std::vector<uint8_t> blocks = readBytes(GetParam() + ".blocks");
  std::vector<float> expected = readFloats(GetParam() + ".values");
  ASSERT_EQ(expected.size(), 512u);
  ASSERT_EQ(format.getBytes(512), static_cast<int64_t>(blocks.size()));
  std::vector<float> values(512);
  format.dequantize(blocks.data(), 512, values.data());
  // Bit for bit: every product is exact in f32, and one addition rounds.
  EXPECT_EQ(values, expected);
}

INSTANTIATE_TEST_SUITE_P(Formats, GgmlEncoding,
                         testing::Values("q4_0", "q4_1", "q5_0", "q5_1", "q8_0",
                                         "q4_k", "q5_k", "q6_k", "q2_k", "q3_k",
                                         "iq4_nl", "iq4_xs", "mxfp4", "tq1_0",
                                         "tq2_0", "iq1_s", "iq1_m", "iq2_xxs",
                                         "iq2_xs", "iq2_s", "iq3_xxs", "iq3_s"),
                         [](auto &info) { return std::string(info.param); });

//===----------------------------------------------------------------------===//
// Every grid
//===----------------------------------------------------------------------===//

namespace {
class GridEncoding : public GridTest {
public:
  /// Smooth values with an offset, so that minimums and signs matter.
  std::vector<float> someValues(int64_t count) {
    std::normal_distribution<float> normal(0.1f, 1.0f);
    std::vector<float> values(count);
    for (float &x : values)
      x = normal(random);
    return values;
  }
};
class CentredGrid : public GridEncoding {};
} // namespace

TEST_P(GridEncoding, PrintsAsItIsRead) {
  std::string text;
  llvm::raw_string_ostream(text) << mlir::Attribute(encoding());
  EXPECT_EQ(text, GetParam());
}

/// value = scale * (code - zero), scale * code + min or scale * table[code], from
/// the parts.
TEST_P(GridEncoding, MeansItsParts) {
  EncodingAttrInterface format = encoding();
  Grid grid = *format.getGrid();
  std::vector<float> given = someValues(grid.getBlock());
  std::vector<uint8_t> bytes(format.getBlockBytes());
  format.quantizeBlock(given.data(), bytes.data());
  GridBlock block(grid);
  format.unpackBlock(bytes.data(), block);
  std::vector<float> values(grid.getBlock());
  format.dequantizeBlock(bytes.data(), values.data());
  for (int64_t i = 0; i < grid.getBlock(); ++i) {
    int64_t group = i / grid.group;
    auto whole = [&](uint32_t bits, llvm::ArrayRef<uint8_t> subs) {
      float value = decodeScale(grid.scale, bits);
      if (!grid.hasSub())
        return value;
      return value *
             (grid.subSigned ? float(int8_t(subs[group])) : float(subs[group]));
    };
    ASSERT_LT(block.codes[i], 1 << grid.bits);
    float expected = whole(block.scale, block.subScales) *
                     (grid.table.empty() ? float(block.codes[i] - grid.zero)
                                         : float(grid.table[block.codes[i]]));
    if (grid.hasMin)
      expected += whole(block.min, block.subMins);
    EXPECT_EQ(values[i], expected) << i;
  }
}

/// A quantiser's value is at most one step away, and on average far less: half
/// a step of rounding, and what the scale itself was rounded by.
TEST_P(CentredGrid, QuantisesToItsNearestCodes) {
  EncodingAttrInterface format = encoding();
  Grid grid = *format.getGrid();
  int64_t count = 8 * grid.getBlock();
  std::vector<float> given = someValues(count), values(count);
  std::vector<uint8_t> bytes(format.getBytes(count));
  format.quantize(given.data(), count, bytes.data());
  format.dequantize(bytes.data(), count, values.data());
  double error = 0, size = 0;
  for (int64_t i = 0; i < count; ++i) {
    error += std::pow(given[i] - values[i], 2);
    size += std::pow(given[i], 2);
  }
  // Uniform rounding of values within 3 deviations either way.
  double step = 6.0 / ((1 << grid.bits) - 1);
  EXPECT_LT(std::sqrt(error / size), step / 2);
}

TEST_P(GridEncoding, QuantisesZerosToZeros) {
  EncodingAttrInterface format = encoding();
  int64_t count = format.getBlockElems();
  std::vector<float> zeros(count), values(count, 1.0f);
  std::vector<uint8_t> bytes(format.getBlockBytes());
  format.quantizeBlock(zeros.data(), bytes.data());
  format.dequantizeBlock(bytes.data(), values.data());
  EXPECT_EQ(values, zeros);
}

INSTANTIATE_TEST_SUITE_P(Grids, GridEncoding,
                         testing::ValuesIn(gridEncodings()), nameGrid);

/// Those with codes on either side of zero, and more than a few.
static std::vector<std::string> centredGrids() {
  mlir::MLIRContext context;
  context.loadDialect<LLMDialect>();
  std::vector<std::string> centred;
  for (const std::string &text : gridEncodings()) {
    auto format =
        llvm::cast<EncodingAttrInterface>(mlir::parseAttribute(text, &context));
    Grid grid = *format.getGrid();
    if (grid.bits > 2 && (grid.hasMin || grid.zero || !grid.table.empty()))
      centred.push_back(text);
  }
  return centred;
}

INSTANTIATE_TEST_SUITE_P(Grids, CentredGrid, testing::ValuesIn(centredGrids()),
                         nameGrid);

/// Kernels multiply bytes: what a code stands for, moved above zero.
TEST_F(GridTest, TablesBecomeUnsignedBytes) {
  struct Case {
    const char *format;
    int64_t bits, zero;
  };
  for (Case expected : {Case{"#llm.iq4_nl", 8, 128}, Case{"#llm.mxfp4", 5, 12},
                        Case{"#llm.iq2_s", 7, 43}, Case{"#llm.iq1_m", 5, 9},
                        Case{"#llm.q6_k", 6, 32}}) {
    Grid grid = *encoding(expected.format).getGrid();
    EXPECT_EQ(grid.getByteBits(), expected.bits) << expected.format;
    EXPECT_EQ(grid.getByteZero(), expected.zero) << expected.format;
    for (int value : grid.table) {
      EXPECT_GE(value + expected.zero, 0);
      EXPECT_LT(value + expected.zero, 1 << expected.bits);
    }
  }
}

/// The generic block: scale, minimum, sub-scales, sub-minimums, bit planes.
TEST_F(GridTest, BlocksOfGridsHaveTheDocumentedBytes) {
  EncodingAttrInterface format =
      encoding("#llm.grid<bits = 3, group = 8, scale = bf16, sub = si4, "
               "block = 16, min = true>");
  std::vector<uint8_t> bytes = {0x80, 0x3f, // scale 1
                                0x00, 0x40, // minimum 2
                                0x03, 0xff, // sub-scales 3, -1
                                0x01, 0xfe, // sub-minimums 1, -2
                                0xe4, 0x1b,
                                0xe4, 0x1b,  // low bits: 0 1 2 3, 3 2 1 0, ...
                                0xaa, 0x0f}; // third bits
  ASSERT_EQ(format.getBlockBytes(), static_cast<int64_t>(bytes.size()));
  std::vector<float> values(16);
  format.dequantizeBlock(bytes.data(), values.data());
  EXPECT_EQ(values,
            (std::vector<float>{2, 17, 8, 23, 11, 20, 5, 14,         // 3 q + 2
                                -8, -9, -10, -11, -7, -6, -5, -4})); // -q - 4
}

//===----------------------------------------------------------------------===//
// Floats
//===----------------------------------------------------------------------===//

TEST(ScaleTypes, RoundTripAndRoundToNearestEven) {
  for (ScaleType type : {ScaleType::f16, ScaleType::bf16, ScaleType::f32})
    for (float x : {0.0f, -0.0f, 1.0f, -2.5f, 0.09375f})
      EXPECT_EQ(decodeScale(type, encodeScale(type, x)), x);
  // Halfway between two bf16: to the even one; a NaN stays one.
  EXPECT_EQ(encodeScale(ScaleType::bf16, 0x1.01p0f), 0x3f80u);
  EXPECT_EQ(encodeScale(ScaleType::bf16, 0x1.03p0f), 0x3f82u);
  EXPECT_EQ(encodeScale(ScaleType::bf16, 0x1.010002p0f), 0x3f81u);
  EXPECT_TRUE(std::isnan(
      decodeScale(ScaleType::bf16, encodeScale(ScaleType::bf16, NAN))));
}

/// The OCP MX formats take 2^floor(log2 max) / 4 for E2M1, whose largest is 6: of
/// max / 6 the power of two that is at most 1.5 times that.
TEST(ScaleTypes, PowersOfTwoAreThoseOfMx) {
  auto power = [](float x) {
    return decodeScale(ScaleType::bf16, encodePowerScale(ScaleType::bf16, x));
  };
  EXPECT_EQ(power(6.0f / 6), 1);
  EXPECT_EQ(power(7.99f / 6), 1);
  EXPECT_EQ(power(8.01f / 6), 2);
  EXPECT_EQ(power(4.01f / 6), 1);
  EXPECT_EQ(power(3.99f / 6), 0.5f);
  EXPECT_EQ(power(0), 0x1p-126f);
  EXPECT_EQ(power(-1), 0x1p-126f);
  EXPECT_EQ(power(0x1p-140f), 0x1p-126f);
  EXPECT_EQ(power(0x1.8p127f), INFINITY);
  EXPECT_EQ(power(INFINITY), INFINITY);
}

/// As llama.cpp writes and reads them: an exponent of twice the scale, and nibbles.
TEST_F(GridTest, Mxfp4IsWrittenAsItIsRead) {
  EncodingAttrInterface format = encoding("#llm.mxfp4");
  std::vector<float> given(32);
  for (size_t i = 0; i < 32; ++i)
    given[i] = float(i % 8) * (i < 16 ? 0.75f : -0.75f); // at most 5.25
  std::vector<uint8_t> made(17), again(17);
  format.quantizeBlock(given.data(), made.data());
  EXPECT_EQ(made[0], 127);      // 2^(floor(log2 5.25) - 2) = 1
  EXPECT_EQ(made[1] >> 4, 0);   // 0, not its opposite
  EXPECT_EQ(made[1 + 4], 0xd5); // 3 and -3
  for (int exponent = 0; exponent < 255; ++exponent) {
    std::vector<uint8_t> block = bytes(17);
    block[0] = static_cast<uint8_t>(exponent);
    GridBlock parts(*format.getGrid());
    format.unpackBlock(block.data(), parts);
    format.packBlock(parts, again.data());
    EXPECT_EQ(again, block) << exponent;
  }
}
