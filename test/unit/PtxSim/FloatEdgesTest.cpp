//===- FloatEdgesTest.cpp - modifiers of floats, comparisons of all kinds -===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Testing.h"

#include <algorithm>
#include <cmath>

using namespace llmc::ptxsim;
using namespace llmc::ptxsim::test;

namespace {

using U = uint64_t;

float single(U bits) { return std::bit_cast<float>(uint32_t(bits)); }
U bitsOf(float value) {
  return value != value ? 0x7fffffff : std::bit_cast<uint32_t>(value);
}

/// Zeros, subnormal numbers, the least and the largest, infinities, NaN.
const std::vector<U> singles = {
    0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x007fffff, 0x807fffff,
    0x00800000, 0x80800000, 0x00800001, 0x3f000000, 0xbf000000, 0x3f800000,
    0xbf800000, 0x3f800001, 0x40490fdb, 0xc2f6e979, 0x7f7fffff, 0xff7fffff,
    0x7f800000, 0xff800000, 0x7fffffff};
const std::vector<U> halves = {0x0000, 0x8000, 0x0001, 0x8001, 0x03ff, 0x83ff,
                               0x0400, 0x8400, 0x3800, 0x3c00, 0xbc00, 0x4248,
                               0x7bff, 0xfbff, 0x7c00, 0xfc00, 0x7fff};

std::vector<U> pairsOf(const std::vector<U> &values) {
  std::vector<U> inputs;
  for (U a : values)
    for (U b : values)
      inputs.insert(inputs.end(), {a, b, values[(a * 7 + b) % values.size()]});
  return inputs;
}

void expectEach(const std::string &text, unsigned bitsD, unsigned bits,
                const std::vector<U> &inputs,
                const std::function<U(U, U, U)> &expected) {
  std::vector<U> found = evaluate(text, bitsD, bits, bits, bits, inputs);
  for (size_t k = 0; k < found.size(); ++k) {
    const U *in = &inputs[3 * k];
    EXPECT_EQ(found[k], cut(expected(in[0], in[1], in[2]), bitsD))
        << text << std::hex << " of " << in[0] << ", " << in[1] << ", "
        << in[2];
  }
}

U flushed(U code) { return code & 0x7f800000 ? code : code & 0x80000000; }
U flushedHalf(U code) { return code & 0x7c00 ? code : code & 0x8000; }

U saturated(float value) {
  return value > 0 ? bitsOf(std::min(value, 1.0f)) : 0;
}

/// A half's value; the largest finite exponent and NaN are as IEEE has them.
float half(U code) {
  int exponent = int(code >> 10 & 31);
  float fraction = float(code & 1023), value;
  if (exponent == 31)
    value = fraction != 0 ? NAN : INFINITY;
  else if (exponent == 0)
    value = std::ldexp(fraction, -24);
  else
    value = std::ldexp(fraction + 1024, exponent - 25);
  return code & 0x8000 ? -value : value;
}

struct Binary {
  const char *name;
  float (*of)(float, float);
};
const Binary binaries[] = {{"add", [](float a, float b) { return a + b; }},
                           {"sub", [](float a, float b) { return a - b; }},
                           {"mul", [](float a, float b) { return a * b; }}};

/// A comparison, for numbers and for what has no order.
struct Comparison {
  const char *name;
  bool less, equal, greater, unordered;
};
const Comparison ordered[] = {
    {"eq", false, true, false, false}, {"ne", true, false, true, false},
    {"lt", true, false, false, false}, {"le", true, true, false, false},
    {"gt", false, false, true, false}, {"ge", false, true, true, false},
    {"equ", false, true, false, true}, {"neu", true, false, true, true},
    {"ltu", true, false, false, true}, {"leu", true, true, false, true},
    {"gtu", false, false, true, true}, {"geu", false, true, true, true},
    {"num", true, true, true, false},  {"nan", false, false, false, true},
};

template <typename T> bool holds(const Comparison &c, T a, T b) {
  return a < b ? c.less : a > b ? c.greater : a == b ? c.equal : c.unordered;
}

} // namespace

TEST(FloatEdges, SubnormalsAreKeptOrFlushed) {
  for (const Binary &op : binaries) {
    expectEach(
        std::string(op.name) + ".rn.f32 $d, $a, $b;", 32, 32, pairsOf(singles),
        [&](U a, U b, U) { return bitsOf(op.of(single(a), single(b))); });
    expectEach(std::string(op.name) + ".rn.ftz.f32 $d, $a, $b;", 32, 32,
               pairsOf(singles), [&](U a, U b, U) {
                 return flushed(
                     bitsOf(op.of(single(flushed(a)), single(flushed(b)))));
               });
  }
}

TEST(FloatEdges, SaturatedResultsAreFromZeroToOne) {
  for (const Binary &op : binaries)
    expectEach(
        std::string(op.name) + ".sat.f32 $d, $a, $b;", 32, 32, pairsOf(singles),
        [&](U a, U b, U) { return saturated(op.of(single(a), single(b))); });
  expectEach("fma.rn.sat.f32 $d, $a, $b, $c;", 32, 32, pairsOf(singles),
             [](U a, U b, U c) {
               return saturated(std::fma(single(a), single(b), single(c)));
             });
}

TEST(FloatEdges, FmaRoundsOnce) {
  expectEach("fma.rn.f32 $d, $a, $b, $c;", 32, 32, pairsOf(singles),
             [](U a, U b, U c) {
               return bitsOf(std::fma(single(a), single(b), single(c)));
             });
  // (1 + e)(1 - e) - 1 is -e^2: a product that is rounded first gives 0.
  std::vector<U> inputs = {bitsOf(1 + 0x1p-20f), bitsOf(1 - 0x1p-20f),
                           bitsOf(-1.0f)};
  expectEach("fma.rn.f32 $d, $a, $b, $c;", 32, 32, inputs,
             [](U, U, U) { return bitsOf(-0x1p-40f); });
  expectEach("fma.rn.ftz.f32 $d, $a, $b, $c;", 32, 32, pairsOf(singles),
             [](U a, U b, U c) {
               return flushed(
                   bitsOf(std::fma(single(flushed(a)), single(flushed(b)),
                                   single(flushed(c)))));
             });
}

TEST(FloatEdges, SignsAreFlushedToo) {
  expectEach("abs.ftz.f32 $d, $a;", 32, 32, pairsOf(singles),
             [](U a, U, U) { return flushed(a) & 0x7fffffff; });
  expectEach("neg.ftz.f32 $d, $a;", 32, 32, pairsOf(singles),
             [](U a, U, U) { return flushed(a) ^ 0x80000000; });
  expectEach("abs.f32 $d, $a;", 32, 32, pairsOf(singles),
             [](U a, U, U) { return a & 0x7fffffff; });
  expectEach("neg.f16 $d, $a;", 16, 16, pairsOf(halves),
             [](U a, U, U) { return a ^ 0x8000; });
  expectEach("abs.ftz.f16 $d, $a;", 16, 16, pairsOf(halves),
             [](U a, U, U) { return flushedHalf(a) & 0x7fff; });
}

TEST(FloatEdges, SubnormalHalvesAreFlushed) {
  // Adding nothing: only what flushing does is seen.
  std::vector<U> inputs;
  for (U a : halves)
    if (half(a) == half(a))
      inputs.insert(inputs.end(), {a, a & 0x8000, 0});
  expectEach("add.rn.ftz.f16 $d, $a, $b;", 16, 16, inputs,
             [](U a, U, U) { return flushedHalf(a); });
  expectEach("add.rn.f16 $d, $a, $b;", 16, 16, inputs,
             [](U a, U, U) { return a; });
  // 2^-8 times 2^-8 is 2^-16, which only a subnormal half holds.
  inputs = {0x1c00, 0x1c00, 0};
  expectEach("mul.rn.f16 $d, $a, $b;", 16, 16, inputs,
             [](U, U, U) { return U(0x0100); });
  expectEach("mul.rn.ftz.f16 $d, $a, $b;", 16, 16, inputs,
             [](U, U, U) { return U(0); });
}

TEST(FloatEdges, ExtremesLeaveNaNsOutUnlessTheyAreAskedFor) {
  for (bool isMax : {false, true})
    for (bool propagate : {false, true})
      expectEach(
          std::string(isMax ? "max" : "min") + (propagate ? ".NaN" : "") +
              ".f32 $d, $a, $b;",
          32, 32, pairsOf(singles), [&](U a, U b, U) {
            float x = single(a), y = single(b);
            bool nanX = x != x, nanY = y != y;
            if (nanX || nanY)
              return propagate || (nanX && nanY) ? U(0x7fffffff) : nanX ? b : a;
            if (x == y) // -0 is less than +0
              return isMax ? a & b : a | b;
            return (x < y) == isMax ? b : a;
          });
}

TEST(FloatEdges, ExtremesOfHalves) {
  for (bool isMax : {false, true})
    expectEach(std::string(isMax ? "max" : "min") + ".f16 $d, $a, $b;", 16, 16,
               pairsOf(halves), [&](U a, U b, U) {
                 float x = half(a), y = half(b);
                 if (x != x || y != y)
                   return x != x ? b : a;
                 if (x == y)
                   return isMax ? a & b : a | b;
                 return (x < y) == isMax ? b : a;
               });
}

TEST(FloatEdges, ComparisonsOfSingles) {
  for (const Comparison &c : ordered) {
    std::string text = std::string("setp.") + c.name;
    expectEach(text + ".f32 $d, $a, $b;", 1, 32, pairsOf(singles),
               [&](U a, U b, U) { return U(holds(c, single(a), single(b))); });
    expectEach(text + ".ftz.f32 $d, $a, $b;", 1, 32, pairsOf(singles),
               [&](U a, U b, U) {
                 return U(holds(c, single(flushed(a)), single(flushed(b))));
               });
    expectEach(text + ".f32 %p0|$d, $a, $b;", 1, 32, pairsOf(singles),
               [&](U a, U b, U) { return U(!holds(c, single(a), single(b))); });
  }
}

TEST(FloatEdges, ComparisonsOfHalves) {
  for (const Comparison &c : ordered) {
    std::string text = std::string("setp.") + c.name;
    expectEach(text + ".f16 $d, $a, $b;", 1, 16, pairsOf(halves),
               [&](U a, U b, U) { return U(holds(c, half(a), half(b))); });
    expectEach(text + ".ftz.f16 $d, $a, $b;", 1, 16, pairsOf(halves),
               [&](U a, U b, U) {
                 return U(holds(c, half(flushedHalf(a)), half(flushedHalf(b))));
               });
  }
}

TEST(FloatEdges, ComparisonsOfIntegers) {
  std::vector<U> values = {0, 1, 0x7fffffff, 0x80000000, 0x80000001, ~U(0)};
  const char *unsignedNames[] = {"lo", "ls", "hi", "hs"};
  for (size_t k = 0; k < 6; ++k) {
    const Comparison &c = ordered[k];
    std::string text = std::string("setp.") + c.name;
    expectEach(
        text + ".s32 $d, $a, $b;", 1, 32, pairsOf(values),
        [&](U a, U b, U) { return U(holds(c, int32_t(a), int32_t(b))); });
    expectEach(
        text + ".u32 $d, $a, $b;", 1, 32, pairsOf(values),
        [&](U a, U b, U) { return U(holds(c, uint32_t(a), uint32_t(b))); });
    expectEach(
        text + ".s64 $d, $a, $b;", 1, 64, pairsOf(values),
        [&](U a, U b, U) { return U(holds(c, int64_t(a), int64_t(b))); });
    if (k >= 2)
      expectEach(
          std::string("setp.") + unsignedNames[k - 2] + ".u64 $d, $a, $b;", 1,
          64, pairsOf(values), [&](U a, U b, U) { return U(holds(c, a, b)); });
  }
}

TEST(FloatEdges, SetWritesOneOrAllOnes) {
  struct Result {
    const char *type;
    unsigned bits;
    U one;
  };
  for (Result result : {Result{"u32", 32, 0xffffffff},
                        {"s32", 32, 0xffffffff},
                        {"u16", 16, 0xffff},
                        {"f32", 32, 0x3f800000},
                        {"f16", 16, 0x3c00},
                        {"bf16", 16, 0x3f80}})
    expectEach(std::string("set.le.") + result.type + ".f32 $d, $a, $b;",
               result.bits, 32, pairsOf(singles), [&](U a, U b, U) {
                 return single(a) <= single(b) ? result.one : 0;
               });
}

TEST(FloatEdges, PredicatesAreCombined) {
  struct Combination {
    const char *name;
    bool (*of)(bool, bool);
  };
  for (Combination with :
       {Combination{"and", [](bool a, bool b) { return a && b; }},
        {"or", [](bool a, bool b) { return a || b; }},
        {"xor", [](bool a, bool b) { return a != b; }}})
    for (bool other : {false, true})
      for (bool opposite : {false, true}) {
        std::string set = "setp.eq.u32 %p1, 1, " + std::to_string(other);
        expectEach(set + ";\n  setp.lt." + with.name + ".u32 " +
                       (opposite ? "%p0|$d" : "$d|%p0") + ", $a, $b, %p1;",
                   1, 32, pairsOf({0, 1, 2, ~U(0) >> 32}), [&](U a, U b, U) {
                     return U(with.of((a < b) != opposite, other));
                   });
      }
}

TEST(FloatEdges, ClassesOfNumbers) {
  struct Class {
    const char *name;
    bool (*holds)(U);
  };
  const Class classes[] = {
      {"finite", [](U a) { return (a >> 23 & 255) != 255; }},
      {"infinite", [](U a) { return (a & 0x7fffffff) == 0x7f800000; }},
      {"number", [](U a) { return (a & 0x7fffffff) <= 0x7f800000; }},
      {"notanumber", [](U a) { return (a & 0x7fffffff) > 0x7f800000; }},
      {"normal", [](U a) { return (a >> 23 & 255) % 255 != 0; }},
      {"subnormal",
       [](U a) { return (a >> 23 & 255) == 0 && (a & 0x7fffff) != 0; }},
  };
  for (const Class &each : classes)
    expectEach(std::string("testp.") + each.name + ".f32 $d, $a;", 1, 32,
               pairsOf(singles), [&](U a, U, U) { return U(each.holds(a)); });
}

TEST(FloatEdges, DivisionRootsAndReciprocals) {
  expectEach("div.rn.f32 $d, $a, $b;", 32, 32, pairsOf(singles),
             [](U a, U b, U) { return bitsOf(single(a) / single(b)); });
  expectEach("rcp.rn.ftz.f32 $d, $a;", 32, 32, pairsOf(singles), [](U a, U, U) {
    return flushed(bitsOf(1.0f / single(flushed(a))));
  });
  expectEach("sqrt.rn.f32 $d, $a;", 32, 32, pairsOf(singles),
             [](U a, U, U) { return bitsOf(std::sqrt(single(a))); });
}
