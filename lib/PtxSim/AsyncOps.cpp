//===- AsyncOps.cpp - mbarriers, cp.async, bulk copies --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Decode.h"
#include "Grid.h"
#include "Lanes.h"
#include "MemoryOps.h"

using namespace llmc::ptxsim;

// ---- mbarrier

static uint64_t sharedAddress(Warp &warp, const Instruction &i, unsigned k,
                              unsigned lane, int64_t offset) {
  uint64_t address = warp.slot(i, k)[lane] + uint64_t(offset);
  if (address >> windowBits == 1)
    address &= lowBits(windowBits);
  return address;
}

/// The object at an address; it is touched as an atomic would.
static TransactionBarrier &find(Warp &warp, const Instruction &i, unsigned lane,
                                uint64_t address) {
  Access access{true, true, true};
  Instruction shared = i;
  shared.space = Space::Shared;
  auto found = warp.block.transactionBarriers.find(address);
  if (found == warp.block.transactionBarriers.end())
    warp.fail(Error::Kind::Program, lane,
              "there is no mbarrier at shared address " +
                  std::to_string(address) + ": mbarrier.init makes one");
  const Toucher &maker = found->second.maker;
  bool isMaker = maker.warp == warp.clock.warp() && maker.lane == lane;
  if (warp.grid.options.races && !isMaker &&
      !warp.clock.covers(lane, maker.warp, maker.lane, maker.time))
    warp.fail(Error::Kind::Race, lane,
              "uses an mbarrier that " +
                  warp.grid.describe(maker.warp, maker.lane) +
                  " made at line " + std::to_string(maker.line) +
                  " with nothing that orders the two");
  warp.reach(shared, lane, address, 8, access);
  return found->second;
}

static void initBarrier(Warp &warp, const Instruction &i) {
  Instruction shared = i;
  shared.space = Space::Shared;
  forLanes(warp.active, [&](unsigned lane) {
    uint64_t address = sharedAddress(warp, i, 0, lane, i.offset);
    uint64_t count = warp.slot(i, 1)[lane];
    if (count < 1 || count >= (1u << 20))
      warp.fail(Error::Kind::Program, lane,
                "an mbarrier for " + std::to_string(count) +
                    " arrivals: there are 1 to 2^20 - 1");
    Access access;
    access.writes = true;
    std::memset(warp.reach(shared, lane, address, 8, access), 0xee, 8);
    TransactionBarrier barrier;
    barrier.expected = barrier.pending = uint32_t(count);
    barrier.maker = {warp.clock.warp(), lane, warp.clock.now(), i.line};
    warp.block.transactionBarriers[address] = std::move(barrier);
  });
}

static void decodeInit(Decoder &d) {
  takeSpace(d, Operand());
  d.takeType();
  d.needOperands(2);
  d.memory(0);
  d.source(1, Type::U32);
  d.run(initBarrier);
}

static void decodeInval(Decoder &d) {
  takeSpace(d, Operand());
  d.takeType();
  d.needOperands(1);
  d.memory(0);
  d.run([](Warp &warp, const Instruction &i) {
    forLanes(warp.active, [&](unsigned lane) {
      uint64_t address = sharedAddress(warp, i, 0, lane, i.offset);
      find(warp, i, lane, address);
      warp.block.transactionBarriers.erase(address);
    });
  });
}

// Layout of `mode` of what arrives.
constexpr uint32_t expectsBytes = 1, arrives = 2, hasCount = 4, isRelaxed = 8;

/// mbarrier.arrive and expect_tx: state, address, then bytes or a count.
static void arriveBarrier(Warp &warp, const Instruction &i) {
  // One release for all lanes: each gives what it knows.
  Clock clock;
  if ((i.mode & arrives) && !(i.mode & isRelaxed))
    clock = warp.clock.release(warp.active);
  forLanes(warp.active, [&](unsigned lane) {
    uint64_t address = sharedAddress(warp, i, 1, lane, i.offset);
    TransactionBarrier &barrier = find(warp, i, lane, address);
    // Parity of the phase that this arrival is of.
    warp.slot(i, 0)[lane] = barrier.phase;
    if (i.mode & expectsBytes)
      barrier.bytes += int64_t(uint32_t(warp.slot(i, 2)[lane]));
    if (!(i.mode & arrives))
      return;
    uint32_t count = i.mode & hasCount ? uint32_t(warp.slot(i, 2)[lane]) : 1;
    if (count > barrier.pending)
      warp.fail(Error::Kind::Program, lane,
                "more arrivals than the " + std::to_string(barrier.expected) +
                    " that the mbarrier was made for");
    barrier.pending -= count;
    barrier.clock.join(clock);
    warp.grid.progress();
    checkTransactions(warp.block, barrier);
  });
}

static void decodeArriveForm(Decoder &d, uint32_t mode) {
  if (d.take("noComplete"))
    d.fail(".noComplete is not known");
  bool relaxed = d.take("relaxed");
  d.drop({"release", "cta", "cluster"});
  takeSpace(d, Operand());
  d.takeTypeIf();
  bool hasState = d.count() > 0 && d.operand(0).kind != Operand::Kind::Memory;
  size_t address = hasState ? 1 : 0;
  d.needOperands(address + 1, address + 2);
  d.destination(hasState ? d.operand(0) : Operand());
  d.memory(address);
  if (d.count() > address + 1) {
    d.source(address + 1, Type::U32);
    if (!(mode & expectsBytes))
      mode |= hasCount;
  } else if (mode & expectsBytes) {
    d.fail("needs the number of bytes");
  }
  d.out.mode = mode | (relaxed ? isRelaxed : 0);
  d.run(arriveBarrier);
}

static void decodeArrive(Decoder &d) {
  bool expects = d.take("expect_tx");
  decodeArriveForm(d, arrives | (expects ? expectsBytes : 0));
}
static void decodeExpect(Decoder &d) { decodeArriveForm(d, expectsBytes); }

/// Whether the phase of that parity (or of that state) has ended. try_wait may
/// also say no when it has: the program has to ask again.
static void testWait(Warp &warp, const Instruction &i) {
  bool isParity = i.mode & 1, acquires = i.mode & 2;
  bool delayed = (i.mode & 4) && warp.grid.random.below(4) == 0;
  uint64_t *done = warp.slot(i, 0);
  bool isWaiting = false;
  forLanes(warp.active, [&](unsigned lane) {
    uint64_t address = sharedAddress(warp, i, 1, lane, i.offset);
    uint64_t phase = warp.slot(i, 2)[lane];
    TransactionBarrier &barrier = find(warp, i, lane, address);
    bool ended =
        isParity ? (phase & 1) != (barrier.phase & 1) : phase != barrier.phase;
    done[lane] = ended && !delayed;
    isWaiting |= !done[lane];
    if (done[lane] && acquires)
      warp.clock.acquire(barrier.passed, warp.active, warp.alive);
  });
  if (isWaiting)
    warp.yield();
}

static void decodeWaitForm(Decoder &d, bool tries) {
  bool parity = d.take("parity"), relaxed = d.take("relaxed");
  d.drop({"acquire", "cta", "cluster"});
  takeSpace(d, Operand());
  d.takeType();
  d.needOperands(3, 4); // the fourth is a time
  d.destination(0);
  d.memory(1);
  d.source(2, parity ? Type::U32 : Type::U64);
  d.out.mode = uint32_t(parity) | (relaxed ? 0 : 2) | (tries ? 4 : 0);
  d.run(testWait);
}
static void decodeTryWait(Decoder &d) { decodeWaitForm(d, true); }
static void decodeTestWait(Decoder &d) { decodeWaitForm(d, false); }

// ---- copies

/// Checks what a copy will touch, now: later nobody knows who began it.
static void checkRange(Warp &warp, unsigned lane, Space space, uint64_t address,
                       uint32_t bytes, bool writes) {
  if (space == Space::Shared) {
    uint64_t offset = address - sharedBegin, size = warp.block.shared.size();
    if (address < sharedBegin || offset > size || bytes > size - offset)
      warp.fail(Error::Kind::Address, lane,
                "shared address " + std::to_string(address) + ", " +
                    std::to_string(bytes) + " bytes: the block has " +
                    std::to_string(size) + " bytes from " +
                    std::to_string(sharedBegin));
    for (uint32_t k = 0; !writes && k < bytes; ++k)
      if (!warp.block.written[offset + k])
        warp.fail(Error::Kind::Data, lane,
                  "reads byte " + std::to_string(offset + k) +
                      " of shared memory, which nobody has written");
    return;
  }
  const DeviceMemory::Range *range = warp.grid.memory.find(address, bytes);
  if (!range)
    warp.fail(Error::Kind::Address, lane,
              "global address " + std::to_string(address) + ", " +
                  std::to_string(bytes) +
                  " bytes, is outside of all allocations: " +
                  warp.grid.memory.describe(address, bytes));
  if (writes && range->readOnly)
    warp.fail(Error::Kind::Program, lane, "writes to read-only memory");
}

static uint32_t startCopy(Warp &warp, const Instruction &i, unsigned lane,
                          AsyncCopy copy,
                          const std::shared_ptr<const Clock> &before,
                          unsigned alignment) {
  if ((copy.from | copy.to | copy.bytes) & (alignment - 1))
    warp.fail(Error::Kind::Misaligned, lane,
              "addresses and size must be multiples of " +
                  std::to_string(alignment) + ": from " +
                  std::to_string(copy.from) + " to " + std::to_string(copy.to) +
                  ", " + std::to_string(copy.bytes) + " bytes");
  checkRange(warp, lane, copy.toShared ? Space::Shared : Space::Global, copy.to,
             copy.bytes, true);
  if (copy.readBytes)
    checkRange(warp, lane, copy.toShared ? Space::Global : Space::Shared,
               copy.from, copy.readBytes, false);
  copy.before = before;
  copy.starter = {warp.clock.warp(), lane, warp.clock.now() - 1, i.line};
  return warp.block.copies.start(warp.block, std::move(copy));
}

/// cp.async: to, from, size, and how much of it is read.
static void copyAsync(Warp &warp, const Instruction &i) {
  auto before =
      std::make_shared<const Clock>(warp.clock.beginCopies(warp.active));
  bool hasRead = i.count > 2;
  forLanes(warp.active, [&](unsigned lane) {
    AsyncCopy copy;
    copy.to = sharedAddress(warp, i, 0, lane, i.offset);
    copy.from = warp.slot(i, 1)[lane] + uint64_t(int64_t(int32_t(i.target)));
    copy.bytes = i.mode;
    copy.readBytes = hasRead ? uint32_t(warp.slot(i, 2)[lane]) : copy.bytes;
    if (copy.readBytes > copy.bytes)
      warp.fail(Error::Kind::Program, lane,
                "reads " + std::to_string(copy.readBytes) + " bytes to write " +
                    std::to_string(copy.bytes));
    warp.openGroup[lane].push_back(
        startCopy(warp, i, lane, std::move(copy), before, i.mode));
  });
}

/// Two addresses: the offset of the second one goes where branches have a target.
static void twoAddresses(Decoder &d, size_t first, size_t second) {
  d.memory(second);
  uint32_t slot = d.code.pool.back();
  d.code.pool.pop_back();
  --d.out.count;
  int64_t offset = d.out.offset;
  if (offset != int32_t(offset))
    d.fail("an offset of more than 31 bits");
  d.memory(first);
  d.code.pool.push_back(slot);
  ++d.out.count;
  d.out.target = uint32_t(int32_t(offset));
  d.out.isOffset = true;
}

static void decodeCopyAsync(Decoder &d) {
  d.drop({"ca", "cg", "shared", "shared::cta", "global"});
  dropCacheHints(d);
  d.needOperands(3, 4);
  twoAddresses(d, 0, 1);
  int64_t bytes = d.integer(2);
  if (bytes != 4 && bytes != 8 && bytes != 16)
    d.fail("copies 4, 8 or 16 bytes");
  d.out.mode = uint32_t(bytes);
  if (d.count() > 3)
    d.source(3, Type::U32);
  d.run(copyAsync);
}

static void commitGroup(Warp &warp, const Instruction &) {
  forLanes(warp.active, [&](unsigned lane) {
    warp.groups[lane].push_back(std::move(warp.openGroup[lane]));
    warp.openGroup[lane].clear();
  });
}

/// What the thread waited for is known to it, and to it only.
static void finishGroup(Warp &warp, unsigned lane,
                        const std::vector<uint32_t> &group, Clock &done) {
  Block &block = warp.block;
  for (uint32_t number : group) {
    block.copies.complete(block, number);
    const AsyncCopy &copy = block.copies.at(number);
    done.raise(block.asyncWarp(), copy.agent, copy.time + 1);
  }
}

static void waitGroup(Warp &warp, const Instruction &i) {
  Clock done;
  forLanes(warp.active, [&](unsigned lane) {
    std::vector<std::vector<uint32_t>> &groups = warp.groups[lane];
    while (groups.size() > i.mode) {
      finishGroup(warp, lane, groups.front(), done);
      groups.erase(groups.begin());
    }
  });
  warp.clock.acquire(done, warp.active, warp.alive);
}

static void waitAll(Warp &warp, const Instruction &i) {
  commitGroup(warp, i);
  Instruction all = i;
  all.mode = 0;
  waitGroup(warp, all);
}

static void decodeCommit(Decoder &d) {
  d.needOperands(0);
  d.run(commitGroup);
}
static void decodeWaitGroup(Decoder &d) {
  d.take("read");
  d.needOperands(1);
  d.out.mode = uint32_t(d.integer(0));
  d.run(waitGroup);
}
static void decodeWaitAll(Decoder &d) {
  d.needOperands(0);
  d.run(waitAll);
}

/// cp.async.bulk.shared.global: to, from, size, mbarrier.
static void copyBulk(Warp &warp, const Instruction &i) {
  auto before =
      std::make_shared<const Clock>(warp.clock.beginCopies(warp.active));
  bool toShared = i.mode & 1;
  forLanes(warp.active, [&](unsigned lane) {
    AsyncCopy copy;
    copy.isBulk = true;
    copy.toShared = toShared;
    uint64_t to = warp.slot(i, 0)[lane] + uint64_t(i.offset);
    uint64_t from =
        warp.slot(i, 1)[lane] + uint64_t(int64_t(int32_t(i.target)));
    uint64_t &shared = toShared ? to : from;
    if (shared >> windowBits == 1)
      shared &= lowBits(windowBits);
    copy.to = to;
    copy.from = from;
    copy.bytes = copy.readBytes = uint32_t(warp.slot(i, 2)[lane]);
    if (toShared) {
      copy.barrier = sharedAddress(warp, i, 3, lane, 0);
      find(warp, i, lane, copy.barrier);
    }
    uint32_t number = startCopy(warp, i, lane, std::move(copy), before, 16);
    if (!toShared)
      warp.openGroup[lane].push_back(number);
  });
}

static void decodeBulk(Decoder &d) {
  if (d.take("commit_group"))
    return decodeCommit(d);
  if (d.take("wait_group"))
    return decodeWaitGroup(d);
  if (d.take("prefetch")) {
    d.modifiers.clear();
    return d.run([](Warp &, const Instruction &) {});
  }
  bool toShared = !d.modifiers.empty() && d.modifiers.front() != "global";
  d.drop({"shared::cluster", "shared::cta", "shared", "global", "bulk_group",
          "mbarrier::complete_tx::bytes"});
  dropCacheHints(d);
  d.needOperands(toShared ? 4 : 3, 5);
  twoAddresses(d, 0, 1);
  d.source(2, Type::U32);
  if (toShared) {
    int64_t offset = d.out.offset;
    d.memory(3);
    if (d.out.offset)
      d.fail("the mbarrier's address may have no offset");
    d.out.offset = offset;
  }
  d.out.mode = toShared;
  d.run(copyBulk);
}

static constexpr Family families[] = {
    {"mbarrier.init", decodeInit},
    {"mbarrier.inval", decodeInval},
    {"mbarrier.arrive", decodeArrive},
    {"mbarrier.expect_tx", decodeExpect},
    {"mbarrier.try_wait", decodeTryWait},
    {"mbarrier.test_wait", decodeTestWait},
    {"cp.async", decodeCopyAsync},
    {"cp.async.commit_group", decodeCommit},
    {"cp.async.wait_group", decodeWaitGroup},
    {"cp.async.wait_all", decodeWaitAll},
    {"cp.async.bulk", decodeBulk},
};

std::span<const Family> llmc::ptxsim::asyncFamilies() { return families; }
