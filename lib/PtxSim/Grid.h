//===- Grid.h - one launch: its blocks, and what they share ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_PTXSIM_GRID_H
#define LLMC_PTXSIM_GRID_H

#include "Async.h"
#include "Warp.h"
#include "Warpgroup.h"
#include "llmc/PtxSim/Launch.h"

#include <memory>
#include <unordered_map>

namespace llmc::ptxsim {

/// xorshift64*, for orders; the same on every machine.
class Random {
public:
  explicit Random(uint64_t seed)
      : state(seed * 2862933555777941757u + 3037000493u) {}
  uint64_t next() {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 2685821657736338717u;
  }
  /// 0 .. count - 1
  uint32_t below(uint32_t count) {
    return uint32_t((next() >> 32) * count >> 32);
  }

private:
  uint64_t state;
};

struct Barrier {
  uint32_t arrived = 0;
  uint32_t expected = 0; // 0: all threads that live
  // bar.red: how many predicates hold, of how many; of the last phase too.
  uint64_t votes = 0, voters = 0, passedVotes = 0, passedVoters = 0;
  Clock clock;  // of those who came
  Clock passed; // of the last phase
};

class Block {
public:
  Block(Grid &grid, uint64_t index);

  Grid &grid;
  const uint64_t index;
  Extent ctaid;
  std::vector<std::unique_ptr<Warp>> warps;
  std::vector<uint8_t> shared, written; // bytes; whether each has a value
  std::array<Barrier, 16> barriers;
  std::unordered_map<uint64_t, TransactionBarrier> transactionBarriers;
  AsyncCopies copies;
  Shadow shadow; // of shared memory
  /// By warpgroup: products that not all of its warps have begun, how many they all have.
  std::map<unsigned, std::deque<GroupIssue>> groupIssues;
  std::map<unsigned, size_t> groupIssuesGone;

  /// The number, among warps, of those who copy, and of those who read for wgmma.
  uint32_t asyncWarp() const;
  uint32_t productWarp() const { return asyncWarp() + 1; }
  uint32_t livingThreads() const;
  bool isDone() const;
  /// Ends a phase if all have come.
  void checkBarrier(unsigned number);
  void arrive(unsigned number, uint32_t threads, uint32_t expected, Warp &warp);
};

class Grid {
public:
  Grid(const Module &module, const Function &kernel,
       std::span<const uint8_t> parameters, DeviceMemory &memory,
       const LaunchOptions &options, Counters &counters);
  void run();

  /// Something happened that may let others go on.
  void progress() {
    sinceProgress = 0;
    ++changeCount;
  }
  uint64_t changes() const { return changeCount; }
  [[noreturn]] void fail(Error::Kind kind, const std::string &message) const;
  /// "ctaid (0, 0, 0), tid (5, 0, 0)" of a warp's number in the launch.
  std::string describe(uint32_t warp, unsigned lane) const;

  const ModuleContents &module;
  const Function &kernel;
  const Code &code;
  std::vector<uint8_t> parameters;
  DeviceMemory &memory;
  const LaunchOptions options;
  Counters &counters;
  std::vector<uint64_t> opcodeCounts;
  Random random;
  Shadow shadow; // of global memory
  Releases releases;
  uint32_t warpsPerBlock = 0;
  /// Of its warps, its copies and its products.
  uint32_t numbersPerBlock() const { return warpsPerBlock + 2; }
  uint64_t step = 0;      // of all warps
  bool hasWaited = false; // griddepcontrol.wait

private:
  void checkLaunch() const;
  void start();
  /// One block more than usual, where there is one left.
  bool startAnother();
  void runSome();
  void finishBlocks();
  void completeCopies(bool force);
  void completeProducts();
  bool isStuck(const std::vector<Warp *> &ready) const;
  [[noreturn]] void deadlock() const;

  std::vector<uint64_t> order; // of blocks
  size_t nextBlock = 0;
  std::vector<std::unique_ptr<Block>> resident;
  uint64_t sinceProgress = 0, changeCount = 1;
  uint32_t copyChance = 1; // one of so many steps ends a copy
};

} // namespace llmc::ptxsim

#endif // LLMC_PTXSIM_GRID_H
