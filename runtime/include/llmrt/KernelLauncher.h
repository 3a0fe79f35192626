//===- KernelLauncher.h - who starts the kernels of a device ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMRT_KERNELLAUNCHER_H
#define LLMRT_KERNELLAUNCHER_H

#include <cstdint>
#include <span>

namespace llmrt {

/// What `llmrt_launch` is given as `barrier`: LlmrtStep.barrier of a device's step.
class KernelLauncher {
public:
  virtual ~KernelLauncher() = default;
  /// As llmrt_launch; generated code hears of no failure.
  virtual void launch(int64_t kernel, int64_t blocks,
                      std::span<const uint64_t> arguments) = 0;
};

} // namespace llmrt

#endif // LLMRT_KERNELLAUNCHER_H
