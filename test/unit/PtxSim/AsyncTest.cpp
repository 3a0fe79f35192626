//===- AsyncTest.cpp - copies that end later ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A pipeline of cp.async and a ring of bulk copies with mbarriers, right with
// every seed; then the same with one mistake, found with every seed.
//===----------------------------------------------------------------------===//
#include "Testing.h"

#include <numeric>

using namespace llmc::ptxsim;
using namespace llmc::ptxsim::test;

namespace {

constexpr unsigned seeds = 12;

std::string replaced(std::string text, const std::string &what,
                     const std::string &with) {
  size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), with);
}

/// One warp keeps three groups of 512 bytes under way and sums eight.
const std::string pipeline =
    header +
    ".visible .entry k(.param .u64 in, .param .u64 out) {\n"
    "  .shared .align 16 .b8 ring[1536];\n"
    "  .reg .b64 %r<10>;\n  .reg .b32 %t<12>, %f<8>;\n  .reg .pred %p<4>;\n"
    "  mov.u32 %t0, %tid.x;\n"
    "  ld.param.u64 %r0, [in];\n  mul.wide.u32 %r1, %t0, 16;\n"
    "  add.s64 %r0, %r0, %r1;\n" // this lane's 16 bytes of block 0
    "  mov.b64 %r2, ring;\n  add.s64 %r2, %r2, %r1;\n"
    "  mov.b32 %f0, 0f00000000;\n"
    "  cp.async.cg.shared.global [%r2], [%r0], 16;\n"
    "  cp.async.commit_group;\n"
    "  cp.async.cg.shared.global [%r2+512], [%r0+512], 16;\n"
    "  cp.async.commit_group;\n"
    "  mov.u32 %t1, 0;\n" // block
    "LOOP:\n"
    "  add.u32 %t2, %t1, 2;\n  setp.ge.u32 %p0, %t2, 8;\n"
    "  @%p0 bra FILLED;\n"
    "  rem.u32 %t3, %t2, 3;\n  mul.wide.u32 %r3, %t3, 512;\n"
    "  add.s64 %r3, %r2, %r3;\n  mul.wide.u32 %r4, %t2, 512;\n"
    "  add.s64 %r4, %r0, %r4;\n"
    "  cp.async.cg.shared.global [%r3], [%r4], 16;\n"
    "FILLED:\n"
    "  cp.async.commit_group;\n"
    "  cp.async.wait_group 2;\n"
    "  bar.warp.sync -1;\n"
    "  rem.u32 %t3, %t1, 3;\n  mul.wide.u32 %r3, %t3, 512;\n"
    "  mov.b64 %r5, ring;\n  add.s64 %r3, %r5, %r3;\n"
    "  xor.b32 %t4, %t0, 31;\n  mul.wide.u32 %r4, %t4, 16;\n"
    "  add.s64 %r3, %r3, %r4;\n" // another lane's
    "  ld.shared.v4.f32 {%f1, %f2, %f3, %f4}, [%r3];\n"
    "  add.f32 %f0, %f0, %f1;\n  add.f32 %f0, %f0, %f2;\n"
    "  add.f32 %f0, %f0, %f3;\n  add.f32 %f0, %f0, %f4;\n"
    "  bar.warp.sync -1;\n"
    "  add.u32 %t1, %t1, 1;\n  setp.lt.u32 %p0, %t1, 8;\n"
    "  @%p0 bra LOOP;\n"
    "  ld.param.u64 %r6, [out];\n  mul.wide.u32 %r7, %t0, 4;\n"
    "  add.s64 %r6, %r6, %r7;\n  st.global.f32 [%r6], %f0;\n  ret;\n}\n";

/// Warp 0 fills a ring of three slots by bulk copies, two warps sum; 8 rounds.
const std::string ring =
    header +
    ".visible .entry k(.param .u64 in, .param .u64 out) {\n"
    "  .shared .align 16 .b8 slots[1536];\n"
    "  .shared .align 8 .b64 full[3];\n  .shared .align 8 .b64 empty[3];\n"
    "  .reg .b64 %r<12>;\n  .reg .b32 %t<12>, %f<4>;\n  .reg .pred %p<6>;\n"
    "  mov.u32 %t0, %tid.x;\n  mov.b64 %r0, slots;\n"
    "  mov.b64 %r1, full;\n  mov.b64 %r2, empty;\n"
    "  setp.ne.u32 %p0, %t0, 0;\n  @%p0 bra READY;\n"
    "  mbarrier.init.shared.b64 [%r1], 1;\n"
    "  mbarrier.init.shared.b64 [%r1+8], 1;\n"
    "  mbarrier.init.shared.b64 [%r1+16], 1;\n"
    "  mbarrier.init.shared.b64 [%r2], 2;\n"
    "  mbarrier.init.shared.b64 [%r2+8], 2;\n"
    "  mbarrier.init.shared.b64 [%r2+16], 2;\n"
    "  fence.mbarrier_init.release.cluster;\n"
    "READY:\n  bar.sync 0;\n"
    "  mov.u32 %t1, 0;\n" // round
    "  mov.u32 %t2, 0;\n" // slot
    "  mov.u32 %t3, 0;\n" // phase
    "  mov.b32 %f0, 0f00000000;\n"
    "  setp.lt.u32 %p1, %t0, 32;\n  @%p1 bra PRODUCE;\n"
    "CONSUME:\n"
    "  mul.wide.u32 %r3, %t2, 8;\n  add.s64 %r4, %r1, %r3;\n"
    "WAITFULL:\n"
    "  mbarrier.try_wait.parity.shared.b64 %p2, [%r4], %t3;\n"
    "  @!%p2 bra WAITFULL;\n"
    "  mul.wide.u32 %r5, %t2, 512;\n  add.s64 %r5, %r0, %r5;\n"
    "  sub.u32 %t4, %t0, 32;\n  mul.wide.u32 %r6, %t4, 8;\n"
    "  add.s64 %r5, %r5, %r6;\n"
    "  ld.shared.v2.f32 {%f1, %f2}, [%r5];\n"
    "  add.f32 %f0, %f0, %f1;\n  add.f32 %f0, %f0, %f2;\n"
    "  bar.warp.sync -1;\n" // all lanes have read
    "  and.b32 %t5, %t0, 31;\n  setp.ne.u32 %p3, %t5, 0;\n"
    "  add.s64 %r4, %r2, %r3;\n"
    "  @!%p3 mbarrier.arrive.shared.b64 _, [%r4];\n"
    "  add.u32 %t2, %t2, 1;\n  setp.eq.u32 %p4, %t2, 3;\n"
    "  @%p4 mov.u32 %t2, 0;\n  @%p4 xor.b32 %t3, %t3, 1;\n"
    "  add.u32 %t1, %t1, 1;\n  setp.lt.u32 %p5, %t1, 8;\n"
    "  @%p5 bra CONSUME;\n"
    "  ld.param.u64 %r7, [out];\n  mul.wide.u32 %r8, %t4, 4;\n"
    "  add.s64 %r7, %r7, %r8;\n  st.global.f32 [%r7], %f0;\n  bra END;\n"
    "PRODUCE:\n  setp.ne.u32 %p2, %t0, 0;\n  @%p2 bra END;\n"
    "  ld.param.u64 %r7, [in];\n  mov.u32 %t3, 1;\n" // slots begin empty
    "FILL:\n"
    "  mul.wide.u32 %r3, %t2, 8;\n  add.s64 %r4, %r2, %r3;\n"
    "WAITEMPTY:\n"
    "  mbarrier.try_wait.parity.shared.b64 %p2, [%r4], %t3;\n"
    "  @!%p2 bra WAITEMPTY;\n"
    "  add.s64 %r4, %r1, %r3;\n"
    "  mbarrier.arrive.expect_tx.shared.b64 _, [%r4], 512;\n"
    "  mul.wide.u32 %r5, %t2, 512;\n  add.s64 %r5, %r0, %r5;\n"
    "  cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes "
    "[%r5], [%r7], 512, [%r4];\n"
    "  add.s64 %r7, %r7, 512;\n"
    "  add.u32 %t2, %t2, 1;\n  setp.eq.u32 %p4, %t2, 3;\n"
    "  @%p4 mov.u32 %t2, 0;\n  @%p4 xor.b32 %t3, %t3, 1;\n"
    "  add.u32 %t1, %t1, 1;\n  setp.lt.u32 %p5, %t1, 8;\n"
    "  @%p5 bra FILL;\n"
    "END:\n  ret;\n}\n";

struct Sums {
  std::vector<float> found;
  Counters counters;
};

Sums sums(const std::string &text, uint32_t threads, uint32_t outputs,
          uint64_t seed) {
  Arrays arrays;
  std::vector<float> values(8 * 128);
  std::iota(values.begin(), values.end(), 1.0f);
  uint64_t in = arrays.put(values), out = arrays.make<float>(outputs);
  LaunchOptions options = shape(1, threads, seed);
  options.patience = 200000;
  Counters counters = runKernel(arrays, text, Parameters(in, out), options);
  return {arrays.get<float>(out, outputs), counters};
}

float total(const std::vector<float> &values) {
  return std::accumulate(values.begin(), values.end(), 0.0f);
}

/// Fails with every seed, with an error of the kind.
void expectFound(const std::string &text, Error::Kind kind, uint32_t threads,
                 uint32_t outputs) {
  for (uint64_t seed = 0; seed < seeds; ++seed)
    failureOf(kind, [&] { sums(text, threads, outputs, seed); });
}

} // namespace

TEST(CpAsync, PipelinesAreRightWithEverySeed) {
  for (uint64_t seed = 0; seed < seeds; ++seed) {
    Sums all = sums(pipeline, 32, 32, seed);
    EXPECT_EQ(total(all.found), 1024 * 1025 / 2) << "seed " << seed;
    EXPECT_EQ(all.counters.asyncBytes, 4096u);
    EXPECT_LE(all.counters.mostBytesInFlight, 1536u);
  }
}

TEST(CpAsync, WaitingForTooFewGroupsIsFound) {
  // One group too many may still be under way: what is read is not there yet.
  for (uint64_t seed = 0; seed < seeds; ++seed)
    EXPECT_THROW(
        sums(replaced(pipeline, "wait_group 2", "wait_group 3"), 32, 32, seed),
        Error)
        << "seed " << seed;
}

TEST(CpAsync, FillingASlotThatIsStillReadIsFound) {
  std::string text =
      replaced(pipeline, "  bar.warp.sync -1;\n  add.u32 %t1", "  add.u32 %t1");
  expectFound(text, Error::Kind::Race, 32, 32);
}

TEST(CpAsync, FillsWithZeros) {
  Arrays arrays;
  uint64_t in = arrays.put(std::vector<uint32_t>(4, 7)),
           out = arrays.make<uint32_t>(4);
  runKernel(arrays,
            header + ".visible .entry k(.param .u64 in, .param .u64 out) {\n"
                     "  .shared .align 16 .b8 tile[16];\n"
                     "  .reg .b64 %r<4>;\n  .reg .b32 %t<4>;\n"
                     "  ld.param.u64 %r0, [in];\n  ld.param.u64 %r1, [out];\n"
                     "  cp.async.ca.shared.global [tile], [%r0], 16, 8;\n"
                     "  cp.async.wait_all;\n"
                     "  ld.shared.v4.u32 {%t0, %t1, %t2, %t3}, [tile];\n"
                     "  st.global.v4.u32 [%r1], {%t0, %t1, %t2, %t3};\n"
                     "  ret;\n}\n",
            Parameters(in, out), shape(1, 1));
  EXPECT_EQ(arrays.get<uint32_t>(out, 4), (std::vector<uint32_t>{7, 7, 0, 0}));
}

TEST(BulkCopies, RingsAreRightWithEverySeed) {
  for (uint64_t seed = 0; seed < seeds; ++seed) {
    Sums all = sums(ring, 96, 64, seed);
    EXPECT_EQ(total(all.found), 1024 * 1025 / 2) << "seed " << seed;
    EXPECT_EQ(all.counters.asyncCopies, 8u);
    EXPECT_GE(all.counters.mostBytesInFlight, 512u);
  }
}

TEST(BulkCopies, AWrongPhaseOfTheConsumerIsFound) {
  // It waits for the phase before the first, which has always ended.
  std::string text =
      replaced(ring, "  mov.u32 %t3, 0;\n", "  mov.u32 %t3, 1;\n");
  for (uint64_t seed = 0; seed < seeds; ++seed)
    EXPECT_THROW(sums(text, 96, 64, seed), Error) << "seed " << seed;
}

TEST(BulkCopies, AWrongPhaseOfTheProducerIsFound) {
  // It waits for slots to be freed that nobody has filled.
  std::string text = replaced(ring, "mov.u32 %t3, 1;\n", "mov.u32 %t3, 0;\n");
  expectFound(text, Error::Kind::Deadlock, 96, 64);
}

TEST(BulkCopies, NotWaitingForFreeSlotsIsFound) {
  std::string text = replaced(ring, "  @!%p2 bra WAITEMPTY;\n", "");
  for (uint64_t seed = 0; seed < seeds; ++seed)
    EXPECT_THROW(sums(text, 96, 64, seed), Error) << "seed " << seed;
}

TEST(BulkCopies, ArrivingBeforeAllLanesHaveReadIsFound) {
  std::string text = replaced(ring, "  bar.warp.sync -1;\n", "");
  expectFound(text, Error::Kind::Race, 96, 64);
}

TEST(BulkCopies, ExpectingTooManyBytesIsADeadlock) {
  expectFound(replaced(ring, "[%r4], 512;\n", "[%r4], 528;\n"),
              Error::Kind::Deadlock, 96, 64);
}

TEST(BulkCopies, ExpectingTooFewBytesIsFound) {
  for (uint64_t seed = 0; seed < seeds; ++seed)
    EXPECT_THROW(
        sums(replaced(ring, "[%r4], 512;\n", "[%r4], 496;\n"), 96, 64, seed),
        Error);
}

TEST(BulkCopies, AnMbarrierThatNobodyMadeIsAnError) {
  std::string text =
      replaced(ring, "  mbarrier.init.shared.b64 [%r1+16], 1;\n", "");
  expectFound(text, Error::Kind::Program, 96, 64);
}

TEST(BulkCopies, AnMbarrierThatOthersCannotSeeYetIsARace) {
  std::string text = replaced(ring, "READY:\n  bar.sync 0;\n", "READY:\n");
  for (uint64_t seed = 0; seed < seeds; ++seed) // or it is not there at all
    EXPECT_THROW(sums(text, 96, 64, seed), Error) << "seed " << seed;
}

TEST(BulkCopies, BehindTheEnd) {
  std::string text =
      replaced(ring, "[%r5], [%r7], 512", "[%r5], [%r7+4096], 512");
  for (uint64_t seed = 0; seed < 2; ++seed)
    failureOf(Error::Kind::Address, [&] { sums(text, 96, 64, seed); });
}

TEST(BulkCopies, MustBeWhole16Bytes) {
  failureOf(Error::Kind::Misaligned, [&] {
    sums(replaced(ring, "[%r5], [%r7], 512", "[%r5], [%r7], 508"), 96, 64, 0);
  });
}

/// A tile that is stored, then copied out.
static std::vector<uint32_t> copyOut(const std::string &fence) {
  Arrays arrays;
  uint64_t out = arrays.make<uint32_t>(32);
  runKernel(arrays,
            header +
                ".visible .entry k(.param .u64 out) {\n"
                "  .shared .align 16 .b8 tile[128];\n"
                "  .reg .b64 %r<4>;\n  .reg .b32 %t<4>;\n"
                "  .reg .pred %p;\n"
                "  mov.u32 %t0, %tid.x;\n  mov.b64 %r0, tile;\n"
                "  mul.wide.u32 %r1, %t0, 4;\n"
                "  add.s64 %r1, %r0, %r1;\n"
                "  st.shared.u32 [%r1], %t0;\n" +
                fence +
                "  bar.sync 0;\n  setp.ne.u32 %p, %t0, 0;\n"
                "  @%p exit;\n  ld.param.u64 %r2, [out];\n"
                "  cp.async.bulk.global.shared::cta.bulk_group "
                "[%r2], [%r0], 128;\n"
                "  cp.async.bulk.commit_group;\n"
                "  cp.async.bulk.wait_group 0;\n  ret;\n}\n",
            Parameters(out), shape(1, 32));
  return arrays.get<uint32_t>(out, 32);
}

TEST(BulkCopies, FromSharedMemory) {
  std::vector<uint32_t> found = copyOut("  fence.proxy.async.shared::cta;\n");
  for (uint32_t k = 0; k < 32; ++k)
    EXPECT_EQ(found[k], k);
}

TEST(BulkCopies, FromSharedMemoryNeedsTheProxyFence) {
  EXPECT_NE(failureOf(Error::Kind::Race, [] { copyOut(""); })
                .find("with no fence.proxy.async between"),
            std::string::npos);
}
