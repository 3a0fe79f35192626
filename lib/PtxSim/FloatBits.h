//===- FloatBits.h - floats of any width, as bits -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_PTXSIM_FLOATBITS_H
#define LLMC_PTXSIM_FLOATBITS_H

#include <cstdint>

namespace llmc::ptxsim {

/// The widths of a format with a sign in front. E4M3 has no infinity: its largest
/// exponent holds numbers, all ones are its NaN.
struct FloatLayout {
  unsigned exponentBits, fractionBits;
  bool hasInfinity = true;
  unsigned bits() const { return 1 + exponentBits + fractionBits; }
};
constexpr FloatLayout halfLayout{5, 10}, bfloatLayout{8, 7},
    singleLayout{8, 23}, tf32Layout{8, 10}, e4m3Layout{4, 3, false},
    e5m2Layout{5, 2};

enum class Rounding : uint8_t { Nearest, Zero, Down, Up, NearestAway };

/// Rounds once. `saturate`: what is too large becomes the largest number.
uint32_t encodeFloat(double value, FloatLayout layout,
                     Rounding rounding = Rounding::Nearest,
                     bool saturate = false);
double decodeFloat(uint32_t bits, FloatLayout layout);

/// Exact, without a general loop: they are in every kernel.
float halfToFloat(uint16_t bits);
inline float bfloatToFloat(uint16_t bits) {
  return __builtin_bit_cast(float, uint32_t(bits) << 16);
}
uint16_t floatToHalf(float value);
uint16_t floatToBFloat(float value);

} // namespace llmc::ptxsim

#endif // LLMC_PTXSIM_FLOATBITS_H
