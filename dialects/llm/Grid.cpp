//===- Grid.cpp - what integer codes mean -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/llm/Grid.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>

namespace mlir::llm {

//===----------------------------------------------------------------------===//
// Scales
//===----------------------------------------------------------------------===//

int64_t getScaleBytes(ScaleType type) { return type == ScaleType::f32 ? 4 : 2; }

float decodeScale(ScaleType type, uint32_t bits) {
  if (type == ScaleType::f16) {
    auto low = static_cast<uint16_t>(bits);
    _Float16 half;
    std::memcpy(&half, &low, sizeof half);
    return static_cast<float>(half);
  }
  if (type == ScaleType::bf16)
    bits <<= 16;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

uint32_t encodeScale(ScaleType type, float value) {
  if (type == ScaleType::f16) {
    auto half = static_cast<_Float16>(value);
    uint16_t bits;
    std::memcpy(&bits, &half, sizeof bits);
    return bits;
  }
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  if (type == ScaleType::f32)
    return bits;
  if (std::isnan(value))
    return (bits >> 16) | 0x40; // rounding could carry a NaN into infinity
  return (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
}

uint32_t encodePowerScale(ScaleType type, float value) {
  assert(type != ScaleType::f16 && "has none of the small ones");
  constexpr int least = -126; // of which the inverse is finite
  if (!std::isfinite(value))
    return encodeScale(type, value);
  const int power = value > 0 ? std::ilogb(1.5 * value) : least;
  return encodeScale(type, std::ldexp(1.0f, std::max(power, least)));
}

uint8_t toPowerByte(float power) {
  return static_cast<uint8_t>(
      std::isfinite(power) ? std::clamp(std::ilogb(power) + 128, 0, 255) : 255);
}

//===----------------------------------------------------------------------===//
// Codes
//===----------------------------------------------------------------------===//

llvm::SmallVector<CodePlane, 3> getCodePlanes(int64_t bits) {
  assert(bits >= 1 && bits <= 8 && "codes have 1 to 8 bits");
  if (bits == 8)
    return {{8, 0}};
  llvm::SmallVector<CodePlane, 3> planes;
  int64_t shift = 0;
  for (int64_t width : {4, 2, 1})
    if (bits & width) {
      planes.push_back({width, shift});
      shift += width;
    }
  return planes;
}

std::pair<int32_t, int32_t> Grid::getRange() const {
  if (table.empty())
    return {decodeCode(isSymmetric() ? 1 : 0),
            decodeCode(static_cast<uint8_t>((1 << bits) - 1))};
  auto [low, high] = std::minmax_element(table.begin(), table.end());
  return {*low, *high};
}

int64_t Grid::getByteBits() const {
  if (table.empty())
    return bits;
  auto [low, high] = getRange();
  auto span = static_cast<unsigned>(high - std::min(low, 0));
  return static_cast<int64_t>(llvm::bit_width(span));
}

int64_t Grid::getByteZero() const {
  if (table.empty())
    return zero;
  if (getByteBits() == 8)
    return 128;
  return -std::min(getRange().first, 0);
}

std::array<uint8_t, 16> Grid::getByteTable() const {
  std::array<uint8_t, 16> bytes = {};
  for (auto [value, byte] : llvm::zip_first(table, bytes))
    byte = static_cast<uint8_t>(value + getByteZero());
  return bytes;
}

//===----------------------------------------------------------------------===//
// Sub-scales
//===----------------------------------------------------------------------===//

static int32_t getMostSub(const Grid &grid) {
  return (1 << (grid.subBits - (grid.subSigned ? 1 : 0))) - 1;
}

uint8_t Grid::encodeSub(float number) const {
  if (std::isnan(number)) // infinite twice
    return 0;
  const auto most = static_cast<float>(getMostSub(*this));
  return static_cast<uint8_t>(static_cast<int32_t>(
      std::clamp(std::nearbyint(number), subSigned ? -most : 0.0f, most)));
}

uint32_t Grid::encodeShared(llvm::ArrayRef<float> numbers) const {
  float extreme = 0;
  for (float number : numbers)
    if (std::fabs(number) > std::fabs(extreme))
      extreme = number;
  return llm::encodeScale(scale,
                          extreme / static_cast<float>(getMostSub(*this)));
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

GridBlock::GridBlock(const Grid &grid) : codes(grid.getBlock()) {
  if (!grid.hasSub())
    return;
  subScales.resize(grid.getGroups());
  subMins.resize(grid.hasMin ? grid.getGroups() : 0);
}

float GridBlock::getScale(const Grid &grid, int64_t group) const {
  float whole = decodeScale(grid.scale, scale);
  return grid.hasSub() ? whole * grid.decodeSub(subScales[group]) : whole;
}

float GridBlock::getMin(const Grid &grid, int64_t group) const {
  assert(grid.hasMin && "only grids with a minimum have one");
  float whole = decodeScale(grid.scale, min);
  return grid.hasSub() ? whole * grid.decodeSub(subMins[group]) : whole;
}

void dequantize(const Grid &grid, const GridBlock &block, float *values) {
  for (int64_t group = 0, i = 0; group < grid.getGroups(); ++group) {
    float scale = block.getScale(grid, group);
    float min = grid.hasMin ? block.getMin(grid, group) : 0.0f;
    for (int64_t end = i + grid.group; i < end; ++i)
      values[i] =
          scale * static_cast<float>(grid.decodeCode(block.codes[i])) + min;
  }
}

//===----------------------------------------------------------------------===//
// Quantising
//===----------------------------------------------------------------------===//

namespace {
/// What a group wants before its scale and minimum are themselves rounded.
struct Wanted {
  float scale, min;
};
} // namespace

static Wanted fit(const Grid &grid, const float *values) {
  auto [low, high] = std::minmax_element(values, values + grid.group);
  if (grid.powerScales && !grid.hasMin) { // which have no sign
    auto [least, most] = grid.getRange();
    float below = least < 0 ? *low / static_cast<float>(least) : 0;
    return {std::max(below, *high / static_cast<float>(most)), 0};
  }
  float top = static_cast<float>((1 << grid.bits) - 1);
  if (grid.hasMin) {
    // An unsigned sub-minimum has the sign of its float: zero stays in range.
    float floor =
        grid.hasSub() && !grid.subSigned ? std::min(*low, 0.0f) : *low;
    return {(std::max(*high, floor) - floor) / top, floor};
  }
  // With few bits every code counts: the value of greatest magnitude becomes
  // code 0, whatever its sign.
  if (!grid.table.empty()) {
    int8_t furthest = *std::max_element(
        grid.table.begin(), grid.table.end(),
        [](int a, int b) { return std::abs(a) < std::abs(b); });
    return {(-*low > *high ? *low : *high) / static_cast<float>(furthest), 0};
  }
  if (grid.isSymmetric())
    return {std::max(-*low, *high) / static_cast<float>(grid.zero - 1), 0};
  float extreme = -*low > *high ? *low : *high;
  float steps = grid.zero ? -static_cast<float>(grid.zero) : top;
  return {extreme / steps, 0};
}

/// Shares one float among the groups' numbers: number ~ shared * sub.
static uint32_t shareScale(const Grid &grid, llvm::ArrayRef<float> numbers,
                           llvm::SmallVectorImpl<uint8_t> &subs) {
  uint32_t bits = grid.encodeShared(numbers);
  float shared = decodeScale(grid.scale, bits);
  for (auto [number, sub] : llvm::zip(numbers, subs))
    sub = grid.encodeSub(shared != 0 ? number / shared : 0.0f);
  return bits;
}

/// The code for a value in steps of the scale.
static uint8_t findCode(const Grid &grid, float steps) {
  if (!grid.table.empty()) {
    const int8_t *nearest = std::min_element(
        grid.table.begin(), grid.table.end(), [&](int8_t a, int8_t b) {
          return std::fabs(steps - static_cast<float>(a)) <
                 std::fabs(steps - static_cast<float>(b));
        });
    return static_cast<uint8_t>(nearest - grid.table.begin());
  }
  float top = static_cast<float>((1 << grid.bits) - 1);
  float bottom = grid.isSymmetric() ? 1.0f : 0.0f;
  return static_cast<uint8_t>(std::clamp(
      std::nearbyint(steps) + static_cast<float>(grid.zero), bottom, top));
}

GridBlock quantize(const Grid &grid, const float *values) {
  GridBlock block(grid);
  llvm::SmallVector<float> scales, mins;
  for (int64_t group = 0; group < grid.getGroups(); ++group) {
    Wanted wanted = fit(grid, values + group * grid.group);
    // One unsigned sub-scale cannot follow groups of either sign.
    bool oneSign = grid.hasSub() && !grid.subSigned;
    scales.push_back(oneSign ? std::fabs(wanted.scale) : wanted.scale);
    mins.push_back(wanted.min);
  }
  block.scale = grid.hasSub() ? shareScale(grid, scales, block.subScales)
                              : grid.encodeScale(scales[0]);
  if (grid.powerScales) // far from what was wished for
    scales[0] = block.getScale(grid, 0);
  if (grid.hasMin)
    block.min = grid.hasSub() ? shareScale(grid, mins, block.subMins)
                              : encodeScale(grid.scale, mins[0]);
  for (int64_t group = 0, i = 0; group < grid.getGroups(); ++group) {
    float scale = grid.hasSub() ? block.getScale(grid, group) : scales[0];
    float min = !grid.hasMin    ? 0.0f
                : grid.hasSub() ? block.getMin(grid, group)
                                : mins[0];
    float inverse = scale != 0 ? 1.0f / scale : 0.0f;
    for (int64_t end = i + grid.group; i < end; ++i)
      block.codes[i] = findCode(grid, (values[i] - min) * inverse);
  }
  return block;
}

} // namespace mlir::llm
