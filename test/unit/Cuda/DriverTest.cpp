//===- DriverTest.cpp - what is said where no GPU can be used -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CudaTesting.h"

#include "WeightUpload.h"

#include <cstring>

using namespace llmrt;
using namespace llmrt::test;

namespace {

using Driver = OnFakeGpu;

TEST_F(Driver, missing) {
  setenv("LLMRT_CUDA_DRIVER", "/nonexistent/libcuda.so.1", 1);
  EXPECT_EQ(failure(),
            "no CUDA driver: /nonexistent/libcuda.so.1: cannot open shared "
            "object file: No such file or directory; install NVIDIA's driver");
}

TEST_F(Driver, anotherLibrary) {
  setenv("LLMRT_CUDA_DRIVER", "libm.so.6", 1);
  EXPECT_NE(failure().find("it is no CUDA driver, or one older than 11.0"),
            std::string::npos)
      << failure();
}

TEST_F(Driver, tooOld) {
  gpu->version = 10020;
  EXPECT_EQ(failure(), "the CUDA driver has version 10.2, programs need 11.0 "
                       "or newer: update NVIDIA's driver");
}

TEST_F(Driver, withoutAGpu) {
  gpu->gpus = 0;
  EXPECT_EQ(failure(), "the CUDA driver finds no NVIDIA GPU");
}

TEST_F(Driver, doesNotStart) {
  gpu->failures["cuInit"] = {0, cuda::UnknownError};
  EXPECT_EQ(failure(),
            "the CUDA driver does not start: error 999 of the driver");
}

TEST_F(Driver, anotherArchitecture) {
  model = fakeDeviceModel(/*processors=*/true, /*exact=*/true);
  gpu->major = 8;
  gpu->minor = 6;
  EXPECT_EQ(failure(), "this program's code for GPUs is sm_90a: Fake GPU has "
                       "compute capability 8.6; compile the model with "
                       "--target=cuda:sm_80");
  gpu->major = 10; // later, but not that one
  EXPECT_NE(failure(), "");
  gpu->major = 9;
  gpu->minor = 0;
  EXPECT_EQ(failure(), "");
}

TEST_F(Driver, portableCodeRunsOnLaterGpus) {
  gpu->major = 12;
  EXPECT_EQ(failure(), "");
  gpu->major = 7;
  EXPECT_NE(failure().find("capability 7.0"), std::string::npos) << failure();
}

TEST_F(Driver, tooLittleMemory) {
  gpu->memory = 1 << 20;
  const LlmrtCacheShape large = {1 << 20, 0};
  model.caches = &large;
  EXPECT_EQ(failure(), "Fake GPU has too little memory: the run needs 9 MiB "
                       "there, 1 MiB of 1 MiB are free; ask for a smaller "
                       "batch or context");
}

TEST_F(Driver, codeThatDoesNotCompile) {
  image = "bad";
  EXPECT_EQ(failure(),
            "the CUDA driver cannot load this program's code for Fake GPU: "
            "error 218 of the driver: line 1: no such opcode");
  gpu->failures["cuModuleLoadDataEx"] = {0, cuda::UnsupportedPtxVersion};
  EXPECT_EQ(failure(), "the CUDA driver is too old for this program's code: "
                       "update NVIDIA's driver (error 222 of the driver)");
}

TEST_F(Driver, codeWithoutAKernel) {
  gpu->kernels.erase("attend");
  EXPECT_EQ(failure(), "this program's code for the GPU has no kernel attend: "
                       "compile the model again");
}

TEST_F(Driver, programsWithoutTheirCode) {
  model.variantCount = 1;
  EXPECT_EQ(Engine::create(model, fakeWeights(), {}).message(),
            "the program has no device section 0: compile the model again");
  EXPECT_EQ(Engine::create(llmrt_model, fakeWeights(), {.device = Device::Cuda})
                .message(),
            "this program has no code for an NVIDIA GPU: llmc compile "
            "--target=cpu,cuda makes one that has");
}

TEST_F(Driver, everyFailureAtTheBeginningIsAMessage) {
  for (const char *name :
       {"cuDeviceGetCount", "cuDeviceGet", "cuDeviceGetName",
        "cuDeviceGetAttribute", "cuDevicePrimaryCtxRetain", "cuCtxSetCurrent",
        "cuStreamCreate", "cuMemAlloc_v2", "cuMemHostAlloc",
        "cuModuleLoadDataEx", "cuModuleGetFunction", "cuFuncSetAttribute",
        "cuMemsetD8Async", "cuEventCreate", "cuMemcpyHtoDAsync_v2",
        "cuEventRecord", "cuStreamSynchronize"}) {
    gpu->failures = {{name, {0, cuda::LaunchFailed}}};
    EXPECT_NE(failure().find("CUDA_ERROR_LAUNCH_FAILED"), std::string::npos)
        << name << ": " << failure();
  }
}

TEST_F(Driver, theEnvironmentNamesTheCode) {
  setenv("LLMRT_VARIANT", "fake", 1);
  auto place = choosePlace(model, Device::Auto);
  EXPECT_EQ(place->device, Device::Cpu);
  EXPECT_EQ(place->notice, "");
  setenv("LLMRT_VARIANT", "sm_80", 1);
  EXPECT_EQ(choosePlace(model, Device::Auto)->device, Device::Cuda);
  setenv("LLMRT_VARIANT", "sm_99", 1);
  EXPECT_EQ(choosePlace(model, Device::Cuda).message(),
            "LLMRT_VARIANT=sm_99 names no code of this program for a GPU: "
            "unset it, 'info' lists what there is");
  unsetenv("LLMRT_VARIANT");
  EXPECT_EQ(choosePlace(model, Device::Auto)->name, "Fake GPU");
}

TEST_F(Driver, autoFallsBackAndSaysWhy) {
  gpu->gpus = 0;
  auto engine = makeEngine({});
  EXPECT_EQ(engine->place().device, Device::Cpu);
  EXPECT_EQ(engine->place().notice, "the CUDA driver finds no NVIDIA GPU");
  EXPECT_STREQ(engine->variant().name, "fake");
  EXPECT_EQ(engine->contract().device, 0);
  engine.reset();
  gpu->gpus = 1;
  gpu->memory = 4096;
  engine = makeEngine({});
  EXPECT_EQ(engine->place().device, Device::Cpu);
  EXPECT_NE(engine->place().notice.find("too little memory"),
            std::string::npos);
  engine.reset();
  model = fakeDeviceModel(/*processors=*/false);
  EXPECT_NE(create({}).message().find("too little memory"), std::string::npos);
  EXPECT_EQ(create({.device = Device::Cpu}).message(),
            "this program has code for a GPU alone: llmc compile "
            "--target=cpu,cuda makes one for processors as well");
}

TEST_F(Driver, askedForTheProcessorItIsNotEvenLoaded) {
  auto engine = makeEngine({.device = Device::Cpu});
  EXPECT_EQ(engine->place().notice, "");
  EXPECT_TRUE(gpu->calls.empty());
}

TEST_F(Driver, weightsGoThroughTheRingInOrder) {
  std::vector<uint8_t> weights((37 << 20) + 123);
  for (size_t i = 0; i < weights.size(); ++i)
    weights[i] = static_cast<uint8_t>(i * 2654435761u >> 13);
  auto device = cuda::Gpu::open(0);
  ASSERT_TRUE(device) << device.message();
  auto to = (*device)->allocate(static_cast<int64_t>(weights.size()));
  ASSERT_TRUE(to) << to.message();
  Status status = cuda::uploadWeights(**device, *to, weights, /*isFile=*/false);
  EXPECT_TRUE(status) << status.message();
  EXPECT_EQ(std::memcmp(reinterpret_cast<void *>(*to), weights.data(),
                        weights.size()),
            0);
}

} // namespace
