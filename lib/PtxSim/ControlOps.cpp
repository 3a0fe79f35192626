//===- ControlOps.cpp - branches, calls, and what ends or delays ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Decode.h"
#include "Grid.h"
#include "Lanes.h"

using namespace llmc::ptxsim;

static void branch(Warp &warp, const Instruction &i) {
  warp.branch(i.target, warp.active);
}

static void decodeBra(Decoder &d) {
  d.take("uni");
  d.needOperands(1);
  if (d.operand(0).kind != Operand::Kind::Name)
    d.fail("needs a label");
  d.run(branch);
}

static void branchByTable(Warp &warp, const Instruction &i) {
  const std::vector<uint32_t> &table = warp.grid.code.branchTables[i.target];
  const uint64_t *index = warp.slot(i, 0);
  uint32_t rest = warp.active;
  while (rest) {
    unsigned first = unsigned(std::countr_zero(rest));
    uint64_t choice = index[first];
    if (choice >= table.size())
      warp.fail(Error::Kind::Program, first,
                "chooses target " + std::to_string(choice) + " of " +
                    std::to_string(table.size()));
    uint32_t together = 0;
    forLanes(rest, [&](unsigned lane) {
      together |= uint32_t(index[lane] == choice) << lane;
    });
    rest &= ~together;
    warp.branch(table[choice], together);
  }
}

static void decodeBrx(Decoder &d) {
  d.take("uni");
  d.needOperands(2);
  d.source(0, Type::U32);
  d.out.isTable = true;
  d.run(branchByTable);
}

static void decodeCall(Decoder &d) {
  d.take("uni");
  d.run([](Warp &warp, const Instruction &i) { warp.call(i); });
}

static void decodeRet(Decoder &d) {
  d.take("uni");
  d.needOperands(0);
  d.run([](Warp &warp, const Instruction &) { warp.comeBack(warp.active); });
}

static void decodeExit(Decoder &d) {
  d.needOperands(0);
  d.run([](Warp &warp, const Instruction &) { warp.exit(warp.active); });
}

static void decodeTrap(Decoder &d) {
  d.needOperands(0);
  d.run([](Warp &warp, const Instruction &) {
    warp.fail(Error::Kind::Program, "the kernel stops itself");
  });
}

/// Other warps go first.
static void decodeNanosleep(Decoder &d) {
  d.takeType();
  d.needOperands(1);
  d.run([](Warp &warp, const Instruction &) { warp.yield(); });
}

/// What changes speed only.
static void decodeNothing(Decoder &d) {
  d.needOperands(0, 4);
  d.modifiers.clear();
  d.run([](Warp &, const Instruction &) {});
}

/// One launch runs after another here, so what a kernel waits for is there; that it
/// waits is noted, for what it may touch.
static void decodeDependency(Decoder &d) {
  d.needOperands(0);
  if (d.take("launch_dependents"))
    return d.run([](Warp &, const Instruction &) {});
  if (!d.take("wait"))
    d.fail("needs .wait or .launch_dependents");
  d.run([](Warp &warp, const Instruction &) {
    Clock all;
    all.raise(launchBefore, 0, 1);
    warp.clock.acquire(all, warp.active, warp.alive);
    warp.grid.hasWaited = true;
  });
}

/// Clusters have one block: its own addresses are the cluster's.
static void decodeMapa(Decoder &d) {
  d.drop({"shared::cluster"});
  d.takeType();
  d.needOperands(3);
  d.destination(0);
  d.source(1, Type::U64);
  d.source(2, Type::U32);
  d.run([](Warp &warp, const Instruction &i) {
    uint64_t *to = warp.slot(i, 0);
    const uint64_t *from = warp.slot(i, 1), *rank = warp.slot(i, 2);
    forLanes(warp.active, [&](unsigned lane) {
      if (rank[lane])
        warp.fail(Error::Kind::Program, lane,
                  "asks for block " + std::to_string(rank[lane]) +
                      " of a cluster of one");
      to[lane] = from[lane];
    });
  });
}

static constexpr Family families[] = {
    {"bra", decodeBra},
    {"brx.idx", decodeBrx},
    {"call", decodeCall},
    {"ret", decodeRet},
    {"exit", decodeExit},
    {"trap", decodeTrap},
    {"brkpt", decodeTrap},
    {"nanosleep", decodeNanosleep},
    {"pmevent", decodeNothing},
    {"prefetch", decodeNothing},
    {"prefetchu", decodeNothing},
    {"applypriority", decodeNothing},
    {"setmaxnreg", decodeNothing},
    {"griddepcontrol", decodeDependency},
    {"mapa", decodeMapa},
};

std::span<const Family> llmc::ptxsim::controlFamilies() { return families; }
