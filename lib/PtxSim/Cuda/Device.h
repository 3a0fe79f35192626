//===- Device.h - the simulated device behind the driver's functions ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One device, one context. Work is done when it is asked for: a stream keeps
// nothing but, while it is captured, what its graph will do.
//===----------------------------------------------------------------------===//
#ifndef LLMC_PTXSIM_CUDA_DEVICE_H
#define LLMC_PTXSIM_CUDA_DEVICE_H

#include "llmc/PtxSim/Launch.h"
#include "llmrt/CudaDriver.h"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <set>

#define LLMC_PTXSIM_EXPORT extern "C" __attribute__((visibility("default")))

namespace llmrt::cuda {

struct ModuleObject;

struct FunctionObject {
  ModuleObject *module;
  const llmc::ptxsim::Function *kernel;
  std::string name;
  int maxDynamicShared;
};

struct ModuleObject {
  std::unique_ptr<llmc::ptxsim::Module> module;
  std::map<std::string, std::unique_ptr<FunctionObject>> functions;
};

using Work = std::function<Result()>;

struct GraphObject {
  std::vector<Work> nodes;
};
struct GraphExecObject {
  std::vector<Work> nodes;
};
struct StreamObject {
  GraphObject *capture = nullptr;
  bool isOrigin = false; // of the capture
};
struct EventObject {
  std::chrono::steady_clock::time_point time;
  bool isRecorded = false;
  GraphObject *capture = nullptr;
};

} // namespace llmrt::cuda

namespace llmc::ptxsim {

namespace cuda = llmrt::cuda;

/// What the environment says (docs/ptxsim.md).
struct DeviceSettings {
  uint64_t seed = 0;
  bool races = true;
  uint64_t memoryBytes = uint64_t(8) << 30;
  int major = 9, minor = 0;
  std::string countersFile;
};

class SimulatedDevice {
public:
  static SimulatedDevice &get();

  DeviceSettings settings;
  DeviceMemory memory;
  std::recursive_mutex mutex;
  bool isInitialised = false;
  /// A kernel that failed takes the context with it, as on a device.
  cuda::Result lost = cuda::Success;
  std::set<cuda::ModuleObject *> modules;
  /// What the last launch wrote.
  Footprint lastWritten;
  std::set<cuda::StreamObject *> streams;
  std::set<cuda::EventObject *> events;

  /// Says on standard error what a result alone cannot.
  cuda::Result complain(cuda::Result result, const std::string &message);
  cuda::Result fail(const Error &error);
  /// Now, or as a node of the graph that the stream is captured into.
  cuda::Result enqueue(cuda::Stream stream, cuda::Work work);
  cuda::Result launch(const cuda::FunctionObject &function,
                      LaunchOptions options, bool mayOverlap,
                      const std::vector<uint8_t> &parameters);

private:
  SimulatedDevice();
  void writeCounters(const std::string &kernel, const LaunchOptions &options,
                     const Counters &counters);
};

/// Runs the body of an entry point: the context must be there and not be lost.
template <typename Body> cuda::Result entry(Body body) {
  SimulatedDevice &device = SimulatedDevice::get();
  std::lock_guard lock(device.mutex);
  if (!device.isInitialised)
    return cuda::NotInitialized;
  if (device.lost)
    return device.lost;
  return body(device);
}

} // namespace llmc::ptxsim

#endif // LLMC_PTXSIM_CUDA_DEVICE_H
