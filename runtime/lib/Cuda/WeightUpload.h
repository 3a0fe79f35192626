//===- WeightUpload.h - weights to a GPU ------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMRT_CUDA_WEIGHTUPLOAD_H
#define LLMRT_CUDA_WEIGHTUPLOAD_H

#include "Gpu.h"

namespace llmrt::cuda {

/// Copies weights to the GPU and returns when they are there. Pages of a file that
/// were read are given back, so that no more than a few MiB are resident.
Status uploadWeights(Gpu &gpu, DevicePointer to,
                     std::span<const uint8_t> weights, bool isFile);

} // namespace llmrt::cuda

#endif // LLMRT_CUDA_WEIGHTUPLOAD_H
