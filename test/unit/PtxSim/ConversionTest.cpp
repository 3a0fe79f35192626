//===- ConversionTest.cpp - every rounding of cvt at the edges ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The expected code is found by searching: all codes of a format are in the order
// of their values, so each direction is a choice between two neighbours.
//===----------------------------------------------------------------------===//
#include "Testing.h"

#include <algorithm>
#include <cmath>

using namespace llmc::ptxsim;
using namespace llmc::ptxsim::test;

namespace {

using U = uint64_t;
using Real = long double; // 64 bits: holds every double and every integer

/// A float format by its widths; one without infinities ends with one NaN.
struct Format {
  const char *name;
  int exponentBits, fractionBits;
  bool hasInfinity = true;
  unsigned bits() const { return unsigned(1 + exponentBits + fractionBits); }
  U top() const { // the first code that is no number
    U ones = (U(1) << exponentBits) - 1;
    return hasInfinity ? ones << fractionBits
                       : (ones + 1) * (U(1) << fractionBits) - 1;
  }
  U nan() const { return (U(1) << (bits() - 1)) - 1; }
};

const Format f16{"f16", 5, 10}, bf16{"bf16", 8, 7}, f32{"f32", 8, 23},
    f64{"f64", 11, 52}, tf32{"tf32", 8, 10}, e4m3{"e4m3", 4, 3, false},
    e5m2{"e5m2", 5, 2};

Real valueOf(U code, const Format &format) {
  U magnitude = code & ((U(1) << (format.bits() - 1)) - 1);
  Real sign = code >> (format.bits() - 1) & 1 ? -1 : 1;
  if (magnitude >= format.top())
    return magnitude == format.top() && format.hasInfinity ? sign * INFINITY
                                                           : Real(NAN);
  int bias = (1 << (format.exponentBits - 1)) - 1;
  U exponent = magnitude >> format.fractionBits;
  U fraction = magnitude & ((U(1) << format.fractionBits) - 1);
  if (exponent)
    fraction |= U(1) << format.fractionBits;
  int power = int(exponent ? exponent : 1) - bias - format.fractionBits;
  return sign * std::ldexp(Real(fraction), power);
}

enum class To { Nearest, Zero, Down, Up };

/// The code that a value rounds to; `finite` ends at the largest number.
U codeOf(Real value, const Format &format, To to, bool finite = false) {
  if (value != value)
    return format.nan();
  bool isNegative = std::signbit(value);
  U sign = U(isNegative) << (format.bits() - 1), low = 0, high = format.top();
  Real magnitude = std::fabs(value);
  U overflow = finite ? high - 1 : high;
  if (std::isinf(value))
    return sign | overflow;
  while (high - low > 1) {
    U middle = (low + high) / 2;
    (valueOf(middle, format) <= magnitude ? low : high) = middle;
  }
  Real below = valueOf(low, format);
  if (below == magnitude)
    return sign | low;
  bool isPastEnd = high == format.top();
  Real above =
      isPastEnd ? 2 * below - valueOf(low - 1, format) : valueOf(high, format);
  bool away = to == To::Nearest
                  ? magnitude - below > above - magnitude ||
                        (magnitude - below == above - magnitude && (low & 1))
              : to == To::Zero ? false
                               : isNegative == (to == To::Down);
  // Without an infinity, the end's neighbour is no number: it is a NaN there.
  return sign | (!away ? low : isPastEnd ? overflow : high);
}

struct Direction {
  const char *name;
  To to;
};
const Direction directions[] = {
    {"rn", To::Nearest}, {"rz", To::Zero}, {"rm", To::Down}, {"rp", To::Up}};

Real integral(Real value, To to) {
  switch (to) {
  case To::Zero:
    return std::trunc(value);
  case To::Down:
    return std::floor(value);
  case To::Up:
    return std::ceil(value);
  case To::Nearest:
    break;
  }
  Real below = std::floor(value), rest = value - below;
  bool isOdd = std::fmod(below, 2) != 0;
  Real rounded = rest > 0.5L || (rest == 0.5L && isOdd) ? below + 1 : below;
  return std::copysign(rounded, value);
}

/// The codes around everything that is special in `small`, as codes of `wide`:
/// its ends, its least numbers, ties, and the same of no number.
std::vector<U> edgesOf(const Format &small, const Format &wide) {
  std::vector<U> codes;
  U one = U((1 << (small.exponentBits - 1)) - 1) << small.fractionBits;
  U least = U(1) << small.fractionBits;
  for (U code : {U(0), U(1), U(2), least - 1, least, least + 1, one - 1, one,
                 one + 1, one + 2, small.top() - 2, small.top() - 1}) {
    Real here = valueOf(code, small),
         step = code + 1 < small.top() ? valueOf(code + 1, small) - here
                                       : here - valueOf(code - 1, small);
    for (Real part : {0.0L, 0.25L, 0.5L, 0.75L, 1.0L}) {
      U at = codeOf(here + part * step, wide, To::Nearest);
      for (U near : {at - 1, at, at + 1})
        if (near <= wide.top())
          codes.insert(codes.end(), {near, near | U(1) << (wide.bits() - 1)});
    }
  }
  codes.insert(codes.end(), {wide.top(), wide.nan(),
                             wide.top() | U(1) << (wide.bits() - 1)});
  return codes;
}

/// Runs an instruction on each of many inputs, some hundreds at a time.
std::vector<U> onEach(const std::string &text, unsigned bitsD, unsigned bitsA,
                      const std::vector<U> &codes) {
  std::vector<U> all;
  for (size_t first = 0; first < codes.size(); first += 512) {
    size_t count = std::min<size_t>(512, codes.size() - first);
    std::vector<U> inputs(3 * count);
    for (size_t k = 0; k < count; ++k)
      inputs[3 * k] = codes[first + k];
    std::vector<U> found = evaluate(text, bitsD, bitsA, 32, 32, inputs);
    all.insert(all.end(), found.begin(), found.end());
  }
  return all;
}

void expectEach(const std::string &text, unsigned bitsD, unsigned bitsA,
                const std::vector<U> &codes,
                const std::function<U(U)> &expected) {
  std::vector<U> found = onEach(text, bitsD, bitsA, codes);
  for (size_t k = 0; k < codes.size(); ++k)
    EXPECT_EQ(found[k], cut(expected(codes[k]), bitsD))
        << text << " of 0x" << std::hex << codes[k];
}

std::string cvt(const std::string &modifiers, const char *to,
                const char *from) {
  return "cvt" + modifiers + "." + to + "." + from + " $d, $a;";
}

U clampTo(Real value, unsigned bits, bool isSigned) {
  if (value != value)
    return 0;
  Real least = isSigned ? -std::ldexp(1.0L, int(bits) - 1) : 0,
       most = std::ldexp(1.0L, int(bits) - isSigned) - 1;
  Real clamped = std::clamp(value, least, most);
  return clamped < 0 ? U(int64_t(clamped)) : U(clamped);
}

struct Integer {
  const char *name;
  unsigned bits;
  bool isSigned;
};
const Integer integers[] = {{"s16", 16, true}, {"u16", 16, false},
                            {"s32", 32, true}, {"u32", 32, false},
                            {"s64", 64, true}, {"u64", 64, false}};

/// What lies around the ends of all widths, and what floats round there.
std::vector<U> integerEdges() {
  std::vector<U> codes = {0, 1, 2, 3, 5, 100};
  for (unsigned bit = 7; bit < 64; ++bit)
    for (U low : {U(0), U(1), U(1) << (bit / 2), (U(1) << bit) - 1,
                  U(3) << (bit - 6), (U(1) << bit) - (U(1) << (bit / 3))}) {
      U code = (U(1) << bit) + low;
      codes.insert(codes.end(), {code, 0 - code, code - 1});
    }
  return codes;
}

Real asReal(U code, const Integer &type) {
  code = cut(code, type.bits);
  bool isNegative = type.isSigned && code >> (type.bits - 1) & 1;
  return isNegative ? -Real(cut(0 - code, type.bits)) : Real(code);
}

class Rounding : public testing::TestWithParam<Direction> {};

} // namespace

TEST_P(Rounding, ShortensFloats) {
  const Direction &d = GetParam();
  struct Pair {
    const Format &to, &from;
  };
  for (auto [to, from] : {Pair{f16, f32}, {bf16, f32}, {f32, f64}})
    expectEach(cvt(std::string(".") + d.name, to.name, from.name), to.bits(),
               from.bits(), edgesOf(to, from),
               [&](U code) { return codeOf(valueOf(code, from), to, d.to); });
}

TEST_P(Rounding, TakesIntegersToFloats) {
  const Direction &d = GetParam();
  for (const Format &to : {f16, f32, f64})
    for (const Integer &from : integers)
      expectEach(cvt(std::string(".") + d.name, to.name, from.name), to.bits(),
                 from.bits, integerEdges(),
                 [&](U code) { return codeOf(asReal(code, from), to, d.to); });
}

TEST_P(Rounding, TakesFloatsToIntegers) {
  const Direction &d = GetParam();
  for (const Format &from : {f16, f32, f64})
    for (const Integer &to : integers) {
      std::vector<U> codes = edgesOf(from, from);
      for (int bit = 0; bit <= 64; ++bit)
        for (Real part : {-1.0L, -0.5L, -0.25L, 0.0L, 0.5L, 1.0L, 1.5L}) {
          U code = codeOf(std::ldexp(1.0L, bit) + part, from, To::Nearest);
          codes.insert(codes.end(), {code, code | U(1) << (from.bits() - 1)});
        }
      expectEach(cvt(std::string(".") + d.name + "i", to.name, from.name),
                 to.bits, from.bits(), codes, [&](U code) {
                   return clampTo(integral(valueOf(code, from), d.to), to.bits,
                                  to.isSigned);
                 });
    }
}

TEST_P(Rounding, KeepsTheFormatOfWholeFloats) {
  const Direction &d = GetParam();
  for (const Format &format : {f16, f32}) {
    std::vector<U> codes = edgesOf(format, format);
    for (Real value = -4; value <= 4; value += 0.125L)
      codes.push_back(codeOf(value, format, To::Nearest));
    expectEach(cvt(std::string(".") + d.name + "i", format.name, format.name),
               format.bits(), format.bits(), codes, [&](U code) {
                 return codeOf(integral(valueOf(code, format), d.to), format,
                               To::Nearest);
               });
  }
}

INSTANTIATE_TEST_SUITE_P(All, Rounding, testing::ValuesIn(directions),
                         [](const auto &info) { return info.param.name; });

TEST(Conversion, LengtheningIsExact) {
  std::vector<U> halves;
  for (U code = 0; code < 0x10000; code += 37)
    if (valueOf(code, f16) == valueOf(code, f16))
      halves.push_back(code);
  expectEach("cvt.f32.f16 $d, $a;", 32, 16, halves, [](U code) {
    return codeOf(valueOf(code, f16), f32, To::Nearest);
  });
  expectEach("cvt.f64.f32 $d, $a;", 64, 32, edgesOf(f16, f32), [](U code) {
    Real value = valueOf(code, f32);
    return value != value
               ? std::bit_cast<U>(double(std::bit_cast<float>(uint32_t(code))))
               : codeOf(value, f64, To::Nearest);
  });
}

TEST(Conversion, SaturationIsFromZeroToOne) {
  auto saturated = [](U code, const Format &from, const Format &to) {
    Real value = valueOf(code, from);
    return value > 0 ? codeOf(std::min(value, 1.0L), to, To::Nearest) : U(0);
  };
  expectEach("cvt.sat.f32.f32 $d, $a;", 32, 32, edgesOf(f16, f32),
             [&](U code) { return saturated(code, f32, f32); });
  expectEach("cvt.rn.sat.f16.f32 $d, $a;", 16, 32, edgesOf(f16, f32),
             [&](U code) { return saturated(code, f32, f16); });
  expectEach("cvt.rn.sat.f32.f64 $d, $a;", 32, 64, edgesOf(f32, f64),
             [&](U code) { return saturated(code, f64, f32); });
  for (const Integer &from : integers)
    expectEach(
        cvt(".rn.sat", "f32", from.name), 32, from.bits, integerEdges(),
        [&](U code) { return asReal(code, from) > 0 ? U(0x3f800000) : U(0); });
}

TEST(Conversion, SaturatedIntegersStopAtTheirEnds) {
  for (const Integer &from : integers)
    for (const Integer &to : integers)
      if (to.bits < from.bits || to.isSigned != from.isSigned)
        expectEach(cvt(".sat", to.name, from.name), to.bits, from.bits,
                   integerEdges(), [&](U code) {
                     return clampTo(asReal(code, from), to.bits, to.isSigned);
                   });
}

TEST(Conversion, IntegersAreCutOrExtended) {
  for (const Integer &from : integers)
    for (const Integer &to : integers)
      expectEach(cvt("", to.name, from.name), to.bits, from.bits,
                 integerEdges(), [&](U code) {
                   Real value = asReal(code, from);
                   return value < 0 ? U(int64_t(value)) : U(value);
                 });
}

TEST(Conversion, BytesAreExtendedInTheirRegister) {
  std::vector<U> codes(256);
  for (U code = 0; code < 256; ++code)
    codes[code] = code | 0xabcdef00;
  expectEach("cvt.s64.s8 $d, $a;", 64, 32, codes,
             [](U code) { return U(int64_t(int8_t(code))); });
  expectEach("cvt.u64.u8 $d, $a;", 64, 32, codes,
             [](U code) { return code & 255; });
  expectEach("cvt.s16.s8 $d, $a;", 16, 32, codes,
             [](U code) { return U(int16_t(int8_t(code))); });
  expectEach("cvt.rn.f32.s8 $d, $a;", 32, 32, codes,
             [](U code) { return codeOf(int8_t(code), f32, To::Nearest); });
  expectEach("cvt.rn.f16.u8 $d, $a;", 16, 32, codes,
             [](U code) { return codeOf(uint8_t(code), f16, To::Nearest); });
}

TEST(Conversion, FloatsToBytesSaturate) {
  std::vector<U> codes;
  for (Real value :
       {-1000.0L, -129.0L, -128.5L, -128.0L, -0.5L, 0.0L, 0.5L, 1.5L, 126.5L,
        127.0L, 127.5L, 128.0L, 254.5L, 255.0L, 255.5L, 256.0L, 1e30L})
    codes.push_back(codeOf(value, f32, To::Nearest));
  codes.push_back(f32.nan());
  expectEach("cvt.rni.s8.f32 $d, $a;", 32, 32, codes, [](U code) {
    return clampTo(integral(valueOf(code, f32), To::Nearest), 8, true);
  });
  expectEach("cvt.rzi.u8.f32 $d, $a;", 32, 32, codes, [](U code) {
    return clampTo(integral(valueOf(code, f32), To::Zero), 8, false);
  });
}

TEST(Conversion, SubnormalsAreFlushed) {
  std::vector<U> codes = {0x00000001, 0x80000001, 0x007fffff, 0x807fffff,
                          0x00800000, 0x80800000, 0x3f800000, 0};
  auto flushed = [](U code) {
    return code & 0x7f800000 ? code : code & 0x80000000;
  };
  expectEach("cvt.ftz.f32.f32 $d, $a;", 32, 32, codes, flushed);
  expectEach("cvt.rpi.ftz.s32.f32 $d, $a;", 32, 32, codes,
             [](U code) { return U(valueOf(code, f32) >= 0x1p-126L); });
  expectEach("cvt.rpi.s32.f32 $d, $a;", 32, 32, codes,
             [](U code) { return U(valueOf(code, f32) > 0); });
  expectEach("cvt.rn.ftz.f32.f64 $d, $a;", 32, 64,
             {std::bit_cast<U>(0x1p-140), std::bit_cast<U>(-0x1p-127),
              std::bit_cast<U>(0x1p-126), std::bit_cast<U>(1e-300)},
             [&](U code) {
               return flushed(codeOf(valueOf(code, f64), f32, To::Nearest));
             });
}

TEST(Conversion, ReluKeepsWhatIsAboveZeroAndNaN) {
  auto relu = [](U code, const Format &to, To direction) {
    Real value = valueOf(code, f32);
    return value <= 0 ? U(0) : codeOf(value, to, direction);
  };
  expectEach("cvt.rn.relu.f16.f32 $d, $a;", 16, 32, edgesOf(f16, f32),
             [&](U code) { return relu(code, f16, To::Nearest); });
  expectEach("cvt.rz.relu.bf16.f32 $d, $a;", 16, 32, edgesOf(bf16, f32),
             [&](U code) { return relu(code, bf16, To::Zero); });
}

TEST(Conversion, PairsHaveTheFirstAbove) {
  for (const Direction &d : {directions[0], directions[1]})
    for (const Format &to : {f16, bf16})
      expectEach("cvt." + std::string(d.name) + "." + to.name +
                     "x2.f32 $d, $a, 0f40490FDB;",
                 32, 32, edgesOf(to, f32), [&](U code) {
                   return codeOf(valueOf(code, f32), to, d.to) << 16 |
                          codeOf(valueOf(0x40490fdb, f32), to, d.to);
                 });
}

TEST(Conversion, EightBitFloatsRoundToTheNearestAndStayFinite) {
  for (const Format &to : {e4m3, e5m2})
    for (const std::string relu : {"", ".relu"})
      expectEach("cvt.rn.satfinite" + relu + "." + to.name +
                     "x2.f32 $d, 0f40000000, $a;",
                 16, 32, edgesOf(to, f32), [&](U code) {
                   Real value = valueOf(code, f32);
                   if (!relu.empty() && value <= 0)
                     value = 0;
                   return codeOf(2, to, To::Nearest) << 8 |
                          codeOf(value, to, To::Nearest, true);
                 });
}

TEST(Conversion, EightBitFloatsAreHalves) {
  std::vector<U> codes(256);
  for (U code = 0; code < 256; ++code)
    codes[code] = code << 8 | (255 - code);
  for (const Format &from : {e4m3, e5m2})
    expectEach(std::string("cvt.rn.f16x2.") + from.name + "x2 $d, $a;", 32, 16,
               codes, [&](U code) {
                 return codeOf(valueOf(code >> 8, from), f16, To::Nearest)
                            << 16 |
                        codeOf(valueOf(code & 255, from), f16, To::Nearest);
               });
}

TEST(Conversion, Tf32TiesGoAwayFromZero) {
  std::vector<U> codes;
  for (U high : {U(0x3f800000), U(0xc1234000), U(0x7f7fc000), U(0x00002000)})
    for (U low : {0, 1, 0xfff, 0x1000, 0x1001, 0x1fff})
      codes.push_back(high | low);
  expectEach("cvt.rna.tf32.f32 $d, $a;", 32, 32, codes, [](U code) {
    Real value = valueOf(code, f32);
    U down = codeOf(value, tf32, To::Zero);
    Real step = std::fabs(valueOf(down + 1, tf32) - valueOf(down, tf32));
    bool away = std::fabs(value) - std::fabs(valueOf(down, tf32)) >= step / 2;
    return (down + away) << 13;
  });
}
