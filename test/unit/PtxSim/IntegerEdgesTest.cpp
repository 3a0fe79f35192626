//===- IntegerEdgesTest.cpp - integers and bits where C++ has no answer ---===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every operation in every type, on all pairs of edges, beside 128-bit integers.
//===----------------------------------------------------------------------===//
#include "Testing.h"

#include <algorithm>

using namespace llmc::ptxsim;
using namespace llmc::ptxsim::test;

namespace {

using U = uint64_t;
using Wide = __int128;

struct Integer {
  const char *name;
  unsigned bits;
  bool isSigned;
};
const Integer integers[] = {{"s16", 16, true}, {"u16", 16, false},
                            {"s32", 32, true}, {"u32", 32, false},
                            {"s64", 64, true}, {"u64", 64, false}};

void PrintTo(const Integer &type, std::ostream *out) { *out << type.name; }

Wide valueOf(U code, const Integer &type) {
  code = cut(code, type.bits);
  bool isNegative = type.isSigned && code >> (type.bits - 1) & 1;
  return isNegative ? Wide(code) - (Wide(1) << type.bits) : Wide(code);
}

std::vector<U> edges(unsigned bits) {
  std::vector<U> all;
  for (U code :
       {U(0), U(1), U(2), U(7), U(1) << (bits / 2), (U(1) << (bits / 2)) - 1,
        (U(1) << (bits - 1)) - 1, U(1) << (bits - 1), (U(1) << (bits - 1)) + 1,
        ~U(0), ~U(6), U(0x5555555555555555), U(0x0123456789abcdef)})
    all.push_back(cut(code, bits));
  return all;
}

/// All pairs of two lists; the third input is one of the first list in turn.
std::vector<U> pairsOf(const std::vector<U> &a, const std::vector<U> &b) {
  std::vector<U> inputs;
  for (U x : a)
    for (U y : b) {
      U z = a[inputs.size() / 3 % a.size()];
      inputs.insert(inputs.end(), {x, y, z});
    }
  return inputs;
}

struct Widths {
  unsigned d, a, b, c;
};

void expectEach(const std::string &text, Widths bits,
                const std::vector<U> &inputs,
                const std::function<U(U, U, U)> &expected) {
  std::vector<U> found = evaluate(text, bits.d, bits.a, bits.b, bits.c, inputs);
  for (size_t k = 0; k < found.size(); ++k) {
    const U *in = &inputs[3 * k];
    EXPECT_EQ(found[k], cut(expected(in[0], in[1], in[2]), bits.d))
        << text << std::hex << " of " << in[0] << ", " << in[1] << ", "
        << in[2];
  }
}

class OfType : public testing::TestWithParam<Integer> {
protected:
  using Binary = std::function<Wide(Wide, Wide)>;
  using Ternary = std::function<Wide(Wide, Wide, Wide)>;
  const Integer &type = GetParam();

  void check(const std::string &op, const Binary &expected) const {
    Widths bits{type.bits, type.bits, type.bits, type.bits};
    expectEach(op + "." + type.name + " $d, $a, $b;", bits,
               pairsOf(edges(type.bits), edges(type.bits)), [&](U a, U b, U) {
                 return U(expected(valueOf(a, type), valueOf(b, type)));
               });
  }
  void check3(const std::string &op, const Ternary &expected,
              unsigned wide = 1) const {
    Widths bits{type.bits * wide, type.bits, type.bits, type.bits * wide};
    Integer sum{"", type.bits * wide, type.isSigned};
    expectEach(op + "." + type.name + " $d, $a, $b, $c;", bits,
               pairsOf(edges(type.bits), edges(type.bits)), [&](U a, U b, U c) {
                 return U(expected(valueOf(a, type), valueOf(b, type),
                                   valueOf(c, sum)));
               });
  }
  Wide high(Wide a, Wide b) const {
    if (type.isSigned || type.bits < 64)
      return a * b >> type.bits;
    return Wide((unsigned __int128)a * (unsigned __int128)b >> 64);
  }
};

} // namespace

TEST_P(OfType, SumsWrap) {
  check("add", [](Wide a, Wide b) { return a + b; });
  check("sub", [](Wide a, Wide b) { return a - b; });
}

TEST_P(OfType, ProductsHaveTwoHalves) {
  check("mul.lo", [](Wide a, Wide b) { return Wide(U(a) * U(b)); });
  check("mul.hi", [&](Wide a, Wide b) { return high(a, b); });
  check3("mad.lo",
         [](Wide a, Wide b, Wide c) { return Wide(U(a) * U(b) + U(c)); });
  check3("mad.hi", [&](Wide a, Wide b, Wide c) { return high(a, b) + c; });
}

TEST_P(OfType, WideProductsLoseNothing) {
  if (type.bits == 64) // there is nothing wider
    return void(failureOf(Error::Kind::Text, [&] {
      evaluate(std::string("mul.wide.") + type.name + " $d, $a, $b;", 64, 64,
               64, 64, {1, 2, 3});
    }));
  Widths bits{2 * type.bits, type.bits, type.bits, type.bits};
  expectEach(std::string("mul.wide.") + type.name + " $d, $a, $b;", bits,
             pairsOf(edges(type.bits), edges(type.bits)), [&](U a, U b, U) {
               return U(valueOf(a, type) * valueOf(b, type));
             });
  check3("mad.wide", [](Wide a, Wide b, Wide c) { return a * b + c; }, 2);
}

TEST_P(OfType, QuotientsGoTowardsZero) {
  // By zero: all ones, as devices give; the least number by -1 wraps.
  check("div", [](Wide a, Wide b) { return b ? a / b : Wide(-1); });
  check("rem", [](Wide a, Wide b) { return b ? a % b : a; });
}

TEST_P(OfType, ExtremesAndDistances) {
  check("min", [](Wide a, Wide b) { return std::min(a, b); });
  check("max", [](Wide a, Wide b) { return std::max(a, b); });
  check3("sad",
         [](Wide a, Wide b, Wide c) { return c + (a < b ? b - a : a - b); });
}

TEST(IntegerEdges, SignsOfSignedTypes) {
  for (const Integer &type : integers) {
    if (!type.isSigned)
      continue;
    Widths bits{type.bits, type.bits, type.bits, type.bits};
    std::vector<U> inputs = pairsOf(edges(type.bits), {0});
    expectEach(std::string("abs.") + type.name + " $d, $a;", bits, inputs,
               [&](U a, U, U) {
                 Wide value = valueOf(a, type);
                 return U(value < 0 ? -value : value);
               });
    expectEach(std::string("neg.") + type.name + " $d, $a;", bits, inputs,
               [&](U a, U, U) { return U(-valueOf(a, type)); });
  }
}

TEST_P(OfType, ShiftsByAnyNumber) {
  std::vector<U> counts = {0,  1,  7,  8,  15,  16,  17,         31,        32,
                           33, 63, 64, 65, 127, 255, 0x80000000, 0xffffffff};
  Widths bits{type.bits, type.bits, 32, 32};
  std::vector<U> inputs = pairsOf(edges(type.bits), counts);
  expectEach(std::string("shr.") + type.name + " $d, $a, $b;", bits, inputs,
             [&](U a, U by, U) {
               return U(valueOf(a, type) >> std::min<U>(by, 100));
             });
  expectEach("shl.b" + std::to_string(type.bits) + " $d, $a, $b;", bits, inputs,
             [&](U a, U by, U) { return by < type.bits ? a << by : 0; });
}

TEST_P(OfType, HighestBits) {
  Widths bits{32, type.bits, 32, 32};
  if (type.bits == 16)
    bits.a = 32;
  Integer used{"", bits.a, type.isSigned};
  std::string name = (type.isSigned ? "s" : "u") + std::to_string(bits.a);
  expectEach("bfind." + name + " $d, $a;", bits, pairsOf(edges(bits.a), {0}),
             [&](U a, U, U) {
               Wide value = valueOf(a, used);
               for (int bit = int(bits.a) - 1; bit >= 0; --bit)
                 if ((a >> bit & 1) != U(value < 0))
                   return U(bit);
               return ~U(0);
             });
}

TEST_P(OfType, FieldsAtAllPlaces) {
  unsigned width = std::max(32u, type.bits); // there is none of 16 bits
  std::vector<U> places = {0, 1, 5, 31, 32, 33, 63, 64, 200, 255};
  std::vector<U> inputs;
  for (U a : edges(width))
    for (U first : places)
      for (U count : {0, 1, 8, 31, 32, 64, 255})
        inputs.insert(inputs.end(), {a, first, count});
  inputs.resize(std::min<size_t>(inputs.size(), 3 * 1020));
  expectEach(std::string("bfe.") + (type.isSigned ? "s" : "u") +
                 std::to_string(width) + " $d, $a, $b, $c;",
             {width, width, 32, 32}, inputs, [&](U a, U first, U count) {
               // Behind its end a signed number goes on with its sign.
               U top = std::min<U>(first + count - 1, width - 1), out = 0;
               bool sign = type.isSigned && count && (a >> top & 1);
               for (U k = 0; k < width; ++k) {
                 bool inside = k < count && first + k < width;
                 out |= U(inside ? a >> (first + k) & 1 : sign) << k;
               }
               return out;
             });
}

INSTANTIATE_TEST_SUITE_P(All, OfType, testing::ValuesIn(integers),
                         [](const auto &info) { return info.param.name; });

TEST(IntegerEdges, OnlyS32Saturates) {
  Integer s32{"s32", 32, true};
  auto clamped = [](Wide value) {
    return U(std::clamp<Wide>(value, INT32_MIN, INT32_MAX));
  };
  expectEach("add.sat.s32 $d, $a, $b;", {32, 32, 32, 32},
             pairsOf(edges(32), edges(32)), [&](U a, U b, U) {
               return clamped(valueOf(a, s32) + valueOf(b, s32));
             });
  expectEach("sub.sat.s32 $d, $a, $b;", {32, 32, 32, 32},
             pairsOf(edges(32), edges(32)), [&](U a, U b, U) {
               return clamped(valueOf(a, s32) - valueOf(b, s32));
             });
  for (const char *text :
       {"add.sat.u32 $d, $a, $b;", "sub.sat.u32 $d, $a, $b;"})
    EXPECT_NE(failureOf(Error::Kind::Text,
                        [&] { evaluate(text, 32, 32, 32, 32, {1, 2, 3}); })
                  .find("only s32 saturates"),
              std::string::npos);
}

TEST(IntegerEdges, DotProductsOfAllSigns) {
  std::vector<U> bytes = {0,          0xffffffff, 0x80808080, 0x7f7f7f7f,
                          0x01ff807f, 0x7f80ff01, 0x12345678, 0x80000000};
  auto byte = [](U word, unsigned k, bool isSigned) {
    U cut = word >> (8 * k) & 255;
    return int64_t(cut) - (isSigned && cut & 128 ? 256 : 0);
  };
  for (bool signedA : {false, true})
    for (bool signedB : {false, true})
      expectEach(std::string("dp4a.") + (signedA ? "s32" : "u32") +
                     (signedB ? ".s32" : ".u32") + " $d, $a, $b, $c;",
                 {32, 32, 32, 32}, pairsOf(bytes, bytes), [&](U a, U b, U c) {
                   for (unsigned k = 0; k < 4; ++k)
                     c += U(byte(a, k, signedA) * byte(b, k, signedB));
                   return c;
                 });
}

/// One kernel for each of all 256 tables; each lane has one row of the table in
/// its lowest bits, the upper bits have others.
TEST(IntegerEdges, AllTablesOfLop3) {
  for (unsigned table = 0; table < 256; ++table) {
    std::vector<U> inputs;
    for (U row = 0; row < 8; ++row)
      inputs.insert(inputs.end(),
                    {(row >> 2 & 1) | 0xf0f0f0f0, (row >> 1 & 1) | 0xcccccccc,
                     (row & 1) | 0xaaaaaaaa});
    expectEach("lop3.b32 $d, $a, $b, $c, " + std::to_string(table) + ";",
               {32, 32, 32, 32}, inputs, [&](U a, U b, U c) {
                 U out = 0;
                 for (unsigned bit = 0; bit < 32; ++bit) {
                   U row =
                       (a >> bit & 1) * 4 + (b >> bit & 1) * 2 + (c >> bit & 1);
                   out |= U(table >> row & 1) << bit;
                 }
                 return out;
               });
  }
}

TEST(IntegerEdges, EveryChoiceOfPrmt) {
  // Byte k has the value 0x10 * k + k; odd ones have a sign.
  U low = 0xb3229100, high = 0xf76655c4;
  std::vector<U> inputs;
  for (U code = 0; code < 16; ++code)
    for (U other : {0x0000, 0x3210, 0x7654, 0xfedc})
      inputs.insert(inputs.end(), {low, high, code << 4 | (other & 0xff0f)});
  expectEach("prmt.b32 $d, $a, $b, $c;", {32, 32, 32, 32}, inputs,
             [](U a, U b, U choice) {
               std::vector<U> bytes;
               for (U word : {a, b})
                 for (unsigned k = 0; k < 32; k += 8)
                   bytes.push_back(word >> k & 255);
               U out = 0;
               for (unsigned k = 0; k < 4; ++k) {
                 U code = choice >> (4 * k) & 15, byte = bytes[code % 8];
                 if (code >= 8)
                   byte = byte >= 128 ? 255 : 0;
                 out |= byte << (8 * k);
               }
               return out;
             });
}

TEST(IntegerEdges, FieldsAreInsertedWithinTheWidth) {
  std::vector<U> inputs;
  for (U value : edges(32))
    for (U place : {0, 3, 16, 31, 32, 33, 255})
      inputs.insert(inputs.end(), {value, 0xa5c3f00f, place});
  for (U count : {0, 1, 4, 16, 31, 32, 33, 255})
    expectEach("bfi.b32 $d, $a, $b, $c, " + std::to_string(count) + ";",
               {32, 32, 32, 32}, inputs, [&](U a, U into, U first) {
                 for (U k = 0; k < count && first + k < 32; ++k) {
                   into &= ~(U(1) << (first + k));
                   into |= (a >> k & 1) << (first + k);
                 }
                 return into;
               });
  expectEach("bfi.b64 $d, $a, $b, 40, 60;", {64, 64, 64, 64},
             pairsOf(edges(64), edges(64)), [](U a, U into, U) {
               return (into & ((U(1) << 40) - 1)) | a << 40;
             });
}

TEST(IntegerEdges, CountsAndReversals) {
  for (unsigned bits : {32u, 64u}) {
    std::string width = ".b" + std::to_string(bits) + " $d, $a;";
    std::vector<U> inputs = pairsOf(edges(bits), {0});
    for (unsigned k = 0; k < bits; ++k)
      inputs.insert(inputs.end(), {U(1) << k, 0, 0});
    expectEach("popc" + width, {32, bits, 32, 32}, inputs, [](U a, U, U) {
      U count = 0;
      for (; a; a &= a - 1)
        ++count;
      return count;
    });
    expectEach("clz" + width, {32, bits, 32, 32}, inputs, [&](U a, U, U) {
      U count = bits;
      for (; a; a >>= 1)
        --count;
      return count;
    });
    expectEach("brev" + width, {bits, bits, 32, 32}, inputs, [&](U a, U, U) {
      U out = 0;
      for (unsigned k = 0; k < bits; ++k)
        out |= (a >> (bits - 1 - k) & 1) << k;
      return out;
    });
    expectEach("not" + width, {bits, bits, 32, 32}, inputs,
               [](U a, U, U) { return ~a; });
    expectEach("cnot" + width, {bits, bits, 32, 32}, inputs,
               [](U a, U, U) { return U(a ? 0 : 1); });
  }
}

TEST(IntegerEdges, FunnelsTakeThirtyTwoOfSixtyFour) {
  std::vector<U> inputs;
  for (U by : {0, 1, 16, 31, 32, 33, 63, 64, 255})
    inputs.insert(inputs.end(), {0x89abcdef, 0x01234567, by});
  for (bool left : {false, true})
    for (bool wrap : {false, true})
      expectEach(std::string("shf.") + (left ? "l." : "r.") +
                     (wrap ? "wrap" : "clamp") + ".b32 $d, $a, $b, $c;",
                 {32, 32, 32, 32}, inputs, [&](U low, U high, U by) {
                   by = wrap ? by % 32 : std::min<U>(by, 32);
                   U out = 0; // bit by bit, out of the 64
                   for (unsigned k = 0; k < 32; ++k) {
                     U from = left ? k + 32 - by : k + by;
                     out |=
                         ((from < 32 ? low >> from : high >> (from - 32)) & 1)
                         << k;
                   }
                   return out;
                 });
}

TEST(IntegerEdges, MasksOfBits) {
  std::vector<U> inputs;
  for (U first : {0, 1, 15, 31, 32, 40})
    for (U count : {0, 1, 16, 31, 32, 33})
      inputs.insert(inputs.end(), {first, count, 0});
  for (bool wrap : {false, true})
    expectEach(std::string("bmsk.") + (wrap ? "wrap" : "clamp") +
                   ".b32 $d, $a, $b;",
               {32, 32, 32, 32}, inputs, [&](U first, U count, U) {
                 if (wrap)
                   first %= 32, count %= 32;
                 U out = 0;
                 for (U k = first; k < std::min<U>(32, first + count); ++k)
                   out |= U(1) << k;
                 return out;
               });
}
