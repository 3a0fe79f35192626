//===- Gpu.h - one GPU in use -----------------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMRT_CUDA_GPU_H
#define LLMRT_CUDA_GPU_H

#include "llmrt/CudaDriver.h"
#include "llmrt/Status.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace llmrt::cuda {

/// What is known of a GPU before it is used.
struct GpuFacts {
  Device device;
  std::string name;
  int capability; // 80 is 8.0
};
Expected<std::vector<GpuFacts>> listGpus(const Driver &driver);

/// A driver's context and one stream, on which everything runs in order. What was
/// taken from it goes with it.
class Gpu {
public:
  /// `ordinal` as in listGpus.
  static Expected<std::unique_ptr<Gpu>> open(int ordinal);
  ~Gpu();
  Gpu(const Gpu &) = delete;
  Gpu &operator=(const Gpu &) = delete;

  const Driver api;

  /// Makes it the one that this thread's calls go to: sessions wander between threads.
  Status enter() const;
  /// Ok, or what failed and why. `what` follows "cannot".
  Status check(Result result, const char *what) const;

  /// Of the device; fails saying what is needed and what is free.
  Expected<DevicePointer> allocate(int64_t bytes);
  void free(DevicePointer pointer);
  /// Of the host, which copies can read and write while the host goes on.
  Expected<std::span<uint8_t>> allocatePinned(int64_t bytes);
  void freePinned(std::span<uint8_t> memory);

  /// Compiles PTX, which ends with a 0, for this GPU.
  Expected<Module> load(std::span<const uint8_t> ptx);
  /// Lets blocks of a function ask for so many bytes of shared memory when they are started.
  Status allowShared(Function function, int64_t bytes) const;

  // Behind all that was given to the stream before; addresses of the host are pinned.
  Status copyUp(DevicePointer to, const void *from, int64_t bytes) const;
  Status copyDown(void *to, DevicePointer from, int64_t bytes) const;
  Status copyWithin(DevicePointer to, DevicePointer from, int64_t bytes) const;
  Status zero(DevicePointer to, int64_t bytes) const;
  /// Until all of that is done.
  Status wait() const;

  Stream stream() const { return queue; }

private:
  Gpu(const Driver &driver, GpuFacts facts)
      : api(driver), facts(std::move(facts)) {}
  Status tooLittleMemory(int64_t bytes) const;

  const GpuFacts facts;
  Context context = nullptr;
  Stream queue = nullptr;
  std::vector<DevicePointer> allocations;
  std::vector<uint8_t *> pinned;
  std::vector<Module> modules;
};

} // namespace llmrt::cuda

#endif // LLMRT_CUDA_GPU_H
