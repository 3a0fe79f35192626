//===- Cpu.h - which build of the step this processor can run -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMRT_CPU_H
#define LLMRT_CPU_H

#include "llmrt/Status.h"
#include "llmrt/abi.h"

#include <string>

namespace llmrt {

/// What CPUID and XGETBV answer; a plain value so that the decision is
/// testable.
struct CpuRegisters {
  uint32_t leaf1Ecx = 0;
  uint32_t leaf7Ebx = 0;
  uint32_t leaf7Ecx = 0;
  uint32_t leaf7Edx = 0;
  uint32_t leaf7Subleaf1Eax = 0;
  uint64_t xcr0 = 0; // 0 without OSXSAVE
};

/// LLMRT_CPU_* bits: present in the processor and enabled by the system.
uint64_t cpuFeatures(const CpuRegisters &registers);
/// Of this machine, as far as the environment variable LLMRT_CPU admits them. Asks
/// Linux for the registers of AMX, which it gives only to who asks.
uint64_t cpuFeatures();
/// Those of `features` that are named as below, for tests of programs as if on an
/// older processor; null or empty admits all, "none" none.
uint64_t maskFeatures(uint64_t features, const char *names);
/// "avx2 avx512", for messages; "none" without any.
std::string cpuFeatureNames(uint64_t features);

/// The first variant that runs with `features`, or the one called `wanted`
/// (null or empty: no wish). Fails with one sentence where none fits.
Expected<const LlmrtVariant *>
chooseVariant(const LlmrtModel &model, uint64_t features, const char *wanted);

} // namespace llmrt

#endif // LLMRT_CPU_H
