//===- DeviceEngineTest.cpp - steps on a GPU ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CudaTesting.h"

#include "llmrt/KernelClock.h"
#include "llmrt/Prompt.h"

#include <thread>

using namespace llmrt;
using namespace llmrt::test;

namespace {

class DeviceEngine : public OnFakeGpu {
protected:
  std::vector<float> logitsOf(const Engine &engine, int64_t row) {
    auto logits = engine.logits(row);
    EXPECT_TRUE(logits) << logits.message();
    return logits ? std::vector<float>(logits->begin(), logits->end())
                  : std::vector<float>();
  }
  Sampler makeSampler(const SamplerOptions &options) {
    auto sampler = Sampler::create(fakeVocabulary, options);
    EXPECT_TRUE(sampler) << sampler.message();
    return std::move(*sampler);
  }
};

TEST_F(DeviceEngine, promptsInChunksAndSingleSteps) {
  auto engine = makeEngine({.rowsPerStep = 16});
  EXPECT_EQ(engine->place().device, Device::Cuda);
  EXPECT_EQ(engine->place().name, "Fake GPU");
  EXPECT_STREQ(engine->variant().name, "sm_80");
  EXPECT_EQ(gpu->image, "ptx");
  const int32_t sequence = *engine->open();
  std::vector<int32_t> tokens = someTokens(150);
  ASSERT_TRUE(readPrompt(*engine, sequence, tokens));
  EXPECT_EQ(logitsOf(*engine, 0), expectedLogits(tokens));
  for (int32_t token : someTokens(80, 9)) { // across a page's end
    ASSERT_TRUE(readPrompt(*engine, sequence, {&token, 1}));
    tokens.push_back(token);
    ASSERT_EQ(logitsOf(*engine, 0), expectedLogits(tokens));
  }
}

TEST_F(DeviceEngine, forksCopyTheirPagesThere) {
  auto engine = makeEngine({.batch = 2});
  const int32_t first = *engine->open();
  std::vector<int32_t> a = someTokens(70);
  ASSERT_TRUE(readPrompt(*engine, first, a));
  const int32_t second = *engine->fork(first);
  std::vector<int32_t> b = a;
  for (int i = 0; i < 70; ++i) {
    a.push_back(i), b.push_back(200 - i);
    const StepPart parts[] = {{first, std::span(a).last(1)},
                              {second, std::span(b).last(1)}};
    ASSERT_TRUE(engine->step(parts));
    ASSERT_EQ(logitsOf(*engine, 0), expectedLogits(a));
    ASSERT_EQ(logitsOf(*engine, 1), expectedLogits(b));
  }
  EXPECT_EQ(gpu->calls["cuMemcpyDtoDAsync_v2"], 1);
}

TEST_F(DeviceEngine, samplesThereWithPenalties) {
  // What the processor's code chooses, which has the same kernels.
  std::vector<int32_t> chosen[2];
  for (Device device : {Device::Cpu, Device::Cuda}) {
    auto engine = makeEngine({.batch = 2, .device = device});
    const int32_t sequences[] = {*engine->open(), *engine->open()};
    Sampler hot = makeSampler(
        {.temperature = 2.0f, .repetitionPenalty = 1.5f, .seed = 3});
    Sampler greedy = makeSampler({});
    Sampler *samplers[] = {&hot, &greedy};
    std::vector<int32_t> next = {5, 6};
    for (int i = 0; i < 40; ++i) {
      const StepPart parts[] = {{sequences[0], {&next[0], 1}},
                                {sequences[1], {&next[1], 1}}};
      ASSERT_TRUE(engine->step(parts, samplers));
      for (int row : {0, 1}) {
        auto token = engine->token(row);
        ASSERT_TRUE(token) << token.message();
        chosen[device == Device::Cuda].push_back(next[row] = *token);
      }
      hot.accept(next[0]);
    }
    // Afterwards, one row at a time.
    for (int row : {1, 0}) {
      auto token = engine->sample(row, hot);
      ASSERT_TRUE(token) << token.message();
      chosen[device == Device::Cuda].push_back(*token);
    }
    EXPECT_EQ(logitsOf(*engine, 1).size(), size_t(fakeVocabulary));
  }
  EXPECT_EQ(chosen[0], chosen[1]);
}

TEST_F(DeviceEngine, recentTokensOutgrowTheirRoom) {
  auto engine = makeEngine({});
  const int32_t sequence = *engine->open();
  Sampler sampler = makeSampler({.temperature = 1.0f,
                                 .repetitionPenalty = 1.2f,
                                 .repetitionWindow = 5000});
  Sampler *samplers[] = {&sampler};
  for (int count : {1, 1500, 3000}) {
    for (int i = 0; i < count; ++i)
      sampler.accept(i % 250);
    const int32_t token = 7;
    const StepPart part = {sequence, {&token, 1}};
    ASSERT_TRUE(engine->step({&part, 1}, samplers));
    EXPECT_TRUE(engine->token(0));
  }
}

TEST_F(DeviceEngine, kernelsThatWaitThemselvesOverlap) {
  const std::vector<int32_t> tokens = someTokens(20);
  auto launches = [&](int version) {
    gpu->version = version;
    gpu->calls.clear();
    gpu->sharedBytes.clear();
    auto engine = makeEngine({});
    EXPECT_TRUE(readPrompt(*engine, *engine->open(), tokens));
    EXPECT_EQ(logitsOf(*engine, 0), expectedLogits(tokens));
    // However it is launched, a kernel has the memory that it asks for.
    EXPECT_EQ(std::count(gpu->sharedBytes.begin(), gpu->sharedBytes.end(),
                         fakeSharedBytes),
              2);
    return std::pair(gpu->calls["cuLaunchKernel"],
                     gpu->calls["cuLaunchKernelEx"]);
  };
  EXPECT_EQ(launches(12030), std::pair(5, 0)); // not this variant's
  model = fakeDeviceModel(/*processors=*/true, /*exact=*/true);
  EXPECT_EQ(launches(12030), std::pair(1, 4)); // the first waits for the tables
  EXPECT_EQ(launches(12020), std::pair(5, 0)); // which cannot record them
}

TEST_F(DeviceEngine, decodeStepsAreRecordedOnce) {
  auto engine = makeEngine({.batch = 2});
  const int32_t first = *engine->open(), second = *engine->open();
  std::vector<int32_t> a = {1}, b = {2};
  for (int i = 0; i < 10; ++i) {
    const StepPart parts[] = {{first, std::span(a).last(1)},
                              {second, std::span(b).last(1)}};
    ASSERT_TRUE(engine->step(parts));
    ASSERT_EQ(logitsOf(*engine, 0), expectedLogits(a));
    ASSERT_EQ(logitsOf(*engine, 1), expectedLogits(b));
    a.push_back(i), b.push_back(3 * i);
  }
  EXPECT_EQ(gpu->calls["cuStreamBeginCapture_v2"], 1);
  EXPECT_EQ(gpu->calls["cuGraphLaunch"], 9); // the first one ran plainly
  EXPECT_EQ(gpu->calls["cuLaunchKernel"], 2 * 5);
  // Another number of rows is another recording.
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(readPrompt(*engine, first, std::span(a).last(1)));
    ASSERT_EQ(logitsOf(*engine, 0), expectedLogits(a));
    a.push_back(i);
  }
  EXPECT_EQ(gpu->calls["cuStreamBeginCapture_v2"], 2);
  engine.reset();
  EXPECT_EQ(gpu->calls["cuGraphExecDestroy"], 2);
  EXPECT_EQ(gpu->calls["cuGraphDestroy"], 2);
}

TEST_F(DeviceEngine, driversThatRecordNothingStartEveryKernel) {
  for (const char *name : {"cuStreamBeginCapture_v2", "cuStreamEndCapture",
                           "cuGraphInstantiateWithFlags"}) {
    gpu->failures = {{name, {0, cuda::NotSupported}}};
    gpu->calls.clear();
    {
      auto engine = makeEngine({});
      const int32_t sequence = *engine->open();
      std::vector<int32_t> tokens;
      for (int i = 0; i < 4; ++i) {
        tokens.push_back(i);
        ASSERT_TRUE(readPrompt(*engine, sequence, std::span(tokens).last(1)));
        ASSERT_EQ(logitsOf(*engine, 0), expectedLogits(tokens)) << name;
      }
    }
    EXPECT_EQ(gpu->calls["cuGraphLaunch"], 0);
    EXPECT_EQ(gpu->calls[name], 1); // tried once
  }
}

TEST_F(DeviceEngine, aGpuThatIsLostEndsTheRun) {
  gpu->faultAfter = 7;
  auto engine = makeEngine({});
  const int32_t sequence = *engine->open();
  const std::vector<int32_t> tokens = someTokens(3);
  ASSERT_TRUE(readPrompt(*engine, sequence, tokens));
  const std::string expected =
      "a step was lost, and with it this run: the GPU cannot finish its work: "
      "CUDA_ERROR_LAUNCH_FAILED: unspecified launch failure";
  EXPECT_EQ(readPrompt(*engine, sequence, tokens).message(), expected);
  EXPECT_EQ(readPrompt(*engine, sequence, tokens).message(), expected);
  EXPECT_EQ(engine->logits(0).message(), expected);
  EXPECT_EQ(engine->result(0).message(), expected);
}

TEST_F(DeviceEngine, aKernelThatDoesNotStartIsNamed) {
  auto engine = makeEngine({});
  gpu->failures["cuLaunchKernel"] = {1, cuda::OutOfMemory};
  const int32_t sequence = *engine->open();
  EXPECT_EQ(readPrompt(*engine, sequence, someTokens(3)).message(),
            "a step was lost, and with it this run: the GPU cannot start "
            "kernel attend: CUDA_ERROR_OUT_OF_MEMORY: out of memory");
}

TEST_F(DeviceEngine, everyFailureOfAStepIsAMessage) {
  for (const char *name :
       {"cuCtxSetCurrent", "cuMemcpyHtoDAsync_v2", "cuMemcpyDtoHAsync_v2",
        "cuStreamSynchronize", "cuLaunchKernel"}) {
    auto engine = makeEngine({});
    const int32_t sequence = *engine->open();
    Sampler greedy = makeSampler({});
    Sampler *samplers[] = {&greedy};
    const int32_t token = 7;
    const StepPart part = {sequence, {&token, 1}};
    gpu->failures = {{name, {0, cuda::LaunchFailed}}};
    EXPECT_NE(engine->step({&part, 1}, samplers).message(), "") << name;
    gpu->failures.clear();
    EXPECT_NE(engine->step({&part, 1}, samplers).message(), "") << name;
  }
}

TEST_F(DeviceEngine, kernelsAreMeasuredAmongTheirOwn) {
  // Recorded, and where the driver records nothing.
  for (const bool records : {true, false}) {
    gpu->calls.clear();
    if (!records)
      gpu->failures["cuStreamBeginCapture_v2"] = {0, cuda::NotSupported};
    auto engine = makeEngine({});
    const int32_t sequence = *engine->open();
    KernelClock clock(engine->variant().kernelCount);
    engine->setClock(&clock);
    std::vector<int32_t> tokens;
    for (int i = 0; i < 3; ++i) {
      tokens.push_back(i);
      ASSERT_TRUE(readPrompt(*engine, sequence, std::span(tokens).last(1)));
      // Whatever ran again, the step's results are there.
      ASSERT_EQ(logitsOf(*engine, 0), expectedLogits(tokens));
    }
    Sampler greedy = makeSampler({});
    ASSERT_TRUE(engine->sample(0, greedy));
    engine->setClock(nullptr);
    const int launches = gpu->calls["cuLaunchKernel"];
    for (int i = 0; i < 3; ++i)
      ASSERT_TRUE(readPrompt(*engine, sequence, {&i, 1}));
    EXPECT_LE(gpu->calls["cuLaunchKernel"], launches + 3 * 5); // once each
    const int64_t calls[] = {6, 6, 3, 1};
    for (int kernel = 0; kernel < 4; ++kernel) {
      EXPECT_EQ(clock.times()[kernel].calls, calls[kernel]);
      // A millisecond each, by the fake's clock.
      EXPECT_NEAR(clock.times()[kernel].seconds,
                  1e-3 * static_cast<double>(calls[kernel]), 1e-6);
      EXPECT_NEAR(clock.times()[kernel].median(), 1e-3, 1e-6);
    }
    // Three kernels of three steps, one of a sample; twice each.
    EXPECT_GE(gpu->calls["cuGraphLaunch"], records ? 20 : 0);
    EXPECT_LE(gpu->calls["cuGraphLaunch"], records ? 23 : 0);
  }
}

TEST_F(DeviceEngine, aMeasuredStepRunsBeforeEachKernelAndLast) {
  std::vector<std::string> ran;
  for (auto &[name, kernel] : gpu->kernels)
    kernel.run = [&ran, name, run = kernel.run](int64_t blocks,
                                                const uint64_t *arguments) {
      ran.push_back(name);
      run(blocks, arguments);
    };
  auto engine = makeEngine({});
  const int32_t sequence = *engine->open(), token = 1;
  KernelClock clock(engine->variant().kernelCount);
  engine->setClock(&clock);
  ASSERT_TRUE(readPrompt(*engine, sequence, {&token, 1}));
  const std::vector<std::string> step(ran.begin(), ran.begin() + 5);
  std::vector<std::string> expected = step;
  auto repeat = [&](int64_t kernel, int launches) {
    expected.insert(expected.end(), launches,
                    engine->variant().kernels[kernel].name);
  };
  // Two launches of a step are repeated eight times, one sixteen times.
  for (int64_t kernel : {0, 1, 2}) {
    repeat(kernel, 16);
    expected.insert(expected.end(), step.begin(), step.end());
    repeat(kernel, 16);
  }
  expected.insert(expected.end(), step.begin(), step.end());
  EXPECT_EQ(ran, expected);
}

TEST_F(DeviceEngine, aMeasurementThatFailsIsAMessage) {
  for (const char *name :
       {"cuEventCreate", "cuEventRecord", "cuEventElapsedTime"}) {
    auto engine = makeEngine({});
    const int32_t sequence = *engine->open(), token = 1;
    KernelClock clock(engine->variant().kernelCount);
    engine->setClock(&clock);
    gpu->failures = {{name, {0, cuda::LaunchFailed}}};
    EXPECT_NE(readPrompt(*engine, sequence, {&token, 1}).message(), "") << name;
    gpu->failures.clear();
  }
}

TEST_F(DeviceEngine, theContractIsWhatIsTaken) {
  auto engine = makeEngine({.batch = 2, .context = 100, .rowsPerStep = 40});
  const MemoryContract contract = engine->contract();
  EXPECT_EQ(contract.device, static_cast<int64_t>(gpu->most));
  EXPECT_EQ(gpu->calls["cuMemAlloc_v2"], 1);
  EXPECT_EQ(contract.weights + contract.kv + contract.arena, 0);
  EXPECT_EQ(contract.total(),
            contract.tables + contract.logits + contract.fixed);
  EXPECT_EQ(engine->options().threads, 1);
}

TEST_F(DeviceEngine, sessionsWanderBetweenThreads) {
  auto engine = makeEngine({});
  const int32_t sequence = *engine->open();
  const std::vector<int32_t> tokens = someTokens(20);
  std::thread other([&] {
    EXPECT_TRUE(readPrompt(*engine, sequence, tokens));
    EXPECT_EQ(logitsOf(*engine, 0), expectedLogits(tokens));
  });
  other.join();
}

} // namespace
