//===- MappedMemory.cpp - memory taken once, from the system --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/MappedMemory.h"

#include <cerrno>
#include <cstring>
#include <sys/mman.h>

using namespace llmrt;

namespace {
constexpr int64_t hugePageBytes = 2 << 20;
}

MappedMemory::~MappedMemory() {
  if (base)
    munmap(base, static_cast<size_t>(sizeBytes));
}

static Status mapFailure(const char *purpose, uint64_t bytes) {
  return Status::error("cannot map " + std::to_string(bytes) + " bytes for " +
                       purpose + ": " + std::strerror(errno));
}

Expected<MappedMemory> MappedMemory::anonymous(int64_t bytes,
                                               const char *purpose) {
  assert(bytes > 0 && "a mapping has bytes");
  // Not reserved: what a short run never touches must not count as used.
  void *address =
      mmap(nullptr, static_cast<size_t>(bytes), PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (address == MAP_FAILED)
    return mapFailure(purpose, static_cast<uint64_t>(bytes));
  // Fewer TLB misses over large caches. What is rounded up belongs to the mapping.
  if (bytes >= hugePageBytes)
    madvise(address, static_cast<size_t>(bytes), MADV_HUGEPAGE);
  MappedMemory memory;
  memory.base = address;
  memory.sizeBytes = bytes;
  return memory;
}

Expected<MappedMemory> MappedMemory::file(int descriptor, uint64_t bytes,
                                          const char *purpose) {
  void *address = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (address == MAP_FAILED)
    return mapFailure(purpose, bytes);
  MappedMemory memory;
  memory.base = address;
  memory.sizeBytes = static_cast<int64_t>(bytes);
  return memory;
}
