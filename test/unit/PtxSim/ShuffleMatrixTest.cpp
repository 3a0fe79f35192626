//===- ShuffleMatrixTest.cpp - lanes of all modes, segments and masks -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Testing.h"

#include <algorithm>

using namespace llmc::ptxsim;
using namespace llmc::ptxsim::test;

namespace {

using U = uint64_t;

/// Lane k has 100 + k in its %t0, and the body gives $d.
std::vector<U> onWarp(const std::string &body, unsigned bits = 32) {
  return evaluate("add.u32 %t0, %id, 100;\n  " + body, bits, 32, 32, 32,
                  std::vector<U>(96));
}

/// Which lane is read in a warp that is cut into segments of `width`: nothing is
/// read across their ends, and then a lane keeps what it has.
int sourceOf(const std::string &mode, int lane, int by, int width) {
  int first = lane / width * width, last = first + width - 1;
  int from = mode == "up"     ? lane - by
             : mode == "down" ? lane + by
             : mode == "bfly" ? (lane ^ by)
                              : first + by % width;
  // A butterfly may go down out of its segment, never up.
  bool inRange = mode == "bfly" ? from <= last : from >= first && from <= last;
  return inRange ? from : -1;
}

std::string shuffle(const std::string &mode, int by, int width,
                    const std::string &to) {
  int control = (32 - width) << 8 | (mode == "up" ? 0 : 31);
  return "shfl.sync." + mode + ".b32 " + to + ", %t0, " + std::to_string(by) +
         ", " + std::to_string(control) + ", -1;";
}

class Shuffles : public testing::TestWithParam<const char *> {};

/// Lanes of a mask take part in a branch of their own.
std::string among(uint32_t mask, const std::string &body) {
  std::string number = std::to_string(mask);
  return "mov.b32 $d, 7;\n  mov.u32 %t1, 1;\n  shl.b32 %t1, %t1, %id;\n"
         "  and.b32 %t1, %t1, " +
         number + ";\n  setp.eq.u32 %p0, %t1, 0;\n  @%p0 bra OUT;\n  " + body +
         "\nOUT:\n";
}

const uint32_t masks[] = {0x00000001, 0x80000000, 0x0000ffff, 0xffff0000,
                          0x55555555, 0x0ff00ff0, 0x80000001, 0xfffffffe};

} // namespace

TEST_P(Shuffles, ReadWithinTheirSegments) {
  std::string mode = GetParam();
  for (int width : {1, 2, 4, 8, 16, 32})
    for (int by : {0, 1, 2, 3, 7, 8, 15, 16, 31}) {
      std::vector<U> found = onWarp(shuffle(mode, by, width, "$d"));
      std::vector<U> valid = onWarp(shuffle(mode, by, width, "%t1|$d"), 1);
      for (int lane = 0; lane < 32; ++lane) {
        int from = sourceOf(mode, lane, by, width);
        EXPECT_EQ(found[lane], 100u + U(from < 0 ? lane : from))
            << mode << " by " << by << ", width " << width << ", lane " << lane;
        EXPECT_EQ(valid[lane], U(from >= 0));
      }
    }
}

INSTANTIATE_TEST_SUITE_P(All, Shuffles,
                         testing::Values("up", "down", "bfly", "idx"),
                         [](const auto &info) { return info.param; });

TEST(LaneMasks, LanesMayChooseWhomTheyRead) {
  // Backwards: each lane has another distance.
  std::vector<U> found = onWarp("sub.u32 %t1, 31, %id;\n"
                                "  shfl.sync.idx.b32 $d, %t0, %t1, 31, -1;");
  for (U lane = 0; lane < 32; ++lane)
    EXPECT_EQ(found[lane], 131 - lane);
}

TEST(LaneMasks, BallotsAreOfTheirMask) {
  for (uint32_t mask : masks) {
    std::string number = std::to_string(mask);
    std::vector<U> found =
        onWarp(among(mask, "and.b32 %t2, %id, 2;\n  setp.ne.u32 %p1, %t2, 0;\n"
                           "  vote.sync.ballot.b32 $d, %p1, " +
                               number + ";"));
    for (U lane = 0; lane < 32; ++lane)
      EXPECT_EQ(found[lane], mask >> lane & 1 ? mask & 0xcccccccc : 7u);
  }
}

TEST(LaneMasks, VotesAreOfTheirMask) {
  struct Kind {
    const char *name;
    bool (*of)(uint32_t yes, uint32_t all);
  };
  const Kind kinds[] = {
      {"all", [](uint32_t yes, uint32_t all) { return yes == all; }},
      {"any", [](uint32_t yes, uint32_t) { return yes != 0; }},
      {"uni",
       [](uint32_t yes, uint32_t all) { return yes == 0 || yes == all; }}};
  for (const Kind &kind : kinds)
    for (uint32_t mask : masks)
      for (uint32_t limit : {0u, 1u, 16u, 32u}) { // lanes below it say yes
        uint32_t yes = mask & uint32_t((U(1) << limit) - 1);
        std::vector<U> found = onWarp(among(
            mask, "setp.lt.u32 %p1, %id, " + std::to_string(limit) +
                      ";\n  vote.sync." + kind.name + ".pred %p1, %p1, " +
                      std::to_string(mask) + ";\n  selp.b32 $d, 1, 0, %p1;"));
        for (U lane = 0; lane < 32; ++lane)
          EXPECT_EQ(found[lane], mask >> lane & 1 ? kind.of(yes, mask) : 7u)
              << kind.name << std::hex << " of " << mask << ", " << limit;
      }
}

TEST(LaneMasks, ReductionsAreOfTheirMask) {
  struct Kind {
    const char *name;
    uint32_t start;
    uint32_t (*of)(uint32_t, uint32_t);
  };
  const Kind kinds[] = {
      {"add.u32", 0, [](uint32_t a, uint32_t b) { return a + b; }},
      {"add.s32", 0, [](uint32_t a, uint32_t b) { return a + b; }},
      {"min.u32", ~0u, [](uint32_t a, uint32_t b) { return std::min(a, b); }},
      {"max.u32", 0, [](uint32_t a, uint32_t b) { return std::max(a, b); }},
      {"min.s32", 0x7fffffff,
       [](uint32_t a, uint32_t b) { return int32_t(a) < int32_t(b) ? a : b; }},
      {"max.s32", 0x80000000,
       [](uint32_t a, uint32_t b) { return int32_t(a) > int32_t(b) ? a : b; }},
      {"and.b32", ~0u, [](uint32_t a, uint32_t b) { return a & b; }},
      {"or.b32", 0, [](uint32_t a, uint32_t b) { return a | b; }},
      {"xor.b32", 0, [](uint32_t a, uint32_t b) { return a ^ b; }}};
  for (const Kind &kind : kinds)
    for (uint32_t mask : masks) {
      uint32_t expected = kind.start;
      for (uint32_t lane = 0; lane < 32; ++lane)
        if (mask >> lane & 1)
          expected = kind.of(expected, lane * 0x9e3779b9u);
      std::vector<U> found =
          onWarp(among(mask, "mul.lo.u32 %t2, %id, 0x9e3779b9;\n  redux.sync." +
                                 std::string(kind.name) + " $d, %t2, " +
                                 std::to_string(mask) + ";"));
      for (U lane = 0; lane < 32; ++lane)
        EXPECT_EQ(found[lane], mask >> lane & 1 ? expected : 7u)
            << kind.name << std::hex << " of " << mask;
    }
}

TEST(LaneMasks, MatchesAreOfTheirMask) {
  for (uint32_t mask : masks)
    for (uint32_t groups : {1u, 2u, 5u, 32u}) {
      std::string number = std::to_string(mask),
                  value = "rem.u32 %t2, %id, " + std::to_string(groups) +
                          ";\n  match.";
      std::vector<U> any =
          onWarp(among(mask, value + "any.sync.b32 $d, %t2, " + number + ";"));
      std::vector<U> all = onWarp(
          among(mask, value + "all.sync.b32 $d|%p1, %t2, " + number + ";"));
      for (uint32_t lane = 0; lane < 32; ++lane) {
        uint32_t same = 0;
        for (uint32_t other = 0; other < 32; ++other)
          if (mask >> other & 1 && other % groups == lane % groups)
            same |= 1u << other;
        bool isIn = mask >> lane & 1;
        EXPECT_EQ(any[lane], isIn ? same : 7u);
        EXPECT_EQ(all[lane], !isIn ? 7u : same == mask ? mask : 0u);
      }
    }
}

TEST(LaneMasks, TheLowestLaneIsElected) {
  for (uint32_t mask : masks) {
    std::vector<U> found =
        onWarp(among(mask, "elect.sync $d|%p1, " + std::to_string(mask) + ";"));
    for (U lane = 0; lane < 32; ++lane)
      EXPECT_EQ(found[lane], mask >> lane & 1 ? U(std::countr_zero(mask)) : 7u);
  }
}

TEST(LaneMasks, DifferentMasksAreAnError) {
  std::string says = failureOf(Error::Kind::Program, [] {
    onWarp("mov.u32 %t1, -1;\n  setp.eq.u32 %p0, %id, 9;\n"
           "  @%p0 mov.u32 %t1, 0x3ff;\n"
           "  shfl.sync.idx.b32 $d, %t0, 0, 31, %t1;");
  });
  EXPECT_NE(says.find("tid (9, 0, 0)"), std::string::npos) << says;
  EXPECT_NE(says.find("lanes give different masks"), std::string::npos) << says;
}

namespace {

/// What each thread counts in loops and branches, in C++ and in PTX.
std::vector<U> onThreads(const std::string &body) {
  return evaluate(body, 32, 32, 32, 32, std::vector<U>(96 * 3));
}

} // namespace

TEST(Divergence, NestedBranchesMeetAgain) {
  std::vector<U> found = onThreads(
      "mov.u32 $d, 0;\n  and.b32 %t0, %id, 1;\n  setp.eq.u32 %p0, %t0, 0;\n"
      "  and.b32 %t1, %id, 6;\n  setp.lt.u32 %p1, %t1, 3;\n"
      "  @%p0 bra EVEN;\n  @%p1 bra ODDLOW;\n  add.u32 $d, $d, 1;\n"
      "  bra ODDEND;\nODDLOW:\n  add.u32 $d, $d, 2;\nODDEND:\n"
      "  activemask.b32 %t2;\n  bra END;\nEVEN:\n  @%p1 bra EVENLOW;\n"
      "  add.u32 $d, $d, 3;\n  bra EVENEND;\nEVENLOW:\n  add.u32 $d, $d, 4;\n"
      "EVENEND:\n  activemask.b32 %t2;\nEND:\n  popc.b32 %t2, %t2;\n"
      "  activemask.b32 %t3;\n  popc.b32 %t3, %t3;\n"
      "  mad.lo.u32 $d, %t2, 10, $d;\n  mad.lo.u32 $d, %t3, 1000, $d;");
  for (U t = 0; t < 96; ++t) {
    bool low = (t & 6) < 3;
    U way = t & 1 ? (low ? 2 : 1) : (low ? 4 : 3);
    EXPECT_EQ(found[t], 32000 + 160 + way) << t;
  }
}

TEST(Divergence, LoopsInLoopsOfDifferentLengths) {
  // for (i < tid % 5) for (j < tid % 3 + i) ++d
  std::vector<U> found = onThreads(
      "mov.u32 $d, 0;\n  rem.u32 %t0, %id, 5;\n  rem.u32 %t1, %id, 3;\n"
      "  mov.u32 %t2, 0;\nOUTER:\n  setp.ge.u32 %p0, %t2, %t0;\n"
      "  @%p0 bra DONE;\n  mov.u32 %t3, 0;\nINNER:\n"
      "  add.u32 %word, %t1, %t2;\n  setp.ge.u32 %p1, %t3, %word;\n"
      "  @%p1 bra NEXT;\n  add.u32 $d, $d, 1;\n  add.u32 %t3, %t3, 1;\n"
      "  bra INNER;\nNEXT:\n  add.u32 %t2, %t2, 1;\n  bra OUTER;\nDONE:\n");
  for (U t = 0; t < 96; ++t) {
    U expected = 0;
    for (U i = 0; i < t % 5; ++i)
      expected += t % 3 + i;
    EXPECT_EQ(found[t], expected) << t;
  }
}

TEST(Divergence, LoopsWithTwoWaysOut) {
  // Collatz: steps to 1, at most 50; the lanes leave by either end.
  std::vector<U> found = onThreads(
      "add.u32 %t0, %id, 1;\n  mov.u32 $d, 0;\nLOOP:\n"
      "  setp.eq.u32 %p0, %t0, 1;\n  @%p0 bra END;\n"
      "  setp.eq.u32 %p1, $d, 50;\n  @%p1 bra LONG;\n"
      "  and.b32 %t1, %t0, 1;\n  setp.eq.u32 %p2, %t1, 0;\n"
      "  @%p2 shr.u32 %t0, %t0, 1;\n  @!%p2 mad.lo.u32 %t0, %t0, 3, 1;\n"
      "  add.u32 $d, $d, 1;\n  bra LOOP;\nLONG:\n  mov.u32 $d, 999;\nEND:\n");
  for (U t = 0; t < 96; ++t) {
    U n = t + 1, steps = 0;
    while (n != 1 && steps < 50) {
      n = n & 1 ? 3 * n + 1 : n / 2;
      ++steps;
    }
    EXPECT_EQ(found[t], n == 1 ? steps : 999) << t;
  }
}

TEST(Divergence, ABarrierInAUniformBranch) {
  // Whole warps take the branch; the barrier counts those two alone.
  std::vector<U> found =
      onThreads("mov.u32 $d, 1;\n  setp.ge.u32 %p0, %id, 64;\n  @%p0 bra END;\n"
                "  bar.sync 1, 64;\n  mov.u32 $d, 2;\nEND:\n  bar.sync 0;");
  for (U t = 0; t < 96; ++t)
    EXPECT_EQ(found[t], t < 64 ? 2u : 1u);
}

TEST(Divergence, TablesOutOfRangeAreAnError) {
  std::string says = failureOf(Error::Kind::Program, [] {
    onThreads("mov.u32 $d, 0;\nT: .branchtargets A, B;\n"
              "  shr.u32 %t0, %id, 5;\n  brx.idx %t0, T;\n"
              "A:\n  mov.u32 $d, 1;\nB:\n");
  });
  EXPECT_NE(says.find("chooses target 2 of 2"), std::string::npos) << says;
}
