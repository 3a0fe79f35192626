//===- Async.h - copies that end later, and what says so ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A copy touches memory when it ends, at a time that the seed chooses: between its
// start and the wait that needs it. Code that reads too early finds the old bytes,
// and the race is reported whatever the time was.
//===----------------------------------------------------------------------===//
#ifndef LLMC_PTXSIM_ASYNC_H
#define LLMC_PTXSIM_ASYNC_H

#include "Races.h"

#include <deque>

namespace llmc::ptxsim {

class Block;
class Warp;

/// An mbarrier object: a phase ends when all have arrived and all bytes have.
struct TransactionBarrier {
  uint32_t expected = 0; // arrivals of a phase
  uint32_t pending = 0;  // arrivals still to come
  int64_t bytes = 0;     // still to come
  Toucher maker;         // who must be known to have made it
  uint32_t phase = 0;    // that runs
  Clock clock, passed;   // of this phase's arrivals, of those that ended
};

struct AsyncCopy {
  uint64_t from = 0, to = 0;
  uint32_t bytes = 0;     // written
  uint32_t readBytes = 0; // read; zeros are written for the rest
  bool toShared = true;   // else from shared
  bool isBulk = false;
  uint64_t barrier = 0; // of shared memory; 0: none
  /// What was known when it began, and until when its thread is.
  std::shared_ptr<const Clock> before;
  Toucher starter;
  unsigned agent = 0;
  uint32_t time = 0;
  bool isDone = false;
};

class AsyncCopies {
public:
  /// Its number.
  uint32_t start(Block &block, AsyncCopy copy);
  void complete(Block &block, uint32_t number);
  void completeOne(Block &block, uint32_t choice);
  size_t underWay() const { return pending.size(); }
  const AsyncCopy &at(uint32_t number) const { return all[number]; }

private:
  void perform(Block &block, AsyncCopy &copy);
  void note(Block &block, const AsyncCopy &copy, Shadow &shadow,
            uint64_t address, uint32_t bytes, bool writes);

  std::deque<AsyncCopy> all;
  std::vector<uint32_t> pending;
  std::array<uint32_t, warpLanes> times{};
  uint64_t bytesUnderWay = 0;
};

/// Ends the phase if nothing is missing; says so to the grid.
void checkTransactions(Block &block, TransactionBarrier &barrier);

} // namespace llmc::ptxsim

#endif // LLMC_PTXSIM_ASYNC_H
