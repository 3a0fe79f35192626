//===- Traffic.cpp - how an access uses the memory system -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Traffic.h"
#include "Grid.h"
#include "Lanes.h"

#include <algorithm>

using namespace llmc::ptxsim;

unsigned llmc::ptxsim::sectorsOf(uint32_t active, const uint64_t *addresses,
                                 unsigned bytes) {
  uint64_t sectors[warpLanes * 2];
  unsigned count = 0;
  bool isSorted = true;
  forLanes(active, [&](unsigned lane) {
    uint64_t first = addresses[lane] >> 5,
             last = (addresses[lane] + bytes - 1) >> 5;
    for (uint64_t sector = first; sector <= last && count < std::size(sectors);
         ++sector) {
      if (count && sectors[count - 1] == sector)
        continue;
      isSorted &= !count || sectors[count - 1] < sector;
      sectors[count++] = sector;
    }
  });
  if (isSorted)
    return count;
  std::sort(sectors, sectors + count);
  return unsigned(std::unique(sectors, sectors + count) - sectors);
}

unsigned llmc::ptxsim::bankPasses(uint32_t active, const uint64_t *addresses,
                                  unsigned bytes) {
  unsigned groupLanes = bytes <= 4 ? 32 : bytes == 8 ? 16 : 8;
  unsigned passes = 0;
  for (unsigned first = 0; first < warpLanes; first += groupLanes) {
    uint64_t words[warpLanes * 4];
    unsigned count = 0;
    for (unsigned lane = first; lane < first + groupLanes; ++lane) {
      if (!(active >> lane & 1))
        continue;
      uint64_t last = (addresses[lane] + bytes - 1) >> 2;
      for (uint64_t word = addresses[lane] >> 2; word <= last; ++word)
        if (count < std::size(words))
          words[count++] = word;
    }
    std::sort(words, words + count);
    count = unsigned(std::unique(words, words + count) - words);
    std::array<uint8_t, 32> load{};
    for (unsigned k = 0; k < count; ++k)
      ++load[words[k] & 31];
    passes += *std::max_element(load.begin(), load.end());
  }
  return passes;
}

void llmc::ptxsim::countTraffic(Warp &warp, const Instruction &i,
                                const uint64_t *addresses, unsigned bytes,
                                bool writes) {
  uint64_t first = addresses[std::countr_zero(warp.active)];
  Space space = warp.spaceOf(i, first);
  Counters &counters = warp.grid.counters;
  unsigned lanes = unsigned(std::popcount(warp.active));
  if (space == Space::Global) {
    Counters::Requests &requests = writes ? counters.stores : counters.loads;
    ++requests.requests;
    requests.sectors += sectorsOf(warp.active, addresses, bytes);
    requests.bytes += uint64_t(lanes) * bytes;
  } else if (space == Space::Shared) {
    ++counters.shared.requests;
    unsigned passes = bankPasses(warp.active, addresses, bytes);
    counters.shared.passes += passes;
    counters.shared.leastPasses +=
        std::min<uint64_t>(passes, (lanes * bytes + 127) / 128);
  }
}
