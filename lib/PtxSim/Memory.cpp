//===- Memory.cpp - what a simulated device can reach ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "llmc/PtxSim/Memory.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace llmc::ptxsim;

DeviceMemory::~DeviceMemory() {
  for (auto &[begin, range] : ranges)
    std::free(range.owned);
}

std::optional<uint64_t> DeviceMemory::allocate(uint64_t bytes,
                                               std::string name) {
  if (bytes > capacity || used > capacity - bytes)
    return std::nullopt;
  // The bytes between two allocations belong to none.
  constexpr uint64_t alignment = 256;
  uint64_t whole = (bytes + 2 * alignment - 1) / alignment * alignment;
  void *pointer = std::aligned_alloc(alignment, whole);
  if (!pointer)
    return std::nullopt;
  std::memset(pointer, 0xff, whole); // a NaN as f16, bf16, f32 and f64
  uint64_t begin = reinterpret_cast<uint64_t>(pointer);
  ranges[begin] = {begin, bytes, std::move(name), false, pointer};
  used += bytes;
  return begin;
}

void DeviceMemory::registerHost(void *pointer, uint64_t bytes, bool readOnly) {
  uint64_t begin = reinterpret_cast<uint64_t>(pointer);
  ranges[begin] = {begin, bytes, "host memory", readOnly, nullptr};
  last = nullptr;
}

bool DeviceMemory::release(uint64_t address) {
  auto found = ranges.find(address);
  if (found == ranges.end())
    return false;
  if (found->second.owned)
    used -= found->second.size;
  std::free(found->second.owned);
  ranges.erase(found);
  last = nullptr;
  return true;
}

void DeviceMemory::setReadOnly(uint64_t address) {
  if (auto found = ranges.find(address); found != ranges.end())
    found->second.readOnly = true;
}

const DeviceMemory::Range *DeviceMemory::find(uint64_t address,
                                              uint64_t bytes) const {
  if (last && last->contains(address, bytes))
    return last;
  auto next = ranges.upper_bound(address);
  if (next == ranges.begin())
    return nullptr;
  const Range &range = std::prev(next)->second;
  if (!range.contains(address, bytes))
    return nullptr;
  last = &range;
  return last;
}

std::string DeviceMemory::describe(uint64_t address, uint64_t bytes) const {
  auto next = ranges.upper_bound(address);
  if (next == ranges.begin())
    return "no allocation is there";
  const Range &range = std::prev(next)->second;
  char begin[20];
  std::snprintf(begin, sizeof begin, "0x%llx", (unsigned long long)range.begin);
  std::string text = "the nearest allocation before it";
  if (!range.name.empty())
    text += ", " + range.name + ",";
  text += " has " + std::to_string(range.size) + " bytes at " + begin +
          "; the access begins at its byte " +
          std::to_string(address - range.begin);
  return text;
}
