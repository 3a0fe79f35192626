//===- Report.h - what --stats and info say about a run -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMRT_APP_REPORT_H
#define LLMRT_APP_REPORT_H

#include "llmrt/Engine.h"
#include "llmrt/Scheduler.h"

#include <string>

namespace llmrt::app {

/// "121 MB = weights 91.0 MB + kv 11.2 MB + ...".
std::string describeContract(const MemoryContract &contract);

/// Speed and memory of a finished run, as lines to `descriptor`.
void reportRun(int descriptor, const Engine &engine,
               const GenerationStats &stats, const SamplerOptions &sampler);

/// Items per second; 0 where no time passed.
double perSecond(int64_t items, double seconds);

} // namespace llmrt::app

#endif // LLMRT_APP_REPORT_H
