//===- Launch.h - a kernel runs, and what was counted ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Warps of 32 lanes, in an order that a seed chooses: what a kernel gives must
// not depend on it. What depends on it is found as a race, whichever order came.
//===----------------------------------------------------------------------===//
#ifndef LLMC_PTXSIM_LAUNCH_H
#define LLMC_PTXSIM_LAUNCH_H

#include "llmc/PtxSim/Module.h"

#include <array>
#include <map>
#include <span>
#include <unordered_set>

namespace llmc::ptxsim {

struct Extent {
  uint32_t x = 1, y = 1, z = 1;
  uint64_t count() const { return uint64_t(x) * y * z; }
};

/// Sectors of 32 bytes that a launch wrote, for one that may begin before it ends
/// (programmatic dependent launch).
struct Footprint {
  std::unordered_set<uint64_t> sectors;
  bool touches(uint64_t address, uint64_t bytes) const {
    for (uint64_t k = address >> 5; k <= (address + bytes - 1) >> 5; ++k)
      if (sectors.contains(k))
        return true;
    return false;
  }
};

struct LaunchOptions {
  Extent grid, block;
  uint32_t dynamicSharedBytes = 0;
  /// Order of blocks and warps, and when asynchronous copies end.
  uint64_t seed = 0;
  /// Blocks that run at the same time; 0: all (cooperative launches).
  uint32_t residentBlocks = 4;
  /// Looks for races between threads.
  bool races = true;
  /// Warp instructions without any effect on memory or barriers after which the
  /// kernel is said to hang.
  uint64_t patience = uint64_t(1) << 24;
  /// Of the device: "sm_90a" runs what was written for sm_80.
  uint32_t sharedBytesLimit = 227 * 1024;
  /// What the launch before it may still be writing: nothing may touch it before
  /// griddepcontrol.wait.
  const Footprint *before = nullptr;
  /// Filled with what this one writes, if it is asked for.
  Footprint *written = nullptr;
};

/// Sums over all launches that got the same Counters.
struct Counters {
  uint64_t warpInstructions = 0;
  uint64_t laneInstructions = 0;
  std::map<std::string, uint64_t> opcodes; // warp instructions of each
  /// Global memory: one request is one warp's instruction; a sector has 32 bytes.
  struct Requests {
    uint64_t requests = 0, sectors = 0, bytes = 0;
  } loads, stores;
  /// Shared memory: passes over the banks, and how few these could have been.
  struct Passes {
    uint64_t requests = 0, passes = 0, leastPasses = 0;
  } shared;
  /// Asynchronous copies: all bytes, and the most that one block had under way.
  uint64_t asyncBytes = 0, asyncCopies = 0, mostBytesInFlight = 0;
};

/// Runs a kernel to its end. `parameters` are the bytes of Module::parameters.
/// Throws Error: kernel, line of PTX, block, thread, address, what was found.
void launch(const Module &module, const Function &kernel,
            std::span<const uint8_t> parameters, DeviceMemory &memory,
            const LaunchOptions &options, Counters *counters = nullptr);

/// The counters as one JSON object, in one line or indented.
std::string toJson(const Counters &counters, bool oneLine = false);

} // namespace llmc::ptxsim

#endif // LLMC_PTXSIM_LAUNCH_H
