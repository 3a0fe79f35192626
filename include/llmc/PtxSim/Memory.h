//===- Memory.h - what a simulated device can reach -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Device addresses are addresses of the host, as with unified addressing; every
// access is looked up among the registered ranges, so nothing else is touched.
//===----------------------------------------------------------------------===//
#ifndef LLMC_PTXSIM_MEMORY_H
#define LLMC_PTXSIM_MEMORY_H

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace llmc::ptxsim {

class DeviceMemory {
public:
  struct Range {
    uint64_t begin = 0;
    uint64_t size = 0;
    std::string name; // of a variable; else empty
    bool readOnly = false;
    void *owned = nullptr; // what free() takes
    bool contains(uint64_t address, uint64_t bytes) const {
      return address >= begin && bytes <= size &&
             address - begin <= size - bytes;
    }
  };

  explicit DeviceMemory(uint64_t capacity = uint64_t(1) << 40)
      : capacity(capacity) {}
  DeviceMemory(const DeviceMemory &) = delete;
  ~DeviceMemory();

  /// Bytes at a multiple of 256, filled with a pattern that is not a number in
  /// any type; nothing where the device has no more.
  std::optional<uint64_t> allocate(uint64_t bytes, std::string name = {});
  /// Memory of the host that the device may reach.
  void registerHost(void *pointer, uint64_t bytes, bool readOnly = false);
  /// False where no range begins there.
  bool release(uint64_t address);
  void setReadOnly(uint64_t address);

  /// The range that holds all of an access; null where there is none.
  const Range *find(uint64_t address, uint64_t bytes) const;
  /// For errors: the range that the address is in or nearest behind.
  std::string describe(uint64_t address, uint64_t bytes) const;
  uint64_t usedBytes() const { return used; }
  uint64_t capacityBytes() const { return capacity; }

private:
  std::map<uint64_t, Range> ranges; // by begin
  mutable const Range *last = nullptr;
  uint64_t used = 0;
  uint64_t capacity;
};

} // namespace llmc::ptxsim

#endif // LLMC_PTXSIM_MEMORY_H
