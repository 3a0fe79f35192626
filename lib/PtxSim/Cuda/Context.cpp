//===- Context.cpp - start, questions about the device, names of errors ---===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Device.h"

#include <cstdio>
#include <cstring>
#include <iterator>
#include <string_view>

using llmc::ptxsim::DeviceSettings;
using llmc::ptxsim::SimulatedDevice;
using namespace llmrt::cuda;
using llmc::ptxsim::entry;

namespace {
struct Name {
  Result result;
  const char *name, *text;
};
} // namespace

static constexpr Name names[] = {
    {Success, "CUDA_SUCCESS", "no error"},
    {InvalidValue, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
    {OutOfMemory, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {NotInitialized, "CUDA_ERROR_NOT_INITIALIZED", "cuInit was not called"},
    {InvalidDevice, "CUDA_ERROR_INVALID_DEVICE", "no such device"},
    {InvalidImage, "CUDA_ERROR_INVALID_IMAGE", "not a device image"},
    {InvalidContext, "CUDA_ERROR_INVALID_CONTEXT", "no such context"},
    {NoBinaryForGpu, "CUDA_ERROR_NO_BINARY_FOR_GPU",
     "nothing in the image is for this device"},
    {InvalidPtx, "CUDA_ERROR_INVALID_PTX", "the PTX has an error"},
    {InvalidHandle, "CUDA_ERROR_INVALID_HANDLE", "no such object"},
    {NotFound, "CUDA_ERROR_NOT_FOUND", "no such name"},
    {IllegalAddress, "CUDA_ERROR_ILLEGAL_ADDRESS",
     "a kernel touched memory that is not its own"},
    {LaunchTimeout, "CUDA_ERROR_LAUNCH_TIMEOUT", "a kernel did not end"},
    {MisalignedAddress, "CUDA_ERROR_MISALIGNED_ADDRESS",
     "a kernel used a misaligned address"},
    {LaunchFailed, "CUDA_ERROR_LAUNCH_FAILED", "a kernel failed"},
    {NotSupported, "CUDA_ERROR_NOT_SUPPORTED", "not supported"},
    {StreamCaptureInvalidated, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED",
     "the stream is not captured"},
};

LLMC_PTXSIM_EXPORT Result cuGetErrorName(Result result, const char **text) {
  for (const Name &each : names)
    if (each.result == result) {
      *text = each.name;
      return Success;
    }
  *text = nullptr;
  return InvalidValue;
}

LLMC_PTXSIM_EXPORT Result cuGetErrorString(Result result, const char **text) {
  for (const Name &each : names)
    if (each.result == result) {
      *text = each.text;
      return Success;
    }
  *text = nullptr;
  return InvalidValue;
}

LLMC_PTXSIM_EXPORT Result cuInit(unsigned flags) {
  if (flags)
    return InvalidValue;
  SimulatedDevice &device = SimulatedDevice::get();
  std::lock_guard lock(device.mutex);
  device.isInitialised = true;
  return Success;
}

LLMC_PTXSIM_EXPORT Result cuDriverGetVersion(int *version) {
  if (!version)
    return InvalidValue;
  *version = 13000;
  return Success;
}

LLMC_PTXSIM_EXPORT Result cuDeviceGetCount(int *count) {
  return entry([&](auto &) {
    *count = 1;
    return Success;
  });
}

LLMC_PTXSIM_EXPORT Result cuDeviceGet(Device *device, int ordinal) {
  return entry([&](auto &) {
    *device = 0;
    return ordinal == 0 ? Success : InvalidDevice;
  });
}

LLMC_PTXSIM_EXPORT Result cuDeviceGetName(char *name, int length,
                                          Device device) {
  return entry([&](SimulatedDevice &simulated) {
    std::snprintf(name, size_t(length), "llmc-ptxsim sm_%d%d",
                  simulated.settings.major, simulated.settings.minor);
    return device == 0 ? Success : InvalidDevice;
  });
}

LLMC_PTXSIM_EXPORT Result cuDeviceGetUuid_v2(Uuid *uuid, Device device) {
  return entry([&](auto &) {
    std::memcpy(uuid->bytes, "llmc-ptxsim 0001", 16);
    return device == 0 ? Success : InvalidDevice;
  });
}

LLMC_PTXSIM_EXPORT Result cuDeviceTotalMem_v2(size_t *bytes, Device device) {
  return entry([&](SimulatedDevice &simulated) {
    *bytes = simulated.memory.capacityBytes();
    return device == 0 ? Success : InvalidDevice;
  });
}

namespace {
/// What a device has: those of an H100, and of an A100 where it is asked to be one.
struct AttributeRow {
  DeviceAttribute attribute;
  int hopper, ampere;
};
} // namespace

static constexpr int kibi = 1024;
static constexpr AttributeRow attributes[] = {
    {MaxThreadsPerBlock, 1024, 1024},
    {MaxBlockDimX, 1024, 1024},
    {MaxBlockDimY, 1024, 1024},
    {MaxBlockDimZ, 64, 64},
    {MaxGridDimX, 0x7fffffff, 0x7fffffff},
    {MaxGridDimY, 65535, 65535},
    {MaxGridDimZ, 65535, 65535},
    {MaxSharedMemoryPerBlock, 48 * kibi, 48 * kibi},
    {TotalConstantMemory, 64 * kibi, 64 * kibi},
    {WarpSize, 32, 32},
    {MaxRegistersPerBlock, 65536, 65536},
    {MaxRegistersPerMultiprocessor, 65536, 65536},
    {ClockRate, 1980000, 1410000},
    {MultiprocessorCount, 132, 108},
    {Integrated, 0, 0},
    {CanMapHostMemory, 1, 1},
    {UnifiedAddressing, 1, 1},
    {CooperativeLaunch, 1, 1},
    {MemoryClockRate, 2619000, 1215000},
    {GlobalMemoryBusWidth, 5120, 5120},
    {L2CacheSize, 50 * kibi * kibi, 40 * kibi * kibi},
    {MaxThreadsPerMultiprocessor, 2048, 2048},
    {MaxSharedMemoryPerMultiprocessor, 228 * kibi, 164 * kibi},
    {MaxSharedMemoryPerBlockOptin, 227 * kibi, 163 * kibi},
};

static Result attributeOf(const DeviceSettings &settings,
                          DeviceAttribute attribute, int &value) {
  if (attribute == ComputeCapabilityMajor)
    value = settings.major;
  else if (attribute == ComputeCapabilityMinor)
    value = settings.minor;
  else
    for (const AttributeRow &row : attributes)
      if (row.attribute == attribute) {
        value = settings.major >= 9 ? row.hopper : row.ampere;
        return Success;
      }
  return attribute == ComputeCapabilityMajor ||
                 attribute == ComputeCapabilityMinor
             ? Success
             : InvalidValue;
}

LLMC_PTXSIM_EXPORT Result cuDeviceGetAttribute(int *value,
                                               DeviceAttribute attribute,
                                               Device device) {
  return entry([&](SimulatedDevice &simulated) {
    return device ? InvalidDevice
                  : attributeOf(simulated.settings, attribute, *value);
  });
}

static char theContext; // there is one, and nothing in it

LLMC_PTXSIM_EXPORT Result cuDevicePrimaryCtxRetain(Context *context,
                                                   Device device) {
  return entry([&](auto &) {
    *context = reinterpret_cast<Context>(&theContext);
    return device == 0 ? Success : InvalidDevice;
  });
}

LLMC_PTXSIM_EXPORT Result cuDevicePrimaryCtxRelease_v2(Device device) {
  return device == 0 ? Success : InvalidDevice;
}

LLMC_PTXSIM_EXPORT Result cuCtxSetCurrent(Context context) {
  bool isKnown = !context || context == reinterpret_cast<Context>(&theContext);
  return isKnown ? Success : InvalidContext;
}

LLMC_PTXSIM_EXPORT Result cuCtxGetCurrent(Context *context) {
  *context = reinterpret_cast<Context>(&theContext);
  return Success;
}

LLMC_PTXSIM_EXPORT Result cuCtxSynchronize() {
  return entry([](auto &) { return Success; });
}

// ---- the table of all entry points

#define LLMC_PTXSIM_DECLARE(name, parameters) extern "C" Result name parameters;
LLMRT_CUDA_ENTRY_POINTS(LLMC_PTXSIM_DECLARE)
#undef LLMC_PTXSIM_DECLARE

namespace {
struct EntryPoint {
  std::string_view name;
  void *function;
};
} // namespace

static const EntryPoint entryPoints[] = {
#define LLMC_PTXSIM_ROW(name, parameters)                                      \
  {#name, reinterpret_cast<void *>(&name)},
    LLMRT_CUDA_ENTRY_POINTS(LLMC_PTXSIM_ROW)
#undef LLMC_PTXSIM_ROW
};

LLMC_PTXSIM_EXPORT Result cuGetProcAddress_v2(const char *symbol,
                                              void **function, int cudaVersion,
                                              uint64_t flags, int *status) {
  // Asked without the suffix: the newest form counts.
  std::string exact = symbol, second = exact + "_v2",
              flagged = exact + "WithFlags";
  const EntryPoint *found = nullptr;
  for (const std::string &name : {second, exact, flagged})
    for (const EntryPoint &each : entryPoints)
      if (!found && each.name == name)
        found = &each;
  *function = found ? found->function : nullptr;
  if (status)
    *status = found ? 0 : 1;
  return found ? Success : NotFound;
}
