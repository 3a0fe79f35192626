//===- GuardedBuffer.h - memory that faults one byte past its end -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Generated code has no bounds checks. A page that may not be touched behind
// every buffer turns an access past its end into a failure of the test.
//===----------------------------------------------------------------------===//
#ifndef LLMC_TEST_LOWER_GUARDEDBUFFER_H
#define LLMC_TEST_LOWER_GUARDEDBUFFER_H

#include <cstdint>
#include <cstring>
#include <gtest/gtest.h>
#include <sys/mman.h>

namespace llmc::test {

class GuardedBuffer {
public:
  GuardedBuffer() = default;
  explicit GuardedBuffer(size_t sizeBytes) : sizeBytes(sizeBytes) {
    constexpr size_t page = 4096;
    usable = (sizeBytes + page - 1) / page * page;
    base = ::mmap(nullptr, usable + page, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED || ::mprotect(bytes() + sizeBytes, page, PROT_NONE))
      ADD_FAILURE() << "cannot map " << sizeBytes << " bytes";
  }
  GuardedBuffer(const GuardedBuffer &) = delete;
  GuardedBuffer &operator=(const GuardedBuffer &) = delete;
  GuardedBuffer &operator=(GuardedBuffer &&other) noexcept {
    std::swap(base, other.base);
    std::swap(usable, other.usable);
    std::swap(sizeBytes, other.sizeBytes);
    return *this;
  }
  ~GuardedBuffer() {
    if (base)
      ::munmap(base, usable + 4096);
  }

  /// The last byte is the last one before the guard.
  uint8_t *bytes() const {
    return static_cast<uint8_t *>(base) + (usable - sizeBytes);
  }
  size_t size() const { return sizeBytes; }

  /// Bytes that are not a number as f32, f16 or bf16: what nobody wrote shows.
  void poison() { std::memset(bytes(), 0xFF, sizeBytes); }

private:
  void *base = nullptr;
  size_t usable = 0, sizeBytes = 0;
};

} // namespace llmc::test

#endif // LLMC_TEST_LOWER_GUARDEDBUFFER_H
