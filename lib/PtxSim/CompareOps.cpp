//===- CompareOps.cpp - comparisons and selections ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Arithmetic.h"
#include "FloatBits.h"

#include <cmath>

using namespace llmc::ptxsim;

namespace {

enum class Order { Less, Equal, Greater, Unordered };

/// A comparison is the set of orders for which it holds.
struct Comparison {
  std::string_view name;
  uint8_t holds; // bits by Order
};

constexpr uint8_t less = 1, equal = 2, greater = 4, unordered = 8;
constexpr Comparison comparisons[] = {
    {"eq", equal},
    {"ne", less | greater},
    {"lt", less},
    {"le", less | equal},
    {"gt", greater},
    {"ge", greater | equal},
    {"lo", less},
    {"ls", less | equal},
    {"hi", greater},
    {"hs", greater | equal},
    {"equ", equal | unordered},
    {"neu", less | greater | unordered},
    {"ltu", less | unordered},
    {"leu", less | equal | unordered},
    {"gtu", greater | unordered},
    {"geu", greater | equal | unordered},
    {"num", less | equal | greater},
    {"nan", unordered},
};

struct HalfValue {
  static constexpr float leastNormal = 0x1p-14f;
  static float load(uint64_t bits) { return halfToFloat(uint16_t(bits)); }
};
struct BFloatValue {
  static constexpr float leastNormal = 0x1p-126f;
  static float load(uint64_t bits) { return bfloatToFloat(uint16_t(bits)); }
};
template <typename T> struct PlainValue {
  static constexpr float leastNormal = 0x1p-126f;
  static T load(uint64_t bits) { return asType<T>(bits); }
};

// Layout of `mode`: the set, then how it is combined with a predicate.
constexpr uint32_t combineAnd = 16, combineOr = 32, combineXor = 48,
                   combineMask = 48, flushSubnormals = 64;

} // namespace

template <typename T> static Order compare(T a, T b) {
  return a < b    ? Order::Less
         : a > b  ? Order::Greater
         : a == b ? Order::Equal
                  : Order::Unordered;
}

static bool combine(bool value, bool with, uint32_t mode) {
  switch (mode & combineMask) {
  case combineAnd:
    return value && with;
  case combineOr:
    return value || with;
  case combineXor:
    return value != with;
  }
  return value;
}

/// setp: a predicate, and that of the opposite; then a, b and the other predicate.
template <typename Value>
static void setPredicate(Warp &warp, const Instruction &i) {
  uint64_t *p = warp.slot(i, 0), *q = warp.slot(i, 1);
  const uint64_t *a = warp.slot(i, 2), *b = warp.slot(i, 3),
                 *with = warp.slot(i, i.count - 1u);
  uint32_t mode = i.mode;
  uint64_t value = uint64_t(i.offset); // 1; of set all ones, or 1.0
  forLanes(warp.active, [&](unsigned lane) {
    auto x = Value::load(a[lane]), y = Value::load(b[lane]);
    if constexpr (std::is_same_v<decltype(x), float>)
      if (mode & flushSubnormals) {
        x = std::fabs(x) < Value::leastNormal ? 0 : x;
        y = std::fabs(y) < Value::leastNormal ? 0 : y;
      }
    bool holds = mode >> unsigned(compare(x, y)) & 1;
    bool other = with[lane] & 1;
    q[lane] = combine(!holds, other, mode);
    p[lane] = combine(holds, other, mode) ? value : 0;
  });
}

static Handler handlerOf(Type type) {
  switch (type) {
  case Type::F32:
    return setPredicate<PlainValue<float>>;
  case Type::F64:
    return setPredicate<PlainValue<double>>;
  case Type::F16:
    return setPredicate<HalfValue>;
  case Type::BF16:
    return setPredicate<BFloatValue>;
  default:
    return byInteger(type, [](auto zero) -> Handler {
      return setPredicate<PlainValue<decltype(zero)>>;
    });
  }
}

/// What `set` writes where the comparison holds: one, or all ones.
static int64_t trueOf(Type type) {
  switch (type) {
  case Type::F32:
    return 0x3f800000;
  case Type::F16:
    return 0x3c00;
  case Type::BF16:
    return 0x3f80;
  default:
    return int64_t(lowBits(sizeBits(type)));
  }
}

static void decodeComparison(Decoder &d, bool isSet) {
  Type result = isSet ? d.takeType() : Type::Pred;
  Type type = d.takeType();
  uint32_t mode = 0;
  for (const Comparison &each : comparisons)
    if (d.take(each.name))
      mode = each.holds;
  if (!mode)
    d.fail("has no comparison");
  std::string_view with = d.takeOneOf({"and", "or", "xor"});
  mode |= with == "and"   ? combineAnd
          : with == "or"  ? combineOr
          : with == "xor" ? combineXor
                          : 0;
  if (d.take("ftz"))
    mode |= flushSubnormals;
  d.needOperands(with.empty() ? 3 : 4);
  const Operand &to = d.operand(0);
  bool isPair = to.kind == Operand::Kind::Vector;
  if (isPair && to.parts.size() != 2)
    d.fail("writes one predicate or two");
  d.destination(isPair ? to.parts[0] : to);
  d.destination(isPair ? to.parts[1] : Operand());
  d.source(1, type);
  d.source(2, type);
  if (!with.empty())
    d.source(3, Type::Pred);
  d.out.mode = mode;
  d.out.offset = isSet ? trueOf(result) : 1;
  d.run(handlerOf(type));
  if (!d.out.run)
    d.fail("is not known for this type");
}

static void decodeSetp(Decoder &d) { decodeComparison(d, false); }
static void decodeSet(Decoder &d) { decodeComparison(d, true); }

static void decodeSelp(Decoder &d) {
  Type type = d.takeType();
  d.needOperands(4);
  d.destination(0);
  d.source(1, type);
  d.source(2, type);
  d.source(3, Type::Pred);
  using U = uint64_t;
  d.run(map3<[](U a, U b, U p) { return p & 1 ? a : b; }, U, U, U, U>);
}

static void decodeSlct(Decoder &d) {
  d.take("ftz");
  Type type = d.takeType(), by = d.takeType();
  d.needOperands(4);
  d.destination(0);
  d.source(1, type);
  d.source(2, type);
  d.source(3, by);
  using U = uint64_t;
  if (by == Type::F32)
    d.run(
        map3<[](U a, U b, float c) { return c >= 0 ? a : b; }, U, U, U, float>);
  else
    d.run(map3<[](U a, U b, int32_t c) { return c >= 0 ? a : b; }, U, U, U,
               int32_t>);
}

static constexpr Family families[] = {
    {"setp", decodeSetp},
    {"set", decodeSet},
    {"selp", decodeSelp},
    {"slct", decodeSlct},
};

std::span<const Family> llmc::ptxsim::compareFamilies() { return families; }
