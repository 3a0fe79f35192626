//===- FloatBits.cpp - floats of any width, as bits -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "FloatBits.h"

#include <bit>
#include <cmath>

using namespace llmc::ptxsim;

static double roundInteger(double value, Rounding rounding, bool isNegative) {
  double below = std::floor(value), rest = value - below;
  switch (rounding) {
  case Rounding::Zero:
    return below;
  case Rounding::Down:
    return isNegative && rest > 0 ? below + 1 : below;
  case Rounding::Up:
    return !isNegative && rest > 0 ? below + 1 : below;
  case Rounding::NearestAway:
    return rest >= 0.5 ? below + 1 : below;
  case Rounding::Nearest:
    return rest > 0.5 || (rest == 0.5 && std::fmod(below, 2) != 0) ? below + 1
                                                                   : below;
  }
  return below;
}

uint32_t llmc::ptxsim::encodeFloat(double value, FloatLayout layout,
                                   Rounding rounding, bool saturate) {
  uint32_t sign = uint32_t(std::signbit(value)) << (layout.bits() - 1);
  uint32_t top = (1u << layout.exponentBits) - 1;
  uint32_t allOnes =
      (top << layout.fractionBits) | ((1u << layout.fractionBits) - 1);
  if (std::isnan(value))
    return allOnes; // NVIDIA's NaN: positive, all ones
  uint32_t infinity = top << layout.fractionBits;
  uint32_t largest = layout.hasInfinity ? infinity - 1 : allOnes - 1;
  uint32_t overflow = layout.hasInfinity ? infinity : allOnes;
  double magnitude = std::fabs(value);
  if (std::isinf(value))
    return sign | (saturate ? largest : overflow);
  if (magnitude == 0)
    return sign;
  int bias = (1 << (layout.exponentBits - 1)) - 1;
  int exponent = std::ilogb(magnitude);
  int least = 1 - bias;
  int unit = (exponent < least ? least : exponent) - int(layout.fractionBits);
  double steps = roundInteger(std::ldexp(magnitude, -unit), rounding, sign);
  // Steps of the smallest unit of its exponent; one more may be the next one.
  uint64_t whole = uint64_t(steps);
  uint64_t code = whole;
  if (exponent >= least)
    code = whole + (uint64_t(exponent - least) << layout.fractionBits);
  if (code <= largest)
    return sign | uint32_t(code);
  bool towardsZero = rounding == Rounding::Zero ||
                     (rounding == Rounding::Down && !sign) ||
                     (rounding == Rounding::Up && sign);
  return sign | (saturate || towardsZero ? largest : overflow);
}

double llmc::ptxsim::decodeFloat(uint32_t bits, FloatLayout layout) {
  uint32_t top = (1u << layout.exponentBits) - 1;
  uint32_t fraction = bits & ((1u << layout.fractionBits) - 1);
  uint32_t exponent = (bits >> layout.fractionBits) & top;
  bool isNegative = bits >> (layout.bits() - 1) & 1;
  int bias = int(top >> 1);
  double value;
  if (exponent == top && layout.hasInfinity)
    value = fraction ? NAN : INFINITY;
  else if (!layout.hasInfinity && exponent == top &&
           fraction == (1u << layout.fractionBits) - 1)
    value = NAN;
  else if (exponent == 0)
    value = std::ldexp(double(fraction), 1 - bias - int(layout.fractionBits));
  else
    value = std::ldexp(double(fraction | (1u << layout.fractionBits)),
                       int(exponent) - bias - int(layout.fractionBits));
  return isNegative ? -value : value;
}

float llmc::ptxsim::halfToFloat(uint16_t bits) {
  uint32_t sign = uint32_t(bits & 0x8000) << 16;
  uint32_t rest = bits & 0x7fff;
  if (rest >= 0x7c00) // infinity, NaN
    return std::bit_cast<float>(sign | 0x7f800000 | (rest & 0x3ff) << 13);
  // A half's bits as a float's are 2^112 too small; so are subnormal ones.
  float value = std::bit_cast<float>(rest << 13) * 0x1p112f;
  return std::bit_cast<float>(sign | std::bit_cast<uint32_t>(value));
}

uint16_t llmc::ptxsim::floatToHalf(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  uint32_t rest = bits & 0x7fffffff;
  // What stays a normal number rounds as an integer does.
  if (rest >= 0x38800000 && rest < 0x477fe000) {
    uint32_t rebased = rest - 0x38000000;
    uint32_t rounded = rebased + 0xfff + (rebased >> 13 & 1);
    return uint16_t((bits >> 16 & 0x8000) | (rounded >> 13));
  }
  return uint16_t(encodeFloat(value, halfLayout));
}

uint16_t llmc::ptxsim::floatToBFloat(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  if ((bits & 0x7fffffff) > 0x7f800000)
    return 0x7fff;
  return uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
