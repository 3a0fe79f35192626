//===- Traffic.h - how an access uses the memory system -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_PTXSIM_TRAFFIC_H
#define LLMC_PTXSIM_TRAFFIC_H

#include "Warp.h"

namespace llmc::ptxsim {

/// Counts one access of the active lanes: sectors of global memory, passes over
/// the banks of shared memory.
void countTraffic(Warp &warp, const Instruction &i, const uint64_t *addresses,
                  unsigned bytes, bool writes);

/// Passes of 32 lanes over 32 banks of 4 bytes: lanes that want different words of
/// one bank take turns. Accesses of 8 and 16 bytes go by halves and quarters.
unsigned bankPasses(uint32_t active, const uint64_t *addresses, unsigned bytes);
/// Distinct 32-byte sectors.
unsigned sectorsOf(uint32_t active, const uint64_t *addresses, unsigned bytes);

} // namespace llmc::ptxsim

#endif // LLMC_PTXSIM_TRAFFIC_H
