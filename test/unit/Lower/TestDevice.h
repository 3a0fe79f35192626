//===- TestDevice.h - where a device's kernels run in a test ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The simulator, or with LLMC_TEST_DRIVER=libcuda.so.1 (or another driver) a GPU: the
// same tests, the same PTX.
//===----------------------------------------------------------------------===//
#ifndef LLMC_TEST_LOWER_TESTDEVICE_H
#define LLMC_TEST_LOWER_TESTDEVICE_H

#include "llmrt/KernelLauncher.h"
#include "llmrt/abi.h"

#include <memory>
#include <string>

namespace llmc::test {

class TestDevice : public llmrt::KernelLauncher {
public:
  /// The one that the environment asks for.
  static std::unique_ptr<TestDevice> create(const LlmrtVariant &variant,
                                            const std::string &ptx);

  /// Memory of this process that kernels may touch until `forget`, behind which it
  /// holds what they wrote.
  virtual void show(const void *memory, size_t bytes) = 0;
  virtual void forget() = 0;
  /// What a kernel knows the address of shown memory by, where it lies in memory itself.
  virtual const void *onDevice(const void *shown) const { return shown; }
  /// The order of blocks and warps, where it can be chosen.
  virtual void setSeed(uint64_t) {}
};

} // namespace llmc::test

#endif // LLMC_TEST_LOWER_TESTDEVICE_H
