//===- WidthsTest.cpp - accesses of all widths, spaces and alignments -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Testing.h"

#include <numeric>

using namespace llmc::ptxsim;
using namespace llmc::ptxsim::test;

namespace {

/// An access of `count` elements of `bits`.
struct Width {
  unsigned bits, count;
  unsigned bytes() const { return bits / 8 * count; }
  std::string suffix() const {
    return (count == 1 ? "" : ".v" + std::to_string(count)) + ".b" +
           std::to_string(bits);
  }
  std::string registers() const {
    std::string all;
    for (unsigned k = 0; k < count; ++k)
      all += (k ? ", %v" : "%v") + std::to_string(k);
    return count == 1 ? all : "{" + all + "}";
  }
  std::string declaration() const {
    return "  .reg .b" + std::to_string(bits < 16 ? 16 : bits) + " %v<4>;\n";
  }
};

const Width widths[] = {{8, 1},  {8, 2},  {8, 4},  {16, 1}, {16, 2}, {16, 4},
                        {32, 1}, {32, 2}, {32, 4}, {64, 1}, {64, 2}};

enum class Space { Global, Shared, Local };

class Widths : public testing::TestWithParam<Width> {};

std::string start(const Width &width) {
  return header +
         ".visible .entry k(.param .u64 in, .param .u64 out,\n"
         "                  .param .u32 shift) {\n"
         "  .shared .align 16 .b8 tile[2048];\n"
         "  .local .align 16 .b8 depot[64];\n"
         "  .reg .b64 %r<8>;\n  .reg .b32 %t<4>;\n" +
         width.declaration() +
         "  mov.u32 %t0, %tid.x;\n  mul.wide.u32 %r0, %t0, " +
         std::to_string(width.bytes()) +
         ";\n  ld.param.u64 %r1, [in];\n  ld.param.u64 %r2, [out];\n"
         "  ld.param.u32 %t1, [shift];\n  cvt.u64.u32 %r3, %t1;\n"
         "  add.s64 %r1, %r1, %r0;\n  add.s64 %r2, %r2, %r0;\n"
         "  mov.b64 %r4, tile;\n  add.s64 %r4, %r4, %r0;\n"
         "  mov.b64 %r5, depot;\n"
         "  add.s64 %r1, %r1, %r3;\n  add.s64 %r4, %r4, %r3;\n"
         "  add.s64 %r5, %r5, %r3;\n";
}

/// What lies in `in` goes through a space and comes out as it was.
void copyThrough(const Width &width, Space space, bool isGeneric,
                 uint32_t shift) {
  std::string at = space == Space::Shared ? "%r4" : "%r5",
              name = space == Space::Shared ? ".shared" : ".local",
              type = width.suffix() + " ", value = width.registers();
  std::string through;
  if (space != Space::Global && isGeneric)
    through = "  cvta" + name + ".u64 " + at + ", " + at + ";\n", name = "";
  if (space != Space::Global)
    through += "  st" + name + type + "[" + at + "], " + value + ";\n  ld" +
               name + type + value + ", [" + at + "];\n";
  std::string global = isGeneric ? "" : ".global";
  Arrays arrays;
  std::vector<uint8_t> values(32 * width.bytes() + 64);
  std::iota(values.begin(), values.end(), uint8_t(1));
  uint64_t in = arrays.put(values),
           out = arrays.make<uint8_t>(32 * width.bytes());
  Counters counters = runKernel(arrays,
                                start(width) + "  ld" + global + type + value +
                                    ", [%r1];\n" + through + "  st" + global +
                                    type + "[%r2], " + value + ";\n  ret;\n}\n",
                                Parameters(in, out, shift), shape(1, 32));
  std::vector<uint8_t> found = arrays.get<uint8_t>(out, 32 * width.bytes());
  for (size_t k = 0; k < found.size(); ++k)
    EXPECT_EQ(found[k], values[k + shift]) << "byte " << k;
  EXPECT_EQ(counters.loads.bytes, found.size());
  EXPECT_EQ(counters.stores.bytes, found.size());
}

} // namespace

TEST_P(Widths, GoThroughAllSpaces) {
  for (Space space : {Space::Global, Space::Shared, Space::Local})
    for (bool isGeneric : {false, true})
      copyThrough(GetParam(), space, isGeneric, 0);
}

TEST_P(Widths, AreAlignedToTheWholeAccess) {
  // Every shift by less than the access is an error, and the first thread's.
  for (uint32_t shift = 1; shift <= GetParam().bytes(); ++shift)
    for (Space space : {Space::Global, Space::Shared, Space::Local}) {
      if (shift == GetParam().bytes()) {
        copyThrough(GetParam(), space, false, shift);
        continue;
      }
      std::string says = failureOf(Error::Kind::Misaligned, [&] {
        copyThrough(GetParam(), space, false, shift);
      });
      EXPECT_NE(says.find("tid (0, 0, 0)"), std::string::npos) << says;
      EXPECT_NE(says.find("no multiple of the access, " +
                          std::to_string(GetParam().bytes()) + " bytes"),
                std::string::npos)
          << says;
    }
}

TEST_P(Widths, MustLieInTheirAllocationWhole) {
  // The array ends 64 bytes behind what is read.
  uint32_t bytes = GetParam().bytes(), last = 64 / bytes * bytes;
  copyThrough(GetParam(), Space::Global, false, last);
  std::string says = failureOf(Error::Kind::Address, [&] {
    copyThrough(GetParam(), Space::Global, false, last + bytes);
  });
  EXPECT_NE(says.find("tid (31, 0, 0)"), std::string::npos) << says;
}

TEST_P(Widths, LocalMemoryEnds) {
  // Each thread has 64 bytes of its own.
  uint32_t bytes = GetParam().bytes();
  copyThrough(GetParam(), Space::Local, false, 64 - bytes);
  failureOf(Error::Kind::Address,
            [&] { copyThrough(GetParam(), Space::Local, false, 64); });
}

INSTANTIATE_TEST_SUITE_P(All, Widths, testing::ValuesIn(widths),
                         [](const auto &info) {
                           return "B" + std::to_string(info.param.bits) + "x" +
                                  std::to_string(info.param.count);
                         });

namespace {

/// One warp copies 32 pieces by cp.async and reads them back, each lane another
/// lane's piece.
std::string asyncCopy(unsigned bytes, const std::string &wait) {
  std::string size = std::to_string(bytes);
  return header +
         ".visible .entry k(.param .u64 in, .param .u64 out) {\n"
         "  .shared .align 16 .b8 tile[512];\n"
         "  .reg .b64 %r<8>;\n  .reg .b32 %t<4>;\n"
         "  mov.u32 %t0, %tid.x;\n  mul.wide.u32 %r0, %t0, " +
         size + ";\n  xor.b32 %t1, %t0, 5;\n  mul.wide.u32 %r1, %t1, " + size +
         ";\n  ld.param.u64 %r2, [in];\n  ld.param.u64 %r3, [out];\n"
         "  add.s64 %r2, %r2, %r0;\n  mov.b64 %r4, tile;\n"
         "  add.s64 %r5, %r4, %r0;\n  add.s64 %r6, %r4, %r1;\n"
         "  cp.async.ca.shared.global [%r5], [%r2], " +
         size + ";\n" + wait +
         "  ld.shared.b32 %t2, [%r6];\n  mul.wide.u32 %r0, %t0, 4;\n"
         "  add.s64 %r3, %r3, %r0;\n  st.global.b32 [%r3], %t2;\n  ret;\n}\n";
}

void runAsyncCopy(unsigned bytes, const std::string &wait, uint64_t seed) {
  Arrays arrays;
  std::vector<uint32_t> values(32 * bytes / 4);
  std::iota(values.begin(), values.end(), 1000u);
  uint64_t in = arrays.put(values), out = arrays.make<uint32_t>(32);
  Counters counters = runKernel(arrays, asyncCopy(bytes, wait),
                                Parameters(in, out), shape(1, 32, seed));
  std::vector<uint32_t> found = arrays.get<uint32_t>(out, 32);
  for (uint32_t lane = 0; lane < 32; ++lane)
    EXPECT_EQ(found[lane], 1000 + (lane ^ 5) * bytes / 4);
  EXPECT_EQ(counters.asyncBytes, 32u * bytes);
  EXPECT_EQ(counters.asyncCopies, 32u);
}

const std::string warpSync = "  bar.warp.sync -1;\n",
                  waitAll = "  cp.async.wait_all;\n",
                  commit = "  cp.async.commit_group;\n",
                  waitGroup = "  cp.async.wait_group 0;\n";

} // namespace

TEST(AsyncWidths, EveryWayToWaitIsEnough) {
  for (unsigned bytes : {4u, 8u, 16u})
    for (uint64_t seed = 0; seed < 6; ++seed) {
      runAsyncCopy(bytes, waitAll + warpSync, seed);
      runAsyncCopy(bytes, commit + waitGroup + warpSync, seed);
      runAsyncCopy(bytes, commit + waitAll + warpSync, seed);
    }
}

TEST(AsyncWidths, EveryWayToWaitTooLittleIsFound) {
  // Not waiting, waiting for a group that was not made, and for one too few.
  for (uint64_t seed = 0; seed < 6; ++seed)
    for (const std::string &wait :
         {warpSync, waitGroup + warpSync,
          commit + "  cp.async.wait_group 1;\n" + warpSync})
      EXPECT_THROW(runAsyncCopy(16, wait, seed), Error)
          << wait << "seed " << seed;
}
