//===- DriverDevice.cpp - a device's kernels on the device ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "DriverDevice.h"
#include "Gpu.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>

using namespace llmc::test;
using namespace llmrt::cuda;

/// Bytes around a copy that nobody may write, and what they hold.
static constexpr size_t margin = 256;
static constexpr uint8_t marginByte = 0xA5;

/// The process's GPU. A context for every step would cost most of the time, and one
/// that is destroyed when the process ends outlives the driver.
static Gpu *openOnce() {
  static Gpu *gpu = []() -> Gpu * {
    auto opened = Gpu::open(0);
    if (!opened) {
      ADD_FAILURE() << opened.message();
      return nullptr;
    }
    return opened->release();
  }();
  return gpu;
}

/// Each text is compiled once: a test starts its step anew many times.
static Module loadOnce(Gpu &gpu, const std::string &ptx) {
  static std::map<std::string, Module> loaded;
  auto [known, isNew] = loaded.try_emplace(ptx, nullptr);
  if (isNew) {
    auto module = gpu.load({reinterpret_cast<const uint8_t *>(ptx.c_str()),
                            ptx.size() + (ptx.empty() || ptx.back() ? 1 : 0)});
    if (!module)
      ADD_FAILURE() << module.message();
    else
      known->second = *module;
  }
  return known->second;
}

DriverDevice::DriverDevice(const LlmrtVariant &variant, const std::string &ptx)
    : variant(variant), gpu(openOnce()) {
  EXPECT_TRUE(gpu) << "LLMC_TEST_DRIVER: no GPU";
  if (gpu)
    module = loadOnce(*gpu, ptx);
}

void DriverDevice::show(const void *memory, size_t bytes) {
  if (bytes == 0 || !gpu)
    return;
  auto *host = static_cast<uint8_t *>(const_cast<void *>(memory));
  // As far from a boundary as it is here: kernels may count on no more.
  const size_t front = margin + reinterpret_cast<uint64_t>(host) % margin;
  std::vector<uint8_t> image(front + bytes + margin, marginByte);
  std::copy_n(host, bytes, image.data() + front);
  auto allocation = gpu->allocate(static_cast<int64_t>(image.size()));
  ASSERT_TRUE(allocation) << allocation.message();
  shown.push_back({host, bytes, *allocation, image.size(), front});
  auto sent = gpu->copyUp(*allocation, image.data(),
                          static_cast<int64_t>(image.size()));
  ASSERT_TRUE(sent) << sent.message();
  auto done = gpu->wait(); // the image goes
  ASSERT_TRUE(done) << done.message();
}

void DriverDevice::copyBack(const Shown &each) {
  std::vector<uint8_t> image(each.allocated);
  auto asked = gpu->copyDown(image.data(), each.allocation,
                             static_cast<int64_t>(image.size()));
  ASSERT_TRUE(asked) << asked.message();
  auto done = gpu->wait();
  ASSERT_TRUE(done) << done.message();
  auto isMargin = [](uint8_t byte) { return byte == marginByte; };
  const uint8_t *first = image.data() + each.front, *last = first + each.bytes;
  EXPECT_TRUE(std::all_of<const uint8_t *>(image.data(), first, isMargin))
      << "a kernel wrote in front of " << each.bytes << " bytes";
  EXPECT_TRUE(
      std::all_of<const uint8_t *>(last, image.data() + image.size(), isMargin))
      << "a kernel wrote behind " << each.bytes << " bytes";
  // What nobody wrote may be memory that is not to be written.
  if (!std::equal(first, last, each.host))
    std::copy(first, last, each.host);
}

void DriverDevice::forget() {
  for (const Shown &each : shown) {
    if (!::testing::Test::HasFatalFailure())
      copyBack(each);
    gpu->free(each.allocation);
  }
  shown.clear();
}

uint64_t DriverDevice::exchange(uint64_t address) const {
  for (const Shown &each : shown) {
    const auto host = reinterpret_cast<uint64_t>(each.host);
    if (address >= host && address < host + each.bytes)
      return each.allocation + each.front + (address - host);
  }
  return address;
}

const void *DriverDevice::onDevice(const void *address) const {
  return reinterpret_cast<const void *>(
      exchange(reinterpret_cast<uint64_t>(address)));
}

void DriverDevice::launch(int64_t kernel, int64_t blocks,
                          std::span<const uint64_t> arguments) {
  ASSERT_LT(kernel, variant.kernelCount);
  if (blocks == 0 || !module || ::testing::Test::HasFatalFailure())
    return;
  const LlmrtKernel &known = variant.kernels[kernel];
  Function function = nullptr;
  auto found = gpu->check(
      gpu->api.cuModuleGetFunction(&function, module, known.name), "find it");
  ASSERT_TRUE(found) << known.name << ": " << found.message();
  auto allowed = gpu->allowShared(function, known.sharedBytes);
  ASSERT_TRUE(allowed) << known.name << ": " << allowed.message();
  std::vector<uint64_t> there;
  for (uint64_t argument : arguments)
    there.push_back(exchange(argument));
  std::vector<void *> pointers;
  for (uint64_t &argument : there)
    pointers.push_back(&argument);
  auto started = gpu->check(
      gpu->api.cuLaunchKernel(function, static_cast<unsigned>(blocks), 1, 1,
                              static_cast<unsigned>(known.threads), 1, 1,
                              static_cast<unsigned>(known.sharedBytes),
                              gpu->stream(), pointers.data(), nullptr),
      "start it");
  ASSERT_TRUE(started) << known.name << ": " << started.message();
  auto ended = gpu->wait(); // so that a failure is this kernel's
  ASSERT_TRUE(ended) << known.name << ": " << ended.message();
}
