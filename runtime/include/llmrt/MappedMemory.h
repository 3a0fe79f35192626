//===- MappedMemory.h - memory taken once, from the system ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Everything that a step touches is mapped at start-up: pages that are never
// written are never resident, so a large context costs nothing until it fills.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_MAPPEDMEMORY_H
#define LLMRT_MAPPEDMEMORY_H

#include "llmrt/Status.h"

#include <cstdint>
#include <span>
#include <utility>

namespace llmrt {

/// One mapping, unmapped at the end of its life. Page aligned.
class MappedMemory {
public:
  MappedMemory() = default;
  MappedMemory(MappedMemory &&other) noexcept { swap(other); }
  MappedMemory &operator=(MappedMemory &&other) noexcept {
    swap(other);
    return *this;
  }
  ~MappedMemory();

  /// `bytes` zero bytes, readable and writable; `purpose` names them in errors.
  static Expected<MappedMemory> anonymous(int64_t bytes, const char *purpose);

  /// The first `bytes` bytes of an open file, read only and private.
  static Expected<MappedMemory> file(int descriptor, uint64_t bytes,
                                     const char *purpose);

  uint8_t *data() const { return static_cast<uint8_t *>(base); }
  int64_t size() const { return sizeBytes; }

  /// The first `count` elements as an array; the mapping must hold them.
  template <typename T> std::span<T> array(int64_t count) const {
    assert(count * int64_t(sizeof(T)) <= sizeBytes && "array past the mapping");
    return {static_cast<T *>(base), static_cast<size_t>(count)};
  }

private:
  void swap(MappedMemory &other) {
    std::swap(base, other.base);
    std::swap(sizeBytes, other.sizeBytes);
  }

  void *base = nullptr;
  int64_t sizeBytes = 0;
};

} // namespace llmrt

#endif // LLMRT_MAPPEDMEMORY_H
