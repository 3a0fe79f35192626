//===- BarrierOps.cpp - barriers of a block, and fences -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Decode.h"
#include "Grid.h"
#include "Lanes.h"

using namespace llmc::ptxsim;

namespace {
// Layout of `mode`.
constexpr uint32_t aligned = 1, arrivesOnly = 2, hasCount = 4;
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

static void decodeBarrier(Decoder &d) {
  bool isBar = d.statement.opcode.starts_with("bar.");
  d.take("cta");
  bool arrive = d.take("arrive");
  if (!arrive && !d.take("sync"))
    d.fail("needs .sync or .arrive");
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

static void decodeFence(Decoder &d) {
  d.needOperands(0);
  std::string_view scope = d.takeOneOf({"cta", "cluster", "gpu", "sys", "gl"});
  if (d.take("proxy")) {
    // Between kinds of access, not between threads.
    d.modifiers.clear();
    return d.run([](Warp &, const Instruction &) {});
  }
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
