//===- KernelLauncher.cpp - who starts the kernels of a device --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/KernelLauncher.h"
#include "llmrt/abi.h"

extern "C" void llmrt_launch(void *barrier, int64_t kernel, int64_t blocks,
                             const uint64_t *arguments, int64_t argumentCount) {
  static_cast<llmrt::KernelLauncher *>(barrier)->launch(
      kernel, blocks, {arguments, static_cast<size_t>(argumentCount)});
}
