//===- ParsingTest.cpp - malformed lines, and what numbers mean -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each line is put into a kernel that is right; the error names that line.
//===----------------------------------------------------------------------===//
#include "Testing.h"

using namespace llmc::ptxsim;
using namespace llmc::ptxsim::test;

namespace {

/// Three lines of header, one of the kernel, five of registers: ours is line 10.
std::string kernelWith(const std::string &line) {
  return header +
         ".visible .entry k(.param .u64 p) {\n"
         "  .reg .pred %p<4>;\n  .reg .b16 %h<4>;\n"
         "  .reg .b32 %r<8>;\n  .reg .b64 %d<8>;\n"
         "  .shared .align 16 .b8 tile[64];\n" +
         line + "\n  ret;\n}\n";
}

struct Malformed {
  const char *line, *says;
};

void PrintTo(const Malformed &m, std::ostream *out) { *out << m.line; }

const Malformed lines[] = {
    {"mul.s32 %r0, %r1, %r2;", "mul.s32: needs .lo, .hi or .wide"},
    {"mad.s32 %r0, %r1, %r2, %r3;", "mad.s32: needs .lo, .hi or .wide"},
    {"mad.lo.s32 %r0, %r1, %r2;", "takes 4 operands, found 3"},
    {"add.s32 %r0, %r1, %r2, %r3;", "takes 3 operands, found 4"},
    {"not.b32 %r0;", "takes 2 operands, found 1"},
    {"lop3.b32 %r0, %r1, %r2, %r3, %r4;",
     "operand 5 must be a constant integer"},
    {"lop3.b32 %r0, %r1, %r2, %r3;", "takes 5 operands, found 4"},
    {"bfi.b32 %r0, %r1, %r2, 3;", "takes 5 operands, found 4"},
    {"shf.wrap.b32 %r0, %r1, %r2, 3;", "needs .l or .r"},
    {"shf.l.b32 %r0, %r1, %r2, 3;", "needs .wrap or .clamp"},
    {"bmsk.b32 %r0, %r1, %r2;", "needs .wrap or .clamp"},
    {"bfind.shiftamt.u32 %r0, %r1;", ".shiftamt is not known"},
    {"max.relu.u32 %r0, %r1, %r2;", ".relu is for s32"},
    {"shfl.sync.b32 %r0, %r1, 1, 31, -1;", "needs .up, .down, .bfly or .idx"},
    {"match.b32 %r0, %r1, -1;", "needs .all or .any, and .sync"},
    {"redux.sync.u32 %r0, %r1, -1;", "has no operation"},
    {"elect.sync %r0, -1;", "writes a register and a predicate"},
    {"add.rz.f32 %r0, %r1, %r2;", "the modifier '.rz' is not known here"},
    {"fma.rp.f32 %r0, %r1, %r2, %r3;", "the modifier '.rp' is not known here"},
    {"ex2.approx.s32 %r0, %r1;", "is for floats"},
    {"bar 0;", "needs .sync, .arrive or .red"},
    {"barrier.red.u32 %r0, 0, %p0;", "needs .popc, .and or .or"},
    {"griddepcontrol.stop;", "needs .wait or .launch_dependents"},
    {"ld.global.v4.b32 {%r0, %r1, %r2}, [%d0];", "needs 4 registers, found 3"},
    {"ld.global.b32 {%r0, %r1}, [%d0];", "needs 1 registers, found 2"},
    {"st.global.v2.b32 [%d0], %r1;", "needs 2 values, found 1"},
    {"st.global.b32 [%d0], {%r0, %r1};", "needs 1 values, found 2"},
    {"st.global.b32 %d0, %r1;", "operand 1 must be an address in [ ]"},
    {"ld.global [%d0];", "takes 2 to 3 operands, found 1"},
    {"ld.global.b32 7, [%d0];", "needs a register where it writes"},
    {"mov.b32 %r0, missing;", "'missing' is not declared"},
    {"ld.shared.b32 %r0, [missing];", "'missing' is not declared"},
    {"mov.b32 %r9, 1;", "the register '%r9' is not declared: there are 8"},
    {"mov.b32 %x1, 1;", ""},
    {"setp.lt.u32 %p4, %r0, %r1;",
     "the register '%p4' is not declared: there are 4"},
    {"@%d1 mov.b32 %r0, 1;", "'@' needs a predicate"},
    {"@!%r1 ret;", "'@' needs a predicate"},
    {"selp.b32 %r0, %r1, !%r2, %p0;", "only a predicate can have '!'"},
    {"bra %d0;", ""},
    {"mov.b32 %r0, 0x;", "'0x' is no number"},
    {"mov.b32 %r0, 12three;", "is no number"},
    {"mov.f32 %r0, 0f3F80;", "is no number"},
    {"mov.f64 %d0, 0d3FF0;", "is no number"},
    {".reg .b24 %z<4>;", "registers of type '.b24' are not known"},
    {".reg .b32 %z<99999999>;", "more than 2^20 registers"},
    {".shared .align 5 .b8 other[4];",
     "an alignment is a power of two up to 4096"},
    {".novelty 3;", "the directive '.novelty' is not known in a function"},
    {"add.s32 %r0, %r1 %r2;", ""},
    {"add.s32 %r0, (%r1), %r2;", ""},
    {"ld.global.b32 %r0, [%d0;", ""},
    {"mov.b64 {%r0, %r1, %d0;", ""},
    {"=;", ""},
    {"tcgen05.wait::ld.sync.aligned;", "is not known"},
    {"tex.2d.v4.f32.s32 {%r0, %r1, %r2, %r3}, [t, {%r0, %r1}];", ""},
    {"call missing, (%r0);", ""},
};

class Lines : public testing::TestWithParam<Malformed> {};

/// The value that a constant has in a register.
uint64_t constant(const std::string &type, const std::string &text) {
  return evaluate("mov." + type + " $d, " + text + ";", 64, 64, 64, 64,
                  {0, 0, 0})[0];
}

} // namespace

TEST_P(Lines, AreNamedInTheirError) {
  DeviceMemory memory;
  std::string says = failureOf(Error::Kind::Text, [&] {
    Module module(kernelWith(std::string("  ") + GetParam().line), "test.ptx",
                  memory);
  });
  EXPECT_EQ(says.find("test.ptx:10: "), 0u) << says;
  EXPECT_NE(says.find(GetParam().says), std::string::npos) << says;
  EXPECT_EQ(memory.usedBytes(), 0u);
}

INSTANTIATE_TEST_SUITE_P(All, Lines, testing::ValuesIn(lines));

TEST(Parsing, TheKernelAroundIsRight) {
  DeviceMemory memory;
  EXPECT_NO_THROW(
      Module(kernelWith("  add.s32 %r0, %r1, %r2;"), "test.ptx", memory));
}

TEST(Parsing, NumbersOfAllBases) {
  EXPECT_EQ(constant("b64", "0"), 0u);
  EXPECT_EQ(constant("b64", "1234567890123"), 1234567890123u);
  EXPECT_EQ(constant("b64", "-1"), ~uint64_t(0));
  EXPECT_EQ(constant("b64", "0xFFFFFFFFFFFFFFFF"), ~uint64_t(0));
  EXPECT_EQ(constant("b64", "0xdeadBEEF"), 0xdeadbeefu);
  EXPECT_EQ(constant("u64", "0x10U"), 16u);
  EXPECT_EQ(constant("b64", "010"), 8u);     // octal
  EXPECT_EQ(constant("b64", "0b1011"), 11u); // binary
  EXPECT_EQ(constant("s64", "-9223372036854775808"), uint64_t(1) << 63);
}

TEST(Parsing, FloatsAsBitsAndAsDecimals) {
  EXPECT_EQ(constant("f64", "0d3FF8000000000000"),
            std::bit_cast<uint64_t>(1.5));
  EXPECT_EQ(constant("f64", "1.5"), std::bit_cast<uint64_t>(1.5));
  EXPECT_EQ(constant("f64", "-2.5e3"), std::bit_cast<uint64_t>(-2500.0));
}

TEST(Parsing, CommentsAndSpacesAreNothing) {
  std::vector<uint64_t> found =
      evaluate("/* a comment;\n over lines */ mov.b32\t$d /* here */ ,\n"
               "  7 ; // and to the end; mov.b32 $d, 8;\n",
               32, 32, 32, 32, {0, 0, 0});
  EXPECT_EQ(found[0], 7u);
}

TEST(Parsing, LinesAreCountedThroughCommentsAndCarriageReturns) {
  DeviceMemory memory;
  std::string says = failureOf(Error::Kind::Text, [&] {
    Module module(kernelWith("/* one\n two\n three */\r\n  frob.b32 %r0;"),
                  "test.ptx", memory);
  });
  EXPECT_EQ(says.find("test.ptx:13: "), 0u) << says;
}

TEST(Parsing, KernelsAreListedWithWhatTheyNeed) {
  DeviceMemory memory;
  Module module(header + ".visible .entry one(.param .u32 a, .param .u64 b,\n"
                         "  .param .align 16 .b8 c[20]) .reqntid 32, 2, 1 {\n"
                         "  .local .align 8 .b8 depot[40];\n"
                         "  .shared .align 16 .b8 tile[100];\n  .reg .b64 %r;\n"
                         "  mov.b64 %r, tile;\n  ret;\n}\n"
                         ".entry two() {\n  ret;\n}\n",
                "test.ptx", memory);
  EXPECT_EQ(module.kernels(), (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(module.target(), "sm_90a");
  EXPECT_EQ(module.kernel("three"), nullptr);
  const Function &one = *module.kernel("one"), &two = *module.kernel("two");
  const std::vector<Parameter> &parameters = module.parameters(one);
  ASSERT_EQ(parameters.size(), 3u);
  EXPECT_EQ(parameters[1].offset, 8u);
  EXPECT_EQ(parameters[2].offset, 16u);
  EXPECT_EQ(parameters[2].sizeBytes, 20u);
  EXPECT_EQ(module.parameterBytes(one), 36u);
  EXPECT_EQ(module.parameterBytes(two), 0u);
  EXPECT_EQ(module.maxThreads(one), 64u);
  EXPECT_EQ(module.maxThreads(two), 0u);
  EXPECT_EQ(module.staticSharedBytes(one), 100u);
  EXPECT_EQ(module.staticSharedBytes(two), 0u);
  EXPECT_EQ(module.localBytes(one), 40u);
}

/// A byte that is something else is read or refused, and nothing else happens.
TEST(Parsing, ChangedBytesAreReadOrRefused) {
  std::string text = kernelWith("  @!%p1 add.s32 %r0, %r1, -0x7f; // why\n"
                                "L: bra.uni L;\n"
                                "  ld.shared.v2.b32 {%r2, %r3}, [tile+8];");
  std::mt19937 random(5);
  for (size_t at = 0; at < text.size(); ++at)
    for (char other : {'\0', '"', '{', '<', char(random()), char(0xff)}) {
      std::string changed = text;
      changed[at] = other;
      DeviceMemory memory;
      try {
        Module module(changed, "test.ptx", memory);
      } catch (const Error &error) {
        EXPECT_EQ(int(error.kind), int(Error::Kind::Text)) << error.what();
      }
      EXPECT_EQ(memory.usedBytes(), 0u);
    }
}
