//===- Async.cpp - copies that end later, and what says so ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Async.h"
#include "Grid.h"
#include "Lanes.h"

#include <algorithm>
#include <cassert>

using namespace llmc::ptxsim;

uint32_t AsyncCopies::start(Block &block, AsyncCopy copy) {
  uint32_t number = uint32_t(all.size());
  // Each of the 32 agents of a block is a thread of its own for races.
  copy.agent = number % warpLanes;
  Counters &counters = block.grid.counters;
  ++counters.asyncCopies;
  counters.asyncBytes += copy.bytes;
  bytesUnderWay += copy.bytes;
  counters.mostBytesInFlight =
      std::max(counters.mostBytesInFlight, bytesUnderWay);
  all.push_back(std::move(copy));
  pending.push_back(number);
  return number;
}

void AsyncCopies::completeOne(Block &block, uint32_t choice) {
  complete(block, pending[choice]);
}

void AsyncCopies::complete(Block &block, uint32_t number) {
  AsyncCopy &copy = all[number];
  if (copy.isDone)
    return;
  copy.isDone = true;
  pending.erase(std::find(pending.begin(), pending.end(), number));
  bytesUnderWay -= copy.bytes;
  copy.time = ++times[copy.agent];
  perform(block, copy);
  copy.before.reset();
  block.grid.progress();
  if (!copy.barrier)
    return;
  auto found = block.transactionBarriers.find(copy.barrier);
  if (found == block.transactionBarriers.end())
    block.grid.fail(Error::Kind::Program,
                    "line " + std::to_string(copy.starter.line) +
                        ": a copy ends at an mbarrier that is gone");
  TransactionBarrier &barrier = found->second;
  barrier.bytes -= copy.bytes;
  // A bulk copy is of the proxy that wgmma reads by.
  for (uint32_t warp : {block.asyncWarp(), block.asyncWarp() | asyncProxy})
    barrier.clock.raise(warp, copy.agent, copy.time + 1);
  checkTransactions(block, barrier);
}

void AsyncCopies::note(Block &block, const AsyncCopy &copy, Shadow &shadow,
                       uint64_t address, uint32_t bytes, bool writes) {
  Shadow::Query query;
  query.address = address;
  query.bytes = bytes;
  query.me = {block.asyncWarp(), copy.agent, copy.time, copy.starter.line};
  query.writes = writes;
  const Footprint *before = block.grid.options.before;
  if (before && &shadow == &block.grid.shadow &&
      !copy.before->covers(launchBefore, 0, 0) &&
      before->touches(address, bytes))
    block.grid.fail(Error::Kind::Race,
                    "line " + std::to_string(copy.starter.line) +
                        ": a copy touches what the launch before may still be "
                        "writing: griddepcontrol.wait must come first");
  // A bulk copy reads shared memory by another proxy than stores write it.
  const bool needsFence = copy.isBulk && !writes && &shadow == &block.shadow;
  const Toucher &starter = copy.starter;
  auto isOrdered = [&](uint32_t warp, unsigned lane, uint32_t time) {
    return copy.before->covers(warp, lane, time) ||
           (warp == starter.warp && lane == starter.lane &&
            time <= starter.time);
  };
  Conflict conflict;
  bool found = shadow.access(
      query,
      [&](uint32_t warp, unsigned lane, uint32_t time) {
        return isOrdered(warp, lane, time) &&
               (!needsFence ||
                copy.before->covers(warp | asyncProxy, lane, time));
      },
      conflict);
  if (!found)
    return;
  const Toucher &other = conflict.other;
  block.grid.fail(
      Error::Kind::Race,
      "line " + std::to_string(copy.starter.line) + ": the copy that " +
          block.grid.describe(copy.starter.warp, copy.starter.lane) +
          " began " + (writes ? "writes" : "reads") + " what " +
          block.grid.describe(other.warp, other.lane) +
          (conflict.otherWrites ? " wrote" : " read") + " at line " +
          std::to_string(other.line) +
          (isOrdered(other.warp, other.lane, other.time)
               ? " with no fence.proxy.async between"
               : " with nothing that orders the two"));
}

void AsyncCopies::perform(Block &block, AsyncCopy &copy) {
  Grid &grid = block.grid;
  uint64_t sharedPlace = (copy.toShared ? copy.to : copy.from) - sharedBegin;
  uint8_t *inShared = block.shared.data() + sharedPlace;
  uint8_t *outside =
      reinterpret_cast<uint8_t *>(copy.toShared ? copy.from : copy.to);
  if (grid.options.races) {
    note(block, copy, block.shadow, copy.toShared ? copy.to : copy.from,
         copy.bytes, copy.toShared);
    if (copy.readBytes)
      note(block, copy, grid.shadow, copy.toShared ? copy.from : copy.to,
           copy.readBytes, !copy.toShared);
  }
  if (!copy.toShared) {
    std::memcpy(outside, inShared, copy.bytes);
    return;
  }
  std::memcpy(inShared, outside, copy.readBytes);
  std::memset(inShared + copy.readBytes, 0, copy.bytes - copy.readBytes);
  std::memset(block.written.data() + sharedPlace, 1, copy.bytes);
}

void llmc::ptxsim::checkTransactions(Block &block,
                                     TransactionBarrier &barrier) {
  if (barrier.pending || barrier.bytes)
    return;
  barrier.passed.join(barrier.clock);
  barrier.clock.clear();
  barrier.pending = barrier.expected;
  ++barrier.phase;
  block.grid.progress();
}
