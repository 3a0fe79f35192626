//===- WarpOpsTest.cpp - what lanes do with one another -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Testing.h"

#include <algorithm>
#include <numeric>

using namespace llmc::ptxsim;
using namespace llmc::ptxsim::test;

namespace {

std::vector<uint64_t> onWarp(const std::string &body, unsigned bitsD = 32) {
  std::vector<uint64_t> inputs = randomWords(32 * 3);
  return evaluate(body, bitsD, 32, 32, 32, inputs);
}

std::vector<uint32_t> inputsOfWarp() {
  std::vector<uint64_t> inputs = randomWords(32 * 3);
  std::vector<uint32_t> a(32);
  for (size_t k = 0; k < 32; ++k)
    a[k] = uint32_t(inputs[3 * k]);
  return a;
}

} // namespace

TEST(WarpOps, ShuffleButterfly) {
  std::vector<uint32_t> a = inputsOfWarp();
  for (unsigned by : {1u, 2u, 4u, 8u, 16u}) {
    std::vector<uint64_t> found = onWarp("shfl.sync.bfly.b32 $d, $a, " +
                                         std::to_string(by) + ", 31, -1;");
    for (unsigned lane = 0; lane < 32; ++lane)
      EXPECT_EQ(found[lane], a[lane ^ by]);
  }
}

TEST(WarpOps, ShuffleUpAndDownKeepWhatIsOutside) {
  std::vector<uint32_t> a = inputsOfWarp();
  std::vector<uint64_t> up = onWarp("shfl.sync.up.b32 $d, $a, 3, 0, -1;"),
                        down = onWarp("shfl.sync.down.b32 $d, $a, 5, 31, -1;");
  for (unsigned lane = 0; lane < 32; ++lane) {
    EXPECT_EQ(up[lane], a[lane < 3 ? lane : lane - 3]);
    EXPECT_EQ(down[lane], a[lane > 26 ? lane : lane + 5]);
  }
}

TEST(WarpOps, ShuffleOfSegments) {
  // Segments of 8: clamp 31, mask 0x18 in the upper byte.
  std::vector<uint32_t> a = inputsOfWarp();
  std::vector<uint64_t> found =
      onWarp("shfl.sync.idx.b32 $d, $a, 2, 0x181f, -1;");
  for (unsigned lane = 0; lane < 32; ++lane)
    EXPECT_EQ(found[lane], a[(lane & 24) + 2]);
}

TEST(WarpOps, ShuffleSaysWhetherItWasInRange) {
  std::vector<uint64_t> found =
      onWarp("shfl.sync.down.b32 %t0|$d, $a, 16, 31, -1;", 1);
  for (unsigned lane = 0; lane < 32; ++lane)
    EXPECT_EQ(found[lane], lane < 16);
}

TEST(WarpOps, ShuffleFromALaneThatIsAwayIsAnError) {
  std::string says = failureOf(Error::Kind::Program, [] {
    onWarp("setp.lt.u32 %p0, %id, 16;\n"
           "  mov.b32 $d, 0;\n"
           "  @%p0 shfl.sync.bfly.b32 $d, $a, 16, 31, 0xffff;");
  });
  EXPECT_NE(says.find("reads lane"), std::string::npos) << says;
}

TEST(WarpOps, MaskMustHoldWhoExecutes) {
  std::string says = failureOf(Error::Kind::Program, [] {
    onWarp("shfl.sync.bfly.b32 $d, $a, 1, 31, 0xffff;");
  });
  EXPECT_NE(says.find("leaves it out"), std::string::npos) << says;
}

TEST(WarpOps, ShuffleWaitsForAllLanesOfItsMask) {
  // Half of the warp takes a way of its own, and both meet at the shuffle.
  std::vector<uint64_t> found =
      onWarp("setp.lt.u32 %p0, %id, 16;\n"
             "  mov.u32 %t0, %id;\n"
             "  @%p0 bra LOW;\n"
             "  add.u32 %t0, %t0, 100;\n"
             "  bra MEET;\n"
             "LOW:\n"
             "  add.u32 %t0, %t0, 200;\n"
             "MEET:\n"
             "  shfl.sync.bfly.b32 $d, %t0, 16, 31, -1;");
  for (unsigned lane = 0; lane < 32; ++lane)
    EXPECT_EQ(found[lane], lane < 16 ? lane + 116 : lane + 184);
}

TEST(WarpOps, WaitingForLanesThatNeverComeIsAnError) {
  std::string says = failureOf(Error::Kind::Deadlock, [] {
    onWarp("setp.lt.u32 %p0, %id, 16;\n"
           "  mov.b32 $d, 0;\n"
           "  @%p0 bra LOW;\n"
           "  bar.sync 0;\n"
           "  bra MEET;\n"
           "LOW:\n"
           "  shfl.sync.bfly.b32 $d, $a, 1, 31, -1;\n"
           "MEET:\n");
  });
  EXPECT_NE(says.find("never come"), std::string::npos) << says;
}

TEST(WarpOps, Votes) {
  std::string odd = "and.b32 %t0, %id, 1;\n  setp.eq.u32 %p0, %t0, 1;\n  ";
  EXPECT_EQ(onWarp(odd + "vote.sync.ballot.b32 $d, %p0, -1;")[3], 0xaaaaaaaau);
  EXPECT_EQ(onWarp(odd + "vote.sync.any.pred $d, %p0, -1;", 1)[0], 1u);
  EXPECT_EQ(onWarp(odd + "vote.sync.all.pred $d, %p0, -1;", 1)[1], 0u);
  EXPECT_EQ(onWarp(odd + "vote.sync.uni.pred $d, %p0, -1;", 1)[1], 0u);
  EXPECT_EQ(onWarp(odd + "vote.sync.ballot.b32 $d, !%p0, -1;")[3], 0x55555555u);
}

TEST(WarpOps, Match) {
  std::string third = "rem.u32 %t0, %id, 3;\n  ";
  std::vector<uint64_t> any = onWarp(third + "match.any.sync.b32 $d, %t0, -1;");
  for (unsigned lane = 0; lane < 32; ++lane) {
    uint32_t same = 0;
    for (unsigned other = lane % 3; other < 32; other += 3)
      same |= 1u << other;
    EXPECT_EQ(any[lane], same);
  }
  EXPECT_EQ(onWarp(third + "match.all.sync.b32 $d|%p0, %t0, -1;")[0], 0u);
}

TEST(WarpOps, Reductions) {
  std::vector<uint32_t> a = inputsOfWarp();
  auto found = [](const char *op) {
    return onWarp(std::string("redux.sync.") + op + " $d, $a, -1;")[7];
  };
  EXPECT_EQ(found("add.s32"), std::accumulate(a.begin(), a.end(), 0u));
  EXPECT_EQ(found("max.u32"), *std::max_element(a.begin(), a.end()));
  EXPECT_EQ(found("min.s32"),
            uint32_t(*std::min_element(a.begin(), a.end(), [](auto x, auto y) {
              return int32_t(x) < int32_t(y);
            })));
  EXPECT_EQ(found("xor.b32"),
            std::accumulate(a.begin(), a.end(), 0u, std::bit_xor<>()));
}

TEST(WarpOps, ElectTakesTheLowestLane) {
  std::vector<uint64_t> found = onWarp("elect.sync %t0|$d, -1;", 1);
  for (unsigned lane = 0; lane < 32; ++lane)
    EXPECT_EQ(found[lane], lane == 0);
}

TEST(WarpOps, ActiveMaskIsThoseWhoAreThere) {
  std::vector<uint64_t> found = onWarp("setp.gt.u32 %p0, %id, 27;\n"
                                       "  mov.b32 $d, 0;\n"
                                       "  @%p0 activemask.b32 $d;");
  EXPECT_EQ(found[28], 0xf0000000u);
  EXPECT_EQ(found[27], 0u);
}

TEST(WarpOps, SpecialRegistersOfLanes) {
  std::vector<uint64_t> found = onWarp("mov.u32 %t0, %lanemask_lt;\n"
                                       "  mov.u32 %t1, %laneid;\n"
                                       "  shl.b32 %t0, %t0, 0;\n"
                                       "  add.u32 $d, %t0, %t1;");
  for (unsigned lane = 0; lane < 32; ++lane)
    EXPECT_EQ(found[lane], (1ull << lane) - 1 + lane);
}
