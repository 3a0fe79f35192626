//===- AtomicOps.cpp - atom and red ---------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lanes take turns, from one that the seed chooses: sums of floats must not need
// an order.
//===----------------------------------------------------------------------===//
#include "Arithmetic.h"
#include "FloatBits.h"
#include "Grid.h"
#include "MemoryOps.h"
#include "Traffic.h"

#include <algorithm>
#include <cmath>

using namespace llmc::ptxsim;

namespace {
enum class AtomicOp : uint8_t {
  Add,
  Min,
  Max,
  And,
  Or,
  Xor,
  Exch,
  Cas,
  Inc,
  Dec
};

constexpr std::pair<std::string_view, AtomicOp> ops[] = {
    {"add", AtomicOp::Add},   {"min", AtomicOp::Min}, {"max", AtomicOp::Max},
    {"and", AtomicOp::And},   {"or", AtomicOp::Or},   {"xor", AtomicOp::Xor},
    {"exch", AtomicOp::Exch}, {"cas", AtomicOp::Cas}, {"inc", AtomicOp::Inc},
    {"dec", AtomicOp::Dec}};

// Layout of `mode`: ordering in 4 bits, the operation, the type, and whether the
// old value is given back.
constexpr unsigned opShift = 4, typeShift = 8;
constexpr uint32_t givesOld = 1u << 16;
} // namespace

template <typename T>
static uint64_t combine(AtomicOp op, T old, T value, T other) {
  switch (op) {
  case AtomicOp::Add:
    if constexpr (std::is_floating_point_v<T>)
      return toBits(T(old + value));
    else
      return toBits(T(uint64_t(old) + uint64_t(value)));
  case AtomicOp::Min:
    return toBits(std::min(old, value));
  case AtomicOp::Max:
    return toBits(std::max(old, value));
  case AtomicOp::Exch:
    return toBits(value);
  case AtomicOp::Cas:
    return toBits(old == value ? other : old);
  case AtomicOp::Inc:
    return toBits(old >= value ? T(0) : T(old + 1));
  case AtomicOp::Dec:
    return toBits(old == 0 || old > value ? value : T(old - 1));
  default:
    break;
  }
  if constexpr (!std::is_floating_point_v<T>) {
    if (op == AtomicOp::And)
      return toBits(T(old & value));
    return toBits(op == AtomicOp::Or ? T(old | value) : T(old ^ value));
  }
  return toBits(old);
}

static float asHalf(uint64_t bits, Type type) {
  return type == Type::F16 ? halfToFloat(uint16_t(bits))
                           : bfloatToFloat(uint16_t(bits));
}

static uint64_t combineHalf(AtomicOp op, uint64_t old, uint64_t value,
                            Type type) {
  float a = asHalf(old, type), b = asHalf(value, type);
  float out = op == AtomicOp::Add   ? a + b
              : op == AtomicOp::Min ? std::fmin(a, b)
                                    : std::fmax(a, b);
  return type == Type::F16 ? floatToHalf(out) : floatToBFloat(out);
}

static uint64_t apply(AtomicOp op, Type type, uint64_t old, uint64_t value,
                      uint64_t other) {
  auto typed = [&](auto zero) {
    using T = decltype(zero);
    return combine<T>(op, asType<T>(old), asType<T>(value), asType<T>(other));
  };
  switch (type) {
  case Type::F32:
    return typed(float());
  case Type::F64:
    return typed(double());
  case Type::S32:
    return typed(int32_t());
  case Type::S64:
    return typed(int64_t());
  case Type::F16:
  case Type::BF16:
    return combineHalf(op, old, value, type);
  case Type::F16x2:
  case Type::BF16x2: {
    Type part = type == Type::F16x2 ? Type::F16 : Type::BF16;
    return combineHalf(op, old & 0xffff, value & 0xffff, part) |
           combineHalf(op, old >> 16, value >> 16, part) << 16;
  }
  default:
    if (sizeBits(type) == 16)
      return typed(uint16_t());
    return sizeBits(type) == 64 ? typed(uint64_t()) : typed(uint32_t());
  }
}

static void atomic(Warp &warp, const Instruction &i) {
  Ordering order = unpackOrdering(i.mode & 15);
  AtomicOp op = AtomicOp(i.mode >> opShift & 15);
  Type type = Type(i.mode >> typeShift & 255);
  bool old = i.mode & givesOld;
  unsigned n = i.elements, bytes = i.elementBytes;
  unsigned address = old ? n : 0;
  const uint64_t *base = warp.slot(i, address);
  uint64_t addresses[warpLanes];
  forLanes(warp.active, [&](unsigned lane) {
    addresses[lane] = base[lane] + uint64_t(i.offset);
  });
  countTraffic(warp, i, addresses, bytes * n, true);
  unsigned start = warp.grid.random.below(warpLanes);
  for (unsigned turn = 0; turn < warpLanes; ++turn) {
    unsigned lane = (start + turn) % warpLanes;
    if (!(warp.active >> lane & 1))
      continue;
    Access access{true, true, true};
    uint64_t where = addresses[lane];
    uint8_t *place = warp.reach(i, lane, where, bytes * n, access);
    uint64_t known = placeOf(warp, warp.spaceOf(i, where), where);
    noteAcquire(warp, known, order);
    noteRelease(warp, known, order, true);
    for (unsigned k = 0; k < n; ++k, place += bytes) {
      uint64_t before = 0;
      std::memcpy(&before, place, bytes);
      uint64_t value = warp.slot(i, address + 1 + k)[lane];
      uint64_t other =
          op == AtomicOp::Cas ? warp.slot(i, address + 2)[lane] : 0;
      uint64_t after = apply(op, type, before, value, other);
      std::memcpy(place, &after, bytes);
      if (after != before)
        warp.grid.progress();
      if (old)
        warp.slot(i, k)[lane] = before;
    }
  }
  if (old)
    warp.yield(); // it may poll
}

static void decodeAtomic(Decoder &d, bool old) {
  Ordering order = takeOrdering(d);
  order.isStrong = true;
  takeSpace(d, Operand());
  d.drop({"noftz", "L2::cache_hint"});
  std::optional<AtomicOp> op;
  for (auto [name, each] : ops)
    if (d.take(name))
      op = each;
  if (!op)
    d.fail("has no operation that is known");
  std::string_view vector = d.takeOneOf({"v2", "v4", "v8"});
  Type type = d.takeType();
  size_t values = *op == AtomicOp::Cas ? 2 : 1, first = old ? 1 : 0;
  d.needOperands(first + 1 + values, first + 2 + values);
  d.out.elements = vector.empty() ? 1 : uint8_t(vector[1] - '0');
  d.out.elementBytes = uint8_t(sizeBytes(type));
  if (old)
    d.destinations(0);
  d.memory(first);
  for (size_t k = 0; k < values; ++k)
    d.sources(first + 1 + k, type);
  d.out.mode = packOrdering(order) | uint32_t(*op) << opShift |
               uint32_t(type) << typeShift | (old ? givesOld : 0);
  d.run(atomic);
}

static void decodeAtom(Decoder &d) { decodeAtomic(d, true); }
static void decodeRed(Decoder &d) { decodeAtomic(d, false); }

static constexpr Family families[] = {
    {"atom", decodeAtom},
    {"red", decodeRed},
};

std::span<const Family> llmc::ptxsim::atomicFamilies() { return families; }
