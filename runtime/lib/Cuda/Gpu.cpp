//===- Gpu.cpp - one GPU in use -------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Gpu.h"
#include "DriverLibrary.h"

#include <algorithm>

using namespace llmrt;
using namespace llmrt::cuda;

static Status failure(const Driver &driver, const char *what, Result result) {
  return Status::error("the GPU cannot " + std::string(what) + ": " +
                       describe(driver, result));
}

Expected<std::vector<GpuFacts>> cuda::listGpus(const Driver &driver) {
  int count = 0;
  if (Result result = driver.cuDeviceGetCount(&count); result != Success)
    return failure(driver, "be counted", result);
  if (count == 0)
    return Status::error("the CUDA driver finds no NVIDIA GPU");
  std::vector<GpuFacts> gpus;
  for (int i = 0; i < count; ++i) {
    GpuFacts gpu = {};
    char name[128] = "";
    int major = 0, minor = 0;
    for (Result result : {driver.cuDeviceGet(&gpu.device, i),
                          driver.cuDeviceGetName(name, sizeof name, gpu.device),
                          driver.cuDeviceGetAttribute(
                              &major, ComputeCapabilityMajor, gpu.device),
                          driver.cuDeviceGetAttribute(
                              &minor, ComputeCapabilityMinor, gpu.device)})
      if (result != Success)
        return failure(driver, "be asked what it is", result);
    gpu.name = name;
    gpu.capability = 10 * major + minor;
    gpus.push_back(std::move(gpu));
  }
  return gpus;
}

Expected<std::unique_ptr<Gpu>> Gpu::open(int ordinal) {
  auto driver = loadDriver();
  if (!driver)
    return driver.status();
  auto gpus = listGpus(*driver);
  if (!gpus)
    return gpus.status();
  if (ordinal >= static_cast<int>(gpus->size()))
    return Status::error("the GPU that was there is gone");
  std::unique_ptr<Gpu> gpu(new Gpu(*driver, (*gpus)[ordinal]));
  Context context = nullptr;
  if (Status status = gpu->check(
          gpu->api.cuDevicePrimaryCtxRetain(&context, gpu->facts.device),
          "be opened");
      !status)
    return status;
  gpu->context = context;
  if (Status status = gpu->enter(); !status)
    return status;
  if (Status status =
          gpu->check(gpu->api.cuStreamCreate(&gpu->queue, StreamNonBlocking),
                     "make a stream");
      !status)
    return status;
  return gpu;
}

/// Errors no longer matter; of a device that was lost every call has one.
Gpu::~Gpu() {
  if (!context)
    return;
  (void)api.cuCtxSetCurrent(context);
  if (queue)
    (void)api.cuStreamSynchronize(queue);
  for (Module module : modules)
    (void)api.cuModuleUnload(module);
  for (DevicePointer pointer : allocations)
    (void)api.cuMemFree_v2(pointer);
  for (uint8_t *memory : pinned)
    (void)api.cuMemFreeHost(memory);
  if (queue)
    (void)api.cuStreamDestroy_v2(queue);
  (void)api.cuDevicePrimaryCtxRelease_v2(facts.device);
}

Status Gpu::enter() const {
  return check(api.cuCtxSetCurrent(context), "be entered");
}

Status Gpu::check(Result result, const char *what) const {
  return result == Success ? Status::ok() : failure(api, what, result);
}

Status Gpu::tooLittleMemory(int64_t bytes) const {
  size_t freeBytes = 0, totalBytes = 0;
  if (Result result = api.cuMemGetInfo_v2(&freeBytes, &totalBytes);
      result != Success)
    return failure(api, "say how much memory it has", result);
  auto inMiB = [](uint64_t count) { return std::to_string(count >> 20); };
  return Status::error(facts.name + " has too little memory: the run needs " +
                       inMiB(uint64_t(bytes) + (1 << 20) - 1) + " MiB there, " +
                       inMiB(freeBytes) + " MiB of " + inMiB(totalBytes) +
                       " MiB are free; ask for a smaller batch or context");
}

Expected<DevicePointer> Gpu::allocate(int64_t bytes) {
  assert(bytes > 0 && "an allocation has bytes");
  DevicePointer pointer = 0;
  const Result result = api.cuMemAlloc_v2(&pointer, static_cast<size_t>(bytes));
  if (result == OutOfMemory)
    return tooLittleMemory(bytes);
  if (Status status = check(result, "give memory"); !status)
    return status;
  allocations.push_back(pointer);
  return pointer;
}

void Gpu::free(DevicePointer pointer) {
  std::erase(allocations, pointer);
  (void)api.cuMemFree_v2(pointer);
}

Expected<std::span<uint8_t>> Gpu::allocatePinned(int64_t bytes) {
  assert(bytes > 0 && "an allocation has bytes");
  void *memory = nullptr;
  if (Status status = check(
          api.cuMemHostAlloc(&memory, static_cast<size_t>(bytes), HostPortable),
          "pin memory of the host");
      !status)
    return Status::error(status.message() + " (" + std::to_string(bytes) +
                         " bytes)");
  pinned.push_back(static_cast<uint8_t *>(memory));
  std::span<uint8_t> span(pinned.back(), static_cast<size_t>(bytes));
  std::fill(span.begin(), span.end(), 0);
  return span;
}

void Gpu::freePinned(std::span<uint8_t> memory) {
  std::erase(pinned, memory.data());
  (void)api.cuMemFreeHost(memory.data());
}

Expected<Module> Gpu::load(std::span<const uint8_t> ptx) {
  assert(!ptx.empty() && ptx.back() == 0 && "PTX without its end");
  char log[1024] = "";
  JitOption options[] = {JitErrorLogBuffer, JitErrorLogBufferSizeBytes};
  void *values[] = {log, reinterpret_cast<void *>(sizeof log)};
  Module module = nullptr;
  const Result result =
      api.cuModuleLoadDataEx(&module, ptx.data(), 2, options, values);
  if (result == UnsupportedPtxVersion)
    return Status::error("the CUDA driver is too old for this program's code: "
                         "update NVIDIA's driver (" +
                         describe(api, result) + ")");
  if (result != Success) {
    std::string line = log;
    line.resize(std::min(line.find('\n'), line.size()));
    return Status::error(
        "the CUDA driver cannot load this program's code for " + facts.name +
        ": " + describe(api, result) + (line.empty() ? "" : ": " + line));
  }
  modules.push_back(module);
  return module;
}

Status Gpu::allowShared(Function function, int64_t bytes) const {
  constexpr int64_t always = 48 * 1024; // what every launch may ask for
  if (bytes <= always)
    return Status::ok();
  return check(api.cuFuncSetAttribute(function,
                                      FunctionMaxDynamicSharedSizeBytes,
                                      static_cast<int>(bytes)),
               "give a kernel's blocks their shared memory");
}

Status Gpu::copyUp(DevicePointer to, const void *from, int64_t bytes) const {
  return check(
      api.cuMemcpyHtoDAsync_v2(to, from, static_cast<size_t>(bytes), queue),
      "take what a step reads");
}

Status Gpu::copyDown(void *to, DevicePointer from, int64_t bytes) const {
  return check(
      api.cuMemcpyDtoHAsync_v2(to, from, static_cast<size_t>(bytes), queue),
      "give results");
}

Status Gpu::copyWithin(DevicePointer to, DevicePointer from,
                       int64_t bytes) const {
  return check(
      api.cuMemcpyDtoDAsync_v2(to, from, static_cast<size_t>(bytes), queue),
      "copy a page of the cache");
}

Status Gpu::zero(DevicePointer to, int64_t bytes) const {
  return check(api.cuMemsetD8Async(to, 0, static_cast<size_t>(bytes), queue),
               "clear memory");
}

Status Gpu::wait() const {
  return check(api.cuStreamSynchronize(queue), "finish its work");
}
