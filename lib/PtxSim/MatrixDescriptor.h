//===- MatrixDescriptor.h - where wgmma finds an operand ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// PTX ISA, "Shared Memory Matrix Layout" and "Matrix Descriptor Format". In pieces of 16
// bytes, which lie together along the major dimension:
//
//   K-major:   swizzled by S bytes: 8 rows S bytes apart, then the stride; k goes on in the row
//              else: 8 rows 16 bytes apart, then the stride; the next piece of k: leading
//   MN-major:  swizzled by S bytes: S bytes of rows, then the leading; 8 k S apart, then the stride
//              else: 8 k 16 bytes apart, then the leading; the next piece of rows: the stride
//
// Swizzling moves bits 4.. of the address by those from bit 7 on.
//===----------------------------------------------------------------------===//
#ifndef LLMC_PTXSIM_MATRIXDESCRIPTOR_H
#define LLMC_PTXSIM_MATRIXDESCRIPTOR_H

#include <cstdint>
#include <string>

namespace llmc::ptxsim {

struct MatrixDescriptor {
  static constexpr unsigned pieceBytes = 16;

  explicit MatrixDescriptor(uint64_t bits);
  /// What is wrong with it; empty where nothing is.
  std::string check() const;

  /// The shared address of the piece that holds an element, of rows of M or N and of k.
  uint64_t placeOfPiece(unsigned row, unsigned k, unsigned elementBytes,
                        bool isTransposed) const;

  uint64_t start, leading, stride; // bytes
  unsigned swizzleBytes;           // 16: none
  unsigned baseOffset;
  bool hasUnknownBits;
};

} // namespace llmc::ptxsim

#endif // LLMC_PTXSIM_MATRIXDESCRIPTOR_H
