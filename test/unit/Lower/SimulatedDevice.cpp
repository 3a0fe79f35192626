//===- SimulatedDevice.cpp - a device's kernels without the device ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "SimulatedDevice.h"
#include "DriverDevice.h"

#include <cstdlib>
#include <gtest/gtest.h>

using namespace llmc;
using namespace llmc::test;

std::unique_ptr<TestDevice> TestDevice::create(const LlmrtVariant &variant,
                                               const std::string &ptx) {
  const char *driver = std::getenv("LLMC_TEST_DRIVER");
  if (!driver || !*driver)
    return std::make_unique<SimulatedDevice>(variant, ptx);
  setenv("LLMRT_CUDA_DRIVER", driver, 1);
  return std::make_unique<DriverDevice>(variant, ptx);
}

SimulatedDevice::SimulatedDevice(const LlmrtVariant &variant,
                                 const std::string &ptx)
    : variant(variant), module(ptx, variant.name, memory) {}

void SimulatedDevice::show(const void *bytes, size_t size) {
  if (size == 0)
    return;
  memory.registerHost(const_cast<void *>(bytes), size);
  shown.push_back(reinterpret_cast<uint64_t>(bytes));
}

void SimulatedDevice::forget() {
  for (uint64_t address : shown)
    memory.release(address);
  shown.clear();
}

void SimulatedDevice::launch(int64_t kernel, int64_t blocks,
                             std::span<const uint64_t> arguments) {
  ASSERT_LT(kernel, variant.kernelCount);
  if (blocks == 0 || ::testing::Test::HasFatalFailure())
    return;
  const LlmrtKernel &known = variant.kernels[kernel];
  const ptxsim::Function *function = module.kernel(known.name);
  ASSERT_TRUE(function) << "no kernel " << known.name;
  ASSERT_EQ(module.parameterBytes(*function), arguments.size_bytes())
      << known.name;
  ptxsim::LaunchOptions options;
  options.grid.x = static_cast<uint32_t>(blocks);
  options.block.x = static_cast<uint32_t>(known.threads);
  options.dynamicSharedBytes = static_cast<uint32_t>(known.sharedBytes);
  options.seed = seed;
  // One thread that samples a large vocabulary goes on for long.
  options.patience = uint64_t(1) << 28;
  try {
    ptxsim::launch(module, *function,
                   {reinterpret_cast<const uint8_t *>(arguments.data()),
                    arguments.size_bytes()},
                   memory, options);
  } catch (const ptxsim::Error &error) {
    FAIL() << error.what();
  }
}
