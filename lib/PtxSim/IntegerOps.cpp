//===- IntegerOps.cpp - arithmetic of integers ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Computed in 64 bits without a sign, where nothing overflows in C++'s sense, and
// cut to the type's width.
//===----------------------------------------------------------------------===//
#include "Arithmetic.h"

#include <algorithm>

using namespace llmc::ptxsim;

using Wide = unsigned __int128;
using SignedWide = __int128;

template <typename T> static T highProduct(T a, T b) {
  if constexpr (std::is_signed_v<T>)
    return T(SignedWide(a) * SignedWide(b) >> (8 * sizeof(T)));
  else
    return T(Wide(a) * Wide(b) >> (8 * sizeof(T)));
}

static void threeOperands(Decoder &d, Type type) {
  d.needOperands(3);
  d.destination(0);
  d.source(1, type);
  d.source(2, type);
}

static void decodeAdd(Decoder &d) {
  Type type = d.takeType();
  if (isFloat(type))
    return decodeFloatOp(d, FloatOp::Add, type);
  threeOperands(d, type);
  if (d.take("sat")) {
    if (type != Type::S32)
      d.fail("only s32 saturates");
    return d.run(map2<[](int64_t a, int64_t b) {
      return std::clamp<int64_t>(a + b, INT32_MIN, INT32_MAX);
    },
                      int32_t, int32_t, int32_t>);
  }
  d.run(byInteger(type, [](auto zero) -> Handler {
    using T = decltype(zero);
    return map2<[](T a, T b) { return T(uint64_t(a) + uint64_t(b)); }, T, T, T>;
  }));
}

static void decodeSub(Decoder &d) {
  Type type = d.takeType();
  if (isFloat(type))
    return decodeFloatOp(d, FloatOp::Sub, type);
  threeOperands(d, type);
  if (d.take("sat")) {
    if (type != Type::S32)
      d.fail("only s32 saturates");
    return d.run(map2<[](int64_t a, int64_t b) {
      return std::clamp<int64_t>(a - b, INT32_MIN, INT32_MAX);
    },
                      int32_t, int32_t, int32_t>);
  }
  d.run(byInteger(type, [](auto zero) -> Handler {
    using T = decltype(zero);
    return map2<[](T a, T b) { return T(uint64_t(a) - uint64_t(b)); }, T, T, T>;
  }));
}

/// mul.wide of 16 and 32 bits: the result is twice as wide.
template <typename Pick> static Handler byNarrow(Type type, Pick pick) {
  switch (type) {
  case Type::U16:
    return pick(uint16_t(), uint32_t());
  case Type::S16:
    return pick(int16_t(), int32_t());
  case Type::U32:
    return pick(uint32_t(), uint64_t());
  case Type::S32:
    return pick(int32_t(), int64_t());
  default:
    return nullptr;
  }
}

static void decodeMul(Decoder &d) {
  Type type = d.takeType();
  if (isFloat(type))
    return decodeFloatOp(d, FloatOp::Mul, type);
  threeOperands(d, type);
  if (d.take("wide"))
    return d.run(byNarrow(type, [](auto zero, auto wide) -> Handler {
      using T = decltype(zero);
      using R = decltype(wide);
      return map2<[](T a, T b) { return R(uint64_t(a) * uint64_t(b)); }, R, T,
                  T>;
    }));
  if (d.take("hi"))
    return d.run(byInteger(type, [](auto zero) -> Handler {
      using T = decltype(zero);
      return map2<highProduct<T>, T, T, T>;
    }));
  if (!d.take("lo"))
    d.fail("needs .lo, .hi or .wide");
  d.run(byInteger(type, [](auto zero) -> Handler {
    using T = decltype(zero);
    return map2<[](T a, T b) { return T(uint64_t(a) * uint64_t(b)); }, T, T, T>;
  }));
}

static void decodeMad(Decoder &d) {
  Type type = d.takeType();
  if (isFloat(type))
    return decodeFloatOp(d, FloatOp::Fma, type);
  d.needOperands(4);
  d.destination(0);
  d.source(1, type);
  d.source(2, type);
  if (d.take("wide")) {
    d.source(3, sizeBits(type) == 16 ? Type::U32 : Type::U64);
    return d.run(byNarrow(type, [](auto zero, auto wide) -> Handler {
      using T = decltype(zero);
      using R = decltype(wide);
      return map3<[](T a, T b, R c) {
        return R(uint64_t(a) * uint64_t(b) + uint64_t(c));
      },
                  R, T, T, R>;
    }));
  }
  d.source(3, type);
  if (d.take("hi"))
    return d.run(byInteger(type, [](auto zero) -> Handler {
      using T = decltype(zero);
      return map3<[](T a, T b, T c) {
        return T(uint64_t(highProduct<T>(a, b)) + uint64_t(c));
      },
                  T, T, T, T>;
    }));
  if (!d.take("lo"))
    d.fail("needs .lo, .hi or .wide");
  d.run(byInteger(type, [](auto zero) -> Handler {
    using T = decltype(zero);
    return map3<[](T a, T b, T c) {
      return T(uint64_t(a) * uint64_t(b) + uint64_t(c));
    },
                T, T, T, T>;
  }));
}

/// What the device gives for a division by zero is all ones; C++ would stop.
template <typename T> static T quotient(T a, T b) {
  if (b == 0)
    return T(~T(0));
  if constexpr (std::is_signed_v<T>)
    if (b == -1)
      return T(0 - uint64_t(a));
  return T(a / b);
}
template <typename T> static T remainder(T a, T b) {
  if (b == 0)
    return a;
  if constexpr (std::is_signed_v<T>)
    if (b == -1)
      return 0;
  return T(a % b);
}

static void decodeDiv(Decoder &d) {
  Type type = d.takeType();
  if (isFloat(type))
    return decodeFloatOp(d, FloatOp::Div, type);
  threeOperands(d, type);
  d.run(byInteger(type, [](auto zero) -> Handler {
    using T = decltype(zero);
    return map2<quotient<T>, T, T, T>;
  }));
}

static void decodeRem(Decoder &d) {
  Type type = d.takeType();
  threeOperands(d, type);
  d.run(byInteger(type, [](auto zero) -> Handler {
    using T = decltype(zero);
    return map2<remainder<T>, T, T, T>;
  }));
}

/// Both halves of u16x2 and s16x2, which are no types elsewhere.
template <typename T, bool Max> static uint32_t halves(uint32_t a, uint32_t b) {
  auto pick = [](T x, T y) { return uint16_t((x < y) != Max ? x : y); };
  return uint32_t(pick(T(a), T(b))) | uint32_t(pick(T(a >> 16), T(b >> 16)))
                                          << 16;
}

template <bool Max> static void decodeMinMax(Decoder &d) {
  std::string_view pair = d.takeOneOf({"u16x2", "s16x2"});
  Type type = pair.empty() ? d.takeType() : Type::B32;
  if (isFloat(type))
    return decodeFloatOp(d, Max ? FloatOp::Max : FloatOp::Min, type);
  threeOperands(d, type);
  if (!pair.empty())
    return d.run(
        pair == "u16x2"
            ? map2<halves<uint16_t, Max>, uint32_t, uint32_t, uint32_t>
            : map2<halves<int16_t, Max>, uint32_t, uint32_t, uint32_t>);
  bool relu = d.take("relu");
  if (relu && type != Type::S32)
    d.fail(".relu is for s32");
  if (relu)
    return d.run(map2<[](int32_t a, int32_t b) {
      return std::max(Max ? std::max(a, b) : std::min(a, b), 0);
    },
                      int32_t, int32_t, int32_t>);
  d.run(byInteger(type, [](auto zero) -> Handler {
    using T = decltype(zero);
    return map2<[](T a, T b) { return Max ? std::max(a, b) : std::min(a, b); },
                T, T, T>;
  }));
}

static void decodeAbs(Decoder &d) {
  Type type = d.takeType();
  if (isFloat(type))
    return decodeFloatOp(d, FloatOp::Abs, type);
  d.needOperands(2);
  d.destination(0);
  d.source(1, type);
  d.run(byInteger(type, [](auto zero) -> Handler {
    using T = decltype(zero);
    return map1<[](T a) { return T(a < 0 ? 0 - uint64_t(a) : uint64_t(a)); }, T,
                T>;
  }));
}

static void decodeNeg(Decoder &d) {
  Type type = d.takeType();
  if (isFloat(type))
    return decodeFloatOp(d, FloatOp::Neg, type);
  d.needOperands(2);
  d.destination(0);
  d.source(1, type);
  d.run(byInteger(type, [](auto zero) -> Handler {
    using T = decltype(zero);
    return map1<[](T a) { return T(0 - uint64_t(a)); }, T, T>;
  }));
}

static void decodeSad(Decoder &d) {
  Type type = d.takeType();
  d.needOperands(4);
  d.destination(0);
  for (size_t k = 1; k < 4; ++k)
    d.source(k, type);
  d.run(byInteger(type, [](auto zero) -> Handler {
    using T = decltype(zero);
    return map3<[](T a, T b, T c) {
      return T(uint64_t(c) +
               (a < b ? uint64_t(b) - uint64_t(a) : uint64_t(a) - uint64_t(b)));
    },
                T, T, T, T>;
  }));
}

/// Four products of bytes: A and B say whether their bytes have a sign.
template <typename A, typename B>
static uint32_t dotBytes(uint32_t a, uint32_t b, uint32_t c) {
  for (unsigned k = 0; k < 32; k += 8)
    c += uint32_t(int32_t(A(a >> k)) * int32_t(B(b >> k)));
  return c;
}

static void decodeDp4a(Decoder &d) {
  Type a = d.takeType(), b = d.takeType();
  d.needOperands(4);
  d.destination(0);
  for (size_t k = 1; k < 4; ++k)
    d.source(k, Type::U32);
  using U = uint32_t;
  if (a == Type::U32 && b == Type::U32)
    d.run(map3<dotBytes<uint8_t, uint8_t>, U, U, U, U>);
  else if (a == Type::U32 && b == Type::S32)
    d.run(map3<dotBytes<uint8_t, int8_t>, U, U, U, U>);
  else if (a == Type::S32 && b == Type::U32)
    d.run(map3<dotBytes<int8_t, uint8_t>, U, U, U, U>);
  else
    d.run(map3<dotBytes<int8_t, int8_t>, U, U, U, U>);
}

static constexpr Family families[] = {
    {"add", decodeAdd},           {"sub", decodeSub},
    {"mul", decodeMul},           {"mad", decodeMad},
    {"div", decodeDiv},           {"rem", decodeRem},
    {"min", decodeMinMax<false>}, {"max", decodeMinMax<true>},
    {"abs", decodeAbs},           {"neg", decodeNeg},
    {"sad", decodeSad},           {"dp4a", decodeDp4a},
};

std::span<const Family> llmc::ptxsim::integerFamilies() { return families; }
