//===- FakeDriver.cpp - a CUDA driver for tests of the host ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "FakeDriver.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>

using namespace llmrt::cuda;
using llmrt::test::FakeCuda;
using llmrt::test::FakeKernel;

using Work = std::function<Result()>;

namespace llmrt::cuda {
struct ContextObject {};
struct ModuleObject {};
struct FunctionObject {
  const FakeKernel *kernel;
  unsigned sharedBytes = 48 * 1024; // that launches may ask for
};
struct EventObject {
  bool recorded = false, reached = false;
  int64_t time = 0;
};
struct GraphObject {
  std::vector<Work> work;
};
struct GraphExecObject {
  std::vector<Work> work;
};
struct StreamObject {
  std::deque<Work> work;
  std::unique_ptr<GraphObject> capture;
};
} // namespace llmrt::cuda

namespace {

FakeCuda state;
std::map<const uint8_t *, size_t> pinned;
ContextObject context;
thread_local Context current = nullptr;
bool started = false;
Result broken = Success; // what a fault of the device leaves
int64_t kernelsRun = 0;

/// Every call from the host.
Result enter(const char *name, bool needsContext = true) {
  ++state.calls[name];
  auto failure = state.failures.find(name);
  if (failure != state.failures.end() && failure->second.after-- <= 0)
    return failure->second.with;
  if (!started)
    return NotInitialized;
  if (needsContext && current != &context)
    return InvalidContext;
  return broken;
}

bool isPinned(const void *address, size_t bytes) {
  const auto *begin = static_cast<const uint8_t *>(address);
  for (auto [base, size] : pinned)
    if (begin >= base && begin + bytes <= base + size)
      return true;
  return false;
}

Result add(Stream stream, Work work) {
  if (stream->capture)
    stream->capture->work.push_back(std::move(work));
  else
    stream->work.push_back(std::move(work));
  return Success;
}

Result finish(Stream stream, const Event until = nullptr) {
  while (!stream->work.empty() && !(until && until->reached)) {
    Work work = std::move(stream->work.front());
    stream->work.pop_front();
    if (Result result = work(); result != Success)
      return broken = result;
  }
  return Success;
}

uint8_t *at(DevicePointer pointer) {
  return reinterpret_cast<uint8_t *>(pointer);
}

std::vector<Stream> streams;

} // namespace

#define ENTER(...)                                                             \
  if (Result failed = enter(__func__ __VA_OPT__(, ) __VA_ARGS__);              \
      failed != Success)                                                       \
  return failed

extern "C" {

FakeCuda *fakeCudaState() { return &state; }
/// As it was at the beginning; nothing of an earlier test is in use.
void fakeCudaReset() {
  state = FakeCuda();
  started = false;
  broken = Success;
  kernelsRun = 0;
  current = nullptr;
}

Result cuInit(unsigned) {
  started = true;
  ENTER(false);
  return state.gpus ? Success : NoDevice;
}
Result cuDriverGetVersion(int *version) {
  *version = state.version;
  return Success;
}
Result cuGetErrorName(Result result, const char **text) {
  *text = result == OutOfMemory    ? "CUDA_ERROR_OUT_OF_MEMORY"
          : result == LaunchFailed ? "CUDA_ERROR_LAUNCH_FAILED"
                                   : nullptr;
  return *text ? Success : InvalidValue;
}
Result cuGetErrorString(Result result, const char **text) {
  *text =
      result == OutOfMemory ? "out of memory" : "unspecified launch failure";
  return Success;
}
Result cuDeviceGetCount(int *count) {
  ENTER(false);
  *count = state.gpus;
  return Success;
}
Result cuDeviceGet(Device *device, int ordinal) {
  ENTER(false);
  *device = ordinal;
  return Success;
}
Result cuDeviceGetName(char *name, int length, Device) {
  ENTER(false);
  std::strncpy(name, "Fake GPU", length);
  return Success;
}
Result cuDeviceGetAttribute(int *value, DeviceAttribute attribute, Device) {
  ENTER(false);
  *value = attribute == ComputeCapabilityMajor ? state.major : state.minor;
  return Success;
}
Result cuDevicePrimaryCtxRetain(Context *result, Device) {
  ENTER(false);
  *result = &context;
  ++state.handles;
  return Success;
}
Result cuDevicePrimaryCtxRelease_v2(Device) {
  ++state.calls[__func__];
  --state.handles;
  return Success;
}
Result cuCtxSetCurrent(Context chosen) {
  current = chosen;
  ENTER(false);
  return Success;
}
Result cuModuleLoadDataEx(Module *module, const void *image, unsigned count,
                          JitOption *options, void **values) {
  state.image = static_cast<const char *>(image);
  if (state.image == "bad" && count == 2 && options[0] == JitErrorLogBuffer)
    std::strcpy(static_cast<char *>(values[0]), "line 1: no such opcode\nmore");
  ENTER();
  if (state.image == "bad")
    return InvalidPtx;
  *module = new ModuleObject;
  ++state.handles;
  return Success;
}
Result cuModuleUnload(Module module) {
  --state.handles;
  delete module;
  ENTER();
  return Success;
}
Result cuModuleGetFunction(Function *function, Module, const char *name) {
  ENTER();
  auto found = state.kernels.find(name);
  if (found == state.kernels.end())
    return NotFound;
  static std::deque<FunctionObject> functions;
  *function = &functions.emplace_back(FunctionObject{.kernel = &found->second});
  return Success;
}
Result cuFuncSetAttribute(Function function, FunctionAttribute attribute,
                          int value) {
  ENTER();
  if (attribute != FunctionMaxDynamicSharedSizeBytes || value > 227 * 1024)
    return InvalidValue;
  function->sharedBytes = static_cast<unsigned>(value);
  return Success;
}
Result launch(Function function, unsigned x, unsigned y, unsigned z,
              unsigned threads, unsigned shared, Stream stream,
              void **parameters) {
  if (x == 0 || y != 1 || z != 1 || threads == 0 ||
      shared > function->sharedBytes)
    return InvalidValue;
  state.sharedBytes.push_back(shared);
  std::vector<uint64_t> arguments;
  for (size_t i = 0; i < function->kernel->arguments; ++i)
    arguments.push_back(*static_cast<uint64_t *>(parameters[i]));
  return add(stream, [=, kernel = function->kernel] {
    if (state.faultAfter >= 0 && kernelsRun >= state.faultAfter)
      return LaunchFailed;
    ++kernelsRun;
    kernel->run(x, arguments.data());
    return Success;
  });
}

Result cuLaunchKernel(Function function, unsigned x, unsigned y, unsigned z,
                      unsigned threads, unsigned, unsigned, unsigned shared,
                      Stream stream, void **parameters, void **) {
  ENTER();
  return launch(function, x, y, z, threads, shared, stream, parameters);
}
Result cuLaunchKernelEx(const LaunchConfig *config, Function function,
                        void **parameters, void **) {
  ENTER();
  return launch(function, config->gridDimX, config->gridDimY, config->gridDimZ,
                config->blockDimX, config->sharedMemBytes, config->stream,
                parameters);
}

Result cuMemGetInfo_v2(size_t *freeBytes, size_t *totalBytes) {
  ENTER();
  *freeBytes = state.memory - state.inUse;
  *totalBytes = state.memory;
  return Success;
}
Result cuMemAlloc_v2(DevicePointer *pointer, size_t bytes) {
  ENTER();
  if (state.inUse + bytes > state.memory)
    return OutOfMemory;
  auto *memory = static_cast<uint8_t *>(
      std::aligned_alloc(256, (bytes + 255) / 256 * 256));
  std::memset(memory, 0xff, bytes); // not a number, as floats
  state.onDevice[memory] = bytes;
  state.inUse += bytes;
  state.most = std::max(state.most, state.inUse);
  *pointer = reinterpret_cast<DevicePointer>(memory);
  return Success;
}
Result cuMemFree_v2(DevicePointer pointer) {
  ++state.calls[__func__];
  auto found = state.onDevice.find(at(pointer));
  if (found == state.onDevice.end())
    return InvalidValue;
  state.inUse -= found->second;
  state.onDevice.erase(found);
  std::free(at(pointer));
  return Success;
}
Result cuMemHostAlloc(void **pointer, size_t bytes, unsigned) {
  ENTER();
  *pointer = std::aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
  pinned[static_cast<uint8_t *>(*pointer)] = bytes;
  ++state.handles;
  return Success;
}
Result cuMemFreeHost(void *pointer) {
  ++state.calls[__func__];
  if (!pinned.erase(static_cast<uint8_t *>(pointer)))
    return InvalidValue;
  --state.handles;
  std::free(pointer);
  return Success;
}
Result cuMemcpyHtoDAsync_v2(DevicePointer to, const void *from, size_t bytes,
                            Stream stream) {
  ENTER();
  if (!state.isOnDevice(at(to), bytes) || !isPinned(from, bytes))
    return InvalidValue;
  return add(stream, [=] {
    std::memcpy(at(to), from, bytes);
    return Success;
  });
}
Result cuMemcpyDtoHAsync_v2(void *to, DevicePointer from, size_t bytes,
                            Stream stream) {
  ENTER();
  if (!state.isOnDevice(at(from), bytes) || !isPinned(to, bytes))
    return InvalidValue;
  return add(stream, [=] {
    std::memcpy(to, at(from), bytes);
    return Success;
  });
}
Result cuMemcpyDtoDAsync_v2(DevicePointer to, DevicePointer from, size_t bytes,
                            Stream stream) {
  ENTER();
  if (!state.isOnDevice(at(from), bytes) || !state.isOnDevice(at(to), bytes))
    return InvalidValue;
  return add(stream, [=] {
    std::memcpy(at(to), at(from), bytes);
    return Success;
  });
}
Result cuMemsetD8Async(DevicePointer to, unsigned char value, size_t count,
                       Stream stream) {
  ENTER();
  if (!state.isOnDevice(at(to), count))
    return InvalidValue;
  return add(stream, [=] {
    std::memset(at(to), value, count);
    return Success;
  });
}

Result cuStreamCreate(Stream *stream, unsigned) {
  ENTER();
  *stream = new StreamObject;
  streams.push_back(*stream);
  ++state.handles;
  return Success;
}
Result cuStreamSynchronize(Stream stream) {
  ENTER();
  return stream->capture ? StreamCaptureUnsupported : finish(stream);
}
Result cuStreamDestroy_v2(Stream stream) {
  std::erase(streams, stream);
  --state.handles;
  delete stream;
  ENTER();
  return Success;
}
Result cuEventCreate(Event *event, unsigned) {
  ENTER();
  *event = new EventObject;
  ++state.handles;
  return Success;
}
/// Of a clock that goes on by a millisecond with every kernel.
Result cuEventRecord(Event event, Stream stream) {
  ENTER();
  *event = {.recorded = true};
  return add(stream, [=] {
    event->reached = true;
    event->time = kernelsRun;
    return Success;
  });
}
Result cuEventSynchronize(Event event) {
  ENTER();
  for (Stream stream : streams)
    if (Result result = finish(stream, event); result != Success)
      return result;
  return event->reached ? Success : InvalidValue;
}
Result cuEventElapsedTime(float *milliseconds, Event start, Event end) {
  ENTER();
  if (!start->reached || !end->reached)
    return NotReady;
  *milliseconds = static_cast<float>(end->time - start->time);
  return Success;
}
Result cuEventDestroy_v2(Event event) {
  ++state.calls[__func__];
  --state.handles;
  delete event;
  return Success;
}

Result cuStreamBeginCapture_v2(Stream stream, CaptureMode) {
  ENTER();
  stream->capture = std::make_unique<GraphObject>();
  return Success;
}
Result cuStreamEndCapture(Stream stream, Graph *graph) {
  *graph = stream->capture.release();
  ++state.handles;
  ENTER();
  return Success;
}
Result cuGraphInstantiateWithFlags(GraphExec *exec, Graph graph, uint64_t) {
  ENTER();
  *exec = new GraphExecObject{graph->work};
  ++state.handles;
  return Success;
}
Result cuGraphLaunch(GraphExec exec, Stream stream) {
  ENTER();
  for (const Work &work : exec->work)
    stream->work.push_back(work);
  return Success;
}
Result cuGraphExecDestroy(GraphExec exec) {
  ++state.calls[__func__];
  --state.handles;
  delete exec;
  return Success;
}
Result cuGraphDestroy(Graph graph) {
  ++state.calls[__func__];
  --state.handles;
  delete graph;
  return Success;
}
}
