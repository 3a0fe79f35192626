//===- MemoryOps.h - what all accesses to memory share --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_PTXSIM_MEMORYOPS_H
#define LLMC_PTXSIM_MEMORYOPS_H

#include "Decode.h"
#include "Warp.h"

namespace llmc::ptxsim {

/// The memory model's part of an opcode: ld.acquire.gpu.
struct Ordering {
  bool isStrong = false, acquires = false, releases = false, blockOnly = false;
};
Ordering takeOrdering(Decoder &d);
uint32_t packOrdering(const Ordering &order); // 4 bits
Ordering unpackOrdering(uint32_t mode);

/// Takes .global, .shared, ...; `address` is the operand's base.
void takeSpace(Decoder &d, const Operand &address);
void dropCacheHints(Decoder &d);

/// A strong write hands on what the lanes know; a strong read takes it.
void noteRelease(Warp &warp, uint64_t address, const Ordering &order,
                 bool isAtomic);
void noteAcquire(Warp &warp, uint64_t address, const Ordering &order);
/// One number for a place of memory, whichever block it is of.
uint64_t placeOf(const Warp &warp, Space space, uint64_t address);

} // namespace llmc::ptxsim

#endif // LLMC_PTXSIM_MEMORYOPS_H
