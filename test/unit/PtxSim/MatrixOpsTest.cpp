//===- MatrixOpsTest.cpp - mma.sync and ldmatrix --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fragments are filled element by element from the tables of the PTX manual,
// written out here per shape, and the product is compared with a plain one.
//===----------------------------------------------------------------------===//
#include "Testing.h"

#include <cmath>

using namespace llmc::ptxsim;
using namespace llmc::ptxsim::test;

namespace {

/// A shape: its opcode, how an element is coded, and the places of A and B.
struct Shape {
  const char *opcode;
  unsigned inner, bits; // k, bits of an element
  unsigned inA, inB;    // registers
  uint32_t (*code)(int value);
  bool isInteger, isHalf; // accumulator is s32, or f16
  void (*placeOfA)(unsigned lane, unsigned index, unsigned &row, unsigned &k);
  void (*placeOfB)(unsigned lane, unsigned index, unsigned &k);
};

uint32_t half(int value) { // small integers, exact
  if (value == 0)
    return 0;
  int exponent = std::ilogb(std::abs(value));
  uint32_t fraction =
      uint32_t(std::ldexp(std::abs(value), 10 - exponent)) & 0x3ff;
  return (value < 0 ? 0x8000u : 0) | uint32_t(exponent + 15) << 10 | fraction;
}
uint32_t bfloat(int value) {
  return std::bit_cast<uint32_t>(float(value)) >> 16;
}
uint32_t byte(int value) { return uint32_t(value) & 0xff; }
uint32_t tf32(int value) {
  return std::bit_cast<uint32_t>(float(value)) | 0x3ff; // what is not looked at
}

// "Matrix fragments for mma.m16n8k16 with floating point type", index i of a.
void a16x16(unsigned lane, unsigned i, unsigned &row, unsigned &k) {
  row = lane / 4 + ((i < 2 || (i >= 4 && i < 6)) ? 0 : 8);
  k = lane % 4 * 2 + (i & 1) + (i < 4 ? 0 : 8);
}
void b16(unsigned lane, unsigned i, unsigned &k) {
  k = lane % 4 * 2 + (i & 1) + (i < 2 ? 0 : 8);
}
// m16n8k8 of 16-bit floats.
void a16x8(unsigned lane, unsigned i, unsigned &row, unsigned &k) {
  row = lane / 4 + (i < 2 ? 0 : 8);
  k = lane % 4 * 2 + (i & 1);
}
void b8(unsigned lane, unsigned i, unsigned &k) { k = lane % 4 * 2 + (i & 1); }
// m16n8k32 of 8-bit integers.
void a16x32(unsigned lane, unsigned i, unsigned &row, unsigned &k) {
  row = lane / 4 + ((i < 4 || (i >= 8 && i < 12)) ? 0 : 8);
  k = lane % 4 * 4 + (i & 3) + (i < 8 ? 0 : 16);
}
void b32(unsigned lane, unsigned i, unsigned &k) {
  k = lane % 4 * 4 + (i & 3) + (i < 4 ? 0 : 16);
}
// m16n8k8 of tf32.
void a16x8tf32(unsigned lane, unsigned i, unsigned &row, unsigned &k) {
  row = lane / 4 + (i % 2 ? 8 : 0);
  k = lane % 4 + (i < 2 ? 0 : 4);
}
void b8tf32(unsigned lane, unsigned i, unsigned &k) {
  k = lane % 4 + (i ? 4 : 0);
}

const Shape shapes[] = {
    {"mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32", 16, 16, 4, 2,
     bfloat, false, false, a16x16, b16},
    {"mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32", 16, 16, 4, 2, half,
     false, false, a16x16, b16},
    {"mma.sync.aligned.m16n8k16.row.col.f16.f16.f16.f16", 16, 16, 4, 2, half,
     false, true, a16x16, b16},
    {"mma.sync.aligned.m16n8k8.row.col.f32.bf16.bf16.f32", 8, 16, 2, 1, bfloat,
     false, false, a16x8, b8},
    {"mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32", 32, 8, 4, 2, byte, true,
     false, a16x32, b32},
    {"mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32", 8, 32, 4, 2, tf32,
     false, false, a16x8tf32, b8tf32},
};

std::string registers(const char *name, unsigned count) {
  std::string list = "{";
  for (unsigned k = 0; k < count; ++k)
    list += (k ? ", %" : "%") + std::string(name) + std::to_string(k);
  return list + "}";
}

/// Loads or stores `count` words per lane, from or to `array`.
std::string move(bool loads, const char *name, unsigned count,
                 const char *array) {
  std::string text = std::string("  ld.param.u64 %r0, [") + array +
                     "];\n  mul.wide.u32 %r1, %lane, " +
                     std::to_string(4 * count) +
                     ";\n  add.s64 %r0, %r0, %r1;\n";
  for (unsigned k = 0; k < count; ++k) {
    std::string reg = std::string("%") + name + std::to_string(k);
    std::string at = "[%r0+" + std::to_string(4 * k) + "]";
    text += loads ? "  ld.global.b32 " + reg + ", " + at + ";\n"
                  : "  st.global.b32 " + at + ", " + reg + ";\n";
  }
  return text;
}

std::string productKernel(const Shape &shape) {
  unsigned inC = shape.isHalf ? 2 : 4;
  return header +
         ".visible .entry k(.param .u64 a, .param .u64 b, .param .u64 c) {\n"
         "  .reg .b64 %r<2>;\n  .reg .b32 %lane, %a<4>, %b<2>, %c<4>;\n"
         "  mov.u32 %lane, %laneid;\n" +
         move(true, "a", shape.inA, "a") + move(true, "b", shape.inB, "b") +
         move(true, "c", inC, "c") + "  " + shape.opcode + " " +
         registers("c", inC) + ", " + registers("a", shape.inA) + ", " +
         registers("b", shape.inB) + ", " + registers("c", inC) + ";\n" +
         move(false, "c", inC, "c") + "  ret;\n}\n";
}

struct Matrices {
  int a[16][32], b[32][8], c[16][8];
};

Matrices randomMatrices() {
  std::mt19937 random(11);
  Matrices m;
  auto fill = [&](auto &matrix) {
    for (auto &row : matrix)
      for (int &value : row)
        value = int(random() % 15) - 7;
  };
  fill(m.a), fill(m.b), fill(m.c);
  return m;
}

class Products : public testing::TestWithParam<Shape> {};

} // namespace

TEST_P(Products, AreThoseOfTheMatrices) {
  const Shape &shape = GetParam();
  Matrices m = randomMatrices();
  unsigned perWord = 32 / shape.bits, inC = shape.isHalf ? 2 : 4;
  std::vector<uint32_t> a(32 * shape.inA), b(32 * shape.inB), c(32 * inC);
  for (unsigned lane = 0; lane < 32; ++lane) {
    for (unsigned i = 0; i < shape.inA * perWord; ++i) {
      unsigned row, k;
      shape.placeOfA(lane, i, row, k);
      a[lane * shape.inA + i / perWord] |= shape.code(m.a[row][k])
                                           << (i % perWord * shape.bits);
    }
    for (unsigned i = 0; i < shape.inB * perWord; ++i) {
      unsigned k;
      shape.placeOfB(lane, i, k);
      b[lane * shape.inB + i / perWord] |= shape.code(m.b[k][lane / 4])
                                           << (i % perWord * shape.bits);
    }
    for (unsigned i = 0; i < 4; ++i) {
      int value = m.c[lane / 4 + (i < 2 ? 0 : 8)][lane % 4 * 2 + i % 2];
      if (shape.isHalf)
        c[lane * 2 + i / 2] |= half(value) << (i % 2 * 16);
      else
        c[lane * 4 + i] = shape.isInteger
                              ? uint32_t(value)
                              : std::bit_cast<uint32_t>(float(value));
    }
  }
  Arrays arrays;
  uint64_t inA = arrays.put(a), inB = arrays.put(b), both = arrays.put(c);
  runKernel(arrays, productKernel(shape), Parameters(inA, inB, both),
            shape.isHalf ? test::shape(1, 32) : test::shape(1, 32));
  std::vector<uint32_t> found = arrays.get<uint32_t>(both, c.size());
  for (unsigned lane = 0; lane < 32; ++lane)
    for (unsigned i = 0; i < 4; ++i) {
      unsigned row = lane / 4 + (i < 2 ? 0 : 8), column = lane % 4 * 2 + i % 2;
      int sum = m.c[row][column];
      for (unsigned k = 0; k < shape.inner; ++k)
        sum += m.a[row][k] * (shape.bits == 32 ? 1 : 1) * m.b[k][column];
      if (shape.isHalf)
        EXPECT_EQ(found[lane * 2 + i / 2] >> (i % 2 * 16) & 0xffff, half(sum));
      else if (shape.isInteger)
        EXPECT_EQ(int32_t(found[lane * 4 + i]), sum);
      else
        EXPECT_EQ(std::bit_cast<float>(found[lane * 4 + i]), float(sum));
    }
}

INSTANTIATE_TEST_SUITE_P(All, Products, testing::ValuesIn(shapes));

namespace {

/// Writes 32 rows of 8 halves, row r column c holding 100 r + c, at a distance of
/// `pitch` bytes; then runs the body, which leaves a word in %t5.
std::vector<uint32_t> withRows(const std::string &body, unsigned pitch,
                               Counters *counters = nullptr) {
  Arrays arrays;
  uint64_t out = arrays.make<uint32_t>(32);
  std::string text =
      header +
      ".visible .entry k(.param .u64 out) {\n"
      "  .shared .align 16 .b8 tile[4096];\n"
      "  .reg .b64 %r<6>;\n  .reg .b32 %t<10>;\n  .reg .b16 %h;\n"
      "  mov.u32 %t0, %tid.x;\n  mov.b64 %r0, tile;\n"
      "  mul.wide.u32 %r1, %t0, " +
      std::to_string(pitch) +
      ";\n  add.s64 %r1, %r0, %r1;\n  mul.lo.u32 %t1, %t0, 100;\n";
  for (unsigned column = 0; column < 8; ++column)
    text += "  add.u32 %t2, %t1, " + std::to_string(column) +
            ";\n  cvt.u16.u32 %h, %t2;\n  st.shared.b16 [%r1+" +
            std::to_string(2 * column) + "], %h;\n";
  text += "  bar.warp.sync -1;\n" + body +
          "\n  ld.param.u64 %r2, [out];\n  mul.wide.u32 %r3, %t0, 4;\n"
          "  add.s64 %r2, %r2, %r3;\n  st.global.u32 [%r2], %t5;\n  ret;\n}\n";
  Counters unused = runKernel(arrays, text, Parameters(out), shape(1, 32));
  if (counters)
    *counters = unused;
  return arrays.get<uint32_t>(out, 32);
}

} // namespace

TEST(Ldmatrix, FourMatrices) {
  for (unsigned matrix = 0; matrix < 4; ++matrix) {
    std::vector<uint32_t> found = withRows(
        "  ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%t6, %t7, %t8, %t9}, "
        "[%r1];\n  mov.u32 %t5, %t" +
            std::to_string(6 + matrix) + ";",
        16);
    for (unsigned lane = 0; lane < 32; ++lane) {
      uint32_t first = 100 * (8 * matrix + lane / 4) + lane % 4 * 2;
      EXPECT_EQ(found[lane], first | (first + 1) << 16);
    }
  }
}

TEST(Ldmatrix, Transposed) {
  std::vector<uint32_t> found = withRows(
      "  ldmatrix.sync.aligned.m8n8.x1.trans.shared.b16 {%t5}, [%r1];", 16);
  for (unsigned lane = 0; lane < 32; ++lane) {
    uint32_t row = lane % 4 * 2, column = lane / 4;
    EXPECT_EQ(found[lane], (100 * row + column) | (100 * (row + 1) + column)
                                                      << 16);
  }
}

TEST(Ldmatrix, CountsPassesOverBanks) {
  Counters packed, spread;
  std::string body =
      "  ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%t6, %t7, %t8, %t5}, [%r1];";
  withRows(body, 16, &packed);
  withRows(body, 128, &spread);
  // Stores of rows count too; the difference is the load's and theirs.
  EXPECT_LT(packed.shared.passes, spread.shared.passes);
}

TEST(Stmatrix, IsTheOtherWay) {
  std::vector<uint32_t> found =
      withRows("  ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%t6, %t7, %t8, "
               "%t9}, [%r1];\n"
               "  bar.warp.sync -1;\n"
               "  stmatrix.sync.aligned.m8n8.x4.trans.shared.b16 [%r1], "
               "{%t6, %t7, %t8, %t9};\n  bar.warp.sync -1;\n"
               "  ldmatrix.sync.aligned.m8n8.x1.trans.shared.b16 {%t5}, [%r1];",
               16);
  for (unsigned lane = 0; lane < 32; ++lane) {
    uint32_t first = 100 * (lane / 4) + lane % 4 * 2;
    EXPECT_EQ(found[lane], first | (first + 1) << 16);
  }
}

TEST(Movmatrix, Transposes) {
  std::vector<uint32_t> found =
      withRows("  ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%t6}, [%r1];\n"
               "  movmatrix.sync.aligned.m8n8.trans.b16 %t5, %t6;",
               16);
  for (unsigned lane = 0; lane < 32; ++lane) {
    uint32_t row = lane % 4 * 2, column = lane / 4;
    EXPECT_EQ(found[lane], (100 * row + column) | (100 * (row + 1) + column)
                                                      << 16);
  }
}

TEST(Ldmatrix, NeedsASyncBehindOtherLanesWrites) {
  Arrays arrays;
  std::string text =
      header + ".visible .entry k() {\n  .shared .align 16 .b8 tile[512];\n"
               "  .reg .b64 %r<4>;\n  .reg .b32 %t<4>;\n"
               "  mov.u32 %t0, %tid.x;\n  mov.b64 %r0, tile;\n"
               "  mul.wide.u32 %r1, %t0, 4;\n  add.s64 %r1, %r0, %r1;\n"
               "  st.shared.b32 [%r1], %t0;\n  mul.wide.u32 %r2, %t0, 16;\n"
               "  add.s64 %r2, %r0, %r2;\n"
               "  ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%t1}, [%r2];\n"
               "  ret;\n}\n";
  failureOf(Error::Kind::Race,
            [&] { runKernel(arrays, text, Parameters(), shape(1, 32)); });
}
