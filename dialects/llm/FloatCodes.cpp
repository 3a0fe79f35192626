//===- FloatCodes.cpp - #llm.float_codes: codes that stand for floats -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/llm/FloatCodes.h"
#include "dialects/llm/ScaleBits.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

using namespace mlir;
using namespace mlir::llm;

LogicalResult
FloatCodesAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                       FloatType type, DenseF32ArrayAttr values, int64_t group,
                       FloatType scale) {
  constexpr size_t codes = 16;
  if (!type == !values)
    return emitError() << "(C1) codes have a type or values, found "
                       << (type ? "both" : "neither");
  if (type && !isa<Float8E4M3FNType, Float8E5M2Type>(type))
    return emitError() << "(C1) the type is f8E4M3FN or f8E5M2, found " << type;
  if (values && static_cast<size_t>(values.size()) != codes)
    return emitError() << "(C1) values are " << codes << ", found "
                       << values.size();
  if (values && !llvm::all_of(values.asArrayRef(),
                              [](float value) { return std::isfinite(value); }))
    return emitError() << "(C1) values are finite numbers";
  if (group < 1 || (values && group % 2))
    return emitError() << "(C2) a group is positive"
                       << (values ? " and even" : "") << ", found " << group;
  if (scale.isF16() || scale.isBF16() || scale.isF32())
    return success();
  return emitError() << "(C3) the scale is f16, bf16 or f32, found " << scale;
}

//===----------------------------------------------------------------------===//
// Floats of 8 bits
//===----------------------------------------------------------------------===//

float mlir::llm::decodeFloat8(Float8 type, uint8_t code) {
  if (type == Float8::e5m2)
    return decodeScale(ScaleType::f16, code << 8);
  // All ones are a NaN; there is no infinity.
  unsigned magnitude = code & 0x7F;
  float value = magnitude == 0x7F
                    ? std::numeric_limits<float>::quiet_NaN()
                    : decodeScale(ScaleType::f16, magnitude << 7) * e4m3OfHalf;
  return code & 0x80 ? -value : value;
}

uint8_t mlir::llm::encodeFloat8(Float8 type, float value) {
  const bool isWide = type == Float8::e5m2;
  const int mantissa = isWide ? 2 : 3, bias = isWide ? 15 : 7;
  const float most = isWide ? 57344 : 448;
  const auto sign = static_cast<uint8_t>(std::signbit(value) ? 0x80 : 0);
  if (std::isnan(value))
    return sign | 0x7F;
  const float size = std::min(std::fabs(value), most);
  // Below the least exponent steps are as there.
  const int least = 1 - bias;
  const int exponent = size > 0 ? std::max(std::ilogb(size), least) : least;
  const auto steps =
      static_cast<int>(std::nearbyint(std::ldexp(size, mantissa - exponent)));
  // What rounds up to the next power of two carries into the exponent.
  return static_cast<uint8_t>(sign |
                              (steps + ((exponent - least) << mantissa)));
}

FloatType mlir::llm::getFloatType(Float8 type, MLIRContext *context) {
  if (type == Float8::e5m2)
    return Float8E5M2Type::get(context);
  return Float8E4M3FNType::get(context);
}

std::optional<Float8> mlir::llm::getFloat8(FloatCodesAttr codes) {
  if (!codes.getType())
    return std::nullopt;
  return isa<Float8E5M2Type>(codes.getType()) ? Float8::e5m2 : Float8::e4m3;
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

SmallVector<float> mlir::llm::getFloatsOfCodes(FloatCodesAttr codes) {
  if (DenseF32ArrayAttr values = codes.getValues())
    return SmallVector<float>(values.asArrayRef());
  SmallVector<float> floats;
  for (unsigned code = 0; code < 256; ++code)
    floats.push_back(
        decodeFloat8(*getFloat8(codes), static_cast<uint8_t>(code)));
  return floats;
}

ScaleType mlir::llm::getScaleType(FloatCodesAttr codes) {
  return toScaleType(codes.getScale());
}

float mlir::llm::readScale(FloatCodesAttr codes, const uint8_t *bytes) {
  ScaleType type = getScaleType(codes);
  return decodeScale(type, readScaleBits(type, bytes));
}

/// Writes the scale near a number, and returns it.
static float writeScale(FloatCodesAttr codes, float number, uint8_t *bytes) {
  ScaleType type = getScaleType(codes);
  uint32_t bits = encodeScale(type, number);
  writeScaleBits(type, bits, bytes);
  return decodeScale(type, bits);
}

int64_t FloatCodesAttr::getBlockElems() const { return getGroup(); }
int64_t FloatCodesAttr::getBlockBytes() const {
  return getScaleBytes(getScaleType(*this)) + getGroup() * getBits() / 8;
}

void FloatCodesAttr::dequantizeBlock(const uint8_t *bytes,
                                     float *values) const {
  const float scale = readScale(*this, bytes);
  const uint8_t *codes = bytes + getScaleBytes(getScaleType(*this));
  for (int64_t i = 0; i < getGroup(); ++i) {
    if (std::optional<Float8> type = getFloat8(*this)) {
      values[i] = scale * decodeFloat8(*type, codes[i]);
      continue;
    }
    unsigned code = codes[i / 2] >> i % 2 * 4 & 15;
    values[i] = scale * getValues()[static_cast<int64_t>(code)];
  }
}

/// The largest becomes the largest float there is.
void FloatCodesAttr::quantizeBlock(const float *values, uint8_t *bytes) const {
  float largest = 0, most = 0;
  for (int64_t i = 0; i < getGroup(); ++i)
    largest = std::max(largest, std::fabs(values[i]));
  SmallVector<float> floats = getFloatsOfCodes(*this);
  for (float number : floats)
    if (std::isfinite(number))
      most = std::max(most, std::fabs(number));
  const float scale = writeScale(*this, most > 0 ? largest / most : 0, bytes);
  const float inverse = scale > 0 ? 1 / scale : 0;
  uint8_t *codes = bytes + getScaleBytes(getScaleType(*this));
  std::memset(codes, 0, getGroup() * getBits() / 8);
  for (int64_t i = 0; i < getGroup(); ++i) {
    const float steps = values[i] * inverse;
    if (std::optional<Float8> type = getFloat8(*this)) {
      codes[i] = encodeFloat8(*type, steps);
      continue;
    }
    const auto *nearest =
        std::min_element(floats.begin(), floats.end(), [&](float a, float b) {
          return std::fabs(steps - a) < std::fabs(steps - b);
        });
    codes[i / 2] |=
        static_cast<uint8_t>((nearest - floats.begin()) << i % 2 * 4);
  }
}

std::optional<Grid> FloatCodesAttr::getGrid() const { return std::nullopt; }
void FloatCodesAttr::unpackBlock(const uint8_t *, GridBlock &) const {
  llvm_unreachable("codes of floats are no integers");
}

//===----------------------------------------------------------------------===//
// Panels
//===----------------------------------------------------------------------===//

void FloatCodePanel::pack(const uint8_t *block, int64_t row,
                          uint8_t *bytes) const {
  std::memcpy(bytes + row * scaleBytes, block, scaleBytes);
  const uint8_t *codes = block + scaleBytes;
  uint8_t *to = bytes + getCodesOffset() + row;
  for (int64_t i = 0; i < group / perByte; ++i)
    to[i * rows] = codes[i];
}
