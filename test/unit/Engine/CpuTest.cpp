//===- CpuTest.cpp - the choice of the instruction set --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/Cpu.h"

#include <gtest/gtest.h>

using namespace llmrt;

namespace {

constexpr uint64_t allFeatures = LLMRT_CPU_AVX2 | LLMRT_CPU_AVX512 |
                                 LLMRT_CPU_AVX512_VNNI | LLMRT_CPU_AVX_VNNI |
                                 LLMRT_CPU_AVX512_BF16 | LLMRT_CPU_AMX;
constexpr uint64_t avx512Features =
    LLMRT_CPU_AVX2 | LLMRT_CPU_AVX512 | LLMRT_CPU_AVX512_VNNI;
constexpr uint64_t ymmFeatures = LLMRT_CPU_AVX2 | LLMRT_CPU_AVX_VNNI;
const CpuRegisters wide = {.leaf1Ecx = 0x38001000u, // FMA OSXSAVE AVX F16C
                           .leaf7Ebx = 0xc0030020u, // AVX2, AVX-512 F DQ BW VL
                           .leaf7Ecx = 0x800u,      // VNNI
                           .leaf7Edx = 0x3400000u,  // AMX BF16, TILE, INT8
                           .leaf7Subleaf1Eax = 0x30u, // AVX-VNNI, BF16
                           .xcr0 = 0x600e7};

void noStep(const LlmrtStep *, int64_t, int64_t) {}

const LlmrtVariant variants[] = {
    {"avx512-vnni", avx512Features, noStep, nullptr, nullptr},
    {"avx-vnni", ymmFeatures, noStep, nullptr, nullptr},
    {"avx2", LLMRT_CPU_AVX2, noStep, nullptr, nullptr},
};
const LlmrtModel model = [] {
  LlmrtModel three = {};
  three.abiVersion = LLMRT_ABI_VERSION;
  three.variantCount = 3;
  three.variants = variants;
  return three;
}();

std::string chosen(uint64_t features, const char *wanted = nullptr) {
  auto variant = chooseVariant(model, features, wanted);
  return variant ? (*variant)->name : "error: " + variant.message();
}

TEST(Cpu, allBitsGiveAllFeatures) { EXPECT_EQ(cpuFeatures(wide), allFeatures); }

TEST(Cpu, everyMissingBitTakesItsFeatureAway) {
  for (uint32_t bit : {0x1000u, 0x08000000u, 0x10000000u, 0x20000000u}) {
    CpuRegisters registers = wide;
    registers.leaf1Ecx &= ~bit;
    EXPECT_EQ(cpuFeatures(registers), 0u) << std::hex << bit;
  }
  for (uint32_t bit : {0x10000u, 0x20000u, 0x40000000u, 0x80000000u}) {
    CpuRegisters registers = wide;
    registers.leaf7Ebx &= ~bit;
    EXPECT_EQ(cpuFeatures(registers), ymmFeatures) << std::hex << bit;
  }
  CpuRegisters registers = wide;
  registers.leaf7Ecx = 0;
  EXPECT_EQ(cpuFeatures(registers), allFeatures & ~LLMRT_CPU_AVX512_VNNI);
  registers = wide;
  registers.leaf7Subleaf1Eax = 0x10u;
  EXPECT_EQ(cpuFeatures(registers), allFeatures & ~LLMRT_CPU_AVX512_BF16);
  registers.leaf7Subleaf1Eax = 0;
  EXPECT_EQ(cpuFeatures(registers), avx512Features | LLMRT_CPU_AMX);
  for (uint32_t bit : {0x400000u, 0x1000000u, 0x2000000u}) {
    registers = wide;
    registers.leaf7Edx &= ~bit;
    EXPECT_EQ(cpuFeatures(registers), allFeatures & ~LLMRT_CPU_AMX) << bit;
  }
}

TEST(Cpu, registersThatTheSystemDoesNotSaveDoNotCount) {
  CpuRegisters registers = wide;
  registers.xcr0 = 0xe7;
  EXPECT_EQ(cpuFeatures(registers), allFeatures & ~LLMRT_CPU_AMX);
  registers.xcr0 = 0x7;
  EXPECT_EQ(cpuFeatures(registers), ymmFeatures);
  registers.xcr0 = 0x3;
  EXPECT_EQ(cpuFeatures(registers), 0u);
}

TEST(Cpu, featuresCanBeHiddenButNotAdded) {
  EXPECT_EQ(maskFeatures(allFeatures, nullptr), allFeatures);
  EXPECT_EQ(maskFeatures(allFeatures, ""), allFeatures);
  EXPECT_EQ(maskFeatures(allFeatures, "avx2"), uint64_t(LLMRT_CPU_AVX2));
  EXPECT_EQ(maskFeatures(allFeatures, "avx512 avx2"),
            uint64_t(LLMRT_CPU_AVX2 | LLMRT_CPU_AVX512));
  EXPECT_EQ(maskFeatures(allFeatures, "none"), 0u);
  EXPECT_EQ(maskFeatures(LLMRT_CPU_AVX2, "avx2 avx512"),
            uint64_t(LLMRT_CPU_AVX2));
}

TEST(Cpu, theFirstVariantThatRunsIsChosen) {
  EXPECT_EQ(chosen(allFeatures), "avx512-vnni");
  EXPECT_EQ(chosen(ymmFeatures | LLMRT_CPU_AVX512), "avx-vnni");
  EXPECT_EQ(chosen(LLMRT_CPU_AVX2 | LLMRT_CPU_AVX512), "avx2");
}

TEST(Cpu, aVariantCanBeNamed) {
  EXPECT_EQ(chosen(allFeatures, "avx2"), "avx2");
  EXPECT_EQ(chosen(allFeatures, ""), "avx512-vnni");
  EXPECT_EQ(chosen(LLMRT_CPU_AVX2, "avx512-vnni"),
            "error: LLMRT_VARIANT=avx512-vnni needs avx2 avx512 avx512-vnni: "
            "this processor has avx2");
  EXPECT_EQ(chosen(allFeatures, "neon"),
            "error: LLMRT_VARIANT=neon is not in this program: it has "
            "avx512-vnni, avx-vnni, avx2; set one of these, or unset it");
}

TEST(Cpu, aProcessorBelowGetsOneMessage) {
  EXPECT_EQ(chosen(0),
            "error: this program needs a processor with avx2: this "
            "one has none; no --cpu of llmc goes below AVX2, run it on a "
            "newer one");
  LlmrtModel best = model;
  best.variantCount = 1;
  EXPECT_EQ(chooseVariant(best, LLMRT_CPU_AVX2, nullptr).message(),
            "this program needs a processor with avx2 avx512 avx512-vnni: this "
            "one has avx2; compile the model with another --cpu");
  LlmrtModel empty = model;
  empty.variantCount = 0;
  EXPECT_EQ(chooseVariant(empty, allFeatures, nullptr).message(),
            "this program has no code for any processor");
}

} // namespace
