//===- GgmlEncodings.cpp - the block formats of GGML ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A new format is a row of the table and a case of GgmlFormat.
//===----------------------------------------------------------------------===//
#include "BlockFormat.h"
#include "CodebookFormats.h"
#include "dialects/llm/LLMDialect.h"
#include "dialects/llm/ValueTables.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/ErrorHandling.h"

#include <algorithm>
#include <array>

using namespace mlir;
using namespace mlir::llm;

/// Codes around `zero`, or above a minimum if it is negative.
static Grid blocksOf32(int64_t bits, int64_t zero) {
  Grid grid{bits, 32};
  grid.hasMin = zero < 0;
  grid.zero = std::max<int64_t>(zero, 0);
  return grid;
}

static Grid superBlocks(int64_t bits, int64_t group, int64_t subBits,
                        int64_t zero) {
  Grid grid = blocksOf32(bits, zero);
  grid.group = group;
  grid.superBlock = 256;
  grid.subBits = subBits;
  grid.subSigned = zero >= 0;
  return grid;
}

static constexpr int64_t hasMin = -1;

//===----------------------------------------------------------------------===//
// Codes of values
//===----------------------------------------------------------------------===//

static Grid nonlinear(Grid grid) {
  grid.zero = 0;
  grid.table = iq4Values;
  return grid;
}

/// Their scales are powers of two.
static Grid smallFloats() {
  Grid grid{4, 32, ScaleType::bf16};
  grid.powerScales = true;
  grid.table = e2m1Values;
  return grid;
}

/// Half of 2^(e - 127), as bf16: also where that is no normal number.
static void decodeMxfp4(const uint8_t *bytes, GridBlock &block) {
  int e = bytes[0];
  block.scale = static_cast<uint32_t>(e < 2 ? 0x20 << e : (e - 1) << 7);
  for (size_t i = 0; i < 16; ++i) {
    block.codes[i] = bytes[1 + i] & 15;
    block.codes[i + 16] = bytes[1 + i] >> 4;
  }
}

static void encodeMxfp4(const GridBlock &block, uint8_t *bytes) {
  bytes[0] = toPowerByte(decodeScale(ScaleType::bf16, block.scale));
  for (size_t i = 0; i < 16; ++i)
    bytes[1 + i] =
        static_cast<uint8_t>(block.codes[i] | block.codes[i + 16] << 4);
}

//===----------------------------------------------------------------------===//
// Ternary codes
//===----------------------------------------------------------------------===//

/// One scale for 256 elements, but groups as small as other formats have, so that
/// activations keep a scale per 32.
static Grid ternary() {
  Grid grid = superBlocks(2, 32, 1, 1);
  grid.subSigned = false;
  return grid;
}

/// `count` codes `lanes` apart per byte, as a fixed-point fraction in base 3: each
/// multiplication by 3 brings the next digit above the byte.
static uint8_t *unpackTrits(llvm::ArrayRef<uint8_t> bytes, size_t count,
                            uint8_t *codes) {
  for (auto [lane, byte] : llvm::enumerate(bytes)) {
    uint8_t rest = byte;
    for (size_t i = 0; i < count; ++i) {
      codes[i * bytes.size() + lane] = static_cast<uint8_t>(rest * 3 >> 8);
      rest = static_cast<uint8_t>(rest * 3);
    }
  }
  return codes + count * bytes.size();
}

// 32 x 5, 16 x 5 and 4 x 4 codes | d
static void decodeTq1(const uint8_t *bytes, GridBlock &block) {
  block.scale = static_cast<uint32_t>(bytes[52] | bytes[53] << 8);
  llvm::fill(block.subScales, 1);
  uint8_t *codes = block.codes.data();
  codes = unpackTrits({bytes, 32}, 5, codes);
  codes = unpackTrits({bytes + 32, 16}, 5, codes);
  unpackTrits({bytes + 48, 4}, 4, codes);
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

/// A format that is no planes of codes.
static BlockFormat
decoded(Grid grid, int64_t bytes, void (*decode)(const uint8_t *, GridBlock &),
        void (*encode)(const GridBlock &, uint8_t *) = nullptr) {
  BlockFormat format;
  format.grid = grid;
  format.bytes = bytes;
  format.decode = decode;
  format.encode = encode;
  return format;
}

static BlockFormat makeQ3K() {
  return {superBlocks(3, 16, 6, 4), 110, 108, 0, SubFormat::sixBits16, 96,
          {{32, 32}, {0, 32}}};
}

static BlockFormat makeIq4Xs() {
  return {nonlinear(superBlocks(4, 32, 6, 0)),
          136,
          0,
          0,
          SubFormat::sixBitsApart,
          2,
          {{8, 16}}};
}

/// Formats that are no planes of codes.
static BlockFormat makeDecoded(GgmlFormat format) {
  switch (format) {
  case GgmlFormat::MXFP4:
    return decoded(smallFloats(), 17, decodeMxfp4, encodeMxfp4);
  case GgmlFormat::TQ1_0:
    return decoded(ternary(), 54, decodeTq1);
  case GgmlFormat::IQ1_S:
    return decoded(getIq1Grid(32), 50, decodeIq1S);
  case GgmlFormat::IQ1_M:
    return decoded(getIq1Grid(16), 56, decodeIq1M);
  case GgmlFormat::IQ2_XXS:
    return decoded(getIq2Grid(32), 66, decodeIq2Xxs);
  case GgmlFormat::IQ2_XS:
    return decoded(getIq2Grid(16), 74, decodeIq2Xs);
  case GgmlFormat::IQ2_S:
    return decoded(getIq2Grid(16), 82, decodeIq2S);
  case GgmlFormat::IQ3_XXS:
    return decoded(getIq3XxsGrid(), 98, decodeIq3Xxs);
  case GgmlFormat::IQ3_S:
    return decoded(getIq3SGrid(), 110, decodeIq3S);
  default:
    llvm_unreachable("every format has a row");
  }
}

// Offsets in bytes; planes as {offset, lanes}, see PlacedPlane.
//   q4_0: d | 16 x nibbles (i, i+16)       q4_1: d, m | 16 x nibbles
//   q5_0: d | u32 of fifth bits | nibbles  q5_1: d, m | u32 | nibbles
//   q8_0: d | 32 signed bytes
//   q4_k: d, dmin | 12 x sub-scales | 4 x 32 nibbles (i, i+32)
//   q5_k: d, dmin | 12 x sub-scales | 32 bytes of fifth bits | nibbles
//   q6_k: 2 x 64 nibbles (i, i+64) | 2 x 32 bytes of upper bits | 16 signed
//         sub-scales | d
//   q2_k: 16 x sub-scales | 2 x 32 bytes of codes (i, i+32, i+64, i+96) | d, dmin
//   q3_k: 32 bytes of third bits | 2 x 32 bytes of codes, as q2_k | 12 x
//         sub-scales | d
//   iq4_nl: d | nibbles, as q4_0           iq4_xs: d | 6 x sub-scales | 8 x iq4_nl
//   mxfp4: exponent | nibbles, as q4_0     tq2_0: codes, as q2_k | d
static BlockFormat makeFormat(GgmlFormat format) {
  constexpr auto none = SubFormat::none;
  switch (format) {
  case GgmlFormat::Q4_0:
    return {blocksOf32(4, 8), 18, 0, 0, none, 0, {{2, 16}}};
  case GgmlFormat::Q4_1:
    return {blocksOf32(4, hasMin), 20, 0, 2, none, 0, {{4, 16}}};
  case GgmlFormat::Q5_0:
    return {blocksOf32(5, 16), 22, 0, 0, none, 0, {{6, 16}, {2, 1}}};
  case GgmlFormat::Q5_1:
    return {blocksOf32(5, hasMin), 24, 0, 2, none, 0, {{8, 16}, {4, 1}}};
  case GgmlFormat::Q8_0:
    return {blocksOf32(8, 128), 34, 0, 0, none, 0, {{2, 32}}, true};
  case GgmlFormat::Q4_K:
    return {superBlocks(4, 32, 6, hasMin),
            144,
            0,
            2,
            SubFormat::sixBits,
            4,
            {{16, 32}},
            false,
            true};
  case GgmlFormat::Q5_K:
    return {superBlocks(5, 32, 6, hasMin), 176,   0,   2, SubFormat::sixBits, 4,
            {{48, 32}, {16, 32}},          false, true};
  case GgmlFormat::Q6_K:
    return {superBlocks(6, 16, 8, 32), 210, 208, 0, SubFormat::bytes, 192,
            {{0, 64}, {128, 32}}};
  case GgmlFormat::Q2_K:
    return {superBlocks(2, 16, 4, hasMin),
            84,
            80,
            82,
            SubFormat::nibbles,
            0,
            {{16, 32}},
            false,
            true};
  case GgmlFormat::Q3_K:
    return makeQ3K();
  case GgmlFormat::IQ4_NL:
    return {nonlinear(blocksOf32(4, 0)), 18, 0, 0, none, 0, {{2, 16}}};
  case GgmlFormat::IQ4_XS:
    return makeIq4Xs();
  case GgmlFormat::TQ2_0:
    return {ternary(), 66, 64, 0, SubFormat::ones, 0, {{0, 32}}};
  default:
    return makeDecoded(format);
  }
}

/// Made once: weights are unpacked block by block.
static const BlockFormat &getFormat(GgmlFormat format) {
  static const auto formats = [] {
    std::array<std::optional<BlockFormat>, getMaxEnumValForGgmlFormat() + 1>
        all;
    for (size_t i = 0; i < all.size(); ++i)
      if (auto known = symbolizeGgmlFormat(static_cast<uint32_t>(i)))
        all[i] = makeFormat(*known);
    return all;
  }();
  return *formats[static_cast<uint32_t>(format)];
}

GgmlBlock llm::getGgmlBlock(GgmlFormat format) {
  const BlockFormat &known = getFormat(format);
  return {known.grid.getBlock(), known.bytes};
}

int64_t GgmlEncodingAttr::getBlockElems() const {
  return getGgmlBlock(getFormat()).elems;
}
int64_t GgmlEncodingAttr::getBlockBytes() const {
  return getGgmlBlock(getFormat()).bytes;
}
bool GgmlEncodingAttr::canQuantize() const {
  return ::getFormat(getFormat()).canQuantize();
}
std::optional<Grid> GgmlEncodingAttr::getGrid() const {
  return ::getFormat(getFormat()).grid;
}
void GgmlEncodingAttr::unpackBlock(const uint8_t *bytes,
                                   GridBlock &block) const {
  ::getFormat(getFormat()).unpack(bytes, block);
}
void GgmlEncodingAttr::packBlock(const GridBlock &block, uint8_t *bytes) const {
  assert(canQuantize() && "a format that is only read");
  ::getFormat(getFormat()).pack(block, bytes);
}
void GgmlEncodingAttr::dequantizeBlock(const uint8_t *bytes,
                                       float *values) const {
  ::getFormat(getFormat()).dequantizeBlock(bytes, values);
}
void GgmlEncodingAttr::quantizeBlock(const float *values,
                                     uint8_t *bytes) const {
  ::getFormat(getFormat()).quantizeBlock(values, bytes);
}
