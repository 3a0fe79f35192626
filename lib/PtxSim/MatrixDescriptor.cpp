//===- MatrixDescriptor.cpp - where wgmma finds an operand ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "MatrixDescriptor.h"

using namespace llmc::ptxsim;

/// A field of 14 bits counts pieces.
static uint64_t bytesAt(uint64_t bits, unsigned shift) {
  return (bits >> shift & 0x3fff) * MatrixDescriptor::pieceBytes;
}

MatrixDescriptor::MatrixDescriptor(uint64_t bits)
    : start(bytesAt(bits, 0)), leading(bytesAt(bits, 16)),
      stride(bytesAt(bits, 32)), baseOffset(unsigned(bits >> 49 & 7)) {
  constexpr unsigned modes[] = {16, 128, 64, 32};
  swizzleBytes = modes[bits >> 62];
  constexpr uint64_t fields = 0x3fff | uint64_t(0x3fff) << 16 |
                              uint64_t(0x3fff) << 32 | uint64_t(7) << 49 |
                              uint64_t(3) << 62;
  hasUnknownBits = bits & ~fields;
}

std::string MatrixDescriptor::check() const {
  if (hasUnknownBits)
    return "has bits that mean nothing";
  if (baseOffset)
    return "has a base offset: patterns that begin elsewhere than at a "
           "multiple "
           "of their size are not known";
  return {};
}

uint64_t MatrixDescriptor::placeOfPiece(unsigned row, unsigned k,
                                        unsigned elementBytes,
                                        bool isTransposed) const {
  constexpr unsigned side = 8; // of a pattern, across the major dimension
  bool isSwizzled = swizzleBytes > pieceBytes;
  unsigned along = (isTransposed ? row : k) * elementBytes,
           across = isTransposed ? k : row;
  uint64_t place = start + uint64_t(across % side) * swizzleBytes;
  if (!isTransposed)
    place +=
        across / side * stride + (isSwizzled ? along / pieceBytes * pieceBytes
                                             : along / pieceBytes * leading);
  else if (isSwizzled)
    place += across / side * stride + along / swizzleBytes * leading +
             along % swizzleBytes / pieceBytes * pieceBytes;
  else
    place += across / side * leading + along / pieceBytes * stride;
  return place ^ (place >> 3 & (swizzleBytes - pieceBytes));
}
