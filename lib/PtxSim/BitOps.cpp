//===- BitOps.cpp - logic, shifts, fields and permutations ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Arithmetic.h"

using namespace llmc::ptxsim;

template <char Op> static void decodeLogic(Decoder &d) {
  Type type = d.takeType();
  d.needOperands(3);
  d.destination(0);
  d.source(1, type);
  d.source(2, type);
  d.run(map2<[](uint64_t a, uint64_t b) {
    return Op == '&' ? a & b : Op == '|' ? a | b : a ^ b;
  },
             uint64_t, uint64_t, uint64_t>);
}

static void oneOperand(Decoder &d, Type type) {
  d.needOperands(2);
  d.destination(0);
  d.source(1, type);
}

static void decodeNot(Decoder &d) {
  Type type = d.takeType();
  oneOperand(d, type);
  d.run(byBits(type, [](auto zero) -> Handler {
    using T = decltype(zero);
    if constexpr (std::is_same_v<T, bool>)
      return map1<[](uint64_t a) { return a ^ 1; }, uint64_t, uint64_t>;
    else
      return map1<[](T a) { return T(~a); }, T, T>;
  }));
}

static void decodeCnot(Decoder &d) {
  Type type = d.takeType();
  oneOperand(d, type);
  d.run(map1<[](uint64_t a) { return a == 0; }, uint64_t, uint64_t>);
}

/// Shifts clamp: by the width and more gives zeros, or signs.
template <bool Left> static void decodeShift(Decoder &d) {
  Type type = d.takeType();
  d.needOperands(3);
  d.destination(0);
  d.source(1, type);
  d.source(2, Type::U32);
  d.run(byInteger(type, [](auto zero) -> Handler {
    using T = decltype(zero);
    return map2<[](T a, uint32_t by) {
      unsigned width = 8 * sizeof(T);
      if (by >= width)
        return T(!Left && std::is_signed_v<T> && a < 0 ? -1 : 0);
      return Left ? T(uint64_t(a) << by) : T(a >> by);
    },
                T, T, uint32_t>;
  }));
}

/// shf: 32 bits out of 64.
template <bool Left, bool Wrap>
static uint32_t funnel(uint32_t low, uint32_t high, uint32_t by) {
  by = Wrap ? by & 31 : std::min(by, 32u);
  uint64_t both = uint64_t(high) << 32 | low;
  return Left ? uint32_t((both << by) >> 32) : uint32_t(both >> by);
}

static void decodeFunnel(Decoder &d) {
  bool left = d.take("l");
  if (!left && !d.take("r"))
    d.fail("needs .l or .r");
  bool wrap = d.take("wrap");
  if (!wrap && !d.take("clamp"))
    d.fail("needs .wrap or .clamp");
  d.takeType();
  d.needOperands(4);
  d.destination(0);
  for (size_t k = 1; k < 4; ++k)
    d.source(k, Type::U32);
  using U = uint32_t;
  if (left)
    d.run(wrap ? map3<funnel<true, true>, U, U, U, U>
               : map3<funnel<true, false>, U, U, U, U>);
  else
    d.run(wrap ? map3<funnel<false, true>, U, U, U, U>
               : map3<funnel<false, false>, U, U, U, U>);
}

template <bool Zeros> static void decodeCount(Decoder &d) {
  Type type = d.takeType();
  oneOperand(d, type);
  auto pick = [](auto zero) -> Handler {
    using T = decltype(zero);
    return map1<[](T a) {
      return uint32_t(Zeros ? std::countl_zero(a) : std::popcount(a));
    },
                uint32_t, T>;
  };
  d.run(sizeBits(type) == 64 ? pick(uint64_t()) : pick(uint32_t()));
}

template <typename T> static T reverse(T a) {
  T out = 0;
  for (unsigned k = 0; k < 8 * sizeof(T); ++k)
    out = T(out << 1 | (a >> k & 1));
  return out;
}

static void decodeReverse(Decoder &d) {
  Type type = d.takeType();
  oneOperand(d, type);
  if (sizeBits(type) == 64)
    d.run(map1<reverse<uint64_t>, uint64_t, uint64_t>);
  else
    d.run(map1<reverse<uint32_t>, uint32_t, uint32_t>);
}

/// The place of the highest bit that is not the sign; all ones where there is none.
template <typename T> static uint32_t highestBit(T a) {
  using U = std::make_unsigned_t<T>;
  U bits = std::is_signed_v<T> && a < 0 ? U(~U(a)) : U(a);
  return bits ? uint32_t(std::bit_width(bits) - 1) : ~0u;
}

static void decodeFind(Decoder &d) {
  bool asShift = d.take("shiftamt");
  Type type = d.takeType();
  oneOperand(d, type);
  if (asShift)
    d.fail(".shiftamt is not known");
  d.run(byInteger(type, [](auto zero) -> Handler {
    using T = decltype(zero);
    return map1<highestBit<T>, uint32_t, T>;
  }));
}

template <typename T>
static T extractField(T a, uint32_t first, uint32_t count) {
  constexpr unsigned width = 8 * sizeof(T);
  first &= 255;
  count &= 255;
  using U = std::make_unsigned_t<T>;
  U sign = 0;
  if (std::is_signed_v<T> && count) {
    unsigned top = std::min(first + count - 1, width - 1);
    sign = U(a) >> top & 1;
  }
  U bits = first < width ? U(a) >> first : 0;
  unsigned have = first < width ? std::min(count, width - first) : 0;
  U mask = have >= width ? ~U(0) : U((U(1) << have) - 1);
  return T((bits & mask) | (sign ? U(~mask) : U(0)));
}

static void decodeExtract(Decoder &d) {
  Type type = d.takeType();
  d.needOperands(4);
  d.destination(0);
  d.source(1, type);
  d.source(2, Type::U32);
  d.source(3, Type::U32);
  d.run(byInteger(type, [](auto zero) -> Handler {
    using T = decltype(zero);
    return map3<extractField<T>, T, T, uint32_t, uint32_t>;
  }));
}

template <typename T>
static void insertField(Warp &warp, const Instruction &i) {
  uint64_t *to = warp.slot(i, 0);
  const uint64_t *a = warp.slot(i, 1), *b = warp.slot(i, 2),
                 *first = warp.slot(i, 3), *count = warp.slot(i, 4);
  constexpr unsigned width = 8 * sizeof(T);
  forLanes(warp.active, [&](unsigned lane) {
    unsigned at = first[lane] & 255, bits = count[lane] & 255;
    T mask = T(at < width ? lowBits(bits) << at : 0);
    T in = T(at < width ? uint64_t(a[lane]) << at : 0);
    to[lane] = T((in & mask) | (T(b[lane]) & T(~mask)));
  });
}

static void decodeInsert(Decoder &d) {
  Type type = d.takeType();
  d.needOperands(5);
  d.destination(0);
  d.source(1, type);
  d.source(2, type);
  d.source(3, Type::U32);
  d.source(4, Type::U32);
  d.run(sizeBits(type) == 64 ? insertField<uint64_t> : insertField<uint32_t>);
}

static uint32_t permuteBytes(uint32_t a, uint32_t b, uint32_t choice) {
  uint64_t bytes = uint64_t(b) << 32 | a;
  uint32_t out = 0;
  for (unsigned k = 0; k < 4; ++k) {
    uint32_t code = choice >> (4 * k) & 15;
    uint32_t byte = uint32_t(bytes >> (8 * (code & 7))) & 255;
    if (code & 8) // its sign, eight times
      byte = byte & 128 ? 255 : 0;
    out |= byte << (8 * k);
  }
  return out;
}

static void decodePermute(Decoder &d) {
  d.takeType();
  d.needOperands(4);
  d.destination(0);
  for (size_t k = 1; k < 4; ++k)
    d.source(k, Type::U32);
  using U = uint32_t;
  d.run(map3<permuteBytes, U, U, U, U>);
}

/// Any function of three bits: `mode` is its truth table.
static void lookUp3(Warp &warp, const Instruction &i) {
  uint64_t *to = warp.slot(i, 0);
  const uint64_t *a = warp.slot(i, 1), *b = warp.slot(i, 2),
                 *c = warp.slot(i, 3);
  forLanes(warp.active, [&](unsigned lane) {
    uint32_t x = uint32_t(a[lane]), y = uint32_t(b[lane]),
             z = uint32_t(c[lane]), out = 0;
    for (unsigned row = 0; row < 8; ++row)
      if (i.mode >> row & 1)
        out |= (row & 4 ? x : ~x) & (row & 2 ? y : ~y) & (row & 1 ? z : ~z);
    to[lane] = out;
  });
}

static void decodeLop3(Decoder &d) {
  d.takeType();
  d.needOperands(5);
  d.destination(0);
  for (size_t k = 1; k < 4; ++k)
    d.source(k, Type::U32);
  d.out.mode = uint32_t(d.integer(4) & 255);
  d.run(lookUp3);
}

static uint32_t maskOf(uint32_t first, uint32_t count, bool wrap) {
  first = wrap ? first & 31 : std::min(first, 32u);
  count = wrap ? count & 31 : std::min(count, 32u);
  return uint32_t(lowBits(count) << first);
}

static void decodeMask(Decoder &d) {
  bool wrap = d.take("wrap");
  if (!wrap && !d.take("clamp"))
    d.fail("needs .wrap or .clamp");
  d.takeType();
  d.needOperands(3);
  d.destination(0);
  d.source(1, Type::U32);
  d.source(2, Type::U32);
  using U = uint32_t;
  if (wrap)
    d.run(map2<[](U a, U b) { return maskOf(a, b, true); }, U, U, U>);
  else
    d.run(map2<[](U a, U b) { return maskOf(a, b, false); }, U, U, U>);
}

static constexpr Family families[] = {
    {"and", decodeLogic<'&'>},    {"or", decodeLogic<'|'>},
    {"xor", decodeLogic<'^'>},    {"not", decodeNot},
    {"cnot", decodeCnot},         {"shl", decodeShift<true>},
    {"shr", decodeShift<false>},  {"shf", decodeFunnel},
    {"popc", decodeCount<false>}, {"clz", decodeCount<true>},
    {"brev", decodeReverse},      {"bfind", decodeFind},
    {"bfe", decodeExtract},       {"bfi", decodeInsert},
    {"prmt", decodePermute},      {"lop3", decodeLop3},
    {"bmsk", decodeMask},
};

std::span<const Family> llmc::ptxsim::bitFamilies() { return families; }
