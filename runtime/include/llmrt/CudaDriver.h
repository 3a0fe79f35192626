//===- CudaDriver.h - the part of the CUDA driver's ABI that is used ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Programs find the driver (libcuda.so.1) at start, so nothing of CUDA is needed
// to build them. Written from the documented ABI; names of entry points are those
// that the library exports, `_v2` where that is the current form. Shared by the
// runtime, which calls them, and by llmc-ptxsim's library, which implements them.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_CUDADRIVER_H
#define LLMRT_CUDADRIVER_H

#include <cstddef>
#include <cstdint>

namespace llmrt::cuda {

/// CUresult. The driver has more; these are the ones that are named here.
enum Result : int {
  Success = 0,
  InvalidValue = 1,
  OutOfMemory = 2,
  NotInitialized = 3,
  Deinitialized = 4,
  NoDevice = 100,
  InvalidDevice = 101,
  InvalidImage = 200,
  InvalidContext = 201,
  NoBinaryForGpu = 209,
  InvalidPtx = 218,
  UnsupportedPtxVersion = 222,
  InvalidHandle = 400,
  NotFound = 500,
  NotReady = 600,
  IllegalAddress = 700,
  LaunchOutOfResources = 701,
  LaunchTimeout = 702,
  MisalignedAddress = 716,
  LaunchFailed = 719,
  CooperativeLaunchTooLarge = 720,
  NotSupported = 801,
  StreamCaptureUnsupported = 900,
  StreamCaptureInvalidated = 901,
  UnknownError = 999,
};

/// CUdevice_attribute: what a host asks of a device.
enum DeviceAttribute : int {
  MaxThreadsPerBlock = 1,
  MaxBlockDimX = 2,
  MaxBlockDimY = 3,
  MaxBlockDimZ = 4,
  MaxGridDimX = 5,
  MaxGridDimY = 6,
  MaxGridDimZ = 7,
  MaxSharedMemoryPerBlock = 8,
  TotalConstantMemory = 9,
  WarpSize = 10,
  MaxRegistersPerBlock = 12,
  ClockRate = 13, // kHz
  MultiprocessorCount = 16,
  Integrated = 18,
  CanMapHostMemory = 19,
  MemoryClockRate = 36,      // kHz
  GlobalMemoryBusWidth = 37, // bits
  L2CacheSize = 38,          // bytes
  MaxThreadsPerMultiprocessor = 39,
  UnifiedAddressing = 41,
  ComputeCapabilityMajor = 75,
  ComputeCapabilityMinor = 76,
  MaxSharedMemoryPerMultiprocessor = 81,
  MaxRegistersPerMultiprocessor = 82,
  CooperativeLaunch = 95,
  MaxSharedMemoryPerBlockOptin = 97,
};

/// CUfunction_attribute.
enum FunctionAttribute : int {
  FunctionMaxThreadsPerBlock = 0,
  FunctionSharedSizeBytes = 1,
  FunctionConstSizeBytes = 2,
  FunctionLocalSizeBytes = 3,
  FunctionNumRegisters = 4,
  FunctionPtxVersion = 5,
  FunctionBinaryVersion = 6,
  FunctionMaxDynamicSharedSizeBytes = 8,
  FunctionPreferredSharedMemoryCarveout = 9,
};

/// CUjit_option, of cuModuleLoadDataEx.
enum JitOption : int {
  JitInfoLogBuffer = 3,
  JitInfoLogBufferSizeBytes = 4,
  JitErrorLogBuffer = 5,
  JitErrorLogBufferSizeBytes = 6,
  JitOptimizationLevel = 7,
};

/// Flags of cuMemHostAlloc and cuMemHostRegister.
enum HostMemoryFlags : unsigned {
  HostPortable = 1,
  HostDeviceMap = 2,
  HostWriteCombined = 4, // of cuMemHostAlloc
  HostReadOnly = 8,      // of cuMemHostRegister
};

enum StreamFlags : unsigned { StreamDefault = 0, StreamNonBlocking = 1 };
enum EventFlags : unsigned { EventDefault = 0, EventDisableTiming = 2 };

enum CaptureMode : int {
  CaptureGlobal = 0,
  CaptureThreadLocal = 1,
  CaptureRelaxed = 2,
};
enum CaptureStatus : int {
  CaptureNone = 0,
  CaptureActive = 1,
  CaptureInvalidated = 2,
};

using Device = int;
using DevicePointer = uint64_t;
using Context = struct ContextObject *;
using Module = struct ModuleObject *;
using Function = struct FunctionObject *;
using Stream = struct StreamObject *;
using Event = struct EventObject *;
using Graph = struct GraphObject *;
using GraphExec = struct GraphExecObject *;
using GraphNode = struct GraphNodeObject *;

struct Uuid {
  char bytes[16];
};

/// CUlaunchAttributeID.
enum LaunchAttributeId : int {
  AttributeIgnore = 0,
  AttributeCooperative = 2,
  AttributeClusterDimension = 4,
  AttributeProgrammaticStreamSerialization = 6,
  AttributePriority = 8,
};

/// CUlaunchAttribute: the id, then 64 bytes whose meaning it chooses.
struct LaunchAttribute {
  LaunchAttributeId id;
  char padding[4];
  union {
    char bytes[64];
    int cooperative;
    struct {
      unsigned x, y, z;
    } clusterDimension;
    int programmaticStreamSerializationAllowed;
    int priority;
  };
};
static_assert(sizeof(LaunchAttribute) == 72 &&
              offsetof(LaunchAttribute, bytes) == 8);

/// CUlaunchConfig.
struct LaunchConfig {
  unsigned gridDimX, gridDimY, gridDimZ;
  unsigned blockDimX, blockDimY, blockDimZ;
  unsigned sharedMemBytes; // dynamic
  Stream stream;
  LaunchAttribute *attributes;
  unsigned attributeCount;
};
static_assert(sizeof(LaunchConfig) == 56 &&
              offsetof(LaunchConfig, stream) == 32);

/// Every entry point: X(exported name, parameters). All of them return Result.
// clang-format off
#define LLMRT_CUDA_ENTRY_POINTS(X)                                             \
  X(cuInit, (unsigned flags))                                                  \
  X(cuDriverGetVersion, (int *version))                                        \
  X(cuGetErrorName, (Result result, const char **text))                        \
  X(cuGetErrorString, (Result result, const char **text))                      \
  X(cuGetProcAddress_v2, (const char *symbol, void **function, int cudaVersion, uint64_t flags, int *status)) \
  X(cuDeviceGetCount, (int *count))                                            \
  X(cuDeviceGet, (Device *device, int ordinal))                                \
  X(cuDeviceGetName, (char *name, int length, Device device))                  \
  X(cuDeviceGetAttribute, (int *value, DeviceAttribute attribute, Device device)) \
  X(cuDeviceTotalMem_v2, (size_t *bytes, Device device))                       \
  X(cuDeviceGetUuid_v2, (Uuid *uuid, Device device))                           \
  X(cuDevicePrimaryCtxRetain, (Context *context, Device device))               \
  X(cuDevicePrimaryCtxRelease_v2, (Device device))                             \
  X(cuCtxSetCurrent, (Context context))                                        \
  X(cuCtxGetCurrent, (Context *context))                                       \
  X(cuCtxSynchronize, ())                                                      \
  X(cuModuleLoadData, (Module *module, const void *image))                     \
  X(cuModuleLoadDataEx, (Module *module, const void *image, unsigned optionCount, JitOption *options, void **values)) \
  X(cuModuleUnload, (Module module))                                           \
  X(cuModuleGetFunction, (Function *function, Module module, const char *name)) \
  X(cuModuleGetGlobal_v2, (DevicePointer *pointer, size_t *bytes, Module module, const char *name)) \
  X(cuFuncGetAttribute, (int *value, FunctionAttribute attribute, Function function)) \
  X(cuFuncSetAttribute, (Function function, FunctionAttribute attribute, int value)) \
  X(cuOccupancyMaxActiveBlocksPerMultiprocessor, (int *blocks, Function function, int blockSize, size_t dynamicSharedBytes)) \
  X(cuLaunchKernel, (Function function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY, unsigned blockZ, unsigned sharedBytes, Stream stream, void **parameters, void **extra)) \
  X(cuLaunchKernelEx, (const LaunchConfig *config, Function function, void **parameters, void **extra)) \
  X(cuMemGetInfo_v2, (size_t *freeBytes, size_t *totalBytes))                  \
  X(cuMemAlloc_v2, (DevicePointer *pointer, size_t bytes))                     \
  X(cuMemFree_v2, (DevicePointer pointer))                                     \
  X(cuMemHostAlloc, (void **pointer, size_t bytes, unsigned flags))            \
  X(cuMemFreeHost, (void *pointer))                                            \
  X(cuMemHostRegister_v2, (void *pointer, size_t bytes, unsigned flags))       \
  X(cuMemHostUnregister, (void *pointer))                                      \
  X(cuMemHostGetDevicePointer_v2, (DevicePointer *devicePointer, void *pointer, unsigned flags)) \
  X(cuMemcpyHtoD_v2, (DevicePointer to, const void *from, size_t bytes))       \
  X(cuMemcpyDtoH_v2, (void *to, DevicePointer from, size_t bytes))             \
  X(cuMemcpyDtoD_v2, (DevicePointer to, DevicePointer from, size_t bytes))     \
  X(cuMemcpyHtoDAsync_v2, (DevicePointer to, const void *from, size_t bytes, Stream stream)) \
  X(cuMemcpyDtoHAsync_v2, (void *to, DevicePointer from, size_t bytes, Stream stream)) \
  X(cuMemcpyDtoDAsync_v2, (DevicePointer to, DevicePointer from, size_t bytes, Stream stream)) \
  X(cuMemsetD8_v2, (DevicePointer to, unsigned char value, size_t count))      \
  X(cuMemsetD32_v2, (DevicePointer to, unsigned value, size_t count))          \
  X(cuMemsetD8Async, (DevicePointer to, unsigned char value, size_t count, Stream stream)) \
  X(cuMemsetD32Async, (DevicePointer to, unsigned value, size_t count, Stream stream)) \
  X(cuStreamCreate, (Stream *stream, unsigned flags))                          \
  X(cuStreamSynchronize, (Stream stream))                                      \
  X(cuStreamQuery, (Stream stream))                                            \
  X(cuStreamWaitEvent, (Stream stream, Event event, unsigned flags))           \
  X(cuStreamDestroy_v2, (Stream stream))                                       \
  X(cuEventCreate, (Event *event, unsigned flags))                             \
  X(cuEventRecord, (Event event, Stream stream))                               \
  X(cuEventQuery, (Event event))                                               \
  X(cuEventSynchronize, (Event event))                                         \
  X(cuEventElapsedTime, (float *milliseconds, Event start, Event end))         \
  X(cuEventDestroy_v2, (Event event))                                          \
  X(cuStreamBeginCapture_v2, (Stream stream, CaptureMode mode))                \
  X(cuStreamEndCapture, (Stream stream, Graph *graph))                         \
  X(cuStreamIsCapturing, (Stream stream, CaptureStatus *status))               \
  X(cuGraphGetNodes, (Graph graph, GraphNode *nodes, size_t *count))           \
  X(cuGraphInstantiateWithFlags, (GraphExec *exec, Graph graph, uint64_t flags)) \
  X(cuGraphLaunch, (GraphExec exec, Stream stream))                            \
  X(cuGraphExecDestroy, (GraphExec exec))                                      \
  X(cuGraphDestroy, (Graph graph))
// clang-format on

/// The entry points as they were found, one pointer each: `driver.cuInit(0)`.
struct Driver {
#define LLMRT_CUDA_POINTER(name, parameters) Result(*name) parameters = nullptr;
  LLMRT_CUDA_ENTRY_POINTS(LLMRT_CUDA_POINTER)
#undef LLMRT_CUDA_POINTER
};

} // namespace llmrt::cuda

#endif // LLMRT_CUDADRIVER_H
