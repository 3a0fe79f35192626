//===- Encodings.cpp - the bytes of each number format ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Block layouts of the GGML formats: a little-endian f16 scale (and minimum),
// then codes. Nibble formats hold element i in the low and element i + 16 in
// the high nibble of byte i.
//===----------------------------------------------------------------------===//
#include "dialects/llm/LLMDialect.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/Support/Endian.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace mlir;
using namespace mlir::llm;
using llvm::support::endian::read16le;
using llvm::support::endian::write16le;

static constexpr int64_t ggmlBlock = 32; // elements

static float halfToFloat(uint16_t bits) {
  _Float16 half;
  std::memcpy(&half, &bits, sizeof half);
  return static_cast<float>(half);
}

static uint16_t floatToHalf(float value) {
  _Float16 half = static_cast<_Float16>(value);
  uint16_t bits;
  std::memcpy(&bits, &half, sizeof bits);
  return bits;
}

/// The value range of one block: what the scale of a grid is chosen from.
static std::pair<float, float> getRange(const float *values) {
  auto [low, high] = std::minmax_element(values, values + ggmlBlock);
  return {*low, *high};
}

static uint8_t roundToCode(float x, int low, int high) {
  return static_cast<uint8_t>(
      std::clamp<int>(static_cast<int>(std::nearbyint(x)), low, high));
}

/// Writes 32 nibble codes to 16 bytes.
static void packNibbles(const uint8_t *codes, uint8_t *bytes) {
  for (int i = 0; i < 16; ++i)
    bytes[i] = static_cast<uint8_t>(codes[i] | (codes[i + 16] << 4));
}

static void unpackNibbles(const uint8_t *bytes, uint8_t *codes) {
  for (int i = 0; i < 16; ++i) {
    codes[i] = bytes[i] & 15;
    codes[i + 16] = bytes[i] >> 4;
  }
}

/// The meaning of every affine block: `scale * (code - zero) + min`.
template <typename Encoding>
static void dequantizeAffine(Encoding encoding, const uint8_t *bytes,
                             float *values) {
  AffineGrid grid = *encoding.getAffineGrid();
  uint8_t codes[ggmlBlock];
  uint16_t scaleBits = 0, minBits = 0;
  encoding.unpackBlock(bytes, codes, scaleBits, minBits);
  float scale = halfToFloat(scaleBits);
  float min = grid.hasMin ? halfToFloat(minBits) : 0.0f;
  for (int64_t i = 0; i < ggmlBlock; ++i)
    values[i] = scale * static_cast<float>(codes[i] - grid.zero) + min;
}

//===----------------------------------------------------------------------===//
// Plain floats
//===----------------------------------------------------------------------===//

LogicalResult
FloatEncodingAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                          FloatType type) {
  if (type.isF32() || type.isF16() || type.isBF16())
    return success();
  return emitError() << "a float encoding is f32, f16 or bf16, found " << type;
}

int64_t FloatEncodingAttr::getBlockElems() const { return 1; }
int64_t FloatEncodingAttr::getBlockBytes() const {
  return getType().getWidth() / 8;
}

void FloatEncodingAttr::dequantizeBlock(const uint8_t *bytes,
                                        float *values) const {
  if (getType().isF32()) {
    std::memcpy(values, bytes, 4);
    return;
  }
  uint16_t bits = read16le(bytes);
  if (getType().isF16()) {
    *values = halfToFloat(bits);
    return;
  }
  uint32_t wide = static_cast<uint32_t>(bits) << 16;
  std::memcpy(values, &wide, 4);
}

void FloatEncodingAttr::quantizeBlock(const float *values,
                                      uint8_t *bytes) const {
  if (getType().isF32()) {
    std::memcpy(bytes, values, 4);
    return;
  }
  if (getType().isF16())
    return write16le(bytes, floatToHalf(*values));
  llvm::APFloat value(*values);
  bool losesInfo;
  value.convert(llvm::APFloat::BFloat(), llvm::APFloat::rmNearestTiesToEven,
                &losesInfo);
  write16le(bytes,
            static_cast<uint16_t>(value.bitcastToAPInt().getZExtValue()));
}

std::optional<AffineGrid> FloatEncodingAttr::getAffineGrid() const {
  return std::nullopt;
}
void FloatEncodingAttr::unpackBlock(const uint8_t *, uint8_t *, uint16_t &,
                                    uint16_t &) const {
  llvm_unreachable("plain floats have no integer codes");
}

//===----------------------------------------------------------------------===//
// Q8_0: f16 scale, 32 signed bytes
//===----------------------------------------------------------------------===//

int64_t Q8_0EncodingAttr::getBlockElems() const { return ggmlBlock; }
int64_t Q8_0EncodingAttr::getBlockBytes() const { return 34; }
std::optional<AffineGrid> Q8_0EncodingAttr::getAffineGrid() const {
  return AffineGrid{8, 128, false};
}
void Q8_0EncodingAttr::unpackBlock(const uint8_t *bytes, uint8_t *codes,
                                   uint16_t &scale, uint16_t &min) const {
  scale = read16le(bytes);
  for (int64_t i = 0; i < ggmlBlock; ++i)
    codes[i] = bytes[2 + i] ^ 0x80; // signed byte + 128
}
void Q8_0EncodingAttr::dequantizeBlock(const uint8_t *bytes,
                                       float *values) const {
  dequantizeAffine(*this, bytes, values);
}
void Q8_0EncodingAttr::quantizeBlock(const float *values,
                                     uint8_t *bytes) const {
  auto [low, high] = getRange(values);
  float scale = std::max(-low, high) / 127.0f;
  float inverse = scale > 0 ? 1.0f / scale : 0.0f;
  write16le(bytes, floatToHalf(scale));
  for (int64_t i = 0; i < ggmlBlock; ++i)
    bytes[2 + i] = static_cast<uint8_t>(static_cast<int8_t>(
        std::clamp(std::nearbyint(values[i] * inverse), -127.0f, 127.0f)));
}

//===----------------------------------------------------------------------===//
// Q4_0: f16 scale, 32 nibbles around 8
//===----------------------------------------------------------------------===//

int64_t Q4_0EncodingAttr::getBlockElems() const { return ggmlBlock; }
int64_t Q4_0EncodingAttr::getBlockBytes() const { return 18; }
std::optional<AffineGrid> Q4_0EncodingAttr::getAffineGrid() const {
  return AffineGrid{4, 8, false};
}
void Q4_0EncodingAttr::unpackBlock(const uint8_t *bytes, uint8_t *codes,
                                   uint16_t &scale, uint16_t &min) const {
  scale = read16le(bytes);
  unpackNibbles(bytes + 2, codes);
}
void Q4_0EncodingAttr::dequantizeBlock(const uint8_t *bytes,
                                       float *values) const {
  dequantizeAffine(*this, bytes, values);
}
void Q4_0EncodingAttr::quantizeBlock(const float *values,
                                     uint8_t *bytes) const {
  // The value of greatest magnitude becomes code 0, that is -8 * scale.
  auto [low, high] = getRange(values);
  float extreme = -low > high ? low : high;
  float scale = extreme / -8.0f;
  float inverse = scale != 0 ? 1.0f / scale : 0.0f;
  uint8_t codes[ggmlBlock];
  for (int64_t i = 0; i < ggmlBlock; ++i)
    codes[i] = roundToCode(values[i] * inverse + 8.0f, 0, 15);
  write16le(bytes, floatToHalf(scale));
  packNibbles(codes, bytes + 2);
}

//===----------------------------------------------------------------------===//
// Q4_1: f16 scale, f16 minimum, 32 nibbles
//===----------------------------------------------------------------------===//

int64_t Q4_1EncodingAttr::getBlockElems() const { return ggmlBlock; }
int64_t Q4_1EncodingAttr::getBlockBytes() const { return 20; }
std::optional<AffineGrid> Q4_1EncodingAttr::getAffineGrid() const {
  return AffineGrid{4, 0, true};
}
void Q4_1EncodingAttr::unpackBlock(const uint8_t *bytes, uint8_t *codes,
                                   uint16_t &scale, uint16_t &min) const {
  scale = read16le(bytes);
  min = read16le(bytes + 2);
  unpackNibbles(bytes + 4, codes);
}
void Q4_1EncodingAttr::dequantizeBlock(const uint8_t *bytes,
                                       float *values) const {
  dequantizeAffine(*this, bytes, values);
}
void Q4_1EncodingAttr::quantizeBlock(const float *values,
                                     uint8_t *bytes) const {
  auto [low, high] = getRange(values);
  float scale = (high - low) / 15.0f;
  float inverse = scale > 0 ? 1.0f / scale : 0.0f;
  uint8_t codes[ggmlBlock];
  for (int64_t i = 0; i < ggmlBlock; ++i)
    codes[i] = roundToCode((values[i] - low) * inverse, 0, 15);
  write16le(bytes, floatToHalf(scale));
  write16le(bytes + 2, floatToHalf(low));
  packNibbles(codes, bytes + 4);
}

//===----------------------------------------------------------------------===//
// int8_act: one group as `group` signed bytes, f32 scale, i32 sum of codes
//===----------------------------------------------------------------------===//

LogicalResult
Int8ActEncodingAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                            int64_t group) {
  // Wider groups could overflow the i32 sum of their codes.
  constexpr int64_t most = 1 << 16;
  if (group >= 1 && group <= most)
    return success();
  return emitError() << "a group has 1 to " << most << " codes, found "
                     << group;
}

int64_t Int8ActEncodingAttr::getBlockElems() const { return getGroup(); }
int64_t Int8ActEncodingAttr::getBlockBytes() const { return getGroup() + 8; }
std::optional<AffineGrid> Int8ActEncodingAttr::getAffineGrid() const {
  return std::nullopt;
}
void Int8ActEncodingAttr::unpackBlock(const uint8_t *, uint8_t *, uint16_t &,
                                      uint16_t &) const {
  llvm_unreachable("activations are not weight codes");
}
void Int8ActEncodingAttr::dequantizeBlock(const uint8_t *bytes,
                                          float *values) const {
  float scale;
  std::memcpy(&scale, bytes + getGroup(), 4);
  for (int64_t i = 0; i < getGroup(); ++i)
    values[i] = scale * static_cast<float>(static_cast<int8_t>(bytes[i]));
}
void Int8ActEncodingAttr::quantizeBlock(const float *values,
                                        uint8_t *bytes) const {
  float most = 0;
  for (int64_t i = 0; i < getGroup(); ++i)
    most = std::max(most, std::fabs(values[i]));
  // The reciprocal is taken first: compiled code multiplies, and both must
  // round to the same codes.
  float scale = most / 127.0f;
  float inverse = most > 0 ? 127.0f / most : 0.0f;
  int32_t sum = 0;
  for (int64_t i = 0; i < getGroup(); ++i) {
    auto code = static_cast<int32_t>(std::nearbyint(values[i] * inverse));
    bytes[i] = static_cast<uint8_t>(static_cast<int8_t>(code));
    sum += code;
  }
  std::memcpy(bytes + getGroup(), &scale, 4);
  std::memcpy(bytes + getGroup() + 4, &sum, 4);
}
