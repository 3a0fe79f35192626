//===- KernelQueue.cpp - the kernels that a step starts -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "KernelQueue.h"
#include "DriverLibrary.h"

#include <array>
#include <cassert>
#include <utility>

using namespace llmrt;
using namespace llmrt::cuda;

/// What 4 KiB of parameters hold, which is the most that sm_80 takes.
static constexpr size_t mostArguments = 512;

KernelQueue::~KernelQueue() {
  for (Event event : events)
    (void)gpu.api.cuEventDestroy_v2(event);
}

Status KernelQueue::find(Module module) {
  for (int64_t i = 0; i < variant.kernelCount; ++i) {
    Function function = nullptr;
    const char *name = variant.kernels[i].name;
    const Result result = gpu.api.cuModuleGetFunction(&function, module, name);
    if (result == NotFound)
      return Status::error("this program's code for the GPU has no kernel " +
                           std::string(name) + ": compile the model again");
    if (Status status = gpu.check(result, "find a kernel"); !status)
      return status;
    functions.push_back(function);
  }
  return Status::ok();
}

void KernelQueue::launch(int64_t kernel, int64_t blocks,
                         std::span<const uint64_t> arguments) {
  assert(kernel >= 0 && kernel < variant.kernelCount &&
         "a kernel that the variant does not have");
  assert(arguments.size() <= mostArguments && "more arguments than any kernel");
  if (failure.failed() || blocks == 0) // no rows of logits
    return;
  std::array<void *, mostArguments> pointers;
  for (size_t i = 0; i < arguments.size(); ++i)
    pointers[i] = const_cast<uint64_t *>(&arguments[i]);
  if (clock) {
    mark();
    measured.push_back(kernel);
  }
  const LlmrtKernel &known = variant.kernels[kernel];
  const Result result = gpu.api.cuLaunchKernel(
      functions[kernel], static_cast<unsigned>(blocks), 1, 1,
      static_cast<unsigned>(known.threads), 1, 1, /*sharedBytes=*/0,
      gpu.stream(), pointers.data(), nullptr);
  if (result != Success)
    failure =
        Status::error("the GPU cannot start kernel " + std::string(known.name) +
                      ": " + describe(gpu.api, result));
}

void KernelQueue::launch(GraphExec graph) {
  if (!failure.failed())
    failure =
        gpu.check(gpu.api.cuGraphLaunch(graph, gpu.stream()), "start a step");
}

Status KernelQueue::takeFailure() {
  return std::exchange(failure, Status::ok());
}

/// Records the event before the launch that is next.
void KernelQueue::mark() {
  if (measured.size() == events.size()) {
    Event event = nullptr;
    failure =
        gpu.check(gpu.api.cuEventCreate(&event, EventDefault), "make an event");
    if (failure.failed())
      return;
    events.push_back(event);
  }
  failure =
      gpu.check(gpu.api.cuEventRecord(events[measured.size()], gpu.stream()),
                "record an event");
}

void KernelQueue::markEnd() {
  if (clock && !measured.empty() && !failure.failed())
    mark();
}

Status KernelQueue::collectTimes() {
  for (size_t i = 0; i < measured.size(); ++i) {
    float milliseconds = 0;
    if (Status status = gpu.check(
            gpu.api.cuEventElapsedTime(&milliseconds, events[i], events[i + 1]),
            "say how long a kernel took");
        !status)
      return status;
    clock->add(measured[i], 1e-3 * milliseconds);
  }
  measured.clear();
  return Status::ok();
}
