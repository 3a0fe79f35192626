//===- Cpu.cpp - which build of the step this processor can run -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An instruction needs the processor's bit and the system's: a kernel that does
// not save the upper halves of vector registers must not run AVX code.
//===----------------------------------------------------------------------===//
#include "llmrt/Cpu.h"

#include <cstdlib>
#include <cstring>
#include <sstream>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

using namespace llmrt;

static bool hasAll(uint64_t value, uint64_t bits) {
  return (value & bits) == bits;
}

uint64_t llmrt::cpuFeatures(const CpuRegisters &registers) {
  constexpr uint32_t fma = 1u << 12, osxsave = 1u << 27, avx = 1u << 28,
                     f16c = 1u << 29; // leaf 1, ECX
  constexpr uint32_t avx2 = 1u << 5, avx512f = 1u << 16, avx512dq = 1u << 17,
                     avx512bw = 1u << 30, avx512vl = 1u << 31; // leaf 7, EBX
  constexpr uint32_t avx512vnni = 1u << 11;                    // leaf 7, ECX
  constexpr uint32_t avxvnni = 1u << 4,
                     avx512bf16 = 1u << 5; // leaf 7, subleaf 1, EAX
  constexpr uint32_t amx = 1u << 22 | 1u << 24 | 1u << 25; // leaf 7, EDX: BF16,
                                                           // TILE, INT8
  constexpr uint64_t ymmState = 0x6, zmmState = 0xe6,
                     tileState = 0x60000; // XCR0

  uint64_t features = 0;
  if (!hasAll(registers.leaf1Ecx, fma | osxsave | avx | f16c) ||
      !hasAll(registers.leaf7Ebx, avx2) || !hasAll(registers.xcr0, ymmState))
    return features;
  features |= LLMRT_CPU_AVX2;
  if (registers.leaf7Subleaf1Eax & avxvnni)
    features |= LLMRT_CPU_AVX_VNNI;
  if (!hasAll(registers.leaf7Ebx, avx512f | avx512dq | avx512bw | avx512vl) ||
      !hasAll(registers.xcr0, zmmState))
    return features;
  features |= LLMRT_CPU_AVX512;
  if (registers.leaf7Ecx & avx512vnni)
    features |= LLMRT_CPU_AVX512_VNNI;
  if (registers.leaf7Subleaf1Eax & avx512bf16)
    features |= LLMRT_CPU_AVX512_BF16;
  if (hasAll(registers.leaf7Edx, amx) && hasAll(registers.xcr0, tileState))
    features |= LLMRT_CPU_AMX;
  return features;
}

/// Whether Linux gives this process the 8 KiB of tile registers, of which it saves
/// nothing for who has not asked. All threads have them then.
static bool permitTiles() {
#if defined(__x86_64__)
  constexpr long requestPermission = 0x1023, tileData = 18; // asm/prctl.h
  return syscall(SYS_arch_prctl, requestPermission, tileData) == 0;
#else
  return false;
#endif
}

static uint64_t detectFeatures() {
  CpuRegisters registers;
#if defined(__x86_64__)
  unsigned eax, ebx, ecx, edx;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx))
    registers.leaf1Ecx = ecx;
  if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx)) {
    registers.leaf7Ebx = ebx;
    registers.leaf7Ecx = ecx;
    registers.leaf7Edx = edx;
  }
  if (__get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx))
    registers.leaf7Subleaf1Eax = eax;
  if (registers.leaf1Ecx & (1u << 27)) { // OSXSAVE: xgetbv exists
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    registers.xcr0 = (static_cast<uint64_t>(high) << 32) | low;
  }
#endif
  uint64_t features = cpuFeatures(registers);
  if ((features & LLMRT_CPU_AMX) && !permitTiles())
    features &= ~static_cast<uint64_t>(LLMRT_CPU_AMX);
  return features;
}

static constexpr struct {
  uint64_t bit;
  const char *name;
} featureNames[] = {{LLMRT_CPU_AVX2, "avx2"},
                    {LLMRT_CPU_AVX512, "avx512"},
                    {LLMRT_CPU_AVX512_VNNI, "avx512-vnni"},
                    {LLMRT_CPU_AVX_VNNI, "avx-vnni"},
                    {LLMRT_CPU_AVX512_BF16, "avx512-bf16"},
                    {LLMRT_CPU_AMX, "amx"}};

uint64_t llmrt::maskFeatures(uint64_t features, const char *names) {
  if (!names || !*names)
    return features;
  uint64_t named = 0;
  std::istringstream words(names);
  for (std::string word; words >> word;)
    for (const auto &feature : featureNames)
      if (word == feature.name)
        named |= feature.bit;
  return features & named;
}

uint64_t llmrt::cpuFeatures() {
  return maskFeatures(detectFeatures(), std::getenv("LLMRT_CPU"));
}

std::string llmrt::cpuFeatureNames(uint64_t features) {
  std::string text;
  for (const auto &feature : featureNames) {
    if (!(features & feature.bit))
      continue;
    if (!text.empty())
      text += ' ';
    text += feature.name;
    features &= ~feature.bit;
  }
  if (features) // bits of a newer compiler
    text += text.empty() ? "unknown" : " unknown";
  return text.empty() ? "none" : text;
}

/// Variants for processors; the others are no choice of theirs.
static std::vector<const LlmrtVariant *>
processorVariants(const LlmrtModel &model) {
  std::vector<const LlmrtVariant *> found;
  for (uint32_t i = 0; i < model.variantCount; ++i)
    if (model.variants[i].device == LLMRT_DEVICE_CPU)
      found.push_back(&model.variants[i]);
  return found;
}

static std::string
variantNames(const std::vector<const LlmrtVariant *> &variants) {
  std::string text;
  for (const LlmrtVariant *variant : variants)
    text += (text.empty() ? "" : ", ") + std::string(variant->name);
  return text;
}

Expected<const LlmrtVariant *> llmrt::chooseVariant(const LlmrtModel &model,
                                                    uint64_t features,
                                                    const char *wanted) {
  const bool wish = wanted && *wanted;
  const auto variants = processorVariants(model);
  for (const LlmrtVariant *variant : variants) {
    if (wish && std::strcmp(variant->name, wanted) != 0)
      continue;
    if (hasAll(features, variant->features))
      return variant;
    if (wish)
      return Status::error("LLMRT_VARIANT=" + std::string(wanted) + " needs " +
                           cpuFeatureNames(variant->features) +
                           ": this processor has " + cpuFeatureNames(features));
  }
  if (variants.empty())
    return Status::error(
        model.variantCount == 0
            ? "this program has no code for any processor"
            : "this program has code for a GPU alone: llmc compile "
              "--target=cpu,cuda makes one for processors as well");
  if (wish)
    return Status::error("LLMRT_VARIANT=" + std::string(wanted) +
                         " is not in this program: it has " +
                         variantNames(variants) +
                         "; set one of these, or unset it");
  const LlmrtVariant &least = *variants.back();
  return Status::error("this program needs a processor with " +
                       cpuFeatureNames(least.features) + ": this one has " +
                       cpuFeatureNames(features) +
                       (features & LLMRT_CPU_AVX2
                            ? "; compile the model with another --cpu"
                            : "; no --cpu of llmc goes below AVX2, run it on a "
                              "newer one"));
}
