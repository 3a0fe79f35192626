//===- Memory.cpp - allocation and copies ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Device.h"

#include <cstdlib>
#include <cstring>

using llmc::ptxsim::SimulatedDevice;
using namespace llmrt::cuda;
using llmc::ptxsim::entry;

LLMC_PTXSIM_EXPORT Result cuMemGetInfo_v2(size_t *freeBytes,
                                          size_t *totalBytes) {
  return entry([&](SimulatedDevice &device) {
    *totalBytes = device.memory.capacityBytes();
    *freeBytes = *totalBytes - device.memory.usedBytes();
    return Success;
  });
}

LLMC_PTXSIM_EXPORT Result cuMemAlloc_v2(DevicePointer *pointer, size_t bytes) {
  return entry([&](SimulatedDevice &device) {
    if (!pointer || !bytes)
      return InvalidValue;
    std::optional<uint64_t> made = device.memory.allocate(bytes);
    if (!made)
      return OutOfMemory;
    *pointer = *made;
    return Success;
  });
}

LLMC_PTXSIM_EXPORT Result cuMemFree_v2(DevicePointer pointer) {
  return entry([&](SimulatedDevice &device) {
    return !pointer || device.memory.release(pointer) ? Success : InvalidValue;
  });
}

LLMC_PTXSIM_EXPORT Result cuMemHostAlloc(void **pointer, size_t bytes,
                                         unsigned flags) {
  return entry([&](SimulatedDevice &device) {
    if (!bytes)
      return InvalidValue;
    *pointer = std::aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
    if (!*pointer)
      return OutOfMemory;
    device.memory.registerHost(*pointer, bytes);
    return Success;
  });
}

LLMC_PTXSIM_EXPORT Result cuMemFreeHost(void *pointer) {
  return entry([&](SimulatedDevice &device) {
    if (!device.memory.release(reinterpret_cast<uint64_t>(pointer)))
      return InvalidValue;
    std::free(pointer);
    return Success;
  });
}

LLMC_PTXSIM_EXPORT Result cuMemHostRegister_v2(void *pointer, size_t bytes,
                                               unsigned flags) {
  return entry([&](SimulatedDevice &device) {
    if (!pointer || !bytes)
      return InvalidValue;
    device.memory.registerHost(pointer, bytes, flags & HostReadOnly);
    return Success;
  });
}

LLMC_PTXSIM_EXPORT Result cuMemHostUnregister(void *pointer) {
  return entry([&](SimulatedDevice &device) {
    return device.memory.release(reinterpret_cast<uint64_t>(pointer))
               ? Success
               : InvalidValue;
  });
}

LLMC_PTXSIM_EXPORT Result cuMemHostGetDevicePointer_v2(
    DevicePointer *devicePointer, void *pointer, unsigned flags) {
  return entry([&](SimulatedDevice &device) {
    *devicePointer = reinterpret_cast<uint64_t>(pointer);
    return device.memory.find(*devicePointer, 1) ? Success : InvalidValue;
  });
}

/// Whether the device has all bytes there; says so where it has not.
static bool has(SimulatedDevice &device, const char *what, DevicePointer at,
                size_t bytes) {
  if (!bytes || device.memory.find(at, bytes))
    return true;
  device.complain(
      InvalidValue,
      std::string(what) + ": " + std::to_string(bytes) + " bytes at " +
          std::to_string(at) +
          " are not all the device's: " + device.memory.describe(at, bytes));
  return false;
}

static Result copyIn(const char *name, DevicePointer to, const void *from,
                     size_t bytes, Stream stream) {
  return entry([&](SimulatedDevice &device) {
    if (!has(device, name, to, bytes))
      return InvalidValue;
    return device.enqueue(stream, [=] {
      std::memcpy(reinterpret_cast<void *>(to), from, bytes);
      return Success;
    });
  });
}

static Result copyOut(const char *name, void *to, DevicePointer from,
                      size_t bytes, Stream stream) {
  return entry([&](SimulatedDevice &device) {
    if (!has(device, name, from, bytes))
      return InvalidValue;
    return device.enqueue(stream, [=] {
      std::memcpy(to, reinterpret_cast<const void *>(from), bytes);
      return Success;
    });
  });
}

static Result copyWithin(const char *name, DevicePointer to, DevicePointer from,
                         size_t bytes, Stream stream) {
  return entry([&](SimulatedDevice &device) {
    if (!has(device, name, to, bytes) || !has(device, name, from, bytes))
      return InvalidValue;
    return device.enqueue(stream, [=] {
      std::memmove(reinterpret_cast<void *>(to),
                   reinterpret_cast<const void *>(from), bytes);
      return Success;
    });
  });
}

template <typename T>
static Result fill(const char *name, DevicePointer to, T value, size_t count,
                   Stream stream) {
  return entry([&](SimulatedDevice &device) {
    if (to % sizeof(T) || count > SIZE_MAX / sizeof(T) ||
        !has(device, name, to, count * sizeof(T)))
      return InvalidValue;
    return device.enqueue(stream, [=] {
      std::fill_n(reinterpret_cast<T *>(to), count, value);
      return Success;
    });
  });
}

LLMC_PTXSIM_EXPORT Result cuMemcpyHtoD_v2(DevicePointer to, const void *from,
                                          size_t bytes) {
  return copyIn("cuMemcpyHtoD", to, from, bytes, nullptr);
}
LLMC_PTXSIM_EXPORT Result cuMemcpyDtoH_v2(void *to, DevicePointer from,
                                          size_t bytes) {
  return copyOut("cuMemcpyDtoH", to, from, bytes, nullptr);
}
LLMC_PTXSIM_EXPORT Result cuMemcpyDtoD_v2(DevicePointer to, DevicePointer from,
                                          size_t bytes) {
  return copyWithin("cuMemcpyDtoD", to, from, bytes, nullptr);
}
LLMC_PTXSIM_EXPORT Result cuMemcpyHtoDAsync_v2(DevicePointer to,
                                               const void *from, size_t bytes,
                                               Stream stream) {
  return copyIn("cuMemcpyHtoDAsync", to, from, bytes, stream);
}
LLMC_PTXSIM_EXPORT Result cuMemcpyDtoHAsync_v2(void *to, DevicePointer from,
                                               size_t bytes, Stream stream) {
  return copyOut("cuMemcpyDtoHAsync", to, from, bytes, stream);
}
LLMC_PTXSIM_EXPORT Result cuMemcpyDtoDAsync_v2(DevicePointer to,
                                               DevicePointer from, size_t bytes,
                                               Stream stream) {
  return copyWithin("cuMemcpyDtoDAsync", to, from, bytes, stream);
}
LLMC_PTXSIM_EXPORT Result cuMemsetD8_v2(DevicePointer to, unsigned char value,
                                        size_t count) {
  return fill("cuMemsetD8", to, value, count, nullptr);
}
LLMC_PTXSIM_EXPORT Result cuMemsetD32_v2(DevicePointer to, unsigned value,
                                         size_t count) {
  return fill("cuMemsetD32", to, value, count, nullptr);
}
LLMC_PTXSIM_EXPORT Result cuMemsetD8Async(DevicePointer to, unsigned char value,
                                          size_t count, Stream stream) {
  return fill("cuMemsetD8Async", to, value, count, stream);
}
LLMC_PTXSIM_EXPORT Result cuMemsetD32Async(DevicePointer to, unsigned value,
                                           size_t count, Stream stream) {
  return fill("cuMemsetD32Async", to, value, count, stream);
}
