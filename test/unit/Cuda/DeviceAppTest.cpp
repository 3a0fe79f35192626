//===- DeviceAppTest.cpp - commands on a GPU ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CudaTesting.h"

#include "App/AppTesting.h"

#include <nlohmann/json.hpp>

using namespace llmrt;
using namespace llmrt::test;

namespace {

class DeviceApp : public OnFakeGpu {
protected:
  static Sections sections() {
    Sections all = fakeSections();
    all.devices = {std::string("ptx\0", 4)};
    return all;
  }
  Outcome run(std::vector<std::string> arguments) {
    return FakeApp(sections(), model)(std::move(arguments));
  }
  const std::string answer = idLine(expectedGreedy({1, 2, 3}, 6));
  const std::vector<std::string> complete = {
      "run", "--ids", "1,2,3", "-n", "6", "--print-ids", "--ignore-eos"};
  std::vector<std::string> completeOn(const char *device) {
    auto arguments = complete;
    arguments.insert(arguments.end(), {"--device", device});
    return arguments;
  }
};

TEST_F(DeviceApp, theSameTextOnBoth) {
  for (const char *device : {"cpu", "cuda", "auto"}) {
    gpu->calls.clear();
    const Outcome outcome = run(completeOn(device));
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, answer);
    EXPECT_EQ(outcome.err, "");
    EXPECT_EQ(gpu->calls["cuLaunchKernel"] > 0, device != std::string("cpu"));
  }
}

TEST_F(DeviceApp, aMissingGpuIsANoticeOrAnError) {
  gpu->gpus = 0;
  Outcome outcome = run(complete);
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, answer);
  EXPECT_EQ(outcome.err,
            "warning: this program has code for a GPU and runs on the "
            "processor: the CUDA driver finds no NVIDIA GPU; --device cpu "
            "asks for the processor\n");
  EXPECT_EQ(run(completeOn("cpu")).err, "");
  outcome = run(completeOn("cuda"));
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.err, "error: the CUDA driver finds no NVIDIA GPU\n");
}

TEST_F(DeviceApp, aNameThatIsNoDevice) {
  const Outcome outcome = run(completeOn("gpu"));
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.err.find("cuda"), std::string::npos) << outcome.err;
}

TEST_F(DeviceApp, infoListsCodeAndPlace) {
  const Outcome text = run({"info"});
  EXPECT_EQ(text.code, 0) << text.err;
  for (const char *line :
       {"variant: sm_80 (needs compute capability 8.0 or later)\n",
        "variant: fake (needs none)\n", "section device: 4 B\n",
        "runs on: sm_80 on Fake GPU\n", "; on the GPU "})
    EXPECT_NE(text.out.find(line), std::string::npos) << line << text.out;
  const auto json = nlohmann::json::parse(run({"info", "--json"}).out);
  EXPECT_EQ(json["runs_on"]["device"], "cuda");
  EXPECT_EQ(json["variants"][0]["device"], "cuda");
  EXPECT_GT(json["memory"]["device_bytes"], 8192);
  const auto other =
      nlohmann::json::parse(run({"info", "--json", "--device", "cpu"}).out);
  EXPECT_EQ(other["runs_on"]["variant"], "fake");
  EXPECT_EQ(other["memory"]["device_bytes"], 0);
  gpu->gpus = 0;
  EXPECT_NE(run({"info"}).out.find("runs on: fake on this processor: the CUDA "
                                   "driver finds no NVIDIA GPU\n"),
            std::string::npos);
}

TEST_F(DeviceApp, benchProfilesKernels) {
  const Outcome outcome = run({"bench", "--profile", "-p", "8", "-n", "4", "-r",
                               "1", "--json", "--device", "cuda"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["device"], "cuda");
  int64_t samples = 0;
  for (const auto &kernel : json["decode_kernels"]["kernels"])
    if (kernel["kernel"] == "sample")
      samples = kernel["calls"];
  EXPECT_EQ(samples, 4);
}

TEST_F(DeviceApp, statsNameTheGpu) {
  auto arguments = completeOn("cuda");
  arguments.push_back("--stats");
  const Outcome outcome = run(arguments);
  EXPECT_NE(outcome.err.find("run: sm_80, Fake GPU, batch 1"),
            std::string::npos)
      << outcome.err;
}

} // namespace
