//===- GgmlEncodings.cpp - the block formats of GGML ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A new format is a row of the table and a case of GgmlFormat.
//===----------------------------------------------------------------------===//
#include "BlockFormat.h"
#include "dialects/llm/LLMDialect.h"

#include "llvm/Support/ErrorHandling.h"

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
  grid.subSigned = subBits == 8;
  return grid;
}

static constexpr int64_t hasMin = -1;

// Offsets in bytes; planes as {offset, lanes}, see PlacedPlane.
//   q4_0: d | 16 x nibbles (i, i+16)       q4_1: d, m | 16 x nibbles
//   q5_0: d | u32 of fifth bits | nibbles  q5_1: d, m | u32 | nibbles
//   q8_0: d | 32 signed bytes
//   q4_k: d, dmin | 12 x sub-scales | 4 x 32 nibbles (i, i+32)
//   q5_k: d, dmin | 12 x sub-scales | 32 bytes of fifth bits | nibbles
//   q6_k: 2 x 64 nibbles (i, i+64) | 2 x 32 bytes of upper bits | 16 signed
//         sub-scales | d
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
  }
  llvm_unreachable("every format has a row");
}

/// Made once: weights are unpacked block by block.
static const BlockFormat &getFormat(GgmlFormat format) {
  static const auto formats = [] {
    std::array<std::optional<BlockFormat>, 15> all;
    for (size_t i = 0; i < all.size(); ++i)
      if (auto known = symbolizeGgmlFormat(static_cast<uint32_t>(i)))
        all[i] = makeFormat(*known);
    return all;
  }();
  static_assert(getMaxEnumValForGgmlFormat() + 1 == 15);
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
std::optional<Grid> GgmlEncodingAttr::getGrid() const {
  return ::getFormat(getFormat()).grid;
}
void GgmlEncodingAttr::unpackBlock(const uint8_t *bytes,
                                   GridBlock &block) const {
  ::getFormat(getFormat()).unpack(bytes, block);
}
void GgmlEncodingAttr::dequantizeBlock(const uint8_t *bytes,
                                       float *values) const {
  ::getFormat(getFormat()).dequantizeBlock(bytes, values);
}
void GgmlEncodingAttr::quantizeBlock(const float *values,
                                     uint8_t *bytes) const {
  ::getFormat(getFormat()).quantizeBlock(values, bytes);
}
