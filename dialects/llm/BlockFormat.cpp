//===- BlockFormat.cpp - where a block's parts lie in its bytes -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "BlockFormat.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Endian.h"

#include <cstring>

using namespace mlir::llm;
namespace endian = llvm::support::endian;

//===----------------------------------------------------------------------===//
// Floats
//===----------------------------------------------------------------------===//

static uint32_t readScale(ScaleType type, const uint8_t *bytes) {
  return getScaleBytes(type) == 4 ? endian::read32le(bytes)
                                  : endian::read16le(bytes);
}

static void writeScale(ScaleType type, uint32_t bits, uint8_t *bytes) {
  if (getScaleBytes(type) == 4)
    return endian::write32le(bytes, bits);
  endian::write16le(bytes, static_cast<uint16_t>(bits));
}

/// The bits of -x; exact for every float.
static uint32_t negate(ScaleType type, uint32_t bits) {
  return bits ^ (uint32_t(1) << (8 * getScaleBytes(type) - 1));
}

//===----------------------------------------------------------------------===//
// Codes
//===----------------------------------------------------------------------===//

/// Calls `visit(byte, bit, element)` for the part of every element in a plane;
/// elements of one (byte run, bit) are neighbours.
template <typename Visit>
static void visitPlane(const PlacedPlane &place, int64_t bits, int64_t elems,
                       Visit visit) {
  assert(elems % (place.lanes * (8 / bits)) == 0 &&
         "a block fills whole bytes of its planes");
  int64_t element = 0;
  for (int64_t byte = place.offset; element < elems; byte += place.lanes)
    for (int64_t bit = 0; bit < 8; bit += bits)
      for (int64_t lane = 0; lane < place.lanes; ++lane)
        visit(byte + lane, bit, element++);
}

//===----------------------------------------------------------------------===//
// Sub-scales
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

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

void BlockFormat::unpack(const uint8_t *source, GridBlock &block) const {
  block.scale = readScale(grid.scale, source + scale);
  if (grid.hasMin) {
    block.min = readScale(grid.scale, source + min);
    if (subtractsMin)
      block.min = negate(grid.scale, block.min);
  }
  if (subFormat == SubFormat::sixBits)
    unpackSixBits(source + subs, block.subScales.data(), block.subMins.data());
  if (subFormat == SubFormat::bytes) {
    llvm::copy(llvm::ArrayRef(source + subs, block.subScales.size()),
               block.subScales.begin());
    llvm::copy(llvm::ArrayRef(source + subs + block.subScales.size(),
                              block.subMins.size()),
               block.subMins.begin());
  }
  uint8_t *codes = block.codes.data();
  std::memset(codes, 0, block.codes.size());
  for (auto [place, plane] : llvm::zip_equal(planes, grid.getPlanes())) {
    auto mask = static_cast<uint8_t>((1 << plane.bits) - 1);
    visitPlane(place, plane.bits, grid.getBlock(),
               [&, shift = plane.shift](int64_t byte, int64_t bit, int64_t e) {
                 codes[e] |= static_cast<uint8_t>((source[byte] >> bit & mask)
                                                  << shift);
               });
  }
  if (signedCodes)
    for (uint8_t &code : block.codes)
      code ^= 0x80;
}

void BlockFormat::pack(const GridBlock &block, uint8_t *target) const {
  std::memset(target, 0, bytes);
  writeScale(grid.scale, block.scale, target + scale);
  if (grid.hasMin)
    writeScale(grid.scale,
               subtractsMin ? negate(grid.scale, block.min) : block.min,
               target + min);
  if (subFormat == SubFormat::sixBits)
    packSixBits(block.subScales.data(), block.subMins.data(), target + subs);
  if (subFormat == SubFormat::bytes) {
    llvm::copy(block.subScales, target + subs);
    llvm::copy(block.subMins, target + subs + block.subScales.size());
  }
  uint8_t sign = signedCodes ? 0x80 : 0;
  for (auto [place, plane] : llvm::zip_equal(planes, grid.getPlanes())) {
    auto mask = static_cast<uint8_t>((1 << plane.bits) - 1);
    visitPlane(place, plane.bits, grid.getBlock(),
               [&, shift = plane.shift](int64_t byte, int64_t bit, int64_t e) {
                 int part = (block.codes[e] ^ sign) >> shift & mask;
                 target[byte] |= static_cast<uint8_t>(part << bit);
               });
  }
}

void BlockFormat::dequantizeBlock(const uint8_t *source, float *values) const {
  GridBlock block(grid);
  unpack(source, block);
  dequantize(grid, block, values);
}

void BlockFormat::quantizeBlock(const float *values, uint8_t *target) const {
  pack(quantize(grid, values), target);
}
