//===- DriverLibrary.h - the CUDA driver, loaded ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMRT_CUDA_DRIVERLIBRARY_H
#define LLMRT_CUDA_DRIVERLIBRARY_H

#include "llmrt/CudaDriver.h"
#include "llmrt/Status.h"

#include <string>

namespace llmrt::cuda {

/// The oldest driver that programs run on: 11.0, the first for sm_80.
constexpr int oldestVersion = 11000;

/// The entry points of libcuda.so.1, or of the library that the environment variable
/// LLMRT_CUDA_DRIVER names, initialised. What only newer drivers have may be null:
/// graphs. The library stays loaded until the process ends.
Expected<Driver> loadDriver();

/// "CUDA_ERROR_OUT_OF_MEMORY: out of memory"
std::string describe(const Driver &driver, Result result);

} // namespace llmrt::cuda

#endif // LLMRT_CUDA_DRIVERLIBRARY_H
