//===- SparseMatrixTest.cpp - mma.sp, of which 2 of 4 are kept ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fragments and indices are placed by the tables of the PTX manual ("Matrix fragments for
// sparse mma"), one for each shape; the product is compared with a plain one.
//===----------------------------------------------------------------------===//
#include "Testing.h"

#include <cmath>

using namespace llmc::ptxsim;
using namespace llmc::ptxsim::test;

namespace {

struct Shape {
  const char *opcode;
  unsigned inner, bits, selector;
  bool isInteger;
  /// Lane and first bit of the indices of four `four` of a row.
  void (*placeOfIndices)(unsigned row, unsigned four, unsigned &lane,
                         unsigned &bit);
};
void PrintTo(const Shape &shape, std::ostream *out) {
  *out << shape.opcode << ", selector " << shape.selector;
}

/// A word has 16 columns of row g, above them those of row g + 8.
void halves(unsigned row, unsigned four, unsigned &lane, unsigned &bit) {
  lane = row % 8 * 4 + four / 4;
  bit = row / 8 * 16 + four % 4 * 4;
}
/// A word has 32 columns; lanes take turns between row g and row g + 8.
void bytes(unsigned row, unsigned four, unsigned &lane, unsigned &bit) {
  lane = row % 8 * 4 + row / 8 + four / 8 * 2;
  bit = four % 8 * 4;
}
template <unsigned ahead>
void halvesFrom(unsigned row, unsigned four, unsigned &lane, unsigned &bit) {
  halves(row, four, lane, bit);
  lane += ahead;
}
template <unsigned ahead>
void bytesFrom(unsigned row, unsigned four, unsigned &lane, unsigned &bit) {
  bytes(row, four, lane, bit);
  lane += ahead;
}

const Shape shapes[] = {
    {"mma.sp::ordered_metadata.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32",
     16, 16, 3, false, halvesFrom<3>},
    {"mma.sp::ordered_metadata.sync.aligned.m16n8k32.row.col.f32.bf16.bf16.f32",
     32, 16, 0, false, halves},
    {"mma.sp.sync.aligned.m16n8k32.row.col.f32.bf16.bf16.f32", 32, 16, 1, false,
     halvesFrom<2>},
    {"mma.sp::ordered_metadata.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32", 32,
     8, 0, true, bytes},
    {"mma.sp::ordered_metadata.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32", 32,
     8, 1, true, bytesFrom<2>},
    {"mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.s32.s8.s8.s32", 64,
     8, 0, true, bytes},
};

std::string registers(char name, unsigned count) {
  std::string list = "{";
  for (unsigned k = 0; k < count; ++k)
    list += (k ? ", %" : "%") + std::string(1, name) + std::to_string(k);
  return list + "}";
}

/// Words of a lane lie one behind the other.
std::string move(bool loads, char name, unsigned count) {
  std::string text = std::string("  ld.param.u64 %r0, [") + name +
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

std::string kernelOf(const Shape &shape) {
  unsigned inA = shape.inner * shape.bits / 128, inB = inA;
  return header +
         ".visible .entry k(.param .u64 a, .param .u64 b, .param .u64 c, "
         ".param .u64 e) {\n"
         "  .reg .b64 %r<2>;\n"
         "  .reg .b32 %lane, %a<4>, %b<4>, %c<4>, %e<1>;\n"
         "  mov.u32 %lane, %laneid;\n" +
         move(true, 'a', inA) + move(true, 'b', inB) + move(true, 'c', 4) +
         move(true, 'e', 1) + "  " + shape.opcode + " " + registers('c', 4) +
         ", " + registers('a', inA) + ", " + registers('b', inB) + ", " +
         registers('c', 4) + ", %e0, " + std::to_string(shape.selector) +
         ";\n" + move(false, 'c', 4) + "  ret;\n}\n";
}

uint32_t codeOf(const Shape &shape, int value) {
  return shape.bits == 8 ? uint32_t(value) & 0xff
                         : std::bit_cast<uint32_t>(float(value)) >> 16;
}

/// What a warp holds, and the sums that it should make.
struct Operands {
  explicit Operands(const Shape &shape) : shape(shape) {
    std::mt19937 random(12);
    auto draw = [&] { return int(random() % 15) - 7; };
    for (unsigned k = 0; k < shape.inner; ++k)
      for (unsigned column = 0; column < 8; ++column)
        putB(k, column, draw());
    for (unsigned row = 0; row < 16; ++row)
      for (unsigned four = 0; four < shape.inner / 4; ++four) {
        unsigned first = random() % 3,
                 next = first + 1 + random() % (3 - first);
        unsigned lane = 0, bit = 0;
        shape.placeOfIndices(row, four, lane, bit);
        e[lane] |= (first | next << 2) << bit;
        putA(row, 2 * four, 4 * four + first, draw());
        putA(row, 2 * four + 1, 4 * four + next, draw());
      }
  }

  /// Element `at` of those that are kept.
  void putA(unsigned row, unsigned at, unsigned k, int value) {
    unsigned each = 32 / shape.bits, perLane = 4 * each;
    unsigned word = at / perLane * 2 + row / 8;
    unsigned lane = row % 8 * 4 + at % perLane / each;
    a[lane * shape.inner * shape.bits / 128 + word] |=
        codeOf(shape, value) << at % each * shape.bits;
    for (unsigned column = 0; column < 8; ++column)
      sums[row][column] += value * matrixB[k][column];
  }
  void putB(unsigned k, unsigned column, int value) {
    unsigned each = 32 / shape.bits, perLane = 4 * each;
    unsigned lane = column * 4 + k % perLane / each;
    b[lane * shape.inner * shape.bits / 128 + k / perLane] |=
        codeOf(shape, value) << k % each * shape.bits;
    matrixB[k][column] = value;
  }

  const Shape &shape;
  std::vector<uint32_t> a = std::vector<uint32_t>(128), b = a, c = a,
                        e = std::vector<uint32_t>(32);
  int matrixB[64][8] = {}, sums[16][8] = {};
};

std::vector<uint32_t> run(const Shape &shape, const Operands &operands) {
  Arrays arrays;
  uint64_t a = arrays.put(operands.a), b = arrays.put(operands.b),
           c = arrays.put(operands.c), e = arrays.put(operands.e);
  runKernel(arrays, kernelOf(shape), Parameters(a, b, c, e),
            test::shape(1, 32));
  return arrays.get<uint32_t>(c, operands.c.size());
}

class SparseProducts : public testing::TestWithParam<Shape> {};

} // namespace

TEST_P(SparseProducts, AreThoseOfTheMatrices) {
  const Shape &shape = GetParam();
  Operands operands(shape);
  std::vector<uint32_t> found = run(shape, operands);
  for (unsigned row = 0; row < 16; ++row)
    for (unsigned column = 0; column < 8; ++column) {
      unsigned lane = row % 8 * 4 + column / 2;
      uint32_t bits = found[4 * lane + row / 8 * 2 + column % 2];
      int sum = operands.sums[row][column];
      if (shape.isInteger)
        EXPECT_EQ(int32_t(bits), sum);
      else
        EXPECT_EQ(std::bit_cast<float>(bits), float(sum));
    }
}

TEST_P(SparseProducts, NeedTwoPlacesOfEachFour) {
  const Shape &shape = GetParam();
  Operands operands(shape);
  unsigned lane = 0, bit = 0;
  shape.placeOfIndices(9, 2, lane, bit);
  auto say = [&](uint32_t indices) {
    operands.e[lane] &= ~(15u << bit);
    operands.e[lane] |= indices << bit;
  };
  say(0b1010);
  EXPECT_NE(failureOf(Error::Kind::Program, [&] { run(shape, operands); })
                .find("of columns 8 to 11 of row 9 elements 2 and 2 are kept"),
            std::string::npos);
  say(0b0110); // 2, then 1
  if (std::string_view(shape.opcode).find("ordered") != std::string_view::npos)
    EXPECT_NE(failureOf(Error::Kind::Program, [&] { run(shape, operands); })
                  .find("in rising order"),
              std::string::npos);
  else
    run(shape, operands);
}

TEST_P(SparseProducts, NeedASelectorOfLanesThatThereAre) {
  Shape shape = GetParam();
  Operands operands(shape);
  shape.selector = 64 / shape.inner;
  EXPECT_NE(failureOf(Error::Kind::Text, [&] { run(shape, operands); })
                .find("the selector is below"),
            std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(All, SparseProducts, testing::ValuesIn(shapes));
