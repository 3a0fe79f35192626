//===- FloatCodes.h - what #llm.float_codes holds, in files and panels -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_DIALECTS_LLM_FLOATCODES_H
#define LLMC_DIALECTS_LLM_FLOATCODES_H

#include "dialects/llm/LLMDialect.h"

namespace mlir::llm {

/// What an f8E4M3FN is as the half that has its exponent and mantissa in the same
/// places: 2^-8 of itself, so each is exact. An f8E5M2 is the upper byte of a half.
inline constexpr float e4m3OfHalf = 256;

/// Floats of 8 bits: 4 of exponent and 3 of mantissa without infinity, or 5 and 2.
enum class Float8 { e4m3, e5m2 };

/// The float whose bits these are.
float decodeFloat8(Float8 type, uint8_t code);
/// The bits of the nearest one, ties to even; of what is larger than all the largest.
uint8_t encodeFloat8(Float8 type, float value);

FloatType getFloatType(Float8 type, MLIRContext *context);
/// That of the codes, if they are no places among values.
std::optional<Float8> getFloat8(FloatCodesAttr codes);

/// What each code stands for, 256 or 16 floats.
llvm::SmallVector<float> getFloatsOfCodes(FloatCodesAttr codes);

ScaleType getScaleType(FloatCodesAttr codes);
/// That of the block at `bytes`.
float readScale(FloatCodesAttr codes, const uint8_t *bytes);

/// A group of `rows` output rows in a panel, drawn at #llm.panels.
class FloatCodePanel {
public:
  FloatCodePanel(FloatCodesAttr codes, int64_t rows)
      : rows(rows), perByte(8 / codes.getBits()), group(codes.getGroup()),
        scaleBytes(getScaleBytes(getScaleType(codes))) {}

  int64_t getBytes() const { return rows * (scaleBytes + group / perByte); }
  /// Scales come first.
  int64_t getCodesOffset() const { return rows * scaleBytes; }

  /// Writes the block at `block` into lane `row`, in bytes of zeros.
  void pack(const uint8_t *block, int64_t row, uint8_t *bytes) const;

  const int64_t rows, perByte;

private:
  int64_t group, scaleBytes;
};

} // namespace mlir::llm

#endif // LLMC_DIALECTS_LLM_FLOATCODES_H
