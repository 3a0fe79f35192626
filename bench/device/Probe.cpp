//===- Probe.cpp - what the probes of a device share ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Probe.h"

#include <algorithm>
#include <fstream>
#include <iterator>

using namespace llmc::bench;
using namespace llmrt::cuda;

ProbeDevice::ProbeDevice(Gpu &gpu, GpuFacts facts, std::string folder,
                         ProbeSizes sizes)
    : gpu(gpu), facts(std::move(facts)), sizes(sizes),
      folder(std::move(folder)) {
  check(gpu.api.cuEventCreate(&begin, EventDefault), "make an event");
  check(gpu.api.cuEventCreate(&end, EventDefault), "make an event");
}

void ProbeDevice::check(llmrt::Status status) const {
  if (!status)
    throw Failed{status.message()};
}

void ProbeDevice::check(Result result, const char *what) const {
  check(gpu.check(result, what));
}

int ProbeDevice::attribute(DeviceAttribute which) const {
  int value = 0;
  check(gpu.api.cuDeviceGetAttribute(&value, which, facts.device),
        "be asked what it is");
  return value;
}

Json ProbeDevice::describe() const {
  int driver = 0;
  check(gpu.api.cuDriverGetVersion(&driver), "say its driver's version");
  size_t freeBytes = 0, totalBytes = 0;
  check(gpu.api.cuMemGetInfo_v2(&freeBytes, &totalBytes),
        "say how much memory it has");
  return {{"what", "device"},
          {"name", facts.name},
          // What a simulator says of times measures the host: it never counts.
          {"simulated", facts.name.starts_with("llmc-ptxsim")},
          {"capability", facts.capability},
          {"driver", driver},
          {"multiprocessors", attribute(MultiprocessorCount)},
          {"l2_bytes", attribute(L2CacheSize)},
          {"memory_bytes", totalBytes},
          {"free_bytes", freeBytes}};
}

Function ProbeDevice::kernel(const std::string &file, const char *name) {
  auto known = std::find_if(modules.begin(), modules.end(),
                            [&](auto &each) { return each.first == file; });
  if (known == modules.end()) {
    std::ifstream stream(folder + "/" + file, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(stream), {}};
    if (text.empty())
      throw Failed{folder + "/" + file +
                   " cannot be read: --ptx names the "
                   "folder with the probes' PTX"};
    auto module = gpu.load(
        {reinterpret_cast<const uint8_t *>(text.c_str()), text.size() + 1});
    check(module ? llmrt::Status::ok() : module.status());
    known = modules.insert(modules.end(), {file, *module});
  }
  Function function = nullptr;
  check(gpu.api.cuModuleGetFunction(&function, known->second, name),
        "find a kernel of the probes");
  return function;
}

DevicePointer ProbeDevice::allocate(int64_t bytes) {
  auto pointer = gpu.allocate(bytes);
  check(pointer ? llmrt::Status::ok() : pointer.status());
  return *pointer;
}

void ProbeDevice::launch(Function function, const Grid &grid,
                         std::vector<uint64_t> arguments) {
  std::vector<void *> pointers;
  for (uint64_t &argument : arguments)
    pointers.push_back(&argument);
  if (!grid.cooperative && !grid.dependent)
    return check(gpu.api.cuLaunchKernel(function, grid.blocks, 1, 1,
                                        grid.threads, 1, 1, 0, gpu.stream(),
                                        pointers.data(), nullptr),
                 "start a probe");
  if (!gpu.api.cuLaunchKernelEx)
    throw NotMeasured{"the driver has no cuLaunchKernelEx (CUDA 11.8)"};
  LaunchAttribute attribute = {};
  if (grid.cooperative) {
    attribute.id = AttributeCooperative;
    attribute.cooperative = 1;
  } else {
    attribute.id = AttributeProgrammaticStreamSerialization;
    attribute.programmaticStreamSerializationAllowed = 1;
  }
  const LaunchConfig config = {
      grid.blocks, 1, 1, grid.threads, 1, 1, 0, gpu.stream(), &attribute, 1};
  check(gpu.api.cuLaunchKernelEx(&config, function, pointers.data(), nullptr),
        "start a probe");
}

GraphExec ProbeDevice::record(const std::function<void()> &enqueue) {
  const Driver &api = gpu.api;
  if (!api.cuStreamBeginCapture_v2 || !api.cuStreamEndCapture ||
      !api.cuGraphInstantiateWithFlags || !api.cuGraphLaunch)
    throw NotMeasured{"the driver records no graphs"};
  check(api.cuStreamBeginCapture_v2(gpu.stream(), CaptureThreadLocal),
        "record a graph");
  enqueue();
  Graph graph = nullptr;
  check(api.cuStreamEndCapture(gpu.stream(), &graph), "record a graph");
  GraphExec exec = nullptr;
  check(api.cuGraphInstantiateWithFlags(&exec, graph, 0), "make a graph");
  check(api.cuGraphDestroy(graph), "forget a graph");
  return exec;
}

std::vector<double> ProbeDevice::time(const std::function<void()> &enqueue,
                                      const std::function<void()> &before) {
  std::vector<double> all;
  for (int i = -1; i < sizes.repetitions; ++i) {
    before();
    check(gpu.api.cuEventRecord(begin, gpu.stream()), "record an event");
    enqueue();
    check(gpu.api.cuEventRecord(end, gpu.stream()), "record an event");
    wait();
    float milliseconds = 0;
    check(gpu.api.cuEventElapsedTime(&milliseconds, begin, end),
          "say how long it took");
    if (i >= 0)
      all.push_back(milliseconds);
  }
  std::sort(all.begin(), all.end());
  return all;
}

void ProbeDevice::wait() { check(gpu.wait()); }

Json llmc::bench::summary(const char *unit,
                          const std::vector<double> &milliseconds,
                          const std::function<double(double)> &value) {
  const double first = value(milliseconds.front()),
               last = value(milliseconds.back());
  return {{"unit", unit},
          {"value", value(milliseconds[milliseconds.size() / 2])},
          {"least", std::min(first, last)},
          {"most", std::max(first, last)},
          {"repetitions", milliseconds.size()}};
}
