//===- DeviceMemoryTest.cpp - ranges that a device can reach --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "llmc/PtxSim/Memory.h"

#include "gtest/gtest.h"

#include <cmath>
#include <cstring>
#include <vector>

using namespace llmc::ptxsim;

TEST(DeviceMemory, AllocationsAreAlignedAndApart) {
  DeviceMemory memory;
  std::vector<uint64_t> all;
  for (uint64_t bytes : {1u, 255u, 256u, 257u, 5000u})
    all.push_back(*memory.allocate(bytes));
  EXPECT_EQ(memory.usedBytes(), 1u + 255 + 256 + 257 + 5000);
  for (uint64_t address : all) {
    EXPECT_EQ(address % 256, 0u);
    EXPECT_NE(memory.find(address, 1), nullptr);
    EXPECT_EQ(memory.find(address - 1, 1), nullptr);
  }
  // What lies behind the last byte belongs to no allocation.
  EXPECT_NE(memory.find(all[2], 256), nullptr);
  EXPECT_EQ(memory.find(all[2], 257), nullptr);
  EXPECT_EQ(memory.find(all[2] + 256, 1), nullptr);
  EXPECT_EQ(memory.find(all[4] + 4999, 2), nullptr);
}

TEST(DeviceMemory, BeginsAsNaNs) {
  DeviceMemory memory;
  uint64_t address = *memory.allocate(16);
  float value;
  std::memcpy(&value, reinterpret_cast<void *>(address + 8), sizeof value);
  EXPECT_TRUE(std::isnan(value));
}

TEST(DeviceMemory, EndsWhereItEnds) {
  DeviceMemory memory(1000);
  uint64_t first = *memory.allocate(600);
  EXPECT_FALSE(memory.allocate(401));
  EXPECT_FALSE(memory.allocate(~uint64_t(0)));
  EXPECT_TRUE(memory.allocate(400));
  EXPECT_TRUE(memory.release(first));
  EXPECT_EQ(memory.usedBytes(), 400u);
  EXPECT_TRUE(memory.allocate(600));
}

TEST(DeviceMemory, IsGoneWhenItIsReleased) {
  DeviceMemory memory;
  uint64_t address = *memory.allocate(64);
  EXPECT_NE(memory.find(address, 64), nullptr); // and is remembered
  EXPECT_FALSE(memory.release(address + 8));
  EXPECT_TRUE(memory.release(address));
  EXPECT_EQ(memory.find(address, 64), nullptr);
  EXPECT_FALSE(memory.release(address));
}

TEST(DeviceMemory, HostMemoryIsReachedAndNotFreed) {
  DeviceMemory memory;
  std::vector<int> values(8, 3);
  memory.registerHost(values.data(), 32, true);
  uint64_t address = reinterpret_cast<uint64_t>(values.data());
  const DeviceMemory::Range *range = memory.find(address + 28, 4);
  ASSERT_NE(range, nullptr);
  EXPECT_TRUE(range->readOnly);
  EXPECT_EQ(memory.usedBytes(), 0u);
  EXPECT_TRUE(memory.release(address));
  EXPECT_EQ(values[7], 3);
}

TEST(DeviceMemory, DescribesWhatIsNear) {
  DeviceMemory memory;
  EXPECT_EQ(memory.describe(5, 1), "no allocation is there");
  uint64_t address = *memory.allocate(64, "weights");
  std::string text = memory.describe(address + 100, 4);
  EXPECT_EQ(text.find("the nearest allocation before it, weights, has 64 bytes "
                      "at 0x"),
            0u)
      << text;
  EXPECT_NE(text.find("the access begins at its byte 100"), std::string::npos);
}
