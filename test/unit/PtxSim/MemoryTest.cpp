//===- MemoryTest.cpp - loads and stores, and what they may not touch -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Testing.h"

using namespace llmc::ptxsim;
using namespace llmc::ptxsim::test;

namespace {

/// A kernel of one pointer, %r0; %t0 is the thread.
std::string kernel(const std::string &body, const std::string &variables = {}) {
  return header + variables +
         ".visible .entry k(.param .u64 out) {\n"
         "  .reg .b64 %r<8>;\n  .reg .b32 %t<8>;\n  .reg .b16 %h<4>;\n"
         "  .reg .pred %p<4>;\n"
         "  mov.u32 %t0, %tid.x;\n  ld.param.u64 %r0, [out];\n"
         "  mul.wide.u32 %r1, %t0, 4;\n  add.s64 %r1, %r0, %r1;\n" +
         body + "\n  ret;\n}\n";
}

std::vector<uint32_t> onThreads(const std::string &body,
                                const std::string &variables = {},
                                uint32_t threads = 32) {
  Arrays arrays;
  uint64_t out = arrays.make<uint32_t>(threads);
  runKernel(arrays, kernel(body, variables), Parameters(out),
            shape(1, threads));
  return arrays.get<uint32_t>(out, threads);
}

std::string failure(Error::Kind kind, const std::string &body,
                    const std::string &variables = {}, uint32_t threads = 32) {
  return failureOf(kind, [&] { onThreads(body, variables, threads); });
}

void expectSays(const std::string &says, const std::string &part) {
  EXPECT_NE(says.find(part), std::string::npos) << says;
}

} // namespace

TEST(Memory, ShortValuesAreExtended) {
  std::vector<uint32_t> found = onThreads("  mov.u32 %t1, 0xfffefdf0;\n"
                                          "  st.global.u32 [%r1], %t1;\n"
                                          "  ld.global.s8 %t2, [%r1+1];\n"
                                          "  ld.global.u8 %t3, [%r1+1];\n"
                                          "  ld.global.s16 %t4, [%r1];\n"
                                          "  ld.global.u16 %h0, [%r1+2];\n"
                                          "  cvt.u32.u16 %t5, %h0;\n"
                                          "  xor.b32 %t2, %t2, %t3;\n"
                                          "  xor.b32 %t4, %t4, %t5;\n"
                                          "  xor.b32 %t2, %t2, %t4;\n"
                                          "  st.global.u32 [%r1], %t2;");
  EXPECT_EQ(found[5], (0xfffffffdu ^ 0xfdu) ^ (0xfffffdf0u ^ 0x0000fffeu));
}

TEST(Memory, VectorsOfRegisters) {
  Arrays arrays;
  std::vector<float> values(128);
  for (size_t k = 0; k < values.size(); ++k)
    values[k] = float(k);
  uint64_t in = arrays.put(values), out = arrays.make<float>(128);
  runKernel(arrays,
            header + ".visible .entry k(.param .u64 in, .param .u64 out) {\n"
                     "  .reg .b64 %r<4>;\n  .reg .b32 %t, %f<4>;\n"
                     "  mov.u32 %t, %tid.x;\n  mul.wide.u32 %r0, %t, 16;\n"
                     "  ld.param.u64 %r1, [in];\n"
                     "  ld.param.u64 %r2, [out];\n"
                     "  add.s64 %r1, %r1, %r0;\n  add.s64 %r2, %r2, %r0;\n"
                     "  ld.global.nc.L1::no_allocate.v4.f32 "
                     "{%f0, %f1, %f2, %f3}, [%r1];\n"
                     "  st.global.v2.f32 [%r2], {%f3, %f2};\n"
                     "  st.global.v2.f32 [%r2+8], {%f1, %f0};\n  ret;\n}\n",
            Parameters(in, out), shape(1, 32));
  std::vector<float> found = arrays.get<float>(out, 128);
  for (size_t k = 0; k < 128; ++k)
    EXPECT_EQ(found[k], float(k / 4 * 4 + 3 - k % 4));
}

TEST(Memory, VariablesWithValues) {
  std::vector<uint32_t> found =
      onThreads("  mov.u64 %r2, table;\n  add.s64 %r2, %r2, 8;\n"
                "  ld.const.u32 %t1, [%r2];\n  ld.const.u32 %t2, [table+4];\n"
                "  ld.global.u64 %r3, [pointer];\n  ld.global.f32 %t3, [%r3];\n"
                "  add.u32 %t1, %t1, %t2;\n  add.u32 %t1, %t1, %t3;\n"
                "  st.global.u32 [%r1], %t1;",
                ".const .align 4 .b32 table[3] = {1, 20, 0x300};\n"
                ".global .align 4 .f32 one = 0f00000004;\n"
                ".global .align 8 .u64 pointer = one;\n");
  EXPECT_EQ(found[0], 0x300u + 20 + 4);
}

TEST(Memory, EachThreadHasItsOwnLocalMemory) {
  std::vector<uint32_t> found =
      onThreads("  .local .align 8 .b8 depot[64];\n"
                "  mov.b64 %r2, depot;\n  cvta.local.u64 %r3, %r2;\n"
                "  st.local.u32 [%r2+60], %t0;\n"
                "  ld.u32 %t1, [%r3+60];\n" // the same place, by its window
                "  mul.lo.u32 %t1, %t1, 3;\n  st.global.u32 [%r1], %t1;");
  for (uint32_t t = 0; t < 32; ++t)
    EXPECT_EQ(found[t], 3 * t);
}

TEST(Memory, GenericAddressesOfSharedMemory) {
  std::vector<uint32_t> found =
      onThreads("  mov.b64 %r2, tile;\n  mul.wide.u32 %r3, %t0, 4;\n"
                "  add.s64 %r2, %r2, %r3;\n  cvta.shared.u64 %r4, %r2;\n"
                "  st.u32 [%r4], %t0;\n  ld.shared.u32 %t1, [%r2];\n"
                "  st.global.u32 [%r1], %t1;",
                ".shared .align 16 .b8 tile[128];\n");
  for (uint32_t t = 0; t < 32; ++t)
    EXPECT_EQ(found[t], t);
}

TEST(Memory, SharedVariablesOfAKernelDoNotOverlap) {
  // Only what a kernel names counts: `huge` is another one's.
  std::vector<uint32_t> found = onThreads(
      "  st.shared.u8 [small], 1;\n  st.shared.u32 [word], 0xabcdef01;\n"
      "  mov.b64 %r2, dynamic;\n  add.s64 %r2, %r2, -4;\n"
      "  st.shared.u32 [%r2], 2;\n" // what lies before it is none of them
      "  ld.shared.u32 %t1, [word];\n  ld.shared.u8 %t2, [small];\n"
      "  add.u32 %t1, %t1, %t2;\n  st.global.u32 [%r1], %t1;",
      ".shared .b8 huge[300000];\n.shared .b8 small;\n"
      ".shared .align 4 .b32 word;\n.shared .align 4 .b32 last[2];\n"
      ".extern .shared .align 16 .b8 dynamic[];\n",
      1);
  EXPECT_EQ(found[0], 0xabcdef02u);
}

TEST(Memory, BehindTheEndOfAnAllocation) {
  std::string says =
      failure(Error::Kind::Address, "  st.global.u32 [%r1+4], %t0;");
  expectSays(says, "test.ptx: kernel 'k': line 13: st.global.u32: ctaid "
                   "(0, 0, 0), tid (31, 0, 0): global address 0x");
  expectSays(says, "has 128 bytes");
  expectSays(says, "begins at its byte 128");
}

TEST(Memory, BeforeTheBeginOfAnAllocation) {
  expectSays(failure(Error::Kind::Address, "  st.global.u32 [%r1+-4], %t0;"),
             "tid (0, 0, 0)");
}

TEST(Memory, NullPointers) {
  expectSays(failure(Error::Kind::Address,
                     "  mov.u64 %r2, 0;\n  ld.global.u32 %t1, [%r2];"),
             "global address 0x0, 4 bytes, is outside of all allocations");
}

TEST(Memory, OutOfSharedMemory) {
  expectSays(
      failure(Error::Kind::Address,
              "  mov.b64 %r2, tile;\n  mul.wide.u32 %r3, %t0, 8;\n"
              "  add.s64 %r2, %r2, %r3;\n  st.shared.u32 [%r2], %t0;",
              ".shared .align 16 .b8 tile[128];\n"),
      "tid (16, 0, 0): shared address 0x480, 4 bytes: the block has 128");
}

TEST(Memory, OutOfLocalMemory) {
  expectSays(failure(Error::Kind::Address,
                     "  .local .align 8 .b8 depot[16];\n"
                     "  mov.b64 %r2, depot;\n  st.local.u32 [%r2+16], %t0;"),
             "local address 0x10");
}

TEST(Memory, Misaligned) {
  expectSays(failure(Error::Kind::Misaligned, "  ld.global.u64 %r2, [%r1];"),
             "tid (1, 0, 0)");
  expectSays(failure(Error::Kind::Misaligned,
                     "  ld.global.v2.u32 {%t1, %t2}, [%r0+4];"),
             "is no multiple of the access, 8 bytes");
}

TEST(Memory, SharedMemoryThatNobodyWrote) {
  std::string says =
      failure(Error::Kind::Data,
              "  setp.ne.u32 %p0, %t0, 7;\n  mov.b64 %r2, tile;\n"
              "  mul.wide.u32 %r3, %t0, 4;\n  add.s64 %r2, %r2, %r3;\n"
              "  @%p0 st.shared.u32 [%r2], %t0;\n  bar.sync 0;\n"
              "  ld.shared.u32 %t1, [%r2];",
              ".shared .align 16 .b8 tile[128];\n");
  expectSays(says, "tid (7, 0, 0): reads shared address 0x41c, byte 28, which "
                   "nobody has written");
}

TEST(Memory, ConstantsAndParametersAreReadOnly) {
  expectSays(failure(Error::Kind::Program,
                     "  mov.u64 %r2, table;\n  st.global.u32 [%r2], 1;",
                     ".const .align 4 .b32 table[1] = {1};\n"),
             "writes to read-only memory");
}

TEST(Memory, ParametersByValue) {
  Arrays arrays;
  uint64_t out = arrays.make<uint32_t>(1);
  struct Given {
    uint32_t a, b;
    uint64_t c;
  } given{1, 2, 3};
  runKernel(arrays,
            header + ".visible .entry k(.param .align 8 .b8 given[16],\n"
                     "                  .param .u64 .ptr .global out) {\n"
                     "  .reg .b64 %r<4>;\n  .reg .b32 %t<4>;\n"
                     "  mov.b64 %r0, given;\n  cvta.param.u64 %r1, %r0;\n"
                     "  ld.u32 %t0, [%r1+4];\n"
                     "  ld.param.v2.u32 {%t1, %t2}, [given];\n"
                     "  ld.param.u64 %r2, [out];\n"
                     "  add.u32 %t0, %t0, %t1;\n  add.u32 %t0, %t0, %t2;\n"
                     "  st.global.u32 [%r2], %t0;\n  ret;\n}\n",
            Parameters(given, out), shape(1, 1));
  EXPECT_EQ(arrays.get<uint32_t>(out, 1)[0], 5u);
}

TEST(Memory, CountsSectorsOfRequests) {
  Arrays arrays;
  uint64_t out = arrays.make<uint32_t>(4096);
  auto loads = [&](const std::string &stride) {
    return runKernel(arrays,
                     kernel("  mul.lo.u32 %t1, %t0, " + stride +
                            ";\n  cvt.u64.u32 %r2, %t1;\n"
                            "  add.s64 %r2, %r0, %r2;\n"
                            "  ld.global.u32 %t2, [%r2];"),
                     Parameters(out), shape(1, 32))
        .loads;
  };
  EXPECT_EQ(loads("4").sectors, 4u);    // 128 bytes in a row
  EXPECT_EQ(loads("8").sectors, 8u);    // every second word
  EXPECT_EQ(loads("128").sectors, 32u); // a sector each
  EXPECT_EQ(loads("0").sectors, 1u);
  EXPECT_EQ(loads("4").bytes, 128u);
}

TEST(Memory, CountsPassesOverBanks) {
  Arrays arrays;
  uint64_t out = arrays.make<uint32_t>(32);
  auto passes = [&](const std::string &stride, const char *type) {
    return runKernel(arrays,
                     kernel("  mul.lo.u32 %t1, %t0, " + stride +
                                ";\n  mov.b64 %r2, tile;\n"
                                "  cvt.u64.u32 %r3, %t1;\n"
                                "  add.s64 %r2, %r2, %r3;\n  st.shared." +
                                type + ";",
                            ".shared .align 16 .b8 tile[8192];\n"),
                     Parameters(out), shape(1, 32))
        .shared.passes;
  };
  EXPECT_EQ(passes("4", "u32 [%r2], %t0"), 1u);
  EXPECT_EQ(passes("8", "u32 [%r2], %t0"), 2u);
  EXPECT_EQ(passes("128", "u32 [%r2], %t0"), 32u);
  EXPECT_EQ(passes("16", "v4.u32 [%r2], {%t0, %t0, %t0, %t0}"), 4u);
  EXPECT_EQ(passes("32", "v4.u32 [%r2], {%t0, %t0, %t0, %t0}"), 8u);
}
