//===- Grid.h - what integer codes mean --------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files and panels keep the same codes and scales in different bytes. This is
// what both hold, so that neither needs to know the other.
//===----------------------------------------------------------------------===//
#ifndef LLMC_DIALECTS_LLM_GRID_H
#define LLMC_DIALECTS_LLM_GRID_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <array>
#include <cstdint>
#include <utility>

namespace mlir::llm {

/// Floats that a scale may be stored in.
enum class ScaleType { f16, bf16, f32 };

int64_t getScaleBytes(ScaleType type);
/// The float whose bits these are; a scale of two bytes fills the low ones.
float decodeScale(ScaleType type, uint32_t bits);
/// The bits of the nearest float, ties to even.
uint32_t encodeScale(ScaleType type, float value);
/// The bits of 2^floor(log2(1.5 * value)), which for E2M1 is what the OCP MX formats
/// take; of 2^-126 if that is less, which all types but f16 have.
uint32_t encodePowerScale(ScaleType type, float value);
/// Of a power of two from 2^-128 to 2^127 the byte e, 2^(e - 128); 255 of what is no
/// number.
uint8_t toPowerByte(float power);

/// Bits [shift, shift + bits) of every code, stored apart from the others.
struct CodePlane {
  int64_t bits, shift;
};

/// Planes of 4, 2 and 1 bits from the lowest up; 8 bits are one plane. Their parts
/// of a byte never cross it, so unpacking is shifts and ands.
llvm::SmallVector<CodePlane, 3> getCodePlanes(int64_t bits);

/// `value = scale * (code - zero)`, `scale * code + min` or `scale * table[code]`;
/// drawn at #llm.grid.
struct Grid {
  int64_t bits = 8;
  int64_t group = 32; // elements per scale
  ScaleType scale = ScaleType::f16;
  int64_t zero = 0;
  bool hasMin = false;
  // Elements per float when each group has an integer sub-scale; else 0.
  int64_t superBlock = 0;
  int64_t subBits = 0;
  bool subSigned = false;
  // Scales are powers of two (E8M0 of the OCP MX formats), each as the `scale` of the
  // same value.
  bool powerScales = false;
  // What codes of at most 4 bits stand for where they are no numbers themselves:
  // 2^bits integers that outlive the grid.
  llvm::ArrayRef<int8_t> table = {};

  bool hasSub() const { return superBlock != 0; }
  /// Elements that share one float scale.
  int64_t getBlock() const { return hasSub() ? superBlock : group; }
  int64_t getGroups() const { return getBlock() / group; }
  /// Signed bytes: -128 stays unused when values are quantised, so that both
  /// signs have the same range.
  bool isSymmetric() const { return bits == 8 && zero == 128; }
  llvm::SmallVector<CodePlane, 3> getPlanes() const {
    return getCodePlanes(bits);
  }
  /// The bits of a scale near a number.
  uint32_t encodeScale(float number) const {
    return powerScales ? encodePowerScale(scale, number)
                       : llm::encodeScale(scale, number);
  }
  /// The integer that a code stands for.
  int32_t decodeCode(uint8_t code) const {
    return static_cast<int32_t>(table.empty() ? code - zero : table[code]);
  }
  /// The least and the greatest of these.
  std::pair<int32_t, int32_t> getRange() const;
  /// Kernels multiply unsigned bytes: a code's integer plus this, which is 128 if
  /// that takes 8 bits.
  int64_t getByteZero() const;
  /// The bits of such bytes.
  int64_t getByteBits() const;
  /// Those bytes of a table, by their codes; 0 for codes that are none.
  std::array<uint8_t, 16> getByteTable() const;
  /// A sub-scale or sub-minimum from its byte.
  int32_t decodeSub(uint8_t byte) const {
    return subSigned ? static_cast<int8_t>(byte) : byte;
  }
  /// The byte of the nearest one.
  uint8_t encodeSub(float number) const;
  /// The bits of the float that groups share: with it the largest magnitude of `numbers`
  /// is the greatest sub-scale.
  uint32_t encodeShared(llvm::ArrayRef<float> numbers) const;
};

/// One block of a row, taken apart without loss.
struct GridBlock {
  uint32_t scale = 0, min = 0;              // bits of the floats
  llvm::SmallVector<uint8_t, 16> subScales; // one per group
  llvm::SmallVector<uint8_t, 16> subMins;   // one per group
  llvm::SmallVector<uint8_t, 256> codes;    // one per element

  /// A block of zeros with the sizes that `grid` needs.
  explicit GridBlock(const Grid &grid);

  float getScale(const Grid &grid, int64_t group) const;
  float getMin(const Grid &grid, int64_t group) const;
};

/// The block's values, `grid.getBlock()` floats.
void dequantize(const Grid &grid, const GridBlock &block, float *values);
/// The nearest codes after scales that span each group's range.
GridBlock quantize(const Grid &grid, const float *values);

} // namespace mlir::llm

#endif // LLMC_DIALECTS_LLM_GRID_H
