//===- Allocators.cpp - allocations that give memory or end the process ---===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// MLIR writes to what malloc gives without a look, and would die of it: its
// tables of interfaces do. So the C library's allocators are these here.
//===----------------------------------------------------------------------===//
#include "llmc/Driver/Isolation.h"

#include <cerrno>
#include <cstdlib>
#include <malloc.h>

// A sanitizer brings its own, which end the process themselves.
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)

extern "C" {
// The C library's, for programs that replace its names.
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
}

static void *given(void *memory) {
  if (!memory)
    llmc::giveUpMemory();
  return memory;
}

void *malloc(size_t size) noexcept { return given(__libc_malloc(size)); }

void *calloc(size_t count, size_t size) noexcept {
  return given(__libc_calloc(count, size));
}

void *realloc(void *memory, size_t size) noexcept {
  void *result = __libc_realloc(memory, size);
  return size ? given(result) : result; // none: it was freed
}

void *memalign(size_t alignment, size_t size) noexcept {
  return given(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size) noexcept {
  return memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) noexcept {
  if (alignment % sizeof(void *) || (alignment & (alignment - 1)))
    return EINVAL;
  *result = memalign(alignment, size);
  return 0;
}

#endif
