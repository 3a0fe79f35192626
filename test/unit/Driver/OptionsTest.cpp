//===- OptionsTest.cpp - what a compilation may be asked ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "DriverTesting.h"

#include "llmc/Lower/Passes.h"

using namespace llmc;
using namespace llmc::testing;

static const char *const integers = "!llm.packed<32x64, #llm.q4_1>";
static const char *const floats = "tensor<32x64xf32>";

/// The resolved options, or the message of the failure.
static std::string resolve(const std::string &text, CompileOptions options) {
  Context context;
  auto module = context.parse(text);
  auto resolved = resolveOptions(options, *module);
  if (!resolved)
    return llvm::toString(resolved.takeError());
  return (getChoiceName(resolved->activations) + " " +
          getChoiceName(resolved->cache) + " " +
          llvm::Twine(resolved->maxContext))
      .str();
}

TEST(Options, IntegerWeightsTakeIntegerActivationsAndAHalfCache) {
  EXPECT_EQ(resolve(oneLinear(integers), {}), "mixed f16 128");
}

TEST(Options, FloatWeightsStayFloat) {
  EXPECT_EQ(resolve(oneLinear(floats), {}), "f32 f32 128");
}

TEST(Options, WeightsMadeFloatTakeFloatActivations) {
  CompileOptions options;
  options.weights = WeightMode::f32;
  EXPECT_EQ(resolve(oneLinear(integers), options), "f32 f32 128");
}

TEST(Options, WhatIsGivenStays) {
  CompileOptions options;
  options.activations = Activations::f32;
  options.cache = CacheType::f16;
  options.maxContext = 64;
  EXPECT_EQ(resolve(oneLinear(integers), options), "f32 f16 64");
}

TEST(Options, IntegerActivationsNeedIntegerWeights) {
  CompileOptions options;
  options.activations = Activations::i8;
  EXPECT_EQ(resolve(oneLinear(floats), options),
            "--activations=i8 needs integer weights: this model has float "
            "weights only");
}

/// Rows that are rounded and stay floats meet any weight.
TEST(Options, RoundedRowsNeedNoIntegers) {
  for (Activations choice :
       {Activations::i6, Activations::i4, Activations::e4m3}) {
    CompileOptions options;
    options.activations = choice;
    EXPECT_EQ(resolve(oneLinear(floats), options),
              (getChoiceName(choice) + " f16 128").str());
  }
  CompileOptions options;
  options.activations = Activations::i8Static;
  EXPECT_EQ(resolve(oneLinear(floats), options),
            "--activations=i8-static needs integer weights: this model has "
            "float weights only");
}

TEST(Options, AContextBeyondTheModelIsRefused) {
  CompileOptions options;
  options.maxContext = 129;
  EXPECT_EQ(
      resolve(oneLinear(floats), options),
      "--max-context=129 exceeds the model's 128 positions: give as many, "
      "or fewer");
}

TEST(Options, AnUnknownContextIsAssumedAndLimitsNothing) {
  EXPECT_EQ(resolve(oneLinear(floats, 0), {}), "f32 f32 4096");
  CompileOptions options;
  options.maxContext = 100000;
  EXPECT_EQ(resolve(oneLinear(floats, 0), options), "f32 f32 100000");
}

TEST(Cpu, PortableIsEveryVariantBestFirst) {
  auto isas = getIsas("portable");
  ASSERT_TRUE(bool(isas));
  EXPECT_EQ(*isas,
            (std::vector<std::string>{"amx", "avx512-bf16", "avx512-vnni",
                                      "avx-vnni", "avx2"}));
}

TEST(Cpu, NamesChooseOneVariant) {
  EXPECT_EQ(*getIsas("x86-64-v3"), std::vector<std::string>{"avx2"});
  EXPECT_EQ(*getIsas("avx512-vnni"), std::vector<std::string>{"avx512-vnni"});
}

static std::string targetsOf(const std::string &target) {
  CompileOptions options;
  options.cpu = "avx2";
  options.target = target;
  auto isas = getTargetIsas(options);
  return isas ? llvm::join(*isas, " ") : llvm::toString(isas.takeError());
}

TEST(Target, CpusComeBeforeDevicesEachOnce) {
  EXPECT_EQ(targetsOf("cpu"), "avx2");
  EXPECT_EQ(targetsOf("cuda"), "sm_80");
  EXPECT_EQ(targetsOf("cuda:sm_80"), "sm_80");
  EXPECT_EQ(targetsOf("cpu,cuda"), "avx2 sm_80");
  EXPECT_EQ(targetsOf("cuda,cpu"), "avx2 sm_80");
  EXPECT_EQ(targetsOf("cuda,cuda:sm_80,cpu,cpu"), "avx2 sm_80");
  EXPECT_EQ(targetsOf("cuda,cuda:sm_120a,cpu,cuda:sm_90a"),
            "avx2 sm_80 sm_120a sm_90a");
}

TEST(Target, MachineCodeNeedsAnExactOne) {
  CompileOptions options;
  options.target = "cuda";
  options.cubin = true;
  EXPECT_EQ(llvm::toString(getTargetIsas(options).takeError()),
            "--cubin needs an exact GPU, --target=cuda has none: give "
            "--target=cuda:sm_120a or another");
  options.target = "cuda:sm_90a";
  EXPECT_FALSE(getTargetIsas(options).takeError());
}

/// What code for a device may ask of it follows from its name alone.
TEST(Target, DevicesAreKnownByTheirNames) {
  for (llvm::StringRef device : getKnownDevices()) {
    const int64_t capability = getComputeCapability(device);
    EXPECT_EQ(("sm_" + llvm::Twine(capability)).str(),
              device.str().substr(0, device.size() - isExactDevice(device)));
    EXPECT_EQ(hasDependentLaunches(device), capability >= 90) << device.str();
  }
  EXPECT_EQ(getComputeCapability("sm_120a"), 120);
  EXPECT_FALSE(hasDependentLaunches("sm_80"));
}

TEST(Target, UnknownNamesListTheKnownOnes) {
  std::string devices = "cuda:sm_120a, cuda:sm_100a, cuda:sm_90a, cuda:sm_80";
  for (std::string unknown :
       {"gpu", "", "cuda:", "cuda:sm_1", "cuda:80", "CPU"})
    EXPECT_EQ(targetsOf(unknown), "unknown --target '" + unknown +
                                      "': cpu, cuda, " + devices +
                                      " are known");
  EXPECT_EQ(targetsOf("cpu,rocm"),
            "unknown --target 'rocm': cpu, cuda, " + devices + " are known");
}

TEST(Target, AFunctionHasNoLoweringForADevice) {
  Context context;
  auto module = context.parse("func.func @main(%x: tensor<2xf32>) { return }");
  ASSERT_TRUE(module);
  CompileOptions options;
  EXPECT_TRUE(bool(resolveOptions(options, *module)));
  options.target = "cpu,cuda";
  auto resolved = resolveOptions(options, *module);
  ASSERT_FALSE(bool(resolved));
  EXPECT_EQ(llvm::toString(resolved.takeError()),
            "--target=cpu,cuda: this model is a function, which has a lowering "
            "for cpu only");
}

TEST(Cpu, AnUnknownNameListsTheKnownOnes) {
  auto isas = getIsas("z80");
  ASSERT_FALSE(bool(isas));
  EXPECT_EQ(
      llvm::toString(isas.takeError()),
      "unknown --cpu 'z80': portable, native, x86-64-v3, amx, avx512-bf16, "
      "avx512-vnni, avx-vnni, avx2 are known; native is this machine's");
}
