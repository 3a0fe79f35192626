//===- ControlTest.cpp - branches, calls, scopes of names -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Testing.h"

using namespace llmc::ptxsim;
using namespace llmc::ptxsim::test;

static std::vector<uint64_t> onThreads(const std::string &body) {
  return evaluate(body, 32, 32, 32, 32, randomWords(96 * 3));
}

TEST(Control, LoopsOfDifferentLengthMeetAgain) {
  // Thread t adds t numbers; the lanes leave one by one.
  std::vector<uint64_t> found = onThreads("mov.u32 $d, 0;\n"
                                          "  mov.u32 %t0, 0;\n"
                                          "LOOP:\n"
                                          "  setp.ge.u32 %p0, %t0, %id;\n"
                                          "  @%p0 bra DONE;\n"
                                          "  add.u32 $d, $d, %t0;\n"
                                          "  add.u32 %t0, %t0, 1;\n"
                                          "  bra LOOP;\n"
                                          "DONE:\n"
                                          "  activemask.b32 %t1;\n"
                                          "  popc.b32 %t1, %t1;\n"
                                          "  mad.lo.u32 $d, %t1, 1000000, $d;");
  for (uint64_t t = 0; t < 96; ++t)
    EXPECT_EQ(found[t], t * (t - 1) / 2 + 32000000u);
}

TEST(Control, GuardsOfBothSigns) {
  std::vector<uint64_t> found = onThreads("setp.lt.u32 %p0, %id, 10;\n"
                                          "  @%p0 mov.u32 $d, 1;\n"
                                          "  @!%p0 mov.u32 $d, 2;");
  for (uint64_t t = 0; t < 96; ++t)
    EXPECT_EQ(found[t], t < 10 ? 1u : 2u);
}

TEST(Control, BranchesByTable) {
  std::vector<uint64_t> found =
      onThreads("rem.u32 %t0, %id, 3;\n"
                "TABLE: .branchtargets ZERO, ONE, TWO;\n"
                "  brx.idx %t0, TABLE;\n"
                "ZERO:\n  mov.u32 $d, 10;\n  bra END;\n"
                "ONE:\n  mov.u32 $d, 11;\n  bra END;\n"
                "TWO:\n  mov.u32 $d, 12;\n"
                "END:\n");
  for (uint64_t t = 0; t < 96; ++t)
    EXPECT_EQ(found[t], 10 + t % 3);
}

TEST(Control, NamesBelongToTheirBraces) {
  // As inline assembly has it: the same register and label in two blocks.
  std::vector<uint64_t> found = onThreads("{\n  .reg .b32 x;\n"
                                          "  mov.u32 x, 5;\n  bra OUT;\n"
                                          "  mov.u32 x, 6;\n"
                                          "OUT:\n  mov.u32 $d, x;\n}\n"
                                          "{\n  .reg .b32 x;\n"
                                          "  mov.u32 x, 7;\n  bra OUT;\n"
                                          "  mov.u32 x, 8;\n"
                                          "OUT:\n  add.u32 $d, $d, x;\n}");
  EXPECT_EQ(found[0], 12u);
}

TEST(Control, ThreadsEndOnTheirOwn) {
  Arrays arrays;
  uint64_t out = arrays.put(std::vector<uint32_t>(64, 9));
  runKernel(arrays,
            header + ".visible .entry k(.param .u64 out) {\n"
                     "  .reg .b64 %r<4>;\n  .reg .b32 %t;\n  .reg .pred %p;\n"
                     "  mov.u32 %t, %tid.x;\n"
                     "  setp.gt.u32 %p, %t, 40;\n"
                     "  @%p exit;\n"
                     "  ld.param.u64 %r0, [out];\n"
                     "  mul.wide.u32 %r1, %t, 4;\n"
                     "  add.s64 %r0, %r0, %r1;\n"
                     "  bar.sync 0;\n" // those who have ended do not count
                     "  st.global.u32 [%r0], 1;\n  ret;\n}\n",
            Parameters(out), shape(1, 64));
  std::vector<uint32_t> found = arrays.get<uint32_t>(out, 64);
  EXPECT_EQ(found[40], 1u);
  EXPECT_EQ(found[41], 9u);
}

namespace {

const std::string functions =
    header + ".func (.param .b32 result) square(.param .b32 x) {\n"
             "  .reg .b32 %r<3>;\n"
             "  ld.param.b32 %r1, [x];\n"
             "  mul.lo.s32 %r2, %r1, %r1;\n"
             "  st.param.b32 [result], %r2;\n  ret;\n}\n"
             ".func (.param .b32 result) sum(.param .b32 x, .param .b32 y) {\n"
             "  .reg .b32 %r<4>;\n"
             "  { .param .b32 given;\n  .param .b32 got;\n"
             "  ld.param.b32 %r1, [x];\n"
             "  st.param.b32 [given], %r1;\n"
             "  call.uni (got), square, (given);\n"
             "  ld.param.b32 %r2, [got]; }\n"
             "  ld.param.b32 %r3, [y];\n"
             "  add.s32 %r2, %r2, %r3;\n"
             "  st.param.b32 [result], %r2;\n  ret;\n}\n";

const std::string caller =
    ".visible .entry k(.param .u64 out) {\n"
    "  .reg .b64 %r<3>;\n  .reg .b32 %t<4>;\n  .reg .pred %p;\n"
    "  mov.u32 %t1, %tid.x;\n"
    "  mov.u32 %t2, 7;\n"
    "  setp.lt.u32 %p, %t1, 20;\n"
    "  @%p bra SKIP;\n" // the call is made by some lanes only
    "  { .param .b32 a;\n  .param .b32 b;\n  .param .b32 got;\n"
    "  st.param.b32 [a], %t1;\n  st.param.b32 [b], 3;\n"
    "  call (got), sum, (a, b);\n"
    "  ld.param.b32 %t2, [got]; }\n"
    "SKIP:\n"
    "  ld.param.u64 %r0, [out];\n  mul.wide.u32 %r1, %t1, 4;\n"
    "  add.s64 %r0, %r0, %r1;\n  st.global.b32 [%r0], %t2;\n  ret;\n}\n";

} // namespace

TEST(Control, FunctionsCallFunctions) {
  Arrays arrays;
  uint64_t out = arrays.make<uint32_t>(32);
  runKernel(arrays, functions + caller, Parameters(out), shape(1, 32));
  std::vector<uint32_t> found = arrays.get<uint32_t>(out, 32);
  for (uint32_t t = 0; t < 32; ++t)
    EXPECT_EQ(found[t], t < 20 ? 7u : t * t + 3);
}

TEST(Control, CallsOfWhatIsNotThereAreErrors) {
  Arrays arrays;
  std::string says = failureOf(Error::Kind::Text, [&] {
    runKernel(arrays,
              header +
                  ".extern .func (.param .b32 r) __nv_expf(.param .b32 x);\n"
                  ".visible .entry k() {\n  .reg .b32 %r<2>;\n"
                  "  { .param .b32 a;\n  .param .b32 b;\n"
                  "  call (b), __nv_expf, (a);\n}\n  ret;\n}\n",
              Parameters(), shape(1, 32));
  });
  EXPECT_NE(says.find("test.ptx:9: calls '__nv_expf'"), std::string::npos)
      << says;
}

TEST(Control, RecursionIsAnError) {
  Arrays arrays;
  std::string says = failureOf(Error::Kind::Text, [&] {
    runKernel(arrays,
              header + ".func f() {\n  call f;\n  ret;\n}\n"
                       ".visible .entry k() {\n  call f;\n  ret;\n}\n",
              Parameters(), shape(1, 32));
  });
  EXPECT_NE(says.find("recursion"), std::string::npos) << says;
}

TEST(Control, TrapSaysWho) {
  std::string says = failureOf(Error::Kind::Program, [] {
    onThreads("mov.b32 $d, 0;\n  setp.eq.u32 %p0, %id, 45;\n  @%p0 trap;");
  });
  EXPECT_NE(says.find("tid (45, 0, 0)"), std::string::npos) << says;
}

TEST(Control, EndlessLoopsAreFound) {
  Arrays arrays;
  LaunchOptions options = shape(1, 64);
  options.patience = 10000;
  std::string says = failureOf(Error::Kind::Deadlock, [&] {
    runKernel(arrays, header + ".visible .entry k() {\nLOOP:\n  bra LOOP;\n}\n",
              Parameters(), options);
  });
  EXPECT_NE(says.find("line 6"), std::string::npos) << says;
}
