//===- BarrierOpsTest.cpp - barriers of a block ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Testing.h"

using namespace llmc::ptxsim;
using namespace llmc::ptxsim::test;

namespace {

std::vector<uint64_t> onThreads(const std::string &body, unsigned bits = 32) {
  return evaluate(body, bits, 32, 32, 32, randomWords(96 * 3));
}

void expectSays(const std::string &says, const std::string &part) {
  EXPECT_NE(says.find(part), std::string::npos) << says;
}

} // namespace

TEST(BarrierOps, ABarrierThatSomeNeverReachIsADeadlock) {
  // One warp waits, the others come to another barrier: both for all threads.
  std::string says = failureOf(Error::Kind::Deadlock, [] {
    onThreads("mov.b32 $d, 0;\n  setp.lt.u32 %p0, %id, 32;\n"
              "  @%p0 bra ONE;\n  bar.sync 2;\n  bra END;\n"
              "ONE:\n  bar.sync 1;\nEND:\n");
  });
  expectSays(says, "3 warps wait");
  expectSays(says, "warp 0 lanes 0xffffffff at line 29 (bar.sync)");
  expectSays(says, "warp 2 lanes 0xffffffff at line 26 (bar.sync)");
}

TEST(BarrierOps, ABarrierInADivergentBranchIsAnError) {
  std::string says = failureOf(Error::Kind::Deadlock, [] {
    onThreads("mov.b32 $d, 0;\n  and.b32 %t0, %id, 1;\n"
              "  setp.eq.u32 %p0, %t0, 0;\n  @%p0 bra EVEN;\n"
              "  bar.sync 0;\n  bra END;\nEVEN:\n  bar.sync 0;\nEND:\n");
  });
  expectSays(says, "bar.sync waits for lanes of its warp that never come");
}

TEST(BarrierOps, BarriersOfThreadsMayComeFromSeveralPlaces) {
  // Without .aligned each thread counts for itself.
  std::vector<uint64_t> found =
      onThreads("and.b32 %t0, %id, 1;\n  setp.eq.u32 %p0, %t0, 0;\n"
                "  mov.u32 $d, 1;\n  @%p0 bra EVEN;\n"
                "  barrier.sync 0;\n  bra END;\nEVEN:\n"
                "  mov.u32 $d, 2;\n  barrier.sync 0;\nEND:\n");
  EXPECT_EQ(found[0], 2u);
  EXPECT_EQ(found[1], 1u);
}

TEST(BarrierOps, CountsMustBeWholeWarps) {
  expectSays(failureOf(Error::Kind::Program,
                       [] { onThreads("mov.b32 $d, 0;\n  bar.sync 0, 40;"); }),
             "must be a multiple of 32");
}

TEST(BarrierOps, CountsMustAgree) {
  expectSays(failureOf(Error::Kind::Program,
                       [] {
                         onThreads("mov.b32 $d, 0;\n  mov.u32 %t0, 96;\n"
                                   "  setp.lt.u32 %p0, %id, 32;\n"
                                   "  @%p0 mov.u32 %t0, 64;\n"
                                   "  bar.sync 0, %t0;");
                       }),
             "while others wait for");
}

TEST(BarrierOps, ThereAreSixteen) {
  expectSays(failureOf(Error::Kind::Program,
                       [] { onThreads("mov.b32 $d, 0;\n  bar.sync 16;"); }),
             "there are 0 to 15");
}

TEST(BarrierOps, Reductions) {
  std::string third = "rem.u32 %t0, %id, 3;\n  setp.eq.u32 %p0, %t0, 0;\n  ";
  EXPECT_EQ(
      onThreads(third + "barrier.cta.red.popc.aligned.u32 $d, 0, %p0;")[5],
      32u);
  EXPECT_EQ(onThreads(third + "bar.red.popc.u32 $d, 1, 96, !%p0;")[95], 64u);
  EXPECT_EQ(onThreads(third + "bar.red.or.pred $d, 0, %p0;", 1)[1], 1u);
  EXPECT_EQ(onThreads(third + "bar.red.and.pred $d, 0, %p0;", 1)[0], 0u);
}

TEST(BarrierOps, AreUsedAgain) {
  std::vector<uint64_t> found =
      onThreads("mov.u32 $d, 0;\nLOOP:\n  bar.sync 0;\n"
                "  add.u32 $d, $d, 1;\n  setp.lt.u32 %p0, $d, 50;\n"
                "  @%p0 bra LOOP;");
  EXPECT_EQ(found[60], 50u);
}

TEST(BarrierOps, WarpSyncNeedsItsMask) {
  expectSays(
      failureOf(Error::Kind::Program,
                [] { onThreads("mov.b32 $d, 0;\n  bar.warp.sync 0xff;"); }),
      "leaves it out");
}

TEST(BarrierOps, WarpSyncMayBeReachedFromSeveralPlaces) {
  std::vector<uint64_t> found =
      onThreads("and.b32 %t0, %id, 1;\n  setp.eq.u32 %p0, %t0, 0;\n"
                "  mov.u32 $d, 1;\n  @%p0 bra EVEN;\n"
                "  bar.warp.sync -1;\n  bra END;\nEVEN:\n"
                "  mov.u32 $d, 2;\n  bar.warp.sync -1;\nEND:\n");
  EXPECT_EQ(found[2], 2u);
}
