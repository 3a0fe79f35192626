//===- BarrierOps.cpp - barriers of a block, and fences -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Decode.h"
#include "Grid.h"
#include "Lanes.h"

using namespace llmc::ptxsim;

namespace {
// Layout of `mode`.
constexpr uint32_t aligned = 1, arrivesOnly = 2, hasCount = 4;
constexpr unsigned reductionShift = 4; // 0 popc, 1 and, 2 or
} // namespace

/// The barrier's number and how many threads it is for, the same in all lanes.
static unsigned uniform(Warp &warp, const uint64_t *values, const char *what) {
  unsigned first = unsigned(std::countr_zero(warp.active));
  forLanes(warp.active, [&](unsigned lane) {
    if (values[lane] != values[first])
      warp.fail(Error::Kind::Program, lane,
                std::string("lanes give different ") + what);
  });
  return unsigned(values[first]);
}

static void barrier(Warp &warp, const Instruction &i) {
  // All lanes of a warp come together, or the program is wrong.
  if ((i.mode & aligned) && !warp.converge(~0u))
    return;
  unsigned number = uniform(warp, warp.slot(i, 0), "barriers");
  unsigned expected =
      i.mode & hasCount ? uniform(warp, warp.slot(i, 1), "counts") : 0;
  if (number >= warp.block.barriers.size())
    warp.fail(Error::Kind::Program,
              "barrier " + std::to_string(number) + ": there are 0 to 15");
  if (expected % warpLanes)
    warp.fail(Error::Kind::Program,
              "a barrier for " + std::to_string(expected) +
                  " threads: the number must be a multiple of 32");
  // A count is in whole warps.
  uint32_t threads = expected && (i.mode & aligned)
                         ? warpLanes
                         : uint32_t(std::popcount(warp.active));
  if (!(i.mode & arrivesOnly))
    warp.waitAtBarrier(number);
  warp.block.arrive(number, threads, expected, warp);
}

/// bar.red: what the threads' predicates give together is read when all have come,
/// so the instruction runs a second time, behind the wait.
static void reduceBarrier(Warp &warp, const Instruction &i) {
  if (!warp.converge(~0u))
    return;
  unsigned number = uniform(warp, warp.slot(i, 1), "barriers");
  if (number >= warp.block.barriers.size())
    warp.fail(Error::Kind::Program,
              "barrier " + std::to_string(number) + ": there are 0 to 15");
  Barrier &barrier = warp.block.barriers[number];
  if (warp.isBackAtBarrier()) {
    uint64_t result = i.mode >> reductionShift == 0 ? barrier.passedVotes
                      : i.mode >> reductionShift == 1
                          ? barrier.passedVotes == barrier.passedVoters
                          : barrier.passedVotes != 0;
    uint64_t *to = warp.slot(i, 0);
    forLanes(warp.active, [&](unsigned lane) { to[lane] = result; });
    return;
  }
  unsigned expected =
      i.mode & hasCount ? uniform(warp, warp.slot(i, 2), "counts") : 0;
  const uint64_t *holds = warp.slot(i, i.count - 1u);
  forLanes(warp.active, [&](unsigned lane) {
    barrier.votes += holds[lane] & 1;
    ++barrier.voters;
  });
  warp.waitAtBarrier(number, true);
  warp.block.arrive(number,
                    expected ? warpLanes : uint32_t(std::popcount(warp.active)),
                    expected, warp);
}

static void decodeReduction(Decoder &d) {
  d.take("aligned");
  std::string_view kind = d.takeOneOf({"popc", "and", "or"});
  if (kind.empty())
    d.fail("needs .popc, .and or .or");
  d.takeType();
  d.needOperands(3, 4);
  d.destination(0);
  d.source(1, Type::U32);
  if (d.count() > 3)
    d.source(2, Type::U32);
  d.source(d.count() - 1, Type::Pred);
  d.out.mode = (d.count() > 3 ? hasCount : 0) | (kind == "popc"  ? 0
                                                 : kind == "and" ? 1u
                                                                 : 2u)
                                                    << reductionShift;
  d.run(reduceBarrier);
}

static void decodeBarrier(Decoder &d) {
  bool isBar = d.statement.opcode.starts_with("bar.");
  d.take("cta");
  if (d.take("red"))
    return decodeReduction(d);
  bool arrive = d.take("arrive");
  if (!arrive && !d.take("sync"))
    d.fail("needs .sync, .arrive or .red");
  uint32_t mode = arrive ? arrivesOnly : 0;
  if (d.take("aligned") || isBar)
    mode |= aligned;
  d.needOperands(arrive ? 2 : 1, 2);
  d.source(0, Type::U32);
  if (d.count() > 1) {
    mode |= hasCount;
    d.source(1, Type::U32);
  }
  d.out.mode = mode;
  d.run(barrier);
}

/// fence, membar: what came before is seen by who sees what comes behind.
static void fence(Warp &warp, const Instruction &i) {
  warp.clock.fence(warp.active, warp.alive, i.mode);
}

/// Between kinds of access of a thread. That of shared memory is watched.
static void decodeProxyFence(Decoder &d) {
  bool isAsync = d.take("async") && !d.take("global");
  d.modifiers.clear();
  d.run(isAsync ? [](Warp &warp,
                     const Instruction
                         &) { warp.clock.fenceProxy(warp.active, warp.alive); }
                : [](Warp &, const Instruction &) {});
}

static void decodeFence(Decoder &d) {
  d.needOperands(0);
  std::string_view scope = d.takeOneOf({"cta", "cluster", "gpu", "sys", "gl"});
  if (d.take("proxy"))
    return decodeProxyFence(d);
  if (d.take("mbarrier_init")) {
    d.drop({"release"});
    return d.run([](Warp &, const Instruction &) {});
  }
  d.takeOneOf({"acq_rel", "sc", "acquire", "release"});
  if (scope.empty())
    d.fail("has no scope");
  d.out.mode = scope == "cta";
  d.run(fence);
}

static constexpr Family families[] = {
    {"bar", decodeBarrier},
    {"barrier", decodeBarrier},
    {"fence", decodeFence},
    {"membar", decodeFence},
};

std::span<const Family> llmc::ptxsim::barrierFamilies() { return families; }
