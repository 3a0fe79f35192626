//===- ConvertOpsTest.cpp - moves and conversions against C++ -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Testing.h"

#include <algorithm>
#include <cmath>

using namespace llmc::ptxsim::test;

namespace {

using U = uint64_t;

float single(U bits) { return std::bit_cast<float>(uint32_t(bits)); }
U bits(float value) {
  return value != value ? 0x7fffffff : std::bit_cast<uint32_t>(value);
}

template <typename T> U clampTo(double value) {
  if (value != value)
    return 0;
  if (value <= double(std::numeric_limits<T>::min()))
    return U(std::numeric_limits<T>::min());
  if (value >= double(std::numeric_limits<T>::max()))
    return U(std::numeric_limits<T>::max());
  return U(T(value));
}

/// bf16 by cutting a float: every direction but to nearest is a cut.
U bfloat(U a, bool up) {
  if (single(a) != single(a))
    return 0x7fff;
  U cut = a >> 16;
  U rest = a & 0xffff;
  bool adds = up && (rest > 0x8000 || (rest == 0x8000 && (cut & 1)));
  return cut + adds;
}

const OpCase cases[] = {
    {"mov.b32 $d, $a;", 32, 32, 32, 32, [](U a, U, U) { return a; }},
    {"mov.b64 $d, {$a, $b};", 64, 32, 32, 32,
     [](U a, U b, U) { return b << 32 | a; }},
    {"mov.b32 $d, {$a, $b};", 32, 16, 16, 16,
     [](U a, U b, U) { return b << 16 | a; }},
    {"mov.b64 {$d, _}, $a;", 32, 64, 64, 64, [](U a, U, U) { return a; }},
    {"mov.b64 {_, $d}, $a;", 32, 64, 64, 64, [](U a, U, U) { return a >> 32; }},
    {"mov.b32 {_, $d}, $a;", 16, 32, 32, 32, [](U a, U, U) { return a >> 16; }},
    {"cvt.u64.u32 $d, $a;", 64, 32, 32, 32, [](U a, U, U) { return a; }},
    {"cvt.s64.s32 $d, $a;", 64, 32, 32, 32,
     [](U a, U, U) { return U(int64_t(int32_t(a))); }},
    {"cvt.u32.u64 $d, $a;", 32, 64, 64, 64, [](U a, U, U) { return a; }},
    {"cvt.s32.s16 $d, $a;", 32, 16, 16, 16,
     [](U a, U, U) { return U(int32_t(int16_t(a))); }},
    {"cvt.s32.s8 $d, $a;", 32, 32, 32, 32,
     [](U a, U, U) { return U(int32_t(int8_t(a))); }},
    {"cvt.u32.u8 $d, $a;", 32, 32, 32, 32, [](U a, U, U) { return a & 255; }},
    {"cvt.s8.s32 $d, $a;", 32, 32, 32, 32,
     [](U a, U, U) { return U(int32_t(int8_t(a))); }},
    {"cvt.sat.s8.s32 $d, $a;", 32, 32, 32, 32,
     [](U a, U, U) { return U(std::clamp(int32_t(a), -128, 127)); }},
    {"cvt.sat.u8.s32 $d, $a;", 32, 32, 32, 32,
     [](U a, U, U) { return U(std::clamp(int32_t(a), 0, 255)); }},
    {"cvt.rn.f32.s32 $d, $a;", 32, 32, 32, 32,
     [](U a, U, U) { return bits(float(int32_t(a))); }},
    {"cvt.rn.f32.u64 $d, $a;", 32, 64, 64, 64,
     [](U a, U, U) { return bits(float(a)); }},
    {"cvt.rn.f64.s64 $d, $a;", 64, 64, 64, 64,
     [](U a, U, U) { return std::bit_cast<U>(double(int64_t(a))); }},
    {"cvt.rzi.s32.f32 $d, $a;", 32, 32, 32, 32,
     [](U a, U, U) { return clampTo<int32_t>(std::trunc(single(a))); }},
    {"cvt.rni.s32.f32 $d, $a;", 32, 32, 32, 32,
     [](U a, U, U) { return clampTo<int32_t>(std::nearbyint(single(a))); }},
    {"cvt.rmi.s64.f32 $d, $a;", 64, 32, 32, 32,
     [](U a, U, U) { return clampTo<int64_t>(std::floor(single(a))); }},
    {"cvt.rpi.u32.f32 $d, $a;", 32, 32, 32, 32,
     [](U a, U, U) { return clampTo<uint32_t>(std::ceil(single(a))); }},
    {"cvt.rni.f32.f32 $d, $a;", 32, 32, 32, 32,
     [](U a, U, U) { return bits(std::nearbyint(single(a))); }},
    {"cvt.rn.f32.f64 $d, $a;", 32, 64, 64, 64,
     [](U a, U, U) { return bits(float(std::bit_cast<double>(a))); }},
    {"cvt.f32.bf16 $d, $a;", 32, 16, 16, 16, [](U a, U, U) { return a << 16; }},
    {"cvt.rn.bf16.f32 $d, $a;", 16, 32, 32, 32,
     [](U a, U, U) { return bfloat(a, true); }},
    {"cvt.rz.bf16.f32 $d, $a;", 16, 32, 32, 32,
     [](U a, U, U) { return bfloat(a, false); }},
    {"cvt.rn.bf16x2.f32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) { return bfloat(a, true) << 16 | bfloat(b, true); }},
    {"cvt.rn.relu.bf16x2.f32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) {
       auto relu = [](U x) {
         return single(x) < 0 || x == 0x80000000 ? U(0) : bfloat(x, true);
       };
       return relu(a) << 16 | relu(b);
     }},
    {"cvt.rna.tf32.f32 $d, $a;", 32, 32, 32, 32,
     [](U a, U, U) {
       if (single(a) != single(a))
         return U(0x7fffe000);
       return std::isinf(single(a)) ? a : (a + 0x1000) & 0xffffe000;
     }},
};

class ConvertOps : public testing::TestWithParam<OpCase> {};

} // namespace

TEST_P(ConvertOps, GiveWhatCppGives) { checkOp(GetParam()); }

INSTANTIATE_TEST_SUITE_P(All, ConvertOps, testing::ValuesIn(cases));

/// Every half, there and back, and the numbers between two of them.
TEST(ConvertOps, HalvesRoundTrip) {
  for (unsigned first = 0; first < 0x10000; first += 512) {
    std::vector<uint64_t> inputs(512 * 3);
    for (size_t k = 0; k < 512; ++k)
      inputs[3 * k] = first + k;
    std::vector<uint64_t> found =
        evaluate("cvt.f32.f16 %word, $a;\n  cvt.rn.f16.f32 $d, %word;", 16, 16,
                 16, 16, inputs);
    for (size_t k = 0; k < 512; ++k) {
      uint64_t code = first + k;
      bool isNaN = (code & 0x7c00) == 0x7c00 && (code & 0x3ff);
      EXPECT_EQ(found[k], isNaN ? 0x7fff : code);
    }
  }
}

TEST(ConvertOps, SingleToHalfTakesTheNearer) {
  std::vector<uint64_t> inputs(96 * 3);
  for (size_t k = 0; k < 96; ++k) // 1 + k/4 of the last bit of 1.0
    inputs[3 * k] = bits(1.0f + float(k) * 0x1p-12f);
  std::vector<uint64_t> found =
      evaluate("cvt.rn.f16.f32 $d, $a;", 16, 32, 32, 32, inputs);
  for (size_t k = 0; k < 96; ++k) {
    uint64_t quarter = k % 4, below = 0x3c00 + k / 4;
    uint64_t expected =
        quarter > 2 || (quarter == 2 && (below & 1)) ? below + 1 : below;
    EXPECT_EQ(found[k], expected) << k;
  }
}

TEST(ConvertOps, EightBitFloats) {
  // e4m3 has 448 as its largest number and no infinity; e5m2 has both.
  struct Row {
    float value;
    uint64_t e4m3, e5m2;
  };
  const Row rows[] = {{0.0f, 0x00, 0x00},    {1.0f, 0x38, 0x3c},
                      {-2.0f, 0xc0, 0xc0},   {448.0f, 0x7e, 0x5f},
                      {1e6f, 0x7e, 0x7b},    {0.0625f, 0x18, 0x2c},
                      {0x1p-9f, 0x01, 0x18}, {1.0625f, 0x38, 0x3c}};
  std::vector<uint64_t> inputs(96 * 3);
  for (size_t k = 0; k < 96; ++k)
    inputs[3 * k] = bits(rows[k % std::size(rows)].value);
  std::vector<uint64_t> four =
      evaluate("cvt.rn.satfinite.e4m3x2.f32 $d, $a, 0f3F800000;", 16, 32, 32,
               32, inputs);
  std::vector<uint64_t> five =
      evaluate("cvt.rn.satfinite.e5m2x2.f32 $d, $a, 0f3F800000;", 16, 32, 32,
               32, inputs);
  for (size_t k = 0; k < 96; ++k) {
    const Row &row = rows[k % std::size(rows)];
    EXPECT_EQ(four[k], row.e4m3 << 8 | 0x38) << row.value;
    EXPECT_EQ(five[k], row.e5m2 << 8 | 0x3c) << row.value;
  }
  std::vector<uint64_t> back =
      evaluate("cvt.rn.satfinite.e4m3x2.f32 %h0, $a, 0f3F800000;\n"
               "  cvt.rn.f16x2.e4m3x2 $d, %h0;",
               32, 32, 32, 32, inputs);
  EXPECT_EQ(back[1], 0x3c003c00u);
  EXPECT_EQ(back[2], 0xc0003c00u);
  EXPECT_EQ(back[3], 0x5f003c00u);
}

TEST(ConvertOps, AddressesOfWindows) {
  std::vector<uint64_t> inputs(96 * 3, 64);
  EXPECT_EQ(evaluate("cvta.shared.u64 %u0, $a;\n  cvta.to.shared.u64 $d, %u0;",
                     64, 64, 64, 64, inputs)[0],
            64u);
  EXPECT_EQ(evaluate("cvta.shared.u64 %u0, $a;\n"
                     "  isspacep.shared $d, %u0;",
                     1, 64, 64, 64, inputs)[0],
            1u);
  EXPECT_EQ(evaluate("cvta.global.u64 %u0, $a;\n"
                     "  isspacep.shared $d, %u0;",
                     1, 64, 64, 64, inputs)[0],
            0u);
}
