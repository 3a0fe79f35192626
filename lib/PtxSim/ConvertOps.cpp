//===- ConvertOps.cpp - moves and conversions -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Arithmetic.h"
#include "FloatBits.h"
#include "Grid.h"

#include <algorithm>
#include <cmath>

using namespace llmc::ptxsim;

/// mov {a, b}, c and mov c, {a, b}: parts of equal width, the lowest first.
static void unpack(Warp &warp, const Instruction &i) {
  unsigned parts = i.count - 1u, bits = i.mode;
  const uint64_t *from = warp.slot(i, parts);
  uint64_t values[warpLanes];
  std::copy_n(from, warpLanes, values);
  for (unsigned k = 0; k < parts; ++k) {
    uint64_t *to = warp.slot(i, k);
    forLanes(warp.active, [&](unsigned lane) {
      to[lane] = values[lane] >> (k * bits) & lowBits(bits);
    });
  }
}

static void pack(Warp &warp, const Instruction &i) {
  unsigned parts = i.count - 1u, bits = i.mode;
  uint64_t values[warpLanes] = {};
  for (unsigned k = 0; k < parts; ++k) {
    const uint64_t *from = warp.slot(i, k + 1);
    for (unsigned lane = 0; lane < warpLanes; ++lane)
      values[lane] |= (from[lane] & lowBits(bits)) << (k * bits);
  }
  uint64_t *to = warp.slot(i, 0);
  forLanes(warp.active, [&](unsigned lane) { to[lane] = values[lane]; });
}

/// %clock, %globaltimer: instructions so far, the same for every run of a seed.
static void readClock(Warp &warp, const Instruction &i) {
  uint64_t *to = warp.slot(i, 0);
  uint64_t now = warp.grid.step;
  forLanes(warp.active,
           [&](unsigned lane) { to[lane] = now & lowBits(i.mode); });
}

static void copy(Warp &warp, const Instruction &i) {
  uint64_t *to = warp.slot(i, 0);
  const uint64_t *from = warp.slot(i, 1);
  forLanes(warp.active, [&](unsigned lane) { to[lane] = from[lane]; });
}

static void decodeMov(Decoder &d) {
  Type type = d.takeType();
  d.needOperands(2);
  const Operand &to = d.operand(0), &from = d.operand(1);
  bool isVector =
      to.kind == Operand::Kind::Vector || from.kind == Operand::Kind::Vector;
  if (isVector) {
    const Operand &parts = to.kind == Operand::Kind::Vector ? to : from;
    d.out.mode = sizeBits(type) / unsigned(parts.parts.size());
    d.destinations(0);
    d.sources(1, &parts == &to      ? type
                 : d.out.mode == 8  ? Type::B8
                 : d.out.mode == 16 ? Type::B16
                                    : Type::B32);
    return d.run(&parts == &to ? unpack : pack);
  }
  d.destination(0);
  if (from.kind == Operand::Kind::Name &&
      (from.text.starts_with("%clock") ||
       from.text.starts_with("%globaltimer"))) {
    d.out.mode = sizeBits(type);
    return d.run(readClock);
  }
  d.source(1, type);
  d.run(copy);
}

namespace {
/// How a conversion reads, rounds and writes; `mode` of the instruction indexes it.
struct Conversion {
  Type to, from;
  Rounding rounding = Rounding::Nearest;
  bool toInteger = false; // rounds a float to an integral value
  bool flush = false, saturate = false, relu = false, finite = false;
};
} // namespace

static bool packedParts(Type type, Type &part) {
  switch (type) {
  case Type::F16x2:
    part = Type::F16;
    return true;
  case Type::BF16x2:
    part = Type::BF16;
    return true;
  case Type::E4M3x2:
  case Type::E5M2x2:
    part = type;
    return true;
  default:
    part = type;
    return false;
  }
}

static FloatLayout layoutOf(Type type) {
  switch (type) {
  case Type::F16:
    return halfLayout;
  case Type::BF16:
    return bfloatLayout;
  case Type::TF32:
    return tf32Layout;
  case Type::E4M3x2:
    return e4m3Layout;
  case Type::E5M2x2:
    return e5m2Layout;
  default:
    return singleLayout;
  }
}

static double readFloat(uint64_t bits, Type type, bool flush) {
  double value = type == Type::F64 ? asType<double>(bits)
                 : type == Type::F32
                     ? asType<float>(bits)
                     : decodeFloat(uint32_t(bits), layoutOf(type));
  return flush && std::fabs(value) < 0x1p-126 ? std::copysign(0.0, value)
                                              : value;
}

static uint64_t writeFloat(double value, const Conversion &how, Type type) {
  if (how.relu && !(value > 0) && value == value)
    value = 0;
  if (how.saturate && !how.finite)
    value = value > 0 ? std::min(value, 1.0) : 0;
  if (type == Type::F64)
    return toBits(value);
  if (type == Type::TF32)
    return uint64_t(encodeFloat(value, tf32Layout, how.rounding)) << 13;
  if (type == Type::F32 && how.rounding == Rounding::Nearest) {
    float single = float(value);
    if (how.flush && std::fabs(single) < 0x1p-126f)
      single = std::copysign(0.0f, single);
    return single != single ? 0x7fffffff : toBits(single);
  }
  return encodeFloat(value, layoutOf(type), how.rounding, how.finite);
}

static double roundToIntegral(double value, Rounding rounding) {
  switch (rounding) {
  case Rounding::Zero:
    return std::trunc(value);
  case Rounding::Down:
    return std::floor(value);
  case Rounding::Up:
    return std::ceil(value);
  default:
    return std::nearbyint(value);
  }
}

static uint64_t toInteger(double value, Type type) {
  unsigned bits = sizeBits(type);
  if (value != value)
    return 0;
  if (!isSigned(type)) {
    double end = std::ldexp(1.0, int(bits));
    return value <= 0 ? 0 : value >= end ? lowBits(bits) : uint64_t(value);
  }
  double end = std::ldexp(1.0, int(bits) - 1);
  int64_t whole = value >= end    ? int64_t(lowBits(bits - 1))
                  : value <= -end ? -int64_t(lowBits(bits - 1)) - 1
                                  : int64_t(value);
  return uint64_t(whole) & lowBits(bits);
}

/// An integer of a register, with its sign.
static __int128 readInteger(uint64_t bits, Type type) {
  unsigned width = sizeBits(type);
  bits &= lowBits(width);
  if (isSigned(type) && (bits >> (width - 1) & 1))
    return __int128(bits) - (__int128(1) << width);
  return __int128(bits);
}

static uint64_t narrow(__int128 value, Type type, bool saturate) {
  unsigned bits = sizeBits(type);
  if (saturate) {
    __int128 least = isSigned(type) ? -(__int128(1) << (bits - 1)) : 0;
    __int128 most = (__int128(1) << (isSigned(type) ? bits - 1 : bits)) - 1;
    value = std::clamp(value, least, most);
  }
  return uint64_t(value) & lowBits(bits);
}

/// The double next to a value, in a direction where that is not the nearest one.
static double roundToDouble(__int128 value, Rounding rounding) {
  double nearest = double(value);
  __int128 back = __int128(nearest);
  if (rounding == Rounding::Zero)
    rounding = value > 0 ? Rounding::Down : Rounding::Up;
  if (rounding == Rounding::Down && back > value)
    return std::nextafter(nearest, -INFINITY);
  if (rounding == Rounding::Up && back < value)
    return std::nextafter(nearest, INFINITY);
  return nearest;
}

/// A double that rounds to any shorter format as the value does: what it has not
/// the bits for is one bit, set where anything was cut off.
static double sticky(__int128 value) {
  uint64_t magnitude = uint64_t(value < 0 ? -value : value);
  constexpr uint64_t rest = 0x7ff; // 64 bits, of which a double holds 53
  if (magnitude >> 53 && magnitude & rest)
    magnitude = (magnitude & ~rest) | (rest + 1);
  return value < 0 ? -double(magnitude) : double(magnitude);
}

static uint64_t fromInteger(__int128 value, const Conversion &how) {
  bool isDouble = how.to == Type::F64;
  return writeFloat(isDouble ? roundToDouble(value, how.rounding)
                             : sticky(value),
                    how, how.to);
}

static uint64_t convertOne(uint64_t bits, const Conversion &how, Type from,
                           Type to) {
  if (!isFloat(from))
    return isFloat(to) ? fromInteger(readInteger(bits, from), how)
                       : narrow(readInteger(bits, from), to, how.saturate);
  double value = readFloat(bits, from, how.flush);
  if (how.toInteger)
    value = roundToIntegral(value, how.rounding);
  return isFloat(to) ? writeFloat(value, how, to) : toInteger(value, to);
}

/// What follows the conversion in a signed register that is wider than its type.
static uint64_t extend(uint64_t bits, Type type, unsigned registerBits) {
  if (!isSigned(type) || registerBits <= sizeBits(type))
    return bits;
  return uint64_t(readInteger(bits, type)) & lowBits(registerBits);
}

static Conversion unpackMode(const Instruction &i) {
  uint64_t m = i.mode;
  Conversion how;
  how.to = Type(m & 31);
  how.from = Type(m >> 5 & 31);
  how.rounding = Rounding(m >> 10 & 7);
  how.toInteger = m >> 13 & 1;
  how.flush = m >> 14 & 1;
  how.saturate = m >> 15 & 1;
  how.relu = m >> 16 & 1;
  how.finite = m >> 17 & 1;
  return how;
}

static uint32_t packMode(const Conversion &how) {
  return uint32_t(how.to) | uint32_t(how.from) << 5 |
         uint32_t(how.rounding) << 10 | uint32_t(how.toInteger) << 13 |
         uint32_t(how.flush) << 14 | uint32_t(how.saturate) << 15 |
         uint32_t(how.relu) << 16 | uint32_t(how.finite) << 17;
}

static void convert(Warp &warp, const Instruction &i) {
  Conversion how = unpackMode(i);
  uint64_t *to = warp.slot(i, 0);
  const uint64_t *from = warp.slot(i, 1);
  // A float that is rounded to an integral float keeps its format's rounding.
  Conversion write = how;
  if (how.toInteger && isFloat(how.to))
    write.rounding = how.rounding;
  forLanes(warp.active, [&](unsigned lane) {
    to[lane] = extend(convertOne(from[lane], write, how.from, how.to), how.to,
                      unsigned(i.offset));
  });
}

/// Two values into one register, the first operand above; or two out of one.
static void convertPair(Warp &warp, const Instruction &i) {
  Conversion how = unpackMode(i);
  Type to, from;
  packedParts(how.to, to);
  bool fromPacked = packedParts(how.from, from);
  unsigned bits = how.to == Type::E4M3x2 || how.to == Type::E5M2x2 ? 8 : 16;
  unsigned fromBits =
      how.from == Type::E4M3x2 || how.from == Type::E5M2x2 ? 8 : 16;
  uint64_t *out = warp.slot(i, 0);
  const uint64_t *high = warp.slot(i, 1),
                 *low = warp.slot(i, fromPacked ? 1 : 2);
  forLanes(warp.active, [&](unsigned lane) {
    uint64_t a = fromPacked ? high[lane] >> fromBits : high[lane];
    uint64_t b = low[lane];
    if (fromPacked)
      a &= lowBits(fromBits), b &= lowBits(fromBits);
    out[lane] =
        convertOne(a, how, from, to) << bits | convertOne(b, how, from, to);
  });
}

template <typename To, typename From>
static constexpr Handler castHandler =
    map1<[](From a) { return To(a); }, To, From>;

/// The conversions that are in every loop, without the general way.
static Handler quick(const Conversion &how) {
  if (how.saturate || how.relu || how.flush || how.toInteger ||
      how.rounding != Rounding::Nearest)
    return nullptr;
  if (how.to == Type::F32 && how.from == Type::F16)
    return map1<[](uint16_t a) { return halfToFloat(a); }, float, uint16_t>;
  if (how.to == Type::F32 && how.from == Type::BF16)
    return map1<[](uint16_t a) { return bfloatToFloat(a); }, float, uint16_t>;
  if (how.to == Type::F16 && how.from == Type::F32)
    return map1<[](float a) { return floatToHalf(a); }, uint16_t, float>;
  if (how.to == Type::BF16 && how.from == Type::F32)
    return map1<[](float a) { return floatToBFloat(a); }, uint16_t, float>;
  if (how.to == Type::F16x2 && how.from == Type::F32)
    return map2<[](float a, float b) {
      return uint32_t(floatToHalf(a)) << 16 | floatToHalf(b);
    },
                uint32_t, float, float>;
  if (how.to == Type::BF16x2 && how.from == Type::F32)
    return map2<[](float a, float b) {
      return uint32_t(floatToBFloat(a)) << 16 | floatToBFloat(b);
    },
                uint32_t, float, float>;
  if (how.to == Type::F32 && how.from == Type::S32)
    return castHandler<float, int32_t>;
  if (how.to == Type::F32 && how.from == Type::U32)
    return castHandler<float, uint32_t>;
  if (how.to == Type::U64 && how.from == Type::U32)
    return castHandler<uint64_t, uint32_t>;
  if (how.to == Type::S64 && how.from == Type::S32)
    return castHandler<int64_t, int32_t>;
  if (how.to == Type::U32 && how.from == Type::U64)
    return castHandler<uint32_t, uint64_t>;
  return nullptr;
}

static Rounding takeRounding(Decoder &d, bool &toInteger) {
  toInteger = true;
  if (d.take("rni"))
    return Rounding::Nearest;
  if (d.take("rzi"))
    return Rounding::Zero;
  if (d.take("rmi"))
    return Rounding::Down;
  if (d.take("rpi"))
    return Rounding::Up;
  toInteger = false;
  std::string_view name = d.takeOneOf({"rn", "rz", "rm", "rp", "rna"});
  return name == "rz"    ? Rounding::Zero
         : name == "rm"  ? Rounding::Down
         : name == "rp"  ? Rounding::Up
         : name == "rna" ? Rounding::NearestAway
                         : Rounding::Nearest;
}

static void decodeCvt(Decoder &d) {
  Conversion how;
  how.to = d.takeType();
  how.from = d.takeType();
  how.rounding = takeRounding(d, how.toInteger);
  how.flush = d.take("ftz");
  how.finite = d.take("satfinite");
  how.saturate = d.take("sat");
  how.relu = d.take("relu");
  Type part;
  bool toPacked = packedParts(how.to, part),
       fromPacked = packedParts(how.from, part);
  d.needOperands(toPacked && !fromPacked ? 3 : 2);
  d.destination(0);
  for (size_t k = 1; k < d.count(); ++k)
    d.source(k, how.from);
  d.out.mode = packMode(how);
  d.out.offset = d.operand(0).kind == Operand::Kind::Register
                     ? sizeBits(d.operand(0).type)
                     : 64;
  Handler handler = how.finite ? nullptr : quick(how);
  if (handler && sizeBits(how.to) < unsigned(d.out.offset) && isSigned(how.to))
    handler = nullptr;
  d.run(handler ? handler : toPacked ? convertPair : convert);
}

/// cvta: the window's number is added, or taken away.
template <bool Add> static void changeWindow(Warp &warp, const Instruction &i) {
  uint64_t *to = warp.slot(i, 0);
  const uint64_t *from = warp.slot(i, 1);
  uint64_t window = uint64_t(i.mode) << windowBits;
  forLanes(warp.active, [&](unsigned lane) {
    to[lane] = Add ? from[lane] + window : from[lane] - window;
  });
}

static void decodeCvta(Decoder &d) {
  bool toSpace = d.take("to");
  std::string_view space =
      d.takeOneOf({"global", "const", "shared::cta", "shared::cluster",
                   "shared", "local", "param::entry", "param"});
  d.takeType();
  d.needOperands(2);
  d.destination(0);
  d.source(1, Type::U64);
  d.out.mode = space.starts_with("shared")  ? 1
               : space == "local"           ? 2
               : space.starts_with("param") ? 3
                                            : 0;
  d.run(toSpace ? changeWindow<false> : changeWindow<true>);
}

static void isSpace(Warp &warp, const Instruction &i) {
  uint64_t *to = warp.slot(i, 0);
  const uint64_t *from = warp.slot(i, 1);
  forLanes(warp.active, [&](unsigned lane) {
    to[lane] = from[lane] >> windowBits == i.mode;
  });
}

static void decodeIsspacep(Decoder &d) {
  std::string_view space =
      d.takeOneOf({"global", "const", "shared::cta", "shared::cluster",
                   "shared", "local", "param::entry", "param"});
  d.needOperands(2);
  d.destination(0);
  d.source(1, Type::U64);
  d.out.mode = space.starts_with("shared")  ? 1
               : space == "local"           ? 2
               : space.starts_with("param") ? 3
                                            : 0;
  d.run(isSpace);
}

static constexpr Family families[] = {
    {"mov", decodeMov},
    {"cvt", decodeCvt},
    {"cvta", decodeCvta},
    {"isspacep", decodeIsspacep},
};

std::span<const Family> llmc::ptxsim::convertFamilies() { return families; }
