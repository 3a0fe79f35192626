//===- DriverDeviceTest.cpp - what a test on a GPU would notice -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// On the driver that LLMC_TEST_DRIVER names, else on the simulator's.
//===----------------------------------------------------------------------===//
#include "DriverDevice.h"

#include <cstdlib>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <vector>

using namespace llmc::test;

/// Each thread stores a number, its own added, in an int of the buffer; the second reads
/// the address from memory.
static const char ptx[] = R"(.version 7.0
.target sm_80
.address_size 64
.visible .entry store(.param .u64 at, .param .u64 value)
{
	.reg .b32 %r<3>;
	.reg .b64 %d<4>;
	ld.param.u64 %d0, [at];
	ld.param.u32 %r0, [value];
	mov.u32 %r1, %ctaid.x;
	add.s32 %r2, %r0, %r1;
	mul.wide.u32 %d1, %r1, 4;
	add.s64 %d2, %d0, %d1;
	st.global.u32 [%d2], %r2;
	ret;
}
.visible .entry store_through(.param .u64 pointer, .param .u64 value)
{
	.reg .b32 %r0;
	.reg .b64 %d<2>;
	ld.param.u64 %d0, [pointer];
	ld.param.u32 %r0, [value];
	ld.global.u64 %d1, [%d0];
	st.global.u32 [%d1], %r0;
	ret;
}
)";

namespace {

class OnDriver : public ::testing::Test {
protected:
  OnDriver() {
    // What is asked for before, by another test of this process, is the one.
    const char *asked = std::getenv("LLMC_TEST_DRIVER");
    setenv("LLMRT_CUDA_DRIVER", asked && *asked ? asked : LLMC_SIMULATED_DRIVER,
           1);
  }
  static uint64_t address(const void *memory) {
    return reinterpret_cast<uint64_t>(memory);
  }

  std::vector<LlmrtKernel> kernels = {{.name = "store", .threads = 1},
                                      {.name = "store_through", .threads = 1},
                                      {.name = "missing", .threads = 1}};
  LlmrtVariant variant = {.name = "sm_80",
                          .kernels = kernels.data(),
                          .kernelCount = 3,
                          .device = LLMRT_DEVICE_CUDA};
  std::vector<int32_t> numbers = std::vector<int32_t>(9, 7);
};

} // namespace

TEST_F(OnDriver, whatAKernelWroteComesBack) {
  DriverDevice device(variant, ptx);
  device.show(numbers.data(), 4 * numbers.size());
  const uint64_t arguments[] = {address(&numbers[2]), 100};
  device.launch(0, 3, arguments);
  EXPECT_EQ(numbers, std::vector<int32_t>(9, 7)); // not before
  device.forget();
  EXPECT_EQ(numbers, (std::vector<int32_t>{7, 7, 100, 101, 102, 7, 7, 7, 7}));
}

TEST_F(OnDriver, addressesInMemoryAreExchangedByWhoeverShowsIt) {
  DriverDevice device(variant, ptx);
  device.show(numbers.data(), 4 * numbers.size());
  const void *there = device.onDevice(&numbers[8]);
  device.show(&there, sizeof there);
  const uint64_t arguments[] = {address(&there), 5};
  device.launch(1, 1, arguments);
  device.forget();
  EXPECT_EQ(numbers.back(), 5);
}

TEST_F(OnDriver, aWriteBesideABufferIsAFailure) {
  for (const int64_t first : {-1, 8}) {
    DriverDevice device(variant, ptx);
    device.show(&numbers[0], 4 * numbers.size());
    const uint64_t there = address(device.onDevice(&numbers[0]));
    const uint64_t arguments[] = {there + 4 * static_cast<uint64_t>(first), 5};
    device.launch(0, 2, arguments);
    EXPECT_NONFATAL_FAILURE(device.forget(), first < 0
                                                 ? "wrote in front of 36 bytes"
                                                 : "wrote behind 36 bytes");
  }
}

TEST_F(OnDriver, aKernelThatTheCodeLacksIsNamed) {
  static DriverDevice *device;
  DriverDevice own(variant, ptx);
  device = &own;
  EXPECT_FATAL_FAILURE(device->launch(2, 1, {}), "missing: the GPU cannot");
}

TEST_F(OnDriver, codeThatIsRefusedIsAFailure) {
  static const LlmrtVariant *none;
  none = &variant;
  EXPECT_NONFATAL_FAILURE(DriverDevice(*none, ".version 7.0\nnonsense\n"),
                          "cannot load this program's code");
}
