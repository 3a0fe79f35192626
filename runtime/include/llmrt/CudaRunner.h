//===- CudaRunner.h - steps on an NVIDIA GPU ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The driver is loaded when a program that has code for a GPU starts: nothing else
// of CUDA is needed, to build or to run. The environment variable
// LLMRT_CUDA_DRIVER names another library than libcuda.so.1.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_CUDARUNNER_H
#define LLMRT_CUDARUNNER_H

#include "llmrt/RunPlace.h"

namespace llmrt {

/// The first GPU, as the driver counts them, that a variant of the model runs on, and
/// the first such variant; or the one called `wanted` (null or empty: no wish). Says
/// in one sentence why there is none.
Expected<RunPlace> chooseCuda(const LlmrtModel &model, const char *wanted);

/// Takes all memory of the run on that GPU and copies the weights there.
Expected<std::unique_ptr<StepRunner>>
createCudaRunner(const LlmrtModel &model, const RunPlace &place,
                 const ModelSections &sections, const EngineOptions &resolved);

} // namespace llmrt

#endif // LLMRT_CUDARUNNER_H
