//===- ErrorsTest.cpp - PTX that cannot be read, launches that cannot be --===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Testing.h"

using namespace llmc::ptxsim;
using namespace llmc::ptxsim::test;

namespace {

/// What is wrong with a text, and what the error says.
struct Wrong {
  const char *name;
  std::string text;
  const char *says;
};

void PrintTo(const Wrong &wrong, std::ostream *out) { *out << wrong.name; }

/// The body is in line 6 of the text.
std::string body(const std::string &statements) {
  return header +
         ".visible .entry k(.param .u64 p) {\n"
         "  .reg .b32 %r<4>;\n" +
         statements + "\n  ret;\n}\n";
}

const Wrong texts[] = {
    {"Empty", "", "test.ptx:1: is no PTX: there is no .target"},
    {"NoPtx",
     "\x7f"
     "ELF",
     "test.ptx:1: expected a directive"},
    {"UnknownInstruction", body("  frobnicate.b32 %r0, %r1;"),
     "test.ptx:6: the instruction 'frobnicate.b32' is not known"},
    {"UnknownModifier", body("  add.funny.s32 %r0, %r1, %r2;"),
     "test.ptx:6: add.funny.s32: the modifier '.funny' is not known here"},
    {"UnknownDirective", header + ".surprise x;\n",
     "test.ptx:4: the directive '.surprise' is not known"},
    {"MissingOperand", body("  add.s32 %r0, %r1;"),
     "add.s32: takes 3 operands, found 2"},
    {"NoSuchRegister", body("  add.s32 %r0, %r1, %r4;"),
     "the register '%r4' is not declared: there are 4"},
    {"NoSuchName", body("  add.s32 %r0, %r1, other;"),
     "'other' is not declared"},
    {"NoSuchLabel", body("  bra AWAY;"), "there is no label 'AWAY'"},
    {"LabelTwice", body("A:\nA:\n"), "the label 'A' is there twice"},
    {"NotAPredicate", body("  @%r0 ret;"), "'@' needs a predicate"},
    {"NoType", body("  add %r0, %r1, %r2;"), "add: has no type"},
    {"WritesAConstant", body("  add.s32 5, %r1, %r2;"),
     "needs a register where it writes"},
    {"NotAnAddress", body("  ld.global.u32 %r0, %r1;"),
     "operand 2 must be an address in [ ]"},
    {"VectorTooShort", body("  ld.param.v4.u32 {%r0, %r1}, [p];"),
     "needs 4 registers, found 2"},
    {"NoComparison", body("  .reg .pred %p;\n  setp.u32 %p, %r0, %r1;"),
     "has no comparison"},
    {"BadFloat", body("  mov.f32 %r0, 0f3F8000001;"), "is no number"},
    {"NoEnd", header + ".visible .entry k() {\n  ret;\n", "has no end"},
    {"Address32", ".version 8.0\n.target sm_80\n.address_size 32\n",
     "addresses must have 64 bits"},
    {"ExternVariable", header + ".extern .global .b32 elsewhere;\n",
     "one module must hold all"},
    {"TooManyValues", header + ".global .align 4 .b32 x[2] = {1, 2, 3};\n",
     "has 8 bytes and more values"},
    {"Alignment", header + ".global .align 3 .b32 x;\n",
     "an alignment is a power of two"},
    {"WrongProduct",
     body("  mma.sync.aligned.m16n8k16.row.col.f32.bf16.f16.f32 {%r0, %r0, "
          "%r0, %r0}, {%r0, %r0, %r0, %r0}, {%r0, %r0}, {%r0, %r0, %r0, %r0};"),
     "these types do not go together"},
    {"WrongFragment",
     body("  mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%r0, %r0, "
          "%r0, %r0}, {%r0, %r0}, {%r0, %r0}, {%r0, %r0, %r0, %r0};"),
     "operand 2 needs 4 registers, found 2"},
    {"CopySize",
     body("  .reg .b64 %d;\n"
          "  cp.async.ca.shared.global [%d], [%d], 12;"),
     "copies 4, 8 or 16 bytes"},
    {"Clusters",
     header + ".visible .entry k() .reqnctapercluster 2 {\n"
              "  ret;\n}\n",
     "clusters of several blocks are not known"},
};

class Texts : public testing::TestWithParam<Wrong> {};

/// What is wrong with a launch.
struct WrongLaunch {
  const char *name;
  void (*change)(LaunchOptions &options, Parameters &parameters);
  const char *says;
};

void PrintTo(const WrongLaunch &wrong, std::ostream *out) {
  *out << wrong.name;
}

const WrongLaunch launches[] = {
    {"NoThreads", [](LaunchOptions &o, Parameters &) { o.block.x = 0; },
     "a grid or a block of nothing"},
    {"TooManyThreads", [](LaunchOptions &o, Parameters &) { o.block.y = 40; },
     "a block has at most 1024 threads, found 1280"},
    {"MoreThanMaxntid", [](LaunchOptions &o, Parameters &) { o.block.x = 96; },
     "was compiled for blocks of at most 64 threads, found 96"},
    {"SharedMemory",
     [](LaunchOptions &o, Parameters &) { o.dynamicSharedBytes = 232448; },
     "needs 232960 bytes of shared memory, a block has at most 232448"},
    {"Parameters", [](LaunchOptions &, Parameters &p) { p.bytes.pop_back(); },
     "takes 8 bytes of parameters, found 7"},
};

class Launches : public testing::TestWithParam<WrongLaunch> {};

template <typename T>
std::string nameOf(const testing::TestParamInfo<T> &info) {
  return info.param.name;
}

} // namespace

TEST_P(Texts, AreRefused) {
  DeviceMemory memory;
  std::string says = failureOf(Error::Kind::Text, [&] {
    Module module(GetParam().text, "test.ptx", memory);
  });
  EXPECT_NE(says.find(GetParam().says), std::string::npos) << says;
  EXPECT_EQ(says.find('\n'), std::string::npos) << says;
  EXPECT_EQ(memory.usedBytes(), 0u);
}

INSTANTIATE_TEST_SUITE_P(All, Texts, testing::ValuesIn(texts), nameOf<Wrong>);

/// Any beginning of a text is read or refused, and nothing else happens.
TEST(TextsThatEndEarly, AreRefused) {
  std::string text =
      header +
      ".const .align 4 .b32 table[2] = {1, 2};\n"
      ".visible .entry k(.param .align 8 .b8 p[16]) .maxntid 64 {\n"
      "  .reg .pred %p<2>;\n  .reg .b32 %r<4>;\n"
      "  { .param .b32 x;\n  st.param.b32 [x], 0x10; }\n"
      "  @!%p1 bra DONE;\n  setp.lt.and.f32 %p0|%p1, %r0, 1.5e3, !%p0;\n"
      "  ld.param.v2.u32 {%r0, %r1}, [p+8];\nDONE:\n  ret;\n}\n";
  for (size_t length = 0; length < text.size(); ++length) {
    DeviceMemory memory;
    try {
      Module module(text.substr(0, length), "test.ptx", memory);
    } catch (const Error &error) {
      EXPECT_EQ(int(error.kind), int(Error::Kind::Text)) << error.what();
    }
    EXPECT_EQ(memory.usedBytes(), 0u);
  }
}

TEST_P(Launches, AreRefused) {
  Arrays arrays;
  LaunchOptions options = shape(1, 32);
  Parameters parameters(uint64_t(0));
  GetParam().change(options, parameters);
  std::string says = failureOf(Error::Kind::Launch, [&] {
    runKernel(arrays,
              header + ".visible .entry k(.param .u64 p) .maxntid 64, 1, 1 {\n"
                       "  .shared .align 16 .b8 tile[512];\n"
                       "  .reg .b64 %r;\n  mov.b64 %r, tile;\n  ret;\n}\n",
              parameters, options);
  });
  EXPECT_NE(says.find(GetParam().says), std::string::npos) << says;
  EXPECT_EQ(says.find("test.ptx: kernel 'k': "), 0u) << says;
}

INSTANTIATE_TEST_SUITE_P(All, Launches, testing::ValuesIn(launches),
                         nameOf<WrongLaunch>);
