//===- RaceMatrixTest.cpp - every pair of accesses, every kind of order ---===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two threads touch one word: in one warp, in two warps, in two blocks. Whether
// that is a race follows from what the two are and from what lies between them.
//===----------------------------------------------------------------------===//
#include "Testing.h"

using namespace llmc::ptxsim;
using namespace llmc::ptxsim::test;

namespace {

constexpr uint64_t seeds = 4;

/// An access of the word at %r0; `SCOPE` is filled in.
struct Kind {
  const char *name, *text;
  bool writes, isStrong;
};

const Kind kinds[] = {
    {"Load", "ld.global.u32 %t2, [%r0];", false, false},
    {"Store", "st.global.u32 [%r0], %t0;", true, false},
    {"RelaxedLoad", "ld.relaxed.gpu.global.u32 %t2, [%r0];", false, true},
    {"RelaxedStore", "st.relaxed.gpu.global.u32 [%r0], %t0;", true, true},
    {"VolatileLoad", "ld.volatile.global.u32 %t2, [%r0];", false, true},
    {"Atomic", "atom.global.add.u32 %t2, [%r0], 1;", true, true},
    {"Reduction", "red.relaxed.gpu.global.max.u32 [%r0], %t0;", true, true},
    {"WeakGeneric", "st.u32 [%r0], %t0;", true, false},
};

/// Where the two threads are.
struct Place {
  const char *name;
  uint32_t blocks, threads;
  const char *first, *second; // predicates: whether a thread is the one
};

const Place places[] = {
    {"OneWarp", 1, 32, "setp.eq.u32 %p0, %t0, 3;", "setp.eq.u32 %p1, %t0, 9;"},
    {"TwoWarps", 1, 64, "setp.eq.u32 %p0, %t0, 3;",
     "setp.eq.u32 %p1, %t0, 40;"},
    {"TwoBlocks", 2, 32,
     "setp.eq.u32 %p0, %t0, 3;\n  setp.eq.and.u32 %p0, %t1, 0, %p0;",
     "setp.eq.u32 %p1, %t0, 3;\n  setp.eq.and.u32 %p1, %t1, 1, %p1;"},
};

void run(const Place &place, const std::string &first,
         const std::string &between, const std::string &second, uint64_t seed) {
  Arrays arrays;
  uint64_t data = arrays.put(std::vector<uint32_t>(4));
  LaunchOptions options = shape(place.blocks, place.threads, seed);
  options.residentBlocks = 0;
  runKernel(arrays,
            header +
                ".visible .entry k(.param .u64 data) {\n"
                "  .reg .b64 %r0;\n  .reg .b32 %t<4>;\n"
                "  .reg .pred %p<2>;\n"
                "  ld.param.u64 %r0, [data];\n  mov.u32 %t0, %tid.x;\n"
                "  mov.u32 %t1, %ctaid.x;\n  " +
                place.first + "\n  " + place.second + "\n  @%p0 " + first +
                "\n  " + between + "\n  @%p1 " + second + "\n  ret;\n}\n",
            Parameters(data), options);
}

using Pair = std::tuple<Kind, Kind, Place>;
class Pairs : public testing::TestWithParam<Pair> {};

/// Without an order: a race where one writes and not both are strong.
bool isRace(const Kind &a, const Kind &b) {
  return (a.writes || b.writes) && !(a.isStrong && b.isStrong);
}

void expectRace(const std::function<void(uint64_t seed)> &action, bool race) {
  for (uint64_t seed = 0; seed < seeds; ++seed)
    if (race) {
      std::string says = failureOf(Error::Kind::Race, [&] { action(seed); });
      EXPECT_NE(says.find("nothing that orders the two"), std::string::npos)
          << says;
    } else {
      EXPECT_NO_THROW(action(seed)) << "seed " << seed;
    }
}

} // namespace

TEST_P(Pairs, WithNothingBetween) {
  auto [first, second, place] = GetParam();
  expectRace(
      [&](uint64_t seed) { run(place, first.text, "", second.text, seed); },
      isRace(first, second));
}

TEST_P(Pairs, WithABarrierOfTheBlockBetween) {
  auto [first, second, place] = GetParam();
  bool reaches = place.blocks == 1;
  expectRace(
      [&](uint64_t seed) {
        run(place, first.text, "bar.sync 0;", second.text, seed);
      },
      !reaches && isRace(first, second));
}

TEST_P(Pairs, WithASyncOfTheWarpBetween) {
  auto [first, second, place] = GetParam();
  bool reaches = place.blocks == 1 && place.threads == 32;
  expectRace(
      [&](uint64_t seed) {
        run(place, first.text, "bar.warp.sync -1;", second.text, seed);
      },
      !reaches && isRace(first, second));
}

TEST_P(Pairs, WithAFenceAloneBetween) {
  // A fence orders a thread's own accesses: nobody has seen anything of it.
  auto [first, second, place] = GetParam();
  expectRace(
      [&](uint64_t seed) {
        run(place, first.text, "fence.acq_rel.gpu;", second.text, seed);
      },
      isRace(first, second));
}

INSTANTIATE_TEST_SUITE_P(All, Pairs,
                         testing::Combine(testing::ValuesIn(kinds),
                                          testing::ValuesIn(kinds),
                                          testing::ValuesIn(places)),
                         [](const auto &info) {
                           return std::string(std::get<0>(info.param).name) +
                                  std::get<1>(info.param).name +
                                  std::get<2>(info.param).name;
                         });

namespace {

/// Threads of one block hand a word on in shared memory: the first writes it and
/// raises a flag, the second waits for the flag, reads, and raises the next.
void chain(const std::string &raise, const std::string &look, uint64_t seed) {
  Arrays arrays;
  uint64_t out = arrays.put(std::vector<uint32_t>(4));
  LaunchOptions options = shape(1, 128, seed);
  options.patience = 1u << 20;
  runKernel(arrays,
            header +
                ".visible .entry k(.param .u64 out) {\n"
                "  .shared .align 4 .b32 value;\n"
                "  .shared .align 4 .b32 turn;\n"
                "  .reg .b64 %r0;\n  .reg .b32 %t<6>;\n"
                "  .reg .pred %p<4>;\n"
                "  mov.u32 %t0, %tid.x;\n  setp.eq.u32 %p0, %t0, 0;\n"
                "  @%p0 st.shared.u32 [turn], 0;\n"
                "  @%p0 st.shared.u32 [value], 100;\n  bar.sync 0;\n"
                "  and.b32 %t1, %t0, 31;\n  setp.ne.u32 %p1, %t1, 0;\n"
                "  @%p1 bra END;\n  shr.u32 %t1, %t0, 5;\n"
                "WAIT:\n  " +
                look +
                "\n  setp.ne.u32 %p2, %t2, %t1;\n  @%p2 bra WAIT;\n"
                "  ld.shared.u32 %t3, [value];\n"
                "  mad.lo.u32 %t3, %t3, 3, %t1;\n"
                "  st.shared.u32 [value], %t3;\n"
                "  add.u32 %t4, %t1, 1;\n  " +
                raise +
                "\n  setp.ne.u32 %p3, %t1, 3;\n  @%p3 bra END;\n"
                "  ld.param.u64 %r0, [out];\n  st.global.u32 [%r0], %t3;\n"
                "END:\n  ret;\n}\n",
            Parameters(out), options);
  uint32_t expected = 100;
  for (uint32_t warp = 0; warp < 4; ++warp)
    expected = expected * 3 + warp;
  EXPECT_EQ(arrays.get<uint32_t>(out, 1)[0], expected);
}

const char *release = "st.release.cta.shared.u32 [turn], %t4;",
           *relaxed = "st.relaxed.cta.shared.u32 [turn], %t4;",
           *fenced = "fence.acq_rel.cta;\n"
                     "  st.relaxed.cta.shared.u32 [turn], %t4;",
           *exchanged = "atom.release.cta.shared.exch.b32 %t5, [turn], %t4;",
           *acquire = "ld.acquire.cta.shared.u32 %t2, [turn];",
           *look = "ld.relaxed.cta.shared.u32 %t2, [turn];",
           *lookFenced = "ld.relaxed.cta.shared.u32 %t2, [turn];\n"
                         "  fence.acq_rel.cta;",
           *added = "atom.acquire.cta.shared.add.u32 %t2, [turn], 0;";

} // namespace

TEST(HandingOn, EveryReleaseGoesWithEveryAcquire) {
  for (const char *raise : {release, fenced, exchanged})
    for (const char *wait : {acquire, lookFenced, added})
      for (uint64_t seed = 0; seed < seeds; ++seed)
        chain(raise, wait, seed);
}

TEST(HandingOn, OneOfTheTwoIsNotEnough) {
  for (uint64_t seed = 0; seed < seeds; ++seed) {
    for (const char *wait : {acquire, lookFenced, added})
      failureOf(Error::Kind::Race, [&] { chain(relaxed, wait, seed); });
    for (const char *raise : {release, fenced, exchanged})
      failureOf(Error::Kind::Race, [&] { chain(raise, look, seed); });
  }
}
