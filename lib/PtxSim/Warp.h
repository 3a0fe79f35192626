//===- Warp.h - 32 lanes that execute one instruction ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lanes that are at the same place are a fragment. The one at the lowest place
// runs, so lanes that part meet again where their paths do.
//===----------------------------------------------------------------------===//
#ifndef LLMC_PTXSIM_WARP_H
#define LLMC_PTXSIM_WARP_H

#include "Program.h"
#include "Races.h"

#include <array>

namespace llmc::ptxsim {

class Block;
class Grid;
class GroupProducts;

struct alignas(64) Lanes {
  uint64_t values[warpLanes];
};

/// How an instruction touches memory.
struct Access {
  bool writes = false;
  bool isStrong = false;       // atomic, volatile, relaxed or more
  bool isAtomic = false;       // reads and writes in one
  const void *value = nullptr; // that is written
};

class Warp {
public:
  Warp(Block &block, unsigned index);
  ~Warp();

  /// Up to so many instructions; fewer where it waits, polls or ends.
  void run(unsigned instructions);
  bool isDone() const { return alive == 0; }
  /// Has a fragment that does not wait.
  bool canRun() const;

  // For handlers.
  uint64_t *slot(const Instruction &i, unsigned k) {
    return registers[pool[i.first + k]].values;
  }
  Lanes &slot(uint32_t number) { return registers[number]; }
  /// Goes on with another warp: this one polls.
  void yield();
  /// How often it has polled since anything changed.
  unsigned polls() const;
  void branch(uint32_t target, uint32_t lanes);
  void exit(uint32_t lanes);
  void call(const Instruction &i);
  void comeBack(uint32_t lanes);
  /// Whether all living `members` execute this instruction now. If not the
  /// fragment waits for them, and the handler must return at once.
  bool converge(uint32_t members);
  /// bar.warp.sync, whose lanes may come from several places.
  void syncLanes(uint32_t members);
  /// The current fragment waits at a barrier of the block; `again`: then it runs
  /// the instruction once more, which finds isBackAtBarrier.
  void waitAtBarrier(unsigned barrier, bool again = false);
  bool isBackAtBarrier();
  void releaseBarrier(unsigned barrier);

  /// The bytes that an access reaches, after all checks.
  uint8_t *reach(const Instruction &i, unsigned lane, uint64_t address,
                 unsigned bytes, Access access);
  Space spaceOf(const Instruction &i, uint64_t &address) const;

  unsigned threadOf(unsigned lane) const { return index * warpLanes + lane; }
  /// "ctaid (0, 0, 0), tid (5, 0, 0)"
  std::string describe(unsigned lane) const;
  /// Where each fragment is and for what it waits.
  std::string describeWait() const;
  [[noreturn]] void fail(Error::Kind kind, unsigned lane,
                         const std::string &message) const;
  [[noreturn]] void fail(Error::Kind kind, const std::string &message) const;

  Block &block;
  Grid &grid;
  const unsigned index; // in the block
  uint32_t active = 0;  // lanes that execute the current instruction
  uint32_t alive = 0;
  uint32_t born = 0; // lanes that there are
  const Instruction *current = nullptr;
  WarpClock clock;

  /// cp.async: copies of the open group, and groups that were committed, by lane.
  std::array<std::vector<std::vector<uint32_t>>, warpLanes> groups;
  std::array<std::vector<uint32_t>, warpLanes> openGroup;
  /// wgmma; null before the first one.
  std::unique_ptr<GroupProducts> products;

private:
  struct Fragment {
    uint32_t pc = 0;
    uint32_t lanes = 0;
    enum Wait { Nothing, Convergence, LaneSync, Barrier } wait = Nothing;
    uint32_t what = 0;      // barrier's number; members of a LaneSync
    bool runsAgain = false; // what it waited in
  };

  void startRegisters();
  void choose();
  void merge();
  void stuck() const;
  uint8_t *reachShared(unsigned lane, uint64_t address, unsigned bytes,
                       Access access);
  uint8_t *reachGlobal(unsigned lane, uint64_t address, unsigned bytes,
                       Access access);
  uint8_t *reachOwn(Space space, unsigned lane, uint64_t address,
                    unsigned bytes, Access access);
  void checkRace(const Instruction &i, unsigned lane, Space space,
                 uint64_t address, unsigned bytes, Access access,
                 const uint8_t *place);

  const Code &code;
  const uint32_t *pool;
  std::vector<Lanes> registers;
  std::vector<uint8_t> local; // localBytes of each lane
  std::vector<Fragment> fragments;
  size_t running = 0; // of fragments
  unsigned budget = 0, pollCount = 0;
  uint64_t pollsSince = 0; // Grid::changes when they began
  std::array<std::vector<uint32_t>, warpLanes> returns; // pc of the call
};

} // namespace llmc::ptxsim

#endif // LLMC_PTXSIM_WARP_H
