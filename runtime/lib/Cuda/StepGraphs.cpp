//===- StepGraphs.cpp - decode steps, recorded once -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "StepGraphs.h"

#include <algorithm>

using namespace llmrt;
using namespace llmrt::cuda;

StepGraphs::~StepGraphs() {
  for (const Recorded &step : recorded)
    if (step.graph)
      (void)gpu.api.cuGraphExecDestroy(step.graph);
}

void StepGraphs::run(const Key &key, const std::function<void()> &enqueue) {
  auto step = std::find_if(recorded.begin(), recorded.end(),
                           [&](const Recorded &one) { return one.key == key; });
  const bool first = step == recorded.end();
  if (!records || queue.keepsLaunches() ||
      (first && recorded.size() == mostKeys))
    return enqueue();
  if (first) {
    recorded.push_back({key, nullptr});
    return enqueue();
  }
  if (!step->graph)
    step->graph = record(enqueue);
  if (!step->graph) {
    records = false;
    return enqueue();
  }
  queue.launch(step->graph);
}

/// A failure here is none of the step's.
GraphExec StepGraphs::record(const std::function<void()> &enqueue) {
  const Driver &api = gpu.api;
  if (!api.cuStreamBeginCapture_v2 || !api.cuStreamEndCapture ||
      !api.cuGraphInstantiateWithFlags || !api.cuGraphLaunch ||
      !api.cuGraphExecDestroy || !api.cuGraphDestroy)
    return nullptr;
  if (api.cuStreamBeginCapture_v2(gpu.stream(), CaptureThreadLocal) != Success)
    return nullptr;
  enqueue();
  Graph graph = nullptr;
  const bool captured =
      api.cuStreamEndCapture(gpu.stream(), &graph) == Success && graph;
  const bool whole = static_cast<bool>(queue.takeFailure());
  GraphExec exec = nullptr;
  if (captured && whole &&
      api.cuGraphInstantiateWithFlags(&exec, graph, 0) != Success)
    exec = nullptr;
  if (graph)
    (void)api.cuGraphDestroy(graph);
  return exec;
}
