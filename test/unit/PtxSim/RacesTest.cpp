//===- RacesTest.cpp - what orders two accesses, and what does not --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each mistake is planted beside the right program, which must pass with every
// seed: a race that is reported is one, and one that is there is reported.
//===----------------------------------------------------------------------===//
#include "Testing.h"

using namespace llmc::ptxsim;
using namespace llmc::ptxsim::test;

namespace {

constexpr unsigned seeds = 6;

std::string kernel(const std::string &body) {
  return header +
         ".visible .entry k(.param .u64 data, .param .u64 flag) {\n"
         "  .shared .align 16 .b8 tile[512];\n"
         "  .reg .b64 %r<10>;\n  .reg .b32 %t<10>;\n"
         "  .reg .pred %p<6>;\n  .reg .b16 %h<4>;\n"
         "  mov.u32 %t0, %tid.x;\n  mov.u32 %t1, %ctaid.x;\n"
         "  ld.param.u64 %r0, [data];\n  ld.param.u64 %r1, [flag];\n"
         "  mul.wide.u32 %r2, %t0, 4;\n  mov.b64 %r3, tile;\n"
         "  add.s64 %r4, %r3, %r2;\n" + // its word of the tile
         body +
         "\nEND:\n  ret;\n}\n";
}

void run(const std::string &body, uint64_t seed, uint32_t blocks = 1) {
  Arrays arrays;
  uint64_t data = arrays.put(std::vector<uint32_t>(1024));
  uint64_t flag = arrays.put(std::vector<uint32_t>(64));
  LaunchOptions options = shape(blocks, 128, seed);
  options.residentBlocks = 0;
  runKernel(arrays, kernel(body), Parameters(data, flag), options);
}

void expectOrdered(const std::string &body, uint32_t blocks = 1) {
  for (uint64_t seed = 0; seed < seeds; ++seed)
    EXPECT_NO_THROW(run(body, seed, blocks)) << "seed " << seed;
}

/// With every seed, whichever order the threads had.
std::string expectRace(const std::string &body, uint32_t blocks = 1) {
  std::string says;
  for (uint64_t seed = 0; seed < seeds; ++seed)
    says = failureOf(Error::Kind::Race, [&] { run(body, seed, blocks); });
  EXPECT_NE(says.find("with nothing that orders the two"), std::string::npos)
      << says;
  return says;
}

const std::string writeMine = "  st.shared.u32 [%r4], %t0;\n";
/// Of the warp beside: thread t reads what (t + 32) % 128 wrote.
const std::string readOther = "  add.u32 %t2, %t0, 32;\n"
                              "  and.b32 %t2, %t2, 127;\n"
                              "  mul.wide.u32 %r5, %t2, 4;\n"
                              "  add.s64 %r5, %r3, %r5;\n"
                              "  ld.shared.u32 %t3, [%r5];\n";

} // namespace

TEST(Races, ABarrierOrdersABlock) {
  expectOrdered(writeMine + "  bar.sync 0;\n" + readOther);
}

TEST(Races, AMissingBarrierIsFound) {
  // Whoever comes first, the other's access is the one that is reported; where a
  // reader comes first of all, it finds what nobody has written.
  for (uint64_t seed = 0; seed < seeds; ++seed)
    EXPECT_THROW(run(writeMine + readOther, seed), Error);
  std::string says =
      expectRace(writeMine + "  bar.sync 0;\n" + readOther + writeMine);
  EXPECT_NE(says.find("read at line 23"), std::string::npos) << says;
}

TEST(Races, ASecondBarrierIsNeededBeforeWritingAgain) {
  expectOrdered(writeMine + "  bar.sync 0;\n" + readOther + "  bar.sync 0;\n" +
                writeMine);
}

TEST(Races, NamedBarriersOrderTheirWarps) {
  // Warps 0 and 1 meet at barrier 1, the others at barrier 2.
  std::string pairs = writeMine + "  shr.u32 %t4, %t0, 6;\n"
                                  "  add.u32 %t4, %t4, 1;\n"
                                  "  barrier.sync %t4, 64;\n"
                                  "  xor.b32 %t2, %t0, ";
  std::string read = ";\n  mul.wide.u32 %r5, %t2, 4;\n"
                     "  add.s64 %r5, %r3, %r5;\n  ld.shared.u32 %t3, [%r5];";
  expectOrdered(pairs + "32" + read);
  for (uint64_t seed = 0; seed < seeds; ++seed) // 64: a warp of the other pair
    EXPECT_THROW(run(pairs + "64" + read, seed), Error);
}

TEST(Races, ArrivingIsEnoughForWhoWrites) {
  expectOrdered("  setp.ge.u32 %p0, %t0, 32;\n  @%p0 bra READ;\n" + writeMine +
                "  bar.arrive 3, 128;\n  bra END;\nREAD:\n"
                "  bar.sync 3, 128;\n  and.b32 %t2, %t0, 31;\n"
                "  mul.wide.u32 %r5, %t2, 4;\n  add.s64 %r5, %r3, %r5;\n"
                "  ld.shared.u32 %t3, [%r5];");
}

TEST(Races, LanesOfAWarpNeedASyncToo) {
  std::string neighbour = "  xor.b32 %t2, %t0, 1;\n"
                          "  mul.wide.u32 %r5, %t2, 4;\n"
                          "  add.s64 %r5, %r3, %r5;\n"
                          "  ld.shared.u32 %t3, [%r5];";
  expectOrdered(writeMine + "  bar.warp.sync -1;\n" + neighbour);
  expectRace(writeMine + neighbour);
}

TEST(Races, LanesMayWriteTheSameValueTogether) {
  expectOrdered("  setp.lt.u32 %p0, %t0, 32;\n"
                "  @%p0 st.shared.u32 [%r3], 5;");
  expectRace("  setp.lt.u32 %p0, %t0, 32;\n"
             "  @%p0 st.shared.u32 [%r3], %t0;");
}

TEST(Races, BytesOfOneWordAreNotOnePlace) {
  expectOrdered("  cvt.u64.u32 %r5, %t0;\n  add.s64 %r5, %r3, %r5;\n"
                "  st.shared.u8 [%r5], %t0;");
  expectRace("  cvt.u64.u32 %r5, %t0;\n  shr.u64 %r5, %r5, 1;\n"
             "  add.s64 %r5, %r3, %r5;\n  st.shared.u8 [%r5], %t0;");
}

TEST(Races, BlocksOfALaunchAreNotOrdered) {
  std::string place = "  add.s64 %r5, %r0, %r2;\n";
  std::string says = expectRace(place + "  st.global.u32 [%r5], %t1;", 2);
  EXPECT_NE(says.find("ctaid (0, 0, 0)"), std::string::npos) << says;
  EXPECT_NE(says.find("ctaid (1, 0, 0)"), std::string::npos) << says;
  expectOrdered(place + "  red.global.add.u32 [%r5], 1;", 2);
  expectOrdered(place + "  ld.global.nc.u32 %t3, [%r5];", 2);
}

TEST(Races, AtomicAndPlainAccessesDoNotMix) {
  expectRace("  red.global.add.u32 [%r0], 1;\n"
             "  setp.eq.u32 %p0, %t0, 40;\n"
             "  @%p0 st.global.u32 [%r0], 0;");
}

namespace {

/// Block 0 writes data and then the flag; block 1 waits for the flag and reads.
std::string handOver(const std::string &raise, const std::string &look) {
  return "  setp.ne.u32 %p0, %t0, 0;\n  @%p0 bra END;\n"
         "  setp.eq.u32 %p1, %t1, 1;\n  @%p1 bra LOOK;\n"
         "  st.global.u32 [%r0], 42;\n" +
         raise + "  bra END;\nLOOK:\n" + look +
         "  setp.eq.u32 %p2, %t3, 0;\n  @%p2 bra LOOK;\nREAD:\n"
         "  ld.global.u32 %t4, [%r0];\n  setp.ne.u32 %p3, %t4, 42;\n"
         "  @%p3 trap;";
}

const std::string release = "  st.release.gpu.global.u32 [%r1], 1;\n",
                  relaxed = "  st.relaxed.gpu.global.u32 [%r1], 1;\n",
                  fence = "  fence.acq_rel.gpu;\n",
                  acquire = "  ld.acquire.gpu.global.u32 %t3, [%r1];\n",
                  look = "  ld.relaxed.gpu.global.u32 %t3, [%r1];\n";

} // namespace

TEST(Races, ReleaseAndAcquireHandOver) {
  expectOrdered(handOver(release, acquire), 2);
  expectOrdered(handOver(fence + relaxed, acquire), 2);
  expectOrdered(handOver(release, look + fence), 2);
  expectOrdered(handOver("  red.release.gpu.global.add.u32 [%r1], 1;\n",
                         "  atom.acquire.gpu.global.add.u32 %t3, [%r1], 0;\n"),
                2);
  expectOrdered(handOver("  membar.gl;\n  st.volatile.global.u32 [%r1], 1;\n",
                         "  ld.volatile.global.u32 %t3, [%r1];\n"
                         "  membar.gl;\n"),
                2);
}

TEST(Races, ALostAcquireIsFound) {
  std::string says = expectRace(handOver(release, look), 2);
  EXPECT_NE(says.find("reads global address"), std::string::npos) << says;
}

TEST(Races, ALostReleaseIsFound) {
  expectRace(handOver(relaxed, acquire), 2);
  // What a bare `atom` means: relaxed, so nothing is handed on.
  expectRace(handOver("  atom.global.add.u32 %t5, [%r1], 1;\n", acquire), 2);
}

TEST(Races, AFlagThatIsReadPlainlyIsFound) {
  expectRace(handOver(release, "  ld.global.u32 %t3, [%r1];\n"), 2);
}

TEST(Races, AFenceForTheBlockDoesNotReachAnother) {
  expectRace(handOver("  fence.acq_rel.cta;\n" + relaxed, acquire), 2);
  expectRace(handOver("  st.release.cta.global.u32 [%r1], 1;\n", acquire), 2);
}

TEST(Races, AGridWideBarrierOrdersAllThreads) {
  // Every thread writes; one of each block counts up and waits; then all read
  // what the other block wrote.
  std::string body =
      "  mad.lo.u32 %t2, %t1, 128, %t0;\n  mul.wide.u32 %r5, %t2, 4;\n"
      "  add.s64 %r5, %r0, %r5;\n  st.global.u32 [%r5], %t2;\n"
      "  bar.sync 0;\n  setp.ne.u32 %p0, %t0, 0;\n  @%p0 bra MEET;\n"
      "  FENCE;\n  atom.relaxed.gpu.global.add.u32 %t3, [%r1], 1;\n"
      "WAIT:\n  ld.relaxed.gpu.global.u32 %t3, [%r1];\n"
      "  setp.lt.u32 %p1, %t3, 2;\n  @%p1 bra WAIT;\n  FENCE;\n"
      "MEET:\n  bar.sync 0;\n  xor.b32 %t2, %t2, 128;\n"
      "  mul.wide.u32 %r5, %t2, 4;\n  add.s64 %r5, %r0, %r5;\n"
      "  ld.global.u32 %t4, [%r5];\n  setp.ne.u32 %p2, %t4, %t2;\n"
      "  @%p2 trap;";
  auto with = [&](const std::string &fence) {
    std::string text = body;
    for (size_t at; (at = text.find("FENCE")) != std::string::npos;)
      text.replace(at, 5, fence);
    return text;
  };
  expectOrdered(with("fence.acq_rel.gpu"), 2);
  expectRace(with("fence.acq_rel.cta"), 2);
}

TEST(Races, CanBeLeftOut) {
  Arrays arrays;
  uint64_t data = arrays.put(std::vector<uint32_t>(1024));
  LaunchOptions options = shape(2, 128);
  options.races = false;
  EXPECT_NO_THROW(runKernel(
      arrays, kernel("  add.s64 %r5, %r0, %r2;\n  st.global.u32 [%r5], %t1;"),
      Parameters(data, data), options));
}
