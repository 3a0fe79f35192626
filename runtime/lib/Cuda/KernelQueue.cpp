//===- KernelQueue.cpp - the kernels that a step starts -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "KernelQueue.h"
#include "DriverLibrary.h"

#include <array>
#include <cassert>

using namespace llmrt;
using namespace llmrt::cuda;

/// What 4 KiB of parameters hold, which is the most that sm_80 takes.
static constexpr size_t mostArguments = 512;

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
    if (Status status =
            gpu.allowShared(function, variant.kernels[i].sharedBytes);
        !status)
      return status;
    functions.push_back(function);
  }
  constexpr int recordsOverlaps = 12030; // CUDA 12.3, in graphs too
  int version = 0;
  overlaps = variant.features & LLMRT_CUDA_DEPENDENT &&
             gpu.api.cuLaunchKernelEx &&
             gpu.api.cuDriverGetVersion(&version) == Success &&
             version >= recordsOverlaps;
  return Status::ok();
}

void KernelQueue::launch(int64_t kernel, int64_t blocks,
                         std::span<const uint64_t> arguments) {
  assert(kernel >= 0 && kernel < variant.kernelCount &&
         "a kernel that the variant does not have");
  assert(arguments.size() <= mostArguments && "more arguments than any kernel");
  if (failure.failed() || blocks == 0) // no rows of logits
    return;
  if (keeps)
    kept.push_back({kernel, blocks, {arguments.begin(), arguments.end()}});
  start(kernel, blocks, arguments, std::exchange(followsKernel, true));
}

void KernelQueue::launch(const Launch &again) {
  if (!failure.failed())
    start(again.kernel, again.blocks, again.arguments, /*mayOverlap=*/false);
}

void KernelQueue::start(int64_t kernel, int64_t blocks,
                        std::span<const uint64_t> arguments, bool mayOverlap) {
  std::array<void *, mostArguments> pointers;
  for (size_t i = 0; i < arguments.size(); ++i)
    pointers[i] = const_cast<uint64_t *>(&arguments[i]);
  const LlmrtKernel &known = variant.kernels[kernel];
  const auto grid = static_cast<unsigned>(blocks);
  const auto block = static_cast<unsigned>(known.threads);
  const auto shared = static_cast<unsigned>(known.sharedBytes);
  Result result;
  if (overlaps && mayOverlap) {
    LaunchAttribute overlap{};
    overlap.id = AttributeProgrammaticStreamSerialization;
    overlap.programmaticStreamSerializationAllowed = 1;
    const LaunchConfig config{grid,         1,        1, block, 1, 1, shared,
                              gpu.stream(), &overlap, 1};
    result = gpu.api.cuLaunchKernelEx(&config, functions[kernel],
                                      pointers.data(), nullptr);
  } else {
    result =
        gpu.api.cuLaunchKernel(functions[kernel], grid, 1, 1, block, 1, 1,
                               shared, gpu.stream(), pointers.data(), nullptr);
  }
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
