//===- BitOpsTest.cpp - logic, shifts and fields against C++ --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Testing.h"

#include <algorithm>

using namespace llmc::ptxsim::test;

namespace {

using U = uint64_t;

/// bfe by its definition, bit by bit.
U field(U a, unsigned first, unsigned count, unsigned width, bool isSigned) {
  unsigned top = std::min(first + count - 1, width - 1);
  bool sign = isSigned && count && (a >> top & 1);
  U out = 0;
  for (unsigned k = 0; k < width; ++k) {
    bool inside = k < count && first + k < width;
    out |= U(inside ? a >> (first + k) & 1 : sign) << k;
  }
  return out;
}

U permuted(U a, U b, U choice) {
  uint8_t bytes[8];
  for (unsigned k = 0; k < 4; ++k) {
    bytes[k] = uint8_t(a >> (8 * k));
    bytes[k + 4] = uint8_t(b >> (8 * k));
  }
  U out = 0;
  for (unsigned k = 0; k < 4; ++k) {
    unsigned code = choice >> (4 * k) & 15;
    uint8_t byte = bytes[code & 7];
    out |= U(code & 8 ? (byte & 128 ? 255 : 0) : byte) << (8 * k);
  }
  return out;
}

const OpCase cases[] = {
    {"and.b32 $d, $a, $b;", 32, 32, 32, 32, [](U a, U b, U) { return a & b; }},
    {"or.b64 $d, $a, $b;", 64, 64, 64, 64, [](U a, U b, U) { return a | b; }},
    {"xor.b16 $d, $a, $b;", 16, 16, 16, 16, [](U a, U b, U) { return a ^ b; }},
    {"and.pred $d, $a, $b;", 1, 1, 1, 1, [](U a, U b, U) { return a & b; }},
    {"xor.pred $d, $a, $b;", 1, 1, 1, 1, [](U a, U b, U) { return a ^ b; }},
    {"not.b32 $d, $a;", 32, 32, 32, 32, [](U a, U, U) { return ~a; }},
    {"not.pred $d, $a;", 1, 1, 1, 1, [](U a, U, U) { return a ^ 1; }},
    {"cnot.b32 $d, $a;", 32, 32, 32, 32, [](U a, U, U) { return U(a == 0); }},
    {"shl.b32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) { return b < 32 ? a << b : 0; }},
    {"shl.b64 $d, $a, $b;", 64, 64, 32, 32,
     [](U a, U b, U) { return b < 64 ? a << b : 0; }},
    {"shr.u32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) { return b < 32 ? a >> b : 0; }},
    {"shr.s32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) { return U(int32_t(a) >> std::min<U>(b, 31)); }},
    {"shr.s64 $d, $a, $b;", 64, 64, 32, 32,
     [](U a, U b, U) { return U(int64_t(a) >> std::min<U>(b, 63)); }},
    {"shr.s16 $d, $a, $b;", 16, 16, 32, 32,
     [](U a, U b, U) { return U(int16_t(a) >> std::min<U>(b, 15)); }},
    {"shf.l.wrap.b32 $d, $a, $b, $c;", 32, 32, 32, 32,
     [](U a, U b, U c) { return ((b << 32 | a) << (c & 31)) >> 32; }},
    {"shf.r.wrap.b32 $d, $a, $b, $c;", 32, 32, 32, 32,
     [](U a, U b, U c) { return (b << 32 | a) >> (c & 31); }},
    {"shf.r.clamp.b32 $d, $a, $b, $c;", 32, 32, 32, 32,
     [](U a, U b, U c) { return (b << 32 | a) >> std::min<U>(c, 32); }},
    {"popc.b32 $d, $a;", 32, 32, 32, 32,
     [](U a, U, U) { return U(std::popcount(uint32_t(a))); }},
    {"popc.b64 $d, $a;", 32, 64, 64, 64,
     [](U a, U, U) { return U(std::popcount(a)); }},
    {"clz.b32 $d, $a;", 32, 32, 32, 32,
     [](U a, U, U) { return U(std::countl_zero(uint32_t(a))); }},
    {"clz.b64 $d, $a;", 32, 64, 64, 64,
     [](U a, U, U) { return U(std::countl_zero(a)); }},
    {"brev.b32 $d, $a;", 32, 32, 32, 32,
     [](U a, U, U) {
       U out = 0;
       for (unsigned k = 0; k < 32; ++k)
         out |= (a >> k & 1) << (31 - k);
       return out;
     }},
    {"bfind.u32 $d, $a;", 32, 32, 32, 32,
     [](U a, U, U) { return a ? U(std::bit_width(a) - 1) : ~U(0); }},
    {"bfind.s32 $d, $a;", 32, 32, 32, 32,
     [](U a, U, U) {
       U bits = int32_t(a) < 0 ? ~a & 0xffffffff : a;
       return bits ? U(std::bit_width(bits) - 1) : ~U(0);
     }},
    {"bfe.u32 $d, $a, $b, $c;", 32, 32, 32, 32,
     [](U a, U b, U c) { return field(a, b & 255, c & 255, 32, false); }},
    {"bfe.s32 $d, $a, $b, $c;", 32, 32, 32, 32,
     [](U a, U b, U c) { return field(a, b & 255, c & 255, 32, true); }},
    {"bfe.u64 $d, $a, $b, $c;", 64, 64, 32, 32,
     [](U a, U b, U c) { return field(a, b & 255, c & 255, 64, false); }},
    {"bfi.b32 $d, $a, $b, 5, 7;", 32, 32, 32, 32,
     [](U a, U b, U) { return (b & ~U(0xfe0)) | (a << 5 & 0xfe0); }},
    {"bfi.b32 $d, $a, $b, $c, 32;", 32, 32, 32, 32,
     [](U a, U b, U c) {
       c &= 255;
       U mask = c < 32 ? 0xffffffffull << c & 0xffffffff : 0;
       return (b & ~mask) | (c < 32 ? a << c & mask : 0);
     }},
    {"prmt.b32 $d, $a, $b, $c;", 32, 32, 32, 32, permuted},
    {"prmt.b32 $d, $a, $b, 0x5410;", 32, 32, 32, 32,
     [](U a, U b, U) { return (a & 0xffff) | (b & 0xffff) << 16; }},
    {"lop3.b32 $d, $a, $b, $c, 0xea;", 32, 32, 32, 32,
     [](U a, U b, U c) { return (a & b) | c; }},
    {"lop3.b32 $d, $a, $b, $c, 150;", 32, 32, 32, 32,
     [](U a, U b, U c) { return a ^ b ^ c; }},
    {"lop3.b32 $d, $a, 0x0f0f0f0f, 0x64006400, 0xea;", 32, 32, 32, 32,
     [](U a, U, U) { return (a & 0x0f0f0f0f) | 0x64006400; }},
    {"bmsk.clamp.b32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) {
       U ones = b >= 32 ? 0xffffffff : (U(1) << b) - 1;
       return a >= 32 ? 0 : ones << a;
     }},
};

class BitOps : public testing::TestWithParam<OpCase> {};

} // namespace

TEST_P(BitOps, GiveWhatCppGives) { checkOp(GetParam()); }

INSTANTIATE_TEST_SUITE_P(All, BitOps, testing::ValuesIn(cases));
