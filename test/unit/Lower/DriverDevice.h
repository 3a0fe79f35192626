//===- DriverDevice.h - a device's kernels on the device --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// By the driver that programs use. Memory that a test shows has a copy on the device;
// addresses among a kernel's arguments are exchanged for the copy's. A write beside a
// copy is a failure of the test; what else a device does not say, the simulator does.
//===----------------------------------------------------------------------===//
#ifndef LLMC_TEST_LOWER_DRIVERDEVICE_H
#define LLMC_TEST_LOWER_DRIVERDEVICE_H

#include "TestDevice.h"

#include "llmrt/CudaDriver.h"

#include <vector>

namespace llmrt::cuda {
class Gpu;
}

namespace llmc::test {

class DriverDevice : public TestDevice {
public:
  /// A driver that cannot be loaded, or PTX that it refuses, fails the test.
  DriverDevice(const LlmrtVariant &variant, const std::string &ptx);
  ~DriverDevice() override { forget(); }

  void show(const void *memory, size_t bytes) override;
  void forget() override;
  const void *onDevice(const void *shown) const override;
  void launch(int64_t kernel, int64_t blocks,
              std::span<const uint64_t> arguments) override;

private:
  struct Shown {
    uint8_t *host;
    size_t bytes;
    llmrt::cuda::DevicePointer allocation;
    size_t allocated,
        front; // the copy begins `front` bytes behind the allocation
  };
  uint64_t exchange(uint64_t address) const;
  void copyBack(const Shown &each);

  const LlmrtVariant &variant;
  llmrt::cuda::Gpu *gpu = nullptr; // this process's, null if there is none
  llmrt::cuda::Module module = nullptr;
  std::vector<Shown> shown;
};

} // namespace llmc::test

#endif // LLMC_TEST_LOWER_DRIVERDEVICE_H
