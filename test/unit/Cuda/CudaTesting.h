//===- CudaTesting.h - the fake driver in a test ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_TEST_CUDATESTING_H
#define LLMC_TEST_CUDATESTING_H

#include "FakeDriver.h"
#include "FakeModel.h"

#include "llmrt/Engine.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <dlfcn.h>

namespace llmrt::test {

/// A test on a fake GPU, which has the fake model's kernels. At its end nothing of
/// the driver is in use any more.
class OnFakeGpu : public testing::Test {
protected:
  OnFakeGpu() {
    void *library = dlopen(LLMC_FAKE_CUDA, RTLD_NOW | RTLD_LOCAL);
    reinterpret_cast<void (*)()>(dlsym(library, "fakeCudaReset"))();
    gpu = reinterpret_cast<FakeCudaState *>(dlsym(library, "fakeCudaState"))();
    setenv("LLMRT_CUDA_DRIVER", LLMC_FAKE_CUDA, 1);
    for (const char *name : {"write_keys", "attend", "write_logits", "sample"})
      gpu->kernels[name] = {size_t(fakeKernelArguments),
                            [=, this](int64_t blocks, const uint64_t *all) {
                              expectOnGpu(all);
                              runFakeKernel(name, blocks, all);
                            }};
  }
  ~OnFakeGpu() override {
    unsetenv("LLMRT_CUDA_DRIVER");
    EXPECT_EQ(gpu->inUse, 0u);
    EXPECT_EQ(gpu->handles, 0);
  }

  /// All addresses that a kernel is given, and what samplers point to.
  void expectOnGpu(const uint64_t *arguments) const {
    const auto &step = *reinterpret_cast<const LlmrtStep *>(arguments);
    const auto &cache = *reinterpret_cast<const LlmrtCache *>(&step + 1);
    for (const void *address : {static_cast<const void *>(step.weights),
                                static_cast<const void *>(cache.kv),
                                static_cast<const void *>(step.arena),
                                static_cast<const void *>(step.scratch),
                                static_cast<const void *>(step.results),
                                static_cast<const void *>(cache.slotPositions),
                                static_cast<const void *>(step.tokens),
                                static_cast<const void *>(step.positions),
                                static_cast<const void *>(step.slots),
                                static_cast<const void *>(step.sequences),
                                static_cast<const void *>(step.parents),
                                static_cast<const void *>(cache.blockTable),
                                static_cast<const void *>(step.logitRows),
                                static_cast<const void *>(step.ranges),
                                static_cast<const void *>(step.barrier)})
      EXPECT_TRUE(gpu->isOnDevice(address));
    for (int64_t i = 0; step.sampling && i < step.logitRowCount; ++i)
      if (step.sampling[i].recentCount > 0)
        EXPECT_TRUE(gpu->isOnDevice(step.sampling[i].recent,
                                    4 * step.sampling[i].recentCount));
  }

  /// An engine on the GPU, unless the test takes it away.
  std::unique_ptr<Engine> makeEngine(const EngineOptions &options) {
    auto engine = create(options);
    EXPECT_TRUE(engine) << engine.message();
    return engine ? std::move(*engine) : nullptr;
  }
  Expected<std::unique_ptr<Engine>> create(const EngineOptions &options) {
    ModelSections sections(fakeWeights());
    sections.images.push_back(
        {reinterpret_cast<const uint8_t *>(image.c_str()), image.size() + 1});
    return Engine::create(model, sections, options);
  }
  std::string failure(EngineOptions options = {}) {
    options.device = Device::Cuda;
    return create(options).message();
  }

  FakeCuda *gpu;
  LlmrtModel model = fakeDeviceModel();
  std::string image = "ptx";
};

} // namespace llmrt::test

#endif // LLMC_TEST_CUDATESTING_H
