//===- FloatOpsTest.cpp - arithmetic of floats against C++ ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Halves are compared with a rounding written here, from the exact value in long
// double: the two share no code.
//===----------------------------------------------------------------------===//
#include "Testing.h"

#include <cmath>

using namespace llmc::ptxsim::test;

namespace {

using U = uint64_t;

float single(U bits) { return std::bit_cast<float>(uint32_t(bits)); }
U bits(float value) {
  return value != value ? 0x7fffffff : std::bit_cast<uint32_t>(value);
}
U bits(double value) { return std::bit_cast<U>(value); }
double twice(U bits) { return std::bit_cast<double>(bits); }

/// A format of 16 bits by its fraction bits: 10 is f16, 7 is bf16.
long double value16(U code, int fraction) {
  int exponentBits = 15 - fraction, bias = (1 << (exponentBits - 1)) - 1;
  int exponent = int(code >> fraction & ((1u << exponentBits) - 1));
  long double part = (long double)(code & ((1u << fraction) - 1));
  long double magnitude;
  if (exponent == (1 << exponentBits) - 1)
    magnitude = part ? NAN : INFINITY;
  else if (exponent == 0)
    magnitude = std::ldexp(part, 1 - bias - fraction);
  else
    magnitude = std::ldexp(part + std::ldexp(1.0L, fraction),
                           exponent - bias - fraction);
  return code & 0x8000 ? -magnitude : magnitude;
}

/// The nearest code, found by looking at both neighbours.
U code16(long double value, int fraction) {
  if (value != value)
    return 0x7fff;
  U sign = std::signbit(value) ? 0x8000 : 0;
  long double magnitude = std::fabs(value);
  U infinity = U(0x7fff >> fraction) << fraction;
  U low = 0, high = infinity;
  while (high - low > 1) { // codes are in the order of their values
    U middle = (low + high) / 2;
    (value16(middle, fraction) <= magnitude ? low : high) = middle;
  }
  if (magnitude == INFINITY)
    return sign | infinity;
  // Half a step behind the largest number lies the border to infinity.
  long double above =
      high == infinity ? 2 * value16(low, fraction) - value16(low - 1, fraction)
                       : value16(high, fraction);
  long double down = magnitude - value16(low, fraction), up = above - magnitude;
  bool takesHigh = up < down || (up == down && (low & 1));
  return sign | (takesHigh ? high : low);
}

template <int Fraction> U add16(U a, U b, U) {
  return code16(value16(a, Fraction) + value16(b, Fraction), Fraction);
}
template <int Fraction> U mul16(U a, U b, U) {
  return code16(value16(a, Fraction) * value16(b, Fraction), Fraction);
}
U fmaHalf(U a, U b, U c) { // 64 bits of long double hold it exactly enough
  return code16(value16(a, 10) * value16(b, 10) + value16(c, 10), 10);
}

template <U (*Op)(U, U, U)> U pairwise(U a, U b, U c) {
  return Op(a & 0xffff, b & 0xffff, c & 0xffff) | Op(a >> 16, b >> 16, c >> 16)
                                                      << 16;
}

U flushed(U a) { return std::fabs(single(a)) < 0x1p-126f ? a & 0x80000000 : a; }

const OpCase cases[] = {
    {"add.f32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) { return bits(single(a) + single(b)); }},
    {"add.rn.f32 $d, $a, 0f3F800000;", 32, 32, 32, 32,
     [](U a, U, U) { return bits(single(a) + 1.0f); }},
    {"add.ftz.f32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) {
       return flushed(bits(single(flushed(a)) + single(flushed(b))));
     }},
    {"sub.f32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) { return bits(single(a) - single(b)); }},
    {"mul.f32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) { return bits(single(a) * single(b)); }},
    {"mul.f64 $d, $a, 0d3FE0000000000000;", 64, 64, 64, 64,
     [](U a, U, U) { return bits(twice(a) * 0.5); }},
    {"fma.rn.f32 $d, $a, $b, $c;", 32, 32, 32, 32,
     [](U a, U b, U c) {
       return bits(std::fma(single(a), single(b), single(c)));
     }},
    {"div.rn.f32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) { return bits(single(a) / single(b)); }},
    {"neg.f32 $d, $a;", 32, 32, 32, 32,
     [](U a, U, U) { return a ^ 0x80000000; }},
    {"abs.f32 $d, $a;", 32, 32, 32, 32,
     [](U a, U, U) { return a & 0x7fffffff; }},
    {"neg.f16x2 $d, $a;", 32, 32, 32, 32,
     [](U a, U, U) { return a ^ 0x80008000; }},
    {"sqrt.rn.f32 $d, $a;", 32, 32, 32, 32,
     [](U a, U, U) { return bits(std::sqrt(single(a))); }},
    {"rcp.approx.f32 $d, $a;", 32, 32, 32, 32,
     [](U a, U, U) { return bits(1.0f / single(a)); }},
    {"copysign.f32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) { return (b & 0x7fffffff) | (a & 0x80000000); }},
    {"testp.finite.f32 $d, $a;", 1, 32, 32, 32,
     [](U a, U, U) { return U(std::isfinite(single(a))); }},
    {"testp.subnormal.f32 $d, $a;", 1, 32, 32, 32,
     [](U a, U, U) { return U((a & 0x7f800000) == 0 && (a & 0x7fffff) != 0); }},
    {"add.f16 $d, $a, $b;", 16, 16, 16, 16, add16<10>},
    {"mul.f16 $d, $a, $b;", 16, 16, 16, 16, mul16<10>},
    {"add.bf16 $d, $a, $b;", 16, 16, 16, 16, add16<7>},
    {"mul.bf16 $d, $a, $b;", 16, 16, 16, 16, mul16<7>},
    {"fma.rn.f16 $d, $a, $b, $c;", 16, 16, 16, 16, fmaHalf},
    {"add.f16x2 $d, $a, $b;", 32, 32, 32, 32, pairwise<add16<10>>},
    {"mul.rn.bf16x2 $d, $a, $b;", 32, 32, 32, 32, pairwise<mul16<7>>},
    {"fma.rn.f16x2 $d, $a, $b, $c;", 32, 32, 32, 32, pairwise<fmaHalf>},
    {"max.f32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) {
       float x = single(a), y = single(b);
       if (x == 0 && y == 0)
         return bits(std::signbit(x) ? y : x);
       return bits(std::fmax(x, y));
     }},
    {"min.NaN.f32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) {
       float x = single(a), y = single(b);
       if (x != x || y != y)
         return U(0x7fffffff);
       if (x == 0 && y == 0)
         return bits(std::signbit(x) ? x : y);
       return bits(std::fmin(x, y));
     }},
    {"add.sat.f32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) {
       float sum = single(a) + single(b);
       return bits(sum > 0 ? std::fmin(sum, 1.0f) : 0.0f);
     }},
};

class FloatOps : public testing::TestWithParam<OpCase> {};

/// A function that the device approximates: how far it may be off.
struct Approximation {
  const char *text;
  double (*exact)(double);
  double least, most;
};

const Approximation approximations[] = {
    {"ex2.approx.ftz.f32 $d, $a;", [](double x) { return std::exp2(x); }, -20,
     20},
    {"lg2.approx.f32 $d, $a;", [](double x) { return std::log2(x); }, 0.1, 100},
    {"rsqrt.approx.f32 $d, $a;", [](double x) { return 1 / std::sqrt(x); }, 0.1,
     100},
    {"sin.approx.f32 $d, $a;", [](double x) { return std::sin(x); }, -3, 3},
    {"cos.approx.f32 $d, $a;", [](double x) { return std::cos(x); }, -3, 3},
    {"tanh.approx.f32 $d, $a;", [](double x) { return std::tanh(x); }, -4, 4},
};

} // namespace

TEST_P(FloatOps, GiveWhatCppGives) { checkOp(GetParam()); }

INSTANTIATE_TEST_SUITE_P(All, FloatOps, testing::ValuesIn(cases));

TEST(FloatOps, ApproximateFunctions) {
  for (const Approximation &each : approximations) {
    std::mt19937 random(7);
    std::uniform_real_distribution<float> values(float(each.least),
                                                 float(each.most));
    std::vector<uint64_t> inputs(96 * 3);
    for (uint64_t &input : inputs)
      input = bits(values(random));
    std::vector<uint64_t> found = evaluate(each.text, 32, 32, 32, 32, inputs);
    for (size_t k = 0; k < found.size(); ++k) {
      double exact = each.exact(single(inputs[3 * k]));
      EXPECT_NEAR(single(found[k]), exact, 1e-6 + 1e-6 * std::fabs(exact))
          << each.text << " of " << single(inputs[3 * k]);
    }
  }
}

TEST(FloatOps, FmaOfHalvesRoundsOnce) {
  // 1 + 2^-10 times itself has its last bit far below a half's; a small addend
  // decides to which side the tie falls.
  uint64_t one = 0x3c01, small = 0x0001, minus = 0x8001;
  std::vector<uint64_t> inputs(96 * 3);
  for (size_t k = 0; k < inputs.size(); k += 3) {
    inputs[k] = inputs[k + 1] = one;
    inputs[k + 2] = k % 2 ? small : minus;
  }
  std::vector<uint64_t> found =
      evaluate("fma.rn.f16 $d, $a, $b, $c;", 16, 16, 16, 16, inputs);
  for (size_t k = 0; k < found.size(); ++k)
    EXPECT_EQ(found[k], fmaHalf(one, one, inputs[3 * k + 2]));
}
