//===- MemoryOps.cpp - loads and stores -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "MemoryOps.h"
#include "Grid.h"
#include "Lanes.h"
#include "Traffic.h"

using namespace llmc::ptxsim;

Ordering llmc::ptxsim::takeOrdering(Decoder &d) {
  Ordering order;
  std::string_view name = d.takeOneOf(
      {"weak", "relaxed", "acquire", "release", "acq_rel", "volatile"});
  order.isStrong = !name.empty() && name != "weak";
  order.acquires = name == "acquire" || name == "acq_rel";
  order.releases = name == "release" || name == "acq_rel";
  order.blockOnly = d.takeOneOf({"cta", "cluster", "gpu", "sys"}) == "cta";
  return order;
}

uint32_t llmc::ptxsim::packOrdering(const Ordering &order) {
  return uint32_t(order.isStrong) | uint32_t(order.acquires) << 1 |
         uint32_t(order.releases) << 2 | uint32_t(order.blockOnly) << 3;
}

Ordering llmc::ptxsim::unpackOrdering(uint32_t mode) {
  return {bool(mode & 1), bool(mode & 2), bool(mode & 4), bool(mode & 8)};
}

void llmc::ptxsim::takeSpace(Decoder &d, const Operand &address) {
  std::string_view space =
      d.takeOneOf({"global", "const", "shared::cta", "shared::cluster",
                   "shared", "local", "param::entry", "param::func", "param"});
  d.out.space = space == "global" || space == "const" ? Space::Global
                : space.starts_with("shared")         ? Space::Shared
                : space == "local"                    ? Space::Local
                : space.starts_with("param")          ? Space::Param
                                                      : Space::Generic;
  // Arguments of calls lie in the thread's own memory.
  if (d.out.space == Space::Param && address.space == Space::Local)
    d.out.space = Space::Local;
}

void llmc::ptxsim::dropCacheHints(Decoder &d) {
  d.drop({"ca",
          "cg",
          "cs",
          "lu",
          "cv",
          "wb",
          "wt",
          "nc",
          "L1::evict_normal",
          "L1::evict_unchanged",
          "L1::evict_first",
          "L1::evict_last",
          "L1::no_allocate",
          "L2::cache_hint",
          "L2::64B",
          "L2::128B",
          "L2::256B",
          "L2::evict_first",
          "L2::evict_last",
          "L2::evict_normal"});
}

void llmc::ptxsim::noteRelease(Warp &warp, uint64_t address,
                               const Ordering &order, bool isAtomic) {
  uint64_t block = warp.block.index;
  Clock clock;
  bool blockOnly = order.blockOnly;
  if (order.releases) {
    clock = warp.clock.release(warp.active);
  } else if (const Clock *fenced = warp.clock.fencedClock(warp.active)) {
    clock = *fenced;
    blockOnly |= warp.clock.fencedForBlock();
  }
  if (isAtomic)
    warp.grid.releases.join(address, clock, blockOnly, block);
  else
    warp.grid.releases.store(address, std::move(clock), blockOnly, block);
}

void llmc::ptxsim::noteAcquire(Warp &warp, uint64_t address,
                               const Ordering &order) {
  const Clock *clock = warp.grid.releases.at(address, warp.block.index);
  if (!clock)
    return;
  if (order.acquires)
    warp.clock.acquire(*clock, warp.active, warp.alive);
  else
    warp.clock.saw(*clock, warp.active);
}

uint64_t llmc::ptxsim::placeOf(const Warp &warp, Space space,
                               uint64_t address) {
  // Shared memory of different blocks has the same addresses.
  return space == Space::Shared
             ? address | (warp.block.index + 1) << 32 | sharedWindow
             : address;
}

template <bool Signed>
static uint64_t readElement(const uint8_t *from, unsigned bytes,
                            unsigned registerBits) {
  uint64_t value = 0;
  std::memcpy(&value, from, bytes);
  if (Signed && (value >> (8 * bytes - 1) & 1))
    value |= ~lowBits(8 * bytes) & lowBits(registerBits);
  return value;
}

// Layout of `mode`: ordering in 4 bits, sign, then the width of the register.
constexpr uint32_t isSignedLoad = 16;

static void load(Warp &warp, const Instruction &i) {
  Ordering order = unpackOrdering(i.mode);
  Access access;
  access.isStrong = order.isStrong;
  unsigned bytes = i.elementBytes * i.elements, registerBits = i.mode >> 8;
  const uint64_t *base = warp.slot(i, i.elements);
  uint64_t addresses[warpLanes];
  forLanes(warp.active, [&](unsigned lane) {
    addresses[lane] = base[lane] + uint64_t(i.offset);
  });
  countTraffic(warp, i, addresses, bytes, false);
  forLanes(warp.active, [&](unsigned lane) {
    const uint8_t *from = warp.reach(i, lane, addresses[lane], bytes, access);
    for (unsigned k = 0; k < i.elements; ++k, from += i.elementBytes)
      warp.slot(i, k)[lane] =
          i.mode & isSignedLoad
              ? readElement<true>(from, i.elementBytes, registerBits)
              : readElement<false>(from, i.elementBytes, registerBits);
  });
  if (!order.isStrong)
    return;
  forLanes(warp.active, [&](unsigned lane) {
    uint64_t address = addresses[lane];
    Space space = warp.spaceOf(i, address);
    noteAcquire(warp, placeOf(warp, space, address), order);
  });
  warp.yield(); // it may poll
}

/// What a load or a store moves, of one lane: the type, how many of it.
static Type takeElements(Decoder &d) {
  dropCacheHints(d);
  std::string_view vector = d.takeOneOf({"v2", "v4", "v8"});
  Type type = d.takeType();
  d.out.elements = vector.empty() ? 1 : uint8_t(vector[1] - '0');
  d.out.elementBytes = uint8_t(sizeBytes(type));
  return type;
}

static void decodeLoad(Decoder &d) {
  d.needOperands(2, 3); // the third is a cache policy
  Ordering order = takeOrdering(d);
  takeSpace(d, d.operand(1).parts.empty() ? Operand()
                                          : d.operand(1).parts.front());
  Type type = takeElements(d);
  d.destinations(0);
  if (d.out.count != d.out.elements)
    d.fail("needs " + std::to_string(d.out.elements) + " registers, found " +
           std::to_string(d.out.count));
  const Operand &to = d.operand(0);
  const Operand &first =
      to.kind == Operand::Kind::Vector ? to.parts.front() : to;
  d.memory(1);
  d.out.mode = packOrdering(order) | (isSigned(type) ? isSignedLoad : 0) |
               sizeBits(first.type) << 8;
  d.run(load);
}

static void store(Warp &warp, const Instruction &i) {
  Ordering order = unpackOrdering(i.mode);
  unsigned bytes = i.elementBytes * i.elements;
  const uint64_t *base = warp.slot(i, 0);
  uint64_t addresses[warpLanes];
  forLanes(warp.active, [&](unsigned lane) {
    addresses[lane] = base[lane] + uint64_t(i.offset);
  });
  countTraffic(warp, i, addresses, bytes, true);
  if (order.isStrong)
    forLanes(warp.active, [&](unsigned lane) {
      uint64_t address = addresses[lane];
      Space space = warp.spaceOf(i, address);
      noteRelease(warp, placeOf(warp, space, address), order, false);
    });
  forLanes(warp.active, [&](unsigned lane) {
    uint8_t value[64];
    for (unsigned k = 0; k < i.elements; ++k)
      std::memcpy(value + k * i.elementBytes, &warp.slot(i, k + 1)[lane],
                  i.elementBytes);
    Access access;
    access.writes = true;
    access.isStrong = order.isStrong;
    access.value = value;
    std::memcpy(warp.reach(i, lane, addresses[lane], bytes, access), value,
                bytes);
  });
}

static void decodeStore(Decoder &d) {
  d.needOperands(2, 3);
  Ordering order = takeOrdering(d);
  takeSpace(d, d.operand(0).parts.empty() ? Operand()
                                          : d.operand(0).parts.front());
  Type type = takeElements(d);
  d.memory(0);
  d.sources(1, type);
  if (d.out.count != d.out.elements + 1u)
    d.fail("needs " + std::to_string(d.out.elements) + " values, found " +
           std::to_string(d.out.count - 1));
  d.out.mode = packOrdering(order);
  d.run(store);
}

/// A cache policy is a number that nothing here looks at.
static void decodePolicy(Decoder &d) {
  d.modifiers.clear();
  d.destination(0);
  d.run([](Warp &warp, const Instruction &i) {
    uint64_t *to = warp.slot(i, 0);
    forLanes(warp.active, [&](unsigned lane) { to[lane] = 0; });
  });
}

static constexpr Family families[] = {
    {"ld", decodeLoad},
    {"ldu", decodeLoad},
    {"st", decodeStore},
    {"createpolicy", decodePolicy},
};

std::span<const Family> llmc::ptxsim::memoryFamilies() { return families; }
