//===- SubScales.cpp - integer scales of a super-block's groups -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "SubScales.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/ErrorHandling.h"

#include <cassert>

using namespace mlir::llm;

//===----------------------------------------------------------------------===//
// A byte per group
//===----------------------------------------------------------------------===//

static void unpackBytes(const uint8_t *bytes, GridBlock &block) {
  size_t groups = block.subScales.size();
  llvm::copy(llvm::ArrayRef(bytes, groups), block.subScales.begin());
  llvm::copy(llvm::ArrayRef(bytes + groups, block.subMins.size()),
             block.subMins.begin());
}

static void packBytes(const GridBlock &block, uint8_t *bytes) {
  llvm::copy(block.subScales, bytes);
  llvm::copy(block.subMins, bytes + block.subScales.size());
}

static void unpackNibbles(const uint8_t *bytes, GridBlock &block) {
  for (auto [byte, scale, min] :
       llvm::zip_equal(llvm::ArrayRef(bytes, block.subScales.size()),
                       block.subScales, block.subMins)) {
    scale = byte & 15;
    min = byte >> 4;
  }
}

static void packNibbles(const GridBlock &block, uint8_t *bytes) {
  for (auto [scale, min] : llvm::zip_equal(block.subScales, block.subMins))
    *bytes++ = static_cast<uint8_t>(scale | min << 4);
}

//===----------------------------------------------------------------------===//
// Six bits per group
//===----------------------------------------------------------------------===//

// Eight 6-bit scales s and minimums m in 12 bytes b. For j < 4:
//   b[j]     = s[j] | high two bits of s[j+4] << 6
//   b[j + 4] = m[j] | high two bits of m[j+4] << 6
//   b[j + 8] = low four bits of s[j+4] | low four bits of m[j+4] << 4
static void unpackSixBits(const uint8_t *bytes, uint8_t *scales,
                          uint8_t *mins) {
  for (int j = 0; j < 4; ++j) {
    scales[j] = bytes[j] & 63;
    mins[j] = bytes[j + 4] & 63;
    scales[j + 4] =
        static_cast<uint8_t>((bytes[j + 8] & 15) | (bytes[j] >> 6 << 4));
    mins[j + 4] =
        static_cast<uint8_t>((bytes[j + 8] >> 4) | (bytes[j + 4] >> 6 << 4));
  }
}

static void packSixBits(const uint8_t *scales, const uint8_t *mins,
                        uint8_t *bytes) {
  for (int j = 0; j < 4; ++j) {
    bytes[j] = static_cast<uint8_t>(scales[j] | (scales[j + 4] >> 4 << 6));
    bytes[j + 4] = static_cast<uint8_t>(mins[j] | (mins[j + 4] >> 4 << 6));
    bytes[j + 8] =
        static_cast<uint8_t>((scales[j + 4] & 15) | ((mins[j + 4] & 15) << 4));
  }
}

namespace {
/// Where a sub-scale's lower four bits and upper two are: byte and first bit.
struct SplitBits {
  size_t lowByte, lowBit, highByte, highBit;
};
} // namespace

// Scales are s + 32. Sixteen in 12 bytes b: of s[j] and s[j+8] the lower bits in
// b[j], of s[j], s[j+4], s[j+8] and s[j+12] the upper ones in b[8+j].
static SplitBits placeOf16(size_t j) {
  return {j % 8, j / 8 * 4, 8 + j % 4, j / 4 * 2};
}

// Eight in 6 bytes: the upper bits of all in two, then the lower of two each.
static SplitBits placeOf8(size_t j) {
  return {2 + j / 2, j % 2 * 4, j / 4, j % 4 * 2};
}

static void unpackSplit(SplitBits (*placeOf)(size_t), const uint8_t *bytes,
                        GridBlock &block) {
  for (auto [j, scale] : llvm::enumerate(block.subScales)) {
    SplitBits at = placeOf(j);
    int bits = (bytes[at.lowByte] >> at.lowBit & 15) |
               (bytes[at.highByte] >> at.highBit & 3) << 4;
    scale = static_cast<uint8_t>(bits - 32);
  }
}

static void packSplit(SplitBits (*placeOf)(size_t), const GridBlock &block,
                      uint8_t *bytes) {
  for (auto [j, scale] : llvm::enumerate(block.subScales)) {
    SplitBits at = placeOf(j);
    int bits = (scale + 32) & 63;
    bytes[at.lowByte] |= static_cast<uint8_t>((bits & 15) << at.lowBit);
    bytes[at.highByte] |= static_cast<uint8_t>(bits >> 4 << at.highBit);
  }
}

//===----------------------------------------------------------------------===//
// All
//===----------------------------------------------------------------------===//

void mlir::llm::unpackSubs(SubFormat format, const uint8_t *bytes,
                           GridBlock &block) {
  switch (format) {
  case SubFormat::none:
    return;
  case SubFormat::ones:
    return llvm::fill(block.subScales, 1);
  case SubFormat::bytes:
    return unpackBytes(bytes, block);
  case SubFormat::nibbles:
    return unpackNibbles(bytes, block);
  case SubFormat::sixBits:
    return unpackSixBits(bytes, block.subScales.data(), block.subMins.data());
  case SubFormat::sixBits16:
    return unpackSplit(placeOf16, bytes, block);
  case SubFormat::sixBitsApart:
    return unpackSplit(placeOf8, bytes, block);
  }
  llvm_unreachable("every format has a case");
}

void mlir::llm::packSubs(SubFormat format, const GridBlock &block,
                         uint8_t *bytes) {
  switch (format) {
  case SubFormat::none:
  case SubFormat::ones:
    return;
  case SubFormat::bytes:
    return packBytes(block, bytes);
  case SubFormat::nibbles:
    return packNibbles(block, bytes);
  case SubFormat::sixBits:
    return packSixBits(block.subScales.data(), block.subMins.data(), bytes);
  case SubFormat::sixBits16:
    return packSplit(placeOf16, block, bytes);
  case SubFormat::sixBitsApart:
    return packSplit(placeOf8, block, bytes);
  }
  llvm_unreachable("every format has a case");
}
