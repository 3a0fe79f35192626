//===- BlockFormat.cpp - where a block's parts lie in its bytes -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "BlockFormat.h"

#include "dialects/llm/ScaleBits.h"

#include "llvm/ADT/STLExtras.h"

#include <cstring>

using namespace mlir::llm;

//===----------------------------------------------------------------------===//
// Floats
//===----------------------------------------------------------------------===//

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
// Blocks
//===----------------------------------------------------------------------===//

void BlockFormat::unpack(const uint8_t *source, GridBlock &block) const {
  if (decode)
    return decode(source, block);
  block.scale = readScaleBits(grid.scale, source + scale);
  if (grid.hasMin) {
    block.min = readScaleBits(grid.scale, source + min);
    if (subtractsMin)
      block.min = negate(grid.scale, block.min);
  }
  unpackSubs(subFormat, source + subs, block);
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
  assert(canQuantize() && "a recipe's steps ask first");
  if (encode)
    return encode(block, target);
  std::memset(target, 0, bytes);
  writeScaleBits(grid.scale, block.scale, target + scale);
  if (grid.hasMin)
    writeScaleBits(grid.scale,
                   subtractsMin ? negate(grid.scale, block.min) : block.min,
                   target + min);
  packSubs(subFormat, block, target + subs);
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
