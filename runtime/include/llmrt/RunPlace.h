//===- RunPlace.h - processor or device -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMRT_RUNPLACE_H
#define LLMRT_RUNPLACE_H

#include "llmrt/EnginePlan.h"
#include "llmrt/StepRunner.h"

#include <memory>
#include <string>

namespace llmrt {

class ThreadPool;

/// Where the steps of a run are computed, and by which code.
struct RunPlace {
  const LlmrtVariant *variant = nullptr;
  Device device = Device::Cpu; // not Auto
  int ordinal = 0;             // among the devices of its kind
  std::string name;            // "NVIDIA H100 80GB HBM3"; a processor's: empty
  /// Why it is not a device that the program has code for; empty: no reason.
  std::string notice;
};

/// Whether the program has code for devices of this kind, or for processors.
bool hasCodeFor(const LlmrtModel &model, Device device);

/// The first place for which the program has code and that is there. Of `Auto` it is
/// the processor, with a notice, where the device is not there. The environment
/// variable LLMRT_VARIANT names the code to use.
Expected<RunPlace> choosePlace(const LlmrtModel &model, Device wish);

/// What computes there. `pool` is for processors and outlives it.
Expected<std::unique_ptr<StepRunner>>
createRunner(const LlmrtModel &model, const RunPlace &place,
             const ModelSections &sections, const EngineOptions &resolved,
             ThreadPool &pool);

} // namespace llmrt

#endif // LLMRT_RUNPLACE_H
