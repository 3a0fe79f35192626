//===- WarpOps.cpp - what lanes do with one another -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All lanes of the mask must come to the same instruction; those that have ended
// count as if they had. A mask that leaves out a lane that executes is an error.
//===----------------------------------------------------------------------===//
#include "Arithmetic.h"
#include "Grid.h"

#include <algorithm>

using namespace llmc::ptxsim;

/// The mask that the lanes give; false: they wait for others.
static bool gather(Warp &warp, const uint64_t *masks, uint32_t &members) {
  unsigned first = unsigned(std::countr_zero(warp.active));
  members = uint32_t(masks[first]);
  forLanes(warp.active, [&](unsigned lane) {
    if (uint32_t(masks[lane]) != members)
      warp.fail(Error::Kind::Program, lane, "lanes give different masks");
    if (!(members >> lane & 1))
      warp.fail(Error::Kind::Program, lane,
                "executes it with a mask that leaves it out");
  });
  return warp.converge(members);
}

enum class Shuffle { Up, Down, Butterfly, Index };

/// Where a lane reads; `inRange` as the predicate says it.
template <Shuffle Kind>
static unsigned sourceLane(unsigned lane, uint32_t by, uint32_t control,
                           bool &inRange) {
  unsigned clamp = control & 31, segment = control >> 8 & 31;
  unsigned least = lane & segment;
  unsigned most = least | (clamp & ~segment);
  int from;
  if constexpr (Kind == Shuffle::Up) {
    from = int(lane) - int(by & 31);
    inRange = from >= int(most);
  } else if constexpr (Kind == Shuffle::Down) {
    from = int(lane + (by & 31));
    inRange = from <= int(most);
  } else if constexpr (Kind == Shuffle::Butterfly) {
    from = int(lane ^ (by & 31));
    inRange = from <= int(most);
  } else {
    from = int(least | (by & ~segment & 31));
    inRange = from <= int(most);
  }
  return inRange ? unsigned(from) : lane;
}

template <Shuffle Kind> static void shuffle(Warp &warp, const Instruction &i) {
  uint32_t members;
  if (!gather(warp, warp.slot(i, 5), members))
    return;
  uint64_t values[warpLanes];
  std::copy_n(warp.slot(i, 2), warpLanes, values);
  uint64_t *to = warp.slot(i, 0), *holds = warp.slot(i, 1);
  const uint64_t *by = warp.slot(i, 3), *control = warp.slot(i, 4);
  forLanes(warp.active, [&](unsigned lane) {
    bool inRange;
    unsigned from = sourceLane<Kind>(lane, uint32_t(by[lane]),
                                     uint32_t(control[lane]), inRange);
    if (!(warp.active >> from & 1))
      warp.fail(Error::Kind::Program, lane,
                "reads lane " + std::to_string(from) +
                    ", which does not take part");
    to[lane] = values[from];
    holds[lane] = inRange;
  });
}

static void decodeShfl(Decoder &d) {
  std::string_view kind = d.takeOneOf({"up", "down", "bfly", "idx"});
  d.takeType();
  d.needOperands(5);
  const Operand &to = d.operand(0);
  bool isPair = to.kind == Operand::Kind::Vector;
  d.destination(isPair ? to.parts[0] : to);
  d.destination(isPair ? to.parts[1] : Operand());
  for (size_t k = 1; k < 5; ++k)
    d.source(k, Type::U32);
  d.run(kind == "up"     ? shuffle<Shuffle::Up>
        : kind == "down" ? shuffle<Shuffle::Down>
        : kind == "bfly" ? shuffle<Shuffle::Butterfly>
        : kind == "idx"  ? shuffle<Shuffle::Index>
                         : nullptr);
  if (!d.out.run)
    d.fail("needs .up, .down, .bfly or .idx");
}

static void vote(Warp &warp, const Instruction &i) {
  uint32_t members;
  if (!gather(warp, warp.slot(i, 2), members))
    return;
  const uint64_t *holds = warp.slot(i, 1);
  uint32_t ballot = 0;
  forLanes(warp.active,
           [&](unsigned lane) { ballot |= uint32_t(holds[lane] & 1) << lane; });
  uint64_t result = i.mode == 0   ? ballot
                    : i.mode == 1 ? ballot == warp.active
                    : i.mode == 2 ? ballot != 0
                                  : ballot == 0 || ballot == warp.active;
  uint64_t *to = warp.slot(i, 0);
  forLanes(warp.active, [&](unsigned lane) { to[lane] = result; });
}

static void decodeVote(Decoder &d) {
  std::string_view kind = d.takeOneOf({"ballot", "all", "any", "uni"});
  d.takeType();
  d.needOperands(3);
  d.destination(0);
  d.source(1, Type::Pred);
  d.source(2, Type::U32);
  d.out.mode = kind == "ballot" ? 0 : kind == "all" ? 1 : kind == "any" ? 2 : 3;
  d.run(vote);
}

static void match(Warp &warp, const Instruction &i) {
  uint32_t members;
  if (!gather(warp, warp.slot(i, 3), members))
    return;
  uint64_t values[warpLanes];
  std::copy_n(warp.slot(i, 2), warpLanes, values);
  uint64_t *to = warp.slot(i, 0), *holds = warp.slot(i, 1);
  forLanes(warp.active, [&](unsigned lane) {
    uint32_t same = 0;
    forLanes(warp.active, [&](unsigned other) {
      same |= uint32_t(values[other] == values[lane]) << other;
    });
    bool all = same == warp.active;
    holds[lane] = all;
    to[lane] = i.mode ? (all ? same : 0) : same;
  });
}

static void decodeMatch(Decoder &d) {
  bool all = d.take("all");
  if ((!all && !d.take("any")) || !d.take("sync"))
    d.fail("needs .all or .any, and .sync");
  Type type = d.takeType();
  d.needOperands(3);
  const Operand &to = d.operand(0);
  bool isPair = to.kind == Operand::Kind::Vector;
  d.destination(isPair ? to.parts[0] : to);
  d.destination(isPair ? to.parts[1] : Operand());
  d.source(1, type);
  d.source(2, Type::U32);
  d.out.mode = all;
  d.run(match);
}

template <auto F, typename T>
static void reduce(Warp &warp, const Instruction &i) {
  uint32_t members;
  if (!gather(warp, warp.slot(i, 2), members))
    return;
  const uint64_t *from = warp.slot(i, 1);
  bool isFirst = true;
  T all{};
  forLanes(warp.active, [&](unsigned lane) {
    T value = asType<T>(from[lane]);
    all = isFirst ? value : F(all, value);
    isFirst = false;
  });
  uint64_t *to = warp.slot(i, 0);
  forLanes(warp.active, [&](unsigned lane) { to[lane] = toBits(all); });
}

static void decodeRedux(Decoder &d) {
  std::string_view kind =
      d.takeOneOf({"add", "min", "max", "and", "or", "xor"});
  Type type = d.takeType();
  d.needOperands(3);
  d.destination(0);
  d.source(1, type);
  d.source(2, Type::U32);
  using U = uint32_t;
  if (kind == "add")
    return d.run(reduce<[](U a, U b) { return a + b; }, U>);
  if (kind == "and")
    return d.run(reduce<[](U a, U b) { return a & b; }, U>);
  if (kind == "or")
    return d.run(reduce<[](U a, U b) { return a | b; }, U>);
  if (kind == "xor")
    return d.run(reduce<[](U a, U b) { return a ^ b; }, U>);
  bool isMin = kind == "min";
  auto pick = [&](auto zero) -> Handler {
    using T = decltype(zero);
    return isMin ? reduce<[](T a, T b) { return std::min(a, b); }, T>
                 : reduce<[](T a, T b) { return std::max(a, b); }, T>;
  };
  d.run(type == Type::S32 ? pick(int32_t()) : pick(uint32_t()));
  if (kind.empty())
    d.fail("has no operation");
}

static void decodeActiveMask(Decoder &d) {
  d.takeType();
  d.needOperands(1);
  d.destination(0);
  d.run([](Warp &warp, const Instruction &i) {
    uint64_t *to = warp.slot(i, 0);
    forLanes(warp.active, [&](unsigned lane) { to[lane] = warp.active; });
  });
}

/// The leader: the lowest lane of the mask.
static void elect(Warp &warp, const Instruction &i) {
  uint32_t members;
  if (!gather(warp, warp.slot(i, 2), members))
    return;
  unsigned leader = unsigned(std::countr_zero(warp.active));
  uint64_t *to = warp.slot(i, 0), *holds = warp.slot(i, 1);
  forLanes(warp.active, [&](unsigned lane) {
    to[lane] = leader;
    holds[lane] = lane == leader;
  });
}

static void decodeElect(Decoder &d) {
  d.needOperands(2);
  const Operand &to = d.operand(0);
  if (to.kind != Operand::Kind::Vector || to.parts.size() != 2)
    d.fail("writes a register and a predicate");
  d.destination(to.parts[0]);
  d.destination(to.parts[1]);
  d.source(1, Type::U32);
  d.run(elect);
}

static void decodeWarpSync(Decoder &d) {
  d.needOperands(1);
  d.source(0, Type::U32);
  d.run([](Warp &warp, const Instruction &i) {
    warp.syncLanes(uint32_t(warp.slot(i, 0)[std::countr_zero(warp.active)]));
  });
}

static constexpr Family families[] = {
    {"shfl.sync", decodeShfl},
    {"vote.sync", decodeVote},
    {"match", decodeMatch},
    {"redux.sync", decodeRedux},
    {"activemask", decodeActiveMask},
    {"elect.sync", decodeElect},
    {"bar.warp.sync", decodeWarpSync},
};

std::span<const Family> llmc::ptxsim::warpFamilies() { return families; }
