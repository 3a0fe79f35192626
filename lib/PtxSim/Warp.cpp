//===- Warp.cpp - 32 lanes that execute one instruction -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Warp.h"
#include "Grid.h"
#include "Lanes.h"
#include "Warpgroup.h"

#include <algorithm>
#include <cassert>
#include <utility>

using namespace llmc::ptxsim;

static constexpr uint64_t multiprocessors = 132;

Warp::Warp(Block &block, unsigned index)
    : block(block), grid(block.grid), index(index), code(grid.code),
      pool(code.pool.data()), registers(code.slotCount),
      local(size_t(code.localBytes) * warpLanes) {
  uint64_t threads = grid.options.block.count();
  uint64_t mine = std::min<uint64_t>(warpLanes, threads - index * warpLanes);
  born = alive = uint32_t(lowBits(unsigned(mine)));
  fragments.push_back({0, alive});
  clock.begin(uint32_t(block.index * grid.numbersPerBlock() + index));
  startRegisters();
}

Warp::~Warp() = default;

/// One coordinate of `place` in a box.
static uint64_t coordinate(const Extent &box, uint64_t place, unsigned axis) {
  return axis == 0   ? place % box.x
         : axis == 1 ? place / box.x % box.y
                     : place / box.x / box.y;
}
static uint64_t sideOf(const Extent &box, unsigned axis) {
  return axis == 0 ? box.x : axis == 1 ? box.y : box.z;
}

static uint64_t specialValue(Special special, const Block &block,
                             unsigned thread) {
  const LaunchOptions &options = block.grid.options;
  unsigned which = unsigned(special), lane = thread % warpLanes;
  uint64_t eq = uint64_t(1) << lane;
  if (special <= Special::NctaidZ) { // the four triples come first
    unsigned axis = which % 3;
    switch (Special(which - axis)) {
    case Special::TidX:
      return coordinate(options.block, thread, axis);
    case Special::NtidX:
      return sideOf(options.block, axis);
    case Special::CtaidX:
      return coordinate(options.grid, block.index, axis);
    default:
      return sideOf(options.grid, axis);
    }
  }
  const uint64_t rest[] = {lane,
                           thread / warpLanes,
                           block.grid.warpsPerBlock,
                           warpLanes,
                           block.index % multiprocessors,
                           multiprocessors,
                           1, // the launch
                           eq,
                           eq | (eq - 1),
                           eq - 1,
                           ~(eq - 1) & lowBits(32),
                           ~(eq | (eq - 1)) & lowBits(32),
                           options.dynamicSharedBytes,
                           block.shared.size(),
                           0,
                           1};
  static_assert(std::size(rest) ==
                unsigned(Special::One) - unsigned(Special::NctaidZ));
  return rest[which - unsigned(Special::LaneId)];
}

void Warp::startRegisters() {
  for (auto [slot, value] : code.constants)
    std::fill_n(registers[slot].values, warpLanes, value);
  for (auto [slot, special] : code.specials)
    for (unsigned lane = 0; lane < warpLanes; ++lane)
      registers[slot].values[lane] =
          specialValue(special, block, threadOf(lane));
}

bool Warp::canRun() const {
  return std::any_of(fragments.begin(), fragments.end(), [](const Fragment &f) {
    return f.wait == Fragment::Nothing;
  });
}

void Warp::choose() {
  running = fragments.size();
  for (size_t k = 0; k < fragments.size(); ++k)
    if (fragments[k].wait == Fragment::Nothing &&
        (running == fragments.size() ||
         fragments[k].pc < fragments[running].pc))
      running = k;
}

void Warp::merge() {
  for (size_t a = 0; a < fragments.size(); ++a)
    for (size_t b = fragments.size(); --b > a;) {
      Fragment &into = fragments[a], &from = fragments[b];
      bool wait = into.wait == Fragment::Convergence ||
                  from.wait == Fragment::Convergence;
      if (into.pc != from.pc || (into.wait != Fragment::Nothing && !wait) ||
          (from.wait != Fragment::Nothing && !wait))
        continue;
      // Together they may be whom one of them waited for.
      into.lanes |= from.lanes;
      into.wait = Fragment::Nothing;
      fragments.erase(fragments.begin() + ptrdiff_t(b));
    }
}

void Warp::run(unsigned instructions) {
  budget = instructions;
  while (alive) {
    if (fragments.size() > 1) {
      merge();
      choose();
      if (running == fragments.size())
        return stuck();
    } else {
      running = 0;
      if (fragments[0].wait != Fragment::Nothing)
        return stuck();
    }
    if (budget-- == 0)
      return;
    Fragment &fragment = fragments[running];
    assert(fragment.pc < code.instructions.size() && "code ends in exit");
    const Instruction &i = code.instructions[fragment.pc++];
    current = &i;
    active = fragment.lanes;
    if (i.guard != Instruction::noGuard) {
      const uint64_t *guard = registers[i.guard].values;
      uint32_t holds = 0;
      for (unsigned lane = 0; lane < warpLanes; ++lane)
        holds |= uint32_t(guard[lane] & 1) << lane;
      active &= i.guardNegated ? ~holds : holds;
    }
    ++grid.opcodeCounts[i.opcode];
    grid.counters.laneInstructions += unsigned(std::popcount(active));
    ++grid.step;
    if (!active)
      continue;
    if (products && products->underWay())
      products->checkRegisters(i);
    i.run(*this, i);
  }
}

void Warp::stuck() const {
  // Lanes at a barrier of the block are freed from outside.
  for (const Fragment &fragment : fragments)
    if (fragment.wait == Fragment::Barrier)
      return;
  const Fragment &first = fragments.front();
  const Instruction &i = code.instructions[first.pc];
  grid.fail(
      Error::Kind::Deadlock,
      "line " + std::to_string(i.line) + ": " + grid.module.opcodes[i.opcode] +
          " waits for lanes of its warp that never come: " + describeWait());
}

void Warp::yield() {
  budget = 0;
  if (std::exchange(pollsSince, grid.changes()) != grid.changes())
    pollCount = 0;
  ++pollCount;
}

unsigned Warp::polls() const {
  return pollsSince == grid.changes() ? pollCount : 0;
}

void Warp::branch(uint32_t target, uint32_t lanes) {
  Fragment &fragment = fragments[running];
  if (lanes == fragment.lanes) {
    fragment.pc = target;
    return;
  }
  fragment.lanes &= ~lanes;
  fragments.push_back({target, lanes});
}

void Warp::exit(uint32_t lanes) {
  Fragment &fragment = fragments[running];
  alive &= ~lanes;
  if (!alive && products && products->underWay())
    fail(Error::Kind::Program, "ends before its wgmma.mma_async has: "
                               "wgmma.wait_group must come first");
  fragment.lanes &= ~lanes;
  if (!fragment.lanes)
    fragments.erase(fragments.begin() + ptrdiff_t(running));
  // Those that waited for all that live may go on.
  for (Fragment &each : fragments)
    if (each.wait == Fragment::Convergence)
      each.wait = Fragment::Nothing;
  grid.progress();
  for (unsigned number = 0; number < block.barriers.size(); ++number)
    block.checkBarrier(number);
}

bool Warp::converge(uint32_t members) {
  if ((members & alive & ~active) == 0)
    return true;
  Fragment &fragment = fragments[running];
  fragment.wait = Fragment::Convergence;
  --fragment.pc;
  return false;
}

void Warp::syncLanes(uint32_t members) {
  if (active & ~members)
    fail(Error::Kind::Program, unsigned(std::countr_zero(active & ~members)),
         "executes a synchronisation whose mask leaves it out");
  Fragment &fragment = fragments[running];
  fragment.wait = Fragment::LaneSync;
  fragment.what = members;
  uint32_t arrived = 0;
  for (const Fragment &each : fragments)
    if (each.wait == Fragment::LaneSync && each.what == members)
      arrived |= each.lanes;
  if (members & alive & ~arrived)
    return;
  for (Fragment &each : fragments)
    if (each.wait == Fragment::LaneSync && each.what == members)
      each.wait = Fragment::Nothing;
  clock.syncLanes(members);
}

void Warp::waitAtBarrier(unsigned barrier, bool again) {
  Fragment &fragment = fragments[running];
  fragment.wait = Fragment::Barrier;
  fragment.what = barrier;
  fragment.runsAgain = again;
  fragment.pc -= again;
}

bool Warp::isBackAtBarrier() {
  return std::exchange(fragments[running].runsAgain, false);
}

void Warp::releaseBarrier(unsigned barrier) {
  uint32_t lanes = 0;
  for (Fragment &each : fragments)
    if (each.wait == Fragment::Barrier && each.what == barrier) {
      each.wait = Fragment::Nothing;
      lanes |= each.lanes;
    }
  if (lanes)
    clock.acquire(block.barriers[barrier].passed, lanes, alive);
}

void Warp::call(const Instruction &i) {
  uint32_t from = fragments[running].pc - 1;
  const CallPlan &plan = grid.kernel.plans[i.mode];
  forLanes(active, [&](unsigned lane) {
    uint8_t *mine = local.data() + size_t(lane) * code.localBytes;
    for (auto &[argument, to] : plan.in)
      std::memcpy(mine + to, mine + argument.offset, argument.sizeBytes);
    returns[lane].push_back(from);
  });
  branch(i.target, active);
}

void Warp::comeBack(uint32_t lanes) {
  uint32_t leaving = 0;
  while (lanes) {
    unsigned first = unsigned(std::countr_zero(lanes));
    if (returns[first].empty()) {
      leaving |= uint32_t(1) << first;
      lanes &= lanes - 1;
      continue;
    }
    uint32_t from = returns[first].back(), together = 0;
    const CallPlan &plan = grid.kernel.plans[code.instructions[from].mode];
    for (unsigned lane = first; lane < warpLanes; ++lane) {
      if (!(lanes >> lane & 1) || returns[lane].empty() ||
          returns[lane].back() != from)
        continue;
      together |= uint32_t(1) << lane;
      returns[lane].pop_back();
      uint8_t *mine = local.data() + size_t(lane) * code.localBytes;
      for (auto &[argument, to] : plan.out)
        std::memcpy(mine + to, mine + argument.offset, argument.sizeBytes);
    }
    lanes &= ~together;
    branch(from + 1, together);
  }
  if (leaving)
    exit(leaving);
}

Space Warp::spaceOf(const Instruction &i, uint64_t &address) const {
  if (i.space != Space::Generic)
    return i.space;
  uint64_t window = address >> windowBits;
  static constexpr Space spaces[] = {Space::Global, Space::Shared, Space::Local,
                                     Space::Param};
  if (window >= std::size(spaces))
    return Space::Global; // found nowhere
  address &= lowBits(windowBits);
  return spaces[window];
}

static const char *nameOf(Space space) {
  switch (space) {
  case Space::Shared:
    return "shared";
  case Space::Local:
    return "local";
  case Space::Param:
    return "parameter";
  default:
    return "global";
  }
}

static std::string hex(uint64_t value) {
  char text[20];
  std::snprintf(text, sizeof text, "0x%llx", (unsigned long long)value);
  return text;
}

uint8_t *Warp::reachShared(unsigned lane, uint64_t address, unsigned bytes,
                           Access access) {
  uint64_t offset = address - sharedBegin;
  if (address < sharedBegin || offset > block.shared.size() ||
      bytes > block.shared.size() - offset)
    fail(Error::Kind::Address, lane,
         "shared address " + hex(address) + ", " + std::to_string(bytes) +
             " bytes: the block has " + std::to_string(block.shared.size()) +
             " bytes from " + hex(sharedBegin));
  uint8_t *written = block.written.data() + offset;
  if (!access.writes || access.isAtomic)
    for (unsigned k = 0; k < bytes; ++k)
      if (!written[k])
        fail(Error::Kind::Data, lane,
             "reads shared address " + hex(address + k) + ", byte " +
                 std::to_string(offset + k) + ", which nobody has written");
  if (access.writes)
    std::memset(written, 1, bytes);
  return block.shared.data() + offset;
}

/// Memory of the thread alone, and parameters: no other thread writes there.
uint8_t *Warp::reachOwn(Space space, unsigned lane, uint64_t address,
                        unsigned bytes, Access access) {
  bool isLocal = space == Space::Local;
  uint64_t size = isLocal ? code.localBytes : grid.parameters.size();
  if (address > size || bytes > size - address)
    fail(Error::Kind::Address, lane,
         std::string(nameOf(space)) + " address " + hex(address) + ", " +
             std::to_string(bytes) + " bytes: there are " +
             std::to_string(size));
  if (isLocal)
    return local.data() + size_t(lane) * code.localBytes + address;
  if (access.writes)
    fail(Error::Kind::Program, lane, "writes to a parameter of the kernel");
  return grid.parameters.data() + address;
}

uint8_t *Warp::reachGlobal(unsigned lane, uint64_t address, unsigned bytes,
                           Access access) {
  const DeviceMemory::Range *range = grid.memory.find(address, bytes);
  if (!range)
    fail(Error::Kind::Address, lane,
         "global address " + hex(address) + ", " + std::to_string(bytes) +
             " bytes, is outside of all allocations: " +
             grid.memory.describe(address, bytes));
  if (access.writes && range->readOnly)
    fail(Error::Kind::Program, lane,
         "writes to read-only memory at " + hex(address));
  return reinterpret_cast<uint8_t *>(address);
}

void Warp::checkRace(const Instruction &i, unsigned lane, Space space,
                     uint64_t address, unsigned bytes, Access access,
                     const uint8_t *place) {
  const Footprint *before = grid.options.before;
  if (before && space == Space::Global &&
      !clock.covers(lane, launchBefore, 0, 0) &&
      before->touches(address, bytes))
    fail(Error::Kind::Race, lane,
         std::string(access.writes ? "writes" : "reads") + " global address " +
             hex(address) +
             ", which the launch before may still be writing: "
             "griddepcontrol.wait must come first");
  Shadow &shadow = space == Space::Shared ? block.shadow : grid.shadow;
  Shadow::Query query{address,
                      bytes,
                      {clock.warp(), lane, clock.now(), i.line},
                      access.writes,
                      access.isStrong,
                      access.value && !std::memcmp(place, access.value, bytes)};
  Conflict conflict;
  auto known = [&](uint32_t warp, unsigned other, uint32_t time) {
    return clock.covers(lane, warp, other, time);
  };
  if (!shadow.access(query, known, conflict))
    return;
  fail(Error::Kind::Race, lane,
       std::string(access.writes ? "writes " : "reads ") + nameOf(space) +
           " address " + hex(address) + ", which " +
           grid.describe(conflict.other.warp, conflict.other.lane) +
           (conflict.otherWrites ? " wrote" : " read") + " at line " +
           std::to_string(conflict.other.line) +
           " with nothing that orders the two");
}

uint8_t *Warp::reach(const Instruction &i, unsigned lane, uint64_t address,
                     unsigned bytes, Access access) {
  Space space = spaceOf(i, address);
  if (address & (bytes - 1))
    fail(Error::Kind::Misaligned, lane,
         std::string(nameOf(space)) + " address " + hex(address) +
             " is no multiple of the access, " + std::to_string(bytes) +
             " bytes");
  if (space == Space::Local || space == Space::Param)
    return reachOwn(space, lane, address, bytes, access);
  uint8_t *place = space == Space::Shared
                       ? reachShared(lane, address, bytes, access)
                       : reachGlobal(lane, address, bytes, access);
  if (access.writes && !access.isAtomic)
    grid.progress();
  if (access.writes && space == Space::Global && grid.options.written)
    grid.options.written->sectors.insert(
        {address >> 5, (address + bytes - 1) >> 5});
  if (grid.options.races)
    checkRace(i, lane, space, address, bytes, access, place);
  return place;
}

std::string Warp::describe(unsigned lane) const {
  return grid.describe(clock.warp(), lane);
}

std::string Warp::describeWait() const {
  std::string all;
  for (const Fragment &fragment : fragments) {
    bool isBehind = fragment.wait != Fragment::Convergence &&
                    !fragment.runsAgain && fragment.pc > 0;
    const Instruction &i = code.instructions[fragment.pc - isBehind];
    all += all.empty() ? "" : ", ";
    all += "warp " + std::to_string(index) + " lanes " + hex(fragment.lanes) +
           " at line " + std::to_string(i.line) + " (" +
           grid.module.opcodes[i.opcode] + ")";
  }
  return all;
}

void Warp::fail(Error::Kind kind, unsigned lane,
                const std::string &message) const {
  grid.fail(kind, "line " + std::to_string(current->line) + ": " +
                      grid.module.opcodes[current->opcode] + ": " +
                      describe(lane) + ": " + message);
}

void Warp::fail(Error::Kind kind, const std::string &message) const {
  fail(kind, unsigned(std::countr_zero(active ? active : 1u)), message);
}
