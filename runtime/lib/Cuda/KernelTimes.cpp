//===- KernelTimes.cpp - what each kernel of a step takes -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "KernelTimes.h"

#include <algorithm>
#include <map>

using namespace llmrt;
using namespace llmrt::cuda;

/// A graph costs once what it costs, so it holds at least so many launches.
static constexpr size_t leastLaunches = 16;

KernelTimes::~KernelTimes() {
  for (Event event : {begin, end})
    if (event)
      (void)gpu.api.cuEventDestroy_v2(event);
}

void KernelTimes::setClock(KernelClock *newClock) {
  clock = newClock;
  queue.keepLaunches(clock != nullptr);
}

Status KernelTimes::makeEvents() {
  for (Event *event : {&begin, &end})
    if (!*event)
      if (Status status = gpu.check(gpu.api.cuEventCreate(event, EventDefault),
                                    "make an event");
          !status)
        return status;
  return Status::ok();
}

Expected<double> KernelTimes::time(const Launches &ofKernel,
                                   const Launches &ofStep) {
  const size_t repeats =
      (leastLaunches + ofKernel.size() - 1) / ofKernel.size();
  auto enqueue = [&] {
    for (size_t i = 0; i < repeats; ++i)
      for (const KernelQueue::Launch *launch : ofKernel)
        queue.launch(*launch);
  };
  const GraphExec graph = graphs.record(enqueue);
  auto run = [&] { graph ? queue.launch(graph) : enqueue(); };
  auto mark = [&](Event event) {
    return gpu.check(gpu.api.cuEventRecord(event, gpu.stream()),
                     "record an event");
  };
  run(); // the driver brings it to the GPU
  for (const KernelQueue::Launch *launch : ofStep)
    queue.launch(*launch);
  Status status = mark(begin);
  run();
  if (status)
    status = mark(end);
  if (status)
    status = queue.takeFailure();
  if (status)
    status = gpu.wait();
  float milliseconds = 0;
  if (status)
    status = gpu.check(gpu.api.cuEventElapsedTime(&milliseconds, begin, end),
                       "say how long a kernel took");
  if (graph)
    (void)gpu.api.cuGraphExecDestroy(graph);
  if (!status)
    return status;
  return 1e-3 * milliseconds / static_cast<double>(repeats * ofKernel.size());
}

Status KernelTimes::collect() {
  const std::vector<KernelQueue::Launch> kept = queue.takeLaunches();
  if (kept.empty())
    return Status::ok();
  if (Status status = makeEvents(); !status)
    return status;
  Launches all;
  std::map<int64_t, Launches> byKernel;
  for (const KernelQueue::Launch &launch : kept) {
    all.push_back(&launch);
    byKernel[launch.kernel].push_back(&launch);
  }
  for (const auto &[kernel, launches] : byKernel) {
    auto seconds = time(launches, all);
    if (!seconds)
      return seconds.status();
    for (size_t i = 0; i < launches.size(); ++i)
      clock->add(kernel, *seconds);
  }
  for (const KernelQueue::Launch *launch : all)
    queue.launch(*launch);
  if (Status status = queue.takeFailure(); !status)
    return status;
  return gpu.wait();
}
