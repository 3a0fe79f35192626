//===- Checksum.h - what sections and code are compared with --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// XXH3 with 64 bits, from xxhash.h: verifying runs at memory speed, and any bit
// of the input reaches every bit of the result.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_CHECKSUM_H
#define LLMRT_CHECKSUM_H

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace llmrt {

/// Of `bytes` bytes that lie together.
inline uint64_t checksum(const void *data, size_t bytes) {
  return XXH3_64bits(data, bytes);
}

/// Of bytes that come in parts, however they are cut.
class Checksum {
public:
  Checksum() : state(new State) { reset(); }
  void reset() { XXH3_64bits_reset(state.get()); }
  void add(const void *data, size_t bytes) {
    assert((data || bytes == 0) && "bytes of nowhere");
    XXH3_64bits_update(state.get(), data, bytes);
  }
  uint64_t value() const { return XXH3_64bits_digest(state.get()); }

private:
  using State = XXH3_state_t; // aligned to 64, which `new` heeds
  std::unique_ptr<State> state;
};

} // namespace llmrt

#endif // LLMRT_CHECKSUM_H
