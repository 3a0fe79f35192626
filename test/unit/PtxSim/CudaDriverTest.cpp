//===- CudaDriverTest.cpp - the library that stands in for the driver -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// As a host does it: the library is loaded, its entry points are looked up by
// name, and nothing else of the simulator is used.
//===----------------------------------------------------------------------===//
#include "llmrt/CudaDriver.h"

#include "gtest/gtest.h"

#include <dlfcn.h>
#include <string>
#include <vector>

using namespace llmrt::cuda;

namespace {

const char *const text = R"(
.version 8.0
.target sm_80
.address_size 64
.global .align 4 .b32 calls = 0;
.extern .shared .align 16 .b8 room[];
.visible .entry scale(.param .u64 data, .param .f32 factor) {
  .reg .b64 %r<4>;
  .reg .b32 %t<4>, %f<3>;
  mov.u32 %t0, %tid.x;
  mov.u32 %t1, %ctaid.x;
  mov.u32 %t2, %ntid.x;
  mad.lo.u32 %t0, %t1, %t2, %t0;
  ld.param.u64 %r0, [data];
  ld.param.f32 %f0, [factor];
  mul.wide.u32 %r1, %t0, 4;
  add.s64 %r0, %r0, %r1;
  ld.global.f32 %f1, [%r0];
  mul.f32 %f1, %f1, %f0;
  st.global.f32 [%r0], %f1;
  red.global.add.u32 [calls], 1;
  ret;
}
.visible .entry fails(.param .u64 data) {
  .reg .b64 %r<2>;
  ld.param.u64 %r0, [data];
  st.global.u32 [%r0+65536], 1;
  ret;
}
.visible .entry dynamic(.param .u64 out) {
  .reg .b64 %r<4>;
  .reg .b32 %t<2>;
  mov.b64 %r0, room;
  st.shared.u32 [%r0+65532], 7;
  ld.shared.u32 %t0, [%r0+65532];
  ld.param.u64 %r1, [out];
  st.global.u32 [%r1], %t0;
  ret;
}
)";

class CudaDriver : public testing::Test {
protected:
  void SetUp() override {
    library = dlopen(LLMC_PTXSIM_DRIVER, RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(library, nullptr) << dlerror();
#define FIND(name, parameters)                                                 \
  driver.name = reinterpret_cast<Result(*) parameters>(dlsym(library, #name)); \
  ASSERT_NE(driver.name, nullptr) << #name;
    LLMRT_CUDA_ENTRY_POINTS(FIND)
#undef FIND
    ASSERT_EQ(driver.cuInit(0), Success);
    ASSERT_EQ(driver.cuDevicePrimaryCtxRetain(&context, 0), Success);
    ASSERT_EQ(driver.cuCtxSetCurrent(context), Success);
  }
  // Each test has a library of its own: what a kernel broke is gone with it.
  void TearDown() override { dlclose(library); }

  Module load(const char *ptx = text) {
    Module module = nullptr;
    EXPECT_EQ(driver.cuModuleLoadData(&module, ptx), Success);
    return module;
  }
  Function find(Module module, const char *name) {
    Function function = nullptr;
    EXPECT_EQ(driver.cuModuleGetFunction(&function, module, name), Success);
    return function;
  }
  DevicePointer upload(const std::vector<float> &values) {
    DevicePointer pointer = 0;
    EXPECT_EQ(driver.cuMemAlloc_v2(&pointer, values.size() * 4), Success);
    EXPECT_EQ(driver.cuMemcpyHtoD_v2(pointer, values.data(), values.size() * 4),
              Success);
    return pointer;
  }
  std::vector<float> download(DevicePointer pointer, size_t count) {
    std::vector<float> values(count);
    EXPECT_EQ(driver.cuMemcpyDtoH_v2(values.data(), pointer, count * 4),
              Success);
    return values;
  }
  Result scale(Function function, DevicePointer data, float factor,
               Stream stream = nullptr) {
    void *parameters[] = {&data, &factor};
    return driver.cuLaunchKernel(function, 2, 1, 1, 32, 1, 1, 0, stream,
                                 parameters, nullptr);
  }

  void *library = nullptr;
  Driver driver;
  Context context = nullptr;
};

} // namespace

TEST_F(CudaDriver, SaysWhatTheDeviceIs) {
  int count = 0, major = 0, shared = 0, version = 0;
  EXPECT_EQ(driver.cuDeviceGetCount(&count), Success);
  EXPECT_EQ(count, 1);
  EXPECT_EQ(driver.cuDeviceGetAttribute(&major, ComputeCapabilityMajor, 0),
            Success);
  EXPECT_EQ(major, 9);
  EXPECT_EQ(
      driver.cuDeviceGetAttribute(&shared, MaxSharedMemoryPerBlockOptin, 0),
      Success);
  EXPECT_EQ(shared, 227 * 1024);
  EXPECT_EQ(driver.cuDriverGetVersion(&version), Success);
  EXPECT_GE(version, 12000);
  char name[64];
  EXPECT_EQ(driver.cuDeviceGetName(name, sizeof name, 0), Success);
  EXPECT_STREQ(name, "llmc-ptxsim sm_90");
  llmrt::cuda::Device other;
  EXPECT_EQ(driver.cuDeviceGet(&other, 1), InvalidDevice);
}

TEST_F(CudaDriver, LaunchesKernels) {
  Function function = find(load(), "scale");
  DevicePointer data = upload(std::vector<float>(64, 3.0f));
  EXPECT_EQ(scale(function, data, 2.0f), Success);
  EXPECT_EQ(download(data, 64), std::vector<float>(64, 6.0f));
  EXPECT_EQ(driver.cuMemFree_v2(data), Success);
  EXPECT_EQ(driver.cuMemFree_v2(data), InvalidValue);
}

TEST_F(CudaDriver, HasGlobalVariables) {
  Module module = load();
  Function function = find(module, "scale");
  DevicePointer calls = 0;
  size_t bytes = 0;
  ASSERT_EQ(driver.cuModuleGetGlobal_v2(&calls, &bytes, module, "calls"),
            Success);
  EXPECT_EQ(bytes, 4u);
  DevicePointer data = upload(std::vector<float>(64, 1.0f));
  EXPECT_EQ(scale(function, data, 1.0f), Success);
  uint32_t counted = 0;
  EXPECT_EQ(driver.cuMemcpyDtoH_v2(&counted, calls, 4), Success);
  EXPECT_EQ(counted, 64u);
  EXPECT_EQ(driver.cuModuleGetGlobal_v2(&calls, &bytes, module, "none"),
            NotFound);
}

TEST_F(CudaDriver, GraphsDoNothingUntilTheyAreLaunched) {
  Function function = find(load(), "scale");
  DevicePointer data = upload(std::vector<float>(64, 1.0f));
  Stream stream, other;
  Event event;
  ASSERT_EQ(driver.cuStreamCreate(&stream, StreamNonBlocking), Success);
  ASSERT_EQ(driver.cuStreamCreate(&other, StreamNonBlocking), Success);
  ASSERT_EQ(driver.cuEventCreate(&event, EventDisableTiming), Success);
  ASSERT_EQ(driver.cuStreamBeginCapture_v2(stream, CaptureGlobal), Success);
  EXPECT_EQ(scale(function, data, 2.0f, stream), Success);
  EXPECT_EQ(driver.cuEventRecord(event, stream), Success);
  EXPECT_EQ(driver.cuStreamWaitEvent(other, event, 0), Success);
  EXPECT_EQ(scale(function, data, 5.0f, other), Success); // joins the capture
  CaptureStatus status;
  EXPECT_EQ(driver.cuStreamIsCapturing(other, &status), Success);
  EXPECT_EQ(status, CaptureActive);
  EXPECT_EQ(driver.cuStreamSynchronize(stream), StreamCaptureUnsupported);
  Graph graph;
  ASSERT_EQ(driver.cuStreamEndCapture(stream, &graph), Success);
  EXPECT_EQ(download(data, 64)[0], 1.0f);
  size_t nodes = 0;
  EXPECT_EQ(driver.cuGraphGetNodes(graph, nullptr, &nodes), Success);
  EXPECT_EQ(nodes, 3u);
  GraphExec exec;
  ASSERT_EQ(driver.cuGraphInstantiateWithFlags(&exec, graph, 0), Success);
  EXPECT_EQ(driver.cuGraphDestroy(graph), Success);
  EXPECT_EQ(driver.cuGraphLaunch(exec, stream), Success);
  EXPECT_EQ(driver.cuGraphLaunch(exec, stream), Success);
  EXPECT_EQ(driver.cuStreamSynchronize(stream), Success);
  EXPECT_EQ(download(data, 64)[0], 100.0f);
  EXPECT_EQ(driver.cuGraphExecDestroy(exec), Success);
  EXPECT_EQ(driver.cuStreamDestroy_v2(stream), Success);
  EXPECT_EQ(driver.cuStreamDestroy_v2(stream), InvalidHandle);
}

TEST_F(CudaDriver, DynamicSharedMemoryMustBeAllowed) {
  Function function = find(load(), "dynamic");
  DevicePointer data = upload({0.0f});
  void *parameters[] = {&data};
  auto launch = [&] {
    LaunchAttribute attribute{};
    attribute.id = AttributeProgrammaticStreamSerialization;
    attribute.programmaticStreamSerializationAllowed = 1;
    LaunchConfig config{1, 1, 1, 1, 1, 1, 65536, nullptr, &attribute, 1};
    return driver.cuLaunchKernelEx(&config, function, parameters, nullptr);
  };
  EXPECT_EQ(launch(), InvalidValue);
  EXPECT_EQ(driver.cuFuncSetAttribute(function,
                                      FunctionMaxDynamicSharedSizeBytes, 65536),
            Success);
  EXPECT_EQ(launch(), Success);
  uint32_t found = 0;
  EXPECT_EQ(driver.cuMemcpyDtoH_v2(&found, data, 4), Success);
  EXPECT_EQ(found, 7u);
  EXPECT_EQ(driver.cuFuncSetAttribute(
                function, FunctionMaxDynamicSharedSizeBytes, 1 << 20),
            InvalidValue);
}

namespace {
const char *const dependent = R"(
.version 8.0
.target sm_90
.address_size 64
.visible .entry bad(.param .u64 data) {
  .reg .b64 %r<2>;
  .reg .b32 %t;
  ld.param.u64 %r0, [data];
  ld.global.u32 %t, [%r0];
  griddepcontrol.wait;
  ret;
}
.visible .entry good(.param .u64 data) {
  .reg .b64 %r<2>;
  .reg .b32 %t;
  .reg .pred %p;
  ld.param.u64 %r0, [data];
  ld.global.u32 %t, [%r0+256]; // nobody writes there: a weight
  mov.u32 %t, %tid.x;
  setp.ne.u32 %p, %t, 0;
  @%p bra MEET;
  griddepcontrol.wait;
MEET:
  bar.sync 0; // who waited tells the others
  ld.global.u32 %t, [%r0];
  ret;
}
)";
} // namespace

TEST_F(CudaDriver, DependentLaunchesWaitBeforeTheyTouchWhatIsWritten) {
  Module module = load(dependent);
  Function write = find(load(), "scale"), good = find(module, "good"),
           bad = find(module, "bad");
  DevicePointer data = upload(std::vector<float>(128, 1.0f));
  void *parameters[] = {&data};
  auto launch = [&](Function function, int overlaps) {
    LaunchAttribute attribute{};
    attribute.id = AttributeProgrammaticStreamSerialization;
    attribute.programmaticStreamSerializationAllowed = overlaps;
    LaunchConfig config{1, 1, 1, 64, 1, 1, 0, nullptr, &attribute, 1};
    return driver.cuLaunchKernelEx(&config, function, parameters, nullptr);
  };
  EXPECT_EQ(scale(write, data, 2.0f), Success); // its first 64 elements
  EXPECT_EQ(launch(bad, 0), Success);           // begins when all has ended
  EXPECT_EQ(scale(write, data, 2.0f), Success);
  EXPECT_EQ(launch(good, 1), Success);
  EXPECT_EQ(scale(write, data, 2.0f), Success);
  EXPECT_EQ(launch(bad, 1), LaunchFailed);
}

TEST_F(CudaDriver, AKernelThatFailsTakesTheContextWithIt) {
  Module module = load();
  Function fails = find(module, "fails");
  DevicePointer data = upload(std::vector<float>(64));
  void *parameters[] = {&data};
  EXPECT_EQ(driver.cuLaunchKernel(fails, 1, 1, 1, 1, 1, 1, 0, nullptr,
                                  parameters, nullptr),
            IllegalAddress);
  EXPECT_EQ(driver.cuCtxSynchronize(), IllegalAddress);
  float value;
  EXPECT_EQ(driver.cuMemcpyDtoH_v2(&value, data, 4), IllegalAddress);
  const char *name = nullptr;
  EXPECT_EQ(driver.cuGetErrorName(IllegalAddress, &name), Success);
  EXPECT_STREQ(name, "CUDA_ERROR_ILLEGAL_ADDRESS");
}

TEST_F(CudaDriver, RefusesWhatItCannotRun) {
  Module module;
  EXPECT_EQ(driver.cuModuleLoadData(&module, "\177ELF..."), NoBinaryForGpu);
  std::string newer(text);
  newer.replace(newer.find("sm_80"), 5, "sm_100");
  EXPECT_EQ(driver.cuModuleLoadData(&module, newer.c_str()), NoBinaryForGpu);
  char log[256] = "";
  JitOption options[] = {JitErrorLogBuffer, JitErrorLogBufferSizeBytes};
  void *values[] = {log, reinterpret_cast<void *>(sizeof log)};
  EXPECT_EQ(driver.cuModuleLoadDataEx(&module,
                                      ".target sm_80\n.entry k() { x; }", 2,
                                      options, values),
            InvalidPtx);
  EXPECT_NE(std::string(log).find("the instruction 'x' is not known"),
            std::string::npos)
      << log;
}

TEST_F(CudaDriver, CopiesStayInsideOfAllocations) {
  DevicePointer data = upload(std::vector<float>(4, 1.0f));
  float values[8];
  EXPECT_EQ(driver.cuMemcpyDtoH_v2(values, data, 32), InvalidValue);
  EXPECT_EQ(driver.cuMemcpyHtoD_v2(data + 8, values, 16), InvalidValue);
  EXPECT_EQ(driver.cuMemsetD32_v2(data, 0x40000000, 5), InvalidValue);
  EXPECT_EQ(driver.cuMemsetD32_v2(data, 0x40000000, 4), Success);
  EXPECT_EQ(download(data, 4), std::vector<float>(4, 2.0f));
  EXPECT_EQ(driver.cuMemsetD8_v2(data + 4, 0, 4), Success);
  EXPECT_EQ(driver.cuMemcpyDtoD_v2(data + 8, data + 4, 4), Success);
  EXPECT_EQ(download(data, 4), (std::vector<float>{2, 0, 0, 2}));
}

TEST_F(CudaDriver, PinnedMemoryIsTheDevicesToo) {
  Function function = find(load(), "scale");
  void *host = nullptr;
  ASSERT_EQ(driver.cuMemHostAlloc(&host, 256, HostDeviceMap), Success);
  float *values = static_cast<float *>(host);
  std::fill_n(values, 64, 5.0f);
  DevicePointer mapped = 0;
  ASSERT_EQ(driver.cuMemHostGetDevicePointer_v2(&mapped, host, 0), Success);
  EXPECT_EQ(scale(function, mapped, 3.0f), Success);
  EXPECT_EQ(values[63], 15.0f);
  EXPECT_EQ(driver.cuMemFreeHost(host), Success);
}

TEST_F(CudaDriver, EntryPointsAreFoundByTheirPlainNames) {
  void *function = nullptr;
  int status = 9;
  EXPECT_EQ(
      driver.cuGetProcAddress_v2("cuMemAlloc", &function, 12000, 0, &status),
      Success);
  EXPECT_EQ(function, reinterpret_cast<void *>(driver.cuMemAlloc_v2));
  EXPECT_EQ(status, 0);
  EXPECT_EQ(driver.cuGetProcAddress_v2("cuGraphInstantiate", &function, 12000,
                                       0, &status),
            Success);
  EXPECT_EQ(
      driver.cuGetProcAddress_v2("cuNothing", &function, 12000, 0, &status),
      NotFound);
  EXPECT_EQ(status, 1);
}
