//===- SimulatedDevice.h - a device's kernels without the device --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The PTX that a program carries, run by the simulator on the memory of this process:
// what a kernel touches beside the buffers that the test named, races, divergence at
// barriers and shared memory that nobody wrote are failures of the test.
//===----------------------------------------------------------------------===//
#ifndef LLMC_TEST_LOWER_SIMULATEDDEVICE_H
#define LLMC_TEST_LOWER_SIMULATEDDEVICE_H

#include "TestDevice.h"
#include "llmc/PtxSim/Launch.h"

#include <vector>

namespace llmc::test {

class SimulatedDevice : public TestDevice {
public:
  SimulatedDevice(const LlmrtVariant &variant, const std::string &ptx);

  void show(const void *memory, size_t bytes) override;
  void forget() override;
  void setSeed(uint64_t newSeed) override { seed = newSeed; }

  void launch(int64_t kernel, int64_t blocks,
              std::span<const uint64_t> arguments) override;

private:
  const LlmrtVariant &variant;
  ptxsim::DeviceMemory memory;
  ptxsim::Module module;
  std::vector<uint64_t> shown;
  uint64_t seed = 0;
};

} // namespace llmc::test

#endif // LLMC_TEST_LOWER_SIMULATEDDEVICE_H
