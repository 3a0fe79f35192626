//===- DriverLibrary.cpp - the CUDA driver, loaded ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "DriverLibrary.h"

#include <algorithm>
#include <cstdlib>
#include <dlfcn.h>
#include <string_view>

using namespace llmrt;
using namespace llmrt::cuda;

/// What a runner calls whatever the driver's version.
static constexpr std::string_view needed[] = {
    "cuInit",
    "cuDriverGetVersion",
    "cuGetErrorName",
    "cuGetErrorString",
    "cuDeviceGetCount",
    "cuDeviceGet",
    "cuDeviceGetName",
    "cuDeviceGetAttribute",
    "cuDevicePrimaryCtxRetain",
    "cuDevicePrimaryCtxRelease_v2",
    "cuCtxSetCurrent",
    "cuModuleLoadDataEx",
    "cuModuleUnload",
    "cuModuleGetFunction",
    "cuFuncSetAttribute",
    "cuLaunchKernel",
    "cuMemGetInfo_v2",
    "cuMemAlloc_v2",
    "cuMemFree_v2",
    "cuMemHostAlloc",
    "cuMemFreeHost",
    "cuMemcpyHtoDAsync_v2",
    "cuMemcpyDtoHAsync_v2",
    "cuMemcpyDtoDAsync_v2",
    "cuMemsetD8Async",
    "cuStreamCreate",
    "cuStreamSynchronize",
    "cuStreamDestroy_v2",
    "cuEventCreate",
    "cuEventRecord",
    "cuEventSynchronize",
    "cuEventElapsedTime",
    "cuEventDestroy_v2",
};

std::string cuda::describe(const Driver &driver, Result result) {
  const char *name = nullptr, *text = nullptr;
  if (driver.cuGetErrorName(result, &name) != Success || !name)
    return "error " + std::to_string(int(result)) + " of the driver";
  if (driver.cuGetErrorString(result, &text) != Success || !text)
    return name;
  return std::string(name) + ": " + text;
}

static std::string describeVersion(int version) {
  return std::to_string(version / 1000) + "." +
         std::to_string(version % 1000 / 10);
}

static Expected<Driver> findEntryPoints(const char *library) {
  // Never closed: the driver has threads and handlers of its own.
  void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (!handle)
    return Status::error("no CUDA driver: " + std::string(dlerror()) +
                         "; install NVIDIA's driver");
  Driver driver;
  const char *missing = nullptr;
  auto find = [&](auto &pointer, const char *name) {
    void *found = dlsym(handle, name);
    pointer = reinterpret_cast<std::decay_t<decltype(pointer)>>(found);
    if (!found && std::find(std::begin(needed), std::end(needed), name) !=
                      std::end(needed))
      missing = name;
  };
#define LLMRT_CUDA_FIND(name, parameters) find(driver.name, #name);
  LLMRT_CUDA_ENTRY_POINTS(LLMRT_CUDA_FIND)
#undef LLMRT_CUDA_FIND
  if (missing)
    return Status::error(std::string(library) + " has no " + missing +
                         ": it is no CUDA driver, or one older than " +
                         describeVersion(oldestVersion) +
                         "; update NVIDIA's driver");
  return driver;
}

Expected<Driver> cuda::loadDriver() {
  const char *chosen = std::getenv("LLMRT_CUDA_DRIVER");
  auto driver = findEntryPoints(chosen && *chosen ? chosen : "libcuda.so.1");
  if (!driver)
    return driver;
  int version = 0;
  if (driver->cuDriverGetVersion(&version) != Success ||
      version < oldestVersion)
    return Status::error("the CUDA driver has version " +
                         describeVersion(version) + ", programs need " +
                         describeVersion(oldestVersion) +
                         " or newer: update NVIDIA's driver");
  const Result started = driver->cuInit(0);
  if (started == NoDevice)
    return Status::error("the CUDA driver finds no NVIDIA GPU");
  if (started != Success)
    return Status::error("the CUDA driver does not start: " +
                         describe(*driver, started));
  return driver;
}
