//===- AtomicOpsTest.cpp - atom and red -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Testing.h"

#include <algorithm>
#include <numeric>
#include <set>

using namespace llmc::ptxsim;
using namespace llmc::ptxsim::test;

namespace {

/// All threads of several blocks work on one word; each has its number in %t0.
template <typename T>
std::pair<T, std::vector<T>> contend(const std::string &body, T start,
                                     uint64_t seed = 3) {
  constexpr uint32_t blocks = 3, threads = 64;
  Arrays arrays;
  uint64_t word = arrays.put(std::vector<T>(1, start));
  uint64_t out = arrays.put(std::vector<T>(blocks * threads));
  std::string bits = ".b" + std::to_string(8 * sizeof(T));
  runKernel(arrays,
            header +
                ".visible .entry k(.param .u64 word, .param .u64 out) {\n"
                "  .reg .b64 %r<6>;\n  .reg .b32 %t<6>, %f<4>;\n"
                "  .reg " +
                bits +
                " %d;\n"
                "  ld.param.u64 %r0, [word];\n"
                "  mov.u32 %t1, %ctaid.x;\n  mov.u32 %t2, %ntid.x;\n"
                "  mov.u32 %t3, %tid.x;\n"
                "  mad.lo.u32 %t0, %t1, %t2, %t3;\n"
                "  cvt.rn.f32.u32 %f0, %t0;\n  cvt.u64.u32 %r4, %t0;\n" +
                body +
                "\n  ld.param.u64 %r1, [out];\n"
                "  mul.wide.u32 %r2, %t0, " +
                std::to_string(sizeof(T)) +
                ";\n  add.s64 %r1, %r1, %r2;\n  st.global" + bits +
                " [%r1], %d;\n  ret;\n}\n",
            Parameters(word, out), shape(blocks, threads, seed));
  return {arrays.get<T>(word, 1)[0], arrays.get<T>(out, blocks * threads)};
}

} // namespace

TEST(AtomicOps, AddGivesEachItsTurn) {
  auto [sum, old] =
      contend<uint32_t>("  atom.global.add.u32 %d, [%r0], 1;", 100);
  EXPECT_EQ(sum, 292u);
  std::set<uint32_t> all(old.begin(), old.end());
  EXPECT_EQ(all.size(), 192u);
  EXPECT_EQ(*all.begin(), 100u);
  EXPECT_EQ(*all.rbegin(), 291u);
}

TEST(AtomicOps, WideAddAndFloats) {
  EXPECT_EQ(
      contend<uint64_t>("  atom.global.add.u64 %d, [%r0], %r4;", 1ull << 40)
          .first,
      (1ull << 40) + 191 * 96);
  EXPECT_EQ(contend<float>("  atom.global.add.f32 %d, [%r0], %f0;", 0.5f).first,
            191 * 96 + 0.5f);
}

TEST(AtomicOps, ReductionsGiveNothingBack) {
  EXPECT_EQ(contend<float>("  mov.b32 %d, 0;\n"
                           "  red.global.add.f32 [%r0], %f0;",
                           0.0f)
                .first,
            191 * 96.0f);
  EXPECT_EQ(contend<uint32_t>("  mov.b32 %d, 0;\n"
                              "  red.relaxed.gpu.global.max.u32 [%r0], %t0;",
                              5)
                .first,
            191u);
}

TEST(AtomicOps, MinAndMaxHaveSigns) {
  EXPECT_EQ(contend<int32_t>("  sub.s32 %t5, 50, %t0;\n"
                             "  atom.global.min.s32 %d, [%r0], %t5;",
                             0)
                .first,
            50 - 191);
  EXPECT_EQ(contend<uint32_t>("  sub.s32 %t5, 50, %t0;\n"
                              "  atom.global.min.u32 %d, [%r0], %t5;",
                              ~0u)
                .first,
            0u);
}

TEST(AtomicOps, LogicAndExchange) {
  EXPECT_EQ(
      contend<uint32_t>("  and.b32 %t5, %t0, 31;\n  shl.b32 %t5, 1, %t5;\n"
                        "  atom.global.or.b32 %d, [%r0], %t5;",
                        0)
          .first,
      ~0u);
  EXPECT_EQ(contend<uint32_t>("  atom.global.and.b32 %d, [%r0], 0xfffffffe;", 7)
                .first,
            6u);
  EXPECT_EQ(contend<uint32_t>("  atom.global.xor.b32 %d, [%r0], 1;", 4).first,
            4u);
  auto [last, old] =
      contend<uint32_t>("  atom.global.exch.b32 %d, [%r0], %t0;", 999);
  old.push_back(last); // every number was there once
  std::sort(old.begin(), old.end());
  EXPECT_EQ(old.back(), 999u);
  EXPECT_EQ(old.front(), 0u);
  EXPECT_EQ(std::set<uint32_t>(old.begin(), old.end()).size(), 193u);
}

TEST(AtomicOps, CompareAndSwapAndWrapping) {
  auto [won, old] =
      contend<uint32_t>("  atom.global.cas.b32 %d, [%r0], 77, %t0;", 77);
  EXPECT_LT(won, 192u);
  EXPECT_EQ(std::count(old.begin(), old.end(), 77u), 1);
  EXPECT_EQ(contend<uint32_t>("  atom.global.inc.u32 %d, [%r0], 99;", 0).first,
            192u % 100);
  EXPECT_EQ(contend<uint32_t>("  atom.global.dec.u32 %d, [%r0], 99;", 0).first,
            8u);
}

TEST(AtomicOps, SharedMemoryAndPairsOfHalves) {
  auto [ignored, old] = contend<uint32_t>(
      "  .shared .align 4 .b32 cell;\n  .reg .pred %p;\n"
      "  setp.eq.u32 %p, %t3, 0;\n  @%p st.shared.u32 [cell], 0;\n"
      "  bar.sync 0;\n"
      "  red.shared.add.u32 [cell], 1;\n  bar.sync 0;\n"
      "  ld.shared.u32 %d, [cell];",
      0);
  for (uint32_t count : old)
    EXPECT_EQ(count, 64u);
  // 192 times 1 and 2, which bf16 holds up to 256 exactly.
  auto [sums, before] = contend<uint32_t>(
      "  mov.b32 %t5, 0x40003f80;\n"
      "  red.global.add.noftz.bf16x2 [%r0], %t5;\n  mov.b32 %d, 0;",
      0);
  EXPECT_EQ(sums & 0xffff, 0x4340u); // 192
}

TEST(AtomicOps, TheOrderIsTheSeeds) {
  auto first = contend<uint32_t>("  atom.global.add.u32 %d, [%r0], 1;", 0, 1),
       again = contend<uint32_t>("  atom.global.add.u32 %d, [%r0], 1;", 0, 1),
       other = contend<uint32_t>("  atom.global.add.u32 %d, [%r0], 1;", 0, 2);
  EXPECT_EQ(first.second, again.second);
  EXPECT_NE(first.second, other.second);
}
