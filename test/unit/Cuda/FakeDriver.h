//===- FakeDriver.h - a CUDA driver for tests of the host -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A library that stands in for libcuda.so.1. Memory of its device is memory of the
// process that no other call may touch, its kernels are functions of the test. What
// is given to a stream happens as late as it may: when somebody waits. So a buffer
// that is reused too early shows, as does a pointer of the wrong side.
//===----------------------------------------------------------------------===//
#ifndef LLMC_TEST_FAKEDRIVER_H
#define LLMC_TEST_FAKEDRIVER_H

#include "llmrt/CudaDriver.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace llmrt::test {

struct FakeKernel {
  size_t arguments;
  std::function<void(int64_t blocks, const uint64_t *arguments)> run;
};

/// What a test says, and what it can ask.
struct FakeCuda {
  int version = 12040;
  int gpus = 1;
  int major = 9, minor = 0;
  size_t memory = 64 << 20;
  std::map<std::string, FakeKernel> kernels; // of every image
  struct Failure {
    int after; // calls that still go well
    cuda::Result with;
  };
  std::map<std::string, Failure> failures; // by entry point
  int faultAfter = -1; // kernels that still end well; the next is the last

  std::map<std::string, int> calls;           // by entry point
  std::vector<unsigned> sharedBytes;          // that launches asked for
  std::map<const uint8_t *, size_t> onDevice; // allocations
  std::string image;                          // the last one that was loaded
  size_t most = 0; // bytes of the device that were in use at once
  size_t inUse = 0;
  int handles = 0; // contexts, modules, streams, events, graphs, pinned memory

  bool isOnDevice(const void *address, size_t bytes = 1) const {
    const auto *begin = static_cast<const uint8_t *>(address);
    for (auto [base, size] : onDevice)
      if (begin >= base && begin + bytes <= base + size)
        return true;
    return false;
  }
};

/// Of the loaded fake; what `fakeCudaState` of the library returns.
using FakeCudaState = FakeCuda *();

} // namespace llmrt::test

#endif // LLMC_TEST_FAKEDRIVER_H
