//===- LaunchTest.cpp - blocks of a launch, their order, what is counted --===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Testing.h"

#include <algorithm>
#include <numeric>
#include <set>

using namespace llmc::ptxsim;
using namespace llmc::ptxsim::test;

namespace {

/// Writes all coordinates of each thread, four words at 16 times its number.
const std::string coordinates =
    header + ".visible .entry k(.param .u64 out) {\n"
             "  .reg .b64 %r<3>;\n  .reg .b32 %x<20>;\n"
             "  mov.u32 %x0, %tid.x;\n  mov.u32 %x1, %tid.y;\n"
             "  mov.u32 %x2, %tid.z;\n  mov.u32 %x3, %ntid.x;\n"
             "  mov.u32 %x4, %ntid.y;\n  mov.u32 %x5, %ntid.z;\n"
             "  mov.u32 %x6, %ctaid.x;\n  mov.u32 %x7, %ctaid.y;\n"
             "  mov.u32 %x8, %ctaid.z;\n  mov.u32 %x9, %nctaid.x;\n"
             "  mov.u32 %x10, %nctaid.y;\n"
             "  mad.lo.u32 %x11, %x8, %x10, %x7;\n"
             "  mad.lo.u32 %x11, %x11, %x9, %x6;\n" // block
             "  mad.lo.u32 %x12, %x2, %x4, %x1;\n"
             "  mad.lo.u32 %x12, %x12, %x3, %x0;\n" // thread of it
             "  mul.lo.u32 %x13, %x3, %x4;\n  mul.lo.u32 %x13, %x13, %x5;\n"
             "  mad.lo.u32 %x14, %x11, %x13, %x12;\n"
             "  mul.wide.u32 %r0, %x14, 16;\n  ld.param.u64 %r1, [out];\n"
             "  add.s64 %r1, %r1, %r0;\n"
             "  mov.u32 %x15, %laneid;\n  mov.u32 %x16, %warpid;\n"
             "  st.global.v4.u32 [%r1], {%x11, %x12, %x15, %x16};\n"
             "  ret;\n}\n";

/// Each block takes the next number and writes it at its own place.
const std::string turns =
    header + ".global .align 4 .b32 next = 0;\n"
             ".visible .entry k(.param .u64 out) {\n"
             "  .reg .b64 %r<3>;\n  .reg .b32 %x<4>;\n"
             "  ld.param.u64 %r0, [out];\n  mov.u32 %x0, %ctaid.x;\n"
             "  mul.wide.u32 %r1, %x0, 4;\n  add.s64 %r0, %r0, %r1;\n"
             "  atom.global.add.u32 %x1, [next], 1;\n"
             "  st.global.u32 [%r0], %x1;\n  ret;\n}\n";

std::vector<uint32_t> turnsOf(uint64_t seed, uint32_t resident) {
  Arrays arrays;
  uint64_t out = arrays.make<uint32_t>(24);
  LaunchOptions options = shape(24, 1, seed);
  options.residentBlocks = resident;
  runKernel(arrays, turns, Parameters(out), options);
  return arrays.get<uint32_t>(out, 24);
}

/// Block 0 waits for a word that the last block writes.
const std::string waiting =
    header + ".visible .entry k(.param .u64 flag, .param .u32 last) {\n"
             "  .reg .b64 %r<3>;\n  .reg .b32 %x<4>;\n  .reg .pred %p<3>;\n"
             "  ld.param.u64 %r0, [flag];\n  ld.param.u32 %x0, [last];\n"
             "  mov.u32 %x1, %ctaid.x;\n  setp.eq.u32 %p0, %x1, %x0;\n"
             "  @%p0 st.release.gpu.global.u32 [%r0], 1;\n"
             "  setp.ne.u32 %p1, %x1, 0;\n  @%p1 exit;\n"
             "WAIT:\n  ld.acquire.gpu.global.u32 %x2, [%r0];\n"
             "  setp.eq.u32 %p2, %x2, 0;\n  @%p2 bra WAIT;\n  ret;\n}\n";

} // namespace

TEST(Launch, ThreadsHaveTheirCoordinates) {
  Arrays arrays;
  LaunchOptions options;
  options.grid = {3, 2, 2};
  options.block = {5, 4, 3};
  size_t blocks = options.grid.count(), threads = options.block.count();
  uint64_t out = arrays.make<uint32_t>(4 * blocks * threads);
  runKernel(arrays, coordinates, Parameters(out), options);
  std::vector<uint32_t> found = arrays.get<uint32_t>(out, 4 * blocks * threads);
  for (uint32_t k = 0; k < blocks * threads; ++k) {
    uint32_t thread = uint32_t(k % threads);
    EXPECT_EQ(found[4 * k], k / threads);
    EXPECT_EQ(found[4 * k + 1], thread);
    EXPECT_EQ(found[4 * k + 2], thread % 32);
    EXPECT_EQ(found[4 * k + 3], thread / 32);
  }
}

TEST(Launch, SeedZeroBeginsBlocksInTheirOrder) {
  std::vector<uint32_t> inOrder(24);
  std::iota(inOrder.begin(), inOrder.end(), 0u);
  EXPECT_EQ(turnsOf(0, 1), inOrder);
}

TEST(Launch, OtherSeedsHaveOtherOrders) {
  std::set<std::vector<uint32_t>> orders;
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    std::vector<uint32_t> order = turnsOf(seed, 4);
    EXPECT_EQ(order, turnsOf(seed, 4)) << "the same seed, another order";
    orders.insert(order);
    std::sort(order.begin(), order.end());
    EXPECT_EQ(order.back(), 23u);
    EXPECT_EQ(std::set<uint32_t>(order.begin(), order.end()).size(), 24u);
  }
  EXPECT_EQ(orders.size(), 5u);
}

TEST(Launch, BlocksThatWaitForOthersLetThemBegin) {
  // More blocks than run at once: the last one begins because the first polls.
  Arrays arrays;
  uint64_t flag = arrays.put(std::vector<uint32_t>(1));
  LaunchOptions options = shape(40, 1);
  options.residentBlocks = 1;
  EXPECT_NO_THROW(runKernel(arrays, waiting, Parameters(flag, 39u), options));
}

TEST(Launch, WaitingForABlockThatIsNotThereIsADeadlock) {
  Arrays arrays;
  uint64_t flag = arrays.put(std::vector<uint32_t>(1));
  std::string says = failureOf(Error::Kind::Deadlock, [&] {
    runKernel(arrays, waiting, Parameters(flag, 40u), shape(40, 1));
  });
  EXPECT_NE(says.find("1 warps wait"), std::string::npos) << says;
  EXPECT_NE(says.find("block 0, warp 0"), std::string::npos) << says;
}

TEST(Launch, CountersAddUpAndAreJson) {
  Arrays arrays;
  uint64_t out = arrays.make<uint32_t>(24);
  Module module(turns, "test.ptx", arrays.memory);
  Counters counters;
  for (unsigned k = 0; k < 2; ++k)
    launch(module, *module.kernel("k"), Parameters(out).bytes, arrays.memory,
           shape(24, 1), &counters);
  EXPECT_EQ(counters.warpInstructions, 2u * 24 * 7);
  EXPECT_EQ(counters.laneInstructions, 2u * 24 * 7);
  EXPECT_EQ(counters.opcodes["atom.global.add.u32"], 48u);
  std::string text = toJson(counters, true);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_NE(text.find("\"warp_instructions\":336"), std::string::npos) << text;
  EXPECT_NE(text.find("\"atom.global.add.u32\":48"), std::string::npos);
}

TEST(Launch, TheModuleSaysWhatAKernelNeeds) {
  DeviceMemory memory;
  Module module(header + ".visible .entry a(.param .u32 x, .param .u64 y)\n"
                         ".maxntid 128, 2\n.minnctapersm 1\n{\n"
                         "  .shared .align 64 .b8 s[100];\n"
                         "  .local .align 16 .b8 l[40];\n  .reg .b64 %r<2>;\n"
                         "  mov.b64 %r0, s;\n  mov.b64 %r1, l;\n  ret;\n}\n"
                         ".entry b() { ret; }\n",
                "test.ptx", memory);
  EXPECT_EQ(module.kernels(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(module.target(), "sm_90a");
  const Function &a = *module.kernel("a");
  EXPECT_EQ(module.parameterBytes(a), 16u);
  EXPECT_EQ(module.parameters(a)[1].name, "y");
  EXPECT_EQ(module.parameters(a)[1].offset, 8u);
  EXPECT_EQ(module.staticSharedBytes(a), 100u);
  EXPECT_EQ(module.localBytes(a), 40u);
  EXPECT_EQ(module.maxThreads(a), 256u);
  EXPECT_EQ(module.maxThreads(*module.kernel("b")), 0u);
  EXPECT_EQ(module.kernel("c"), nullptr);
}
