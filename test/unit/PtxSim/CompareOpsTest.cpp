//===- CompareOpsTest.cpp - comparisons and selections against C++ --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Testing.h"

using namespace llmc::ptxsim::test;

namespace {

using U = uint64_t;

float single(U bits) { return std::bit_cast<float>(uint32_t(bits)); }

const OpCase cases[] = {
    {"setp.eq.s32 $d, $a, $b;", 1, 32, 32, 32,
     [](U a, U b, U) { return U(a == b); }},
    {"setp.ne.b64 $d, $a, $b;", 1, 64, 64, 64,
     [](U a, U b, U) { return U(a != b); }},
    {"setp.lt.s32 $d, $a, $b;", 1, 32, 32, 32,
     [](U a, U b, U) { return U(int32_t(a) < int32_t(b)); }},
    {"setp.lt.u32 $d, $a, $b;", 1, 32, 32, 32,
     [](U a, U b, U) { return U(a < b); }},
    {"setp.hs.u64 $d, $a, $b;", 1, 64, 64, 64,
     [](U a, U b, U) { return U(a >= b); }},
    {"setp.ge.s64 $d, $a, $b;", 1, 64, 64, 64,
     [](U a, U b, U) { return U(int64_t(a) >= int64_t(b)); }},
    {"setp.gt.s16 $d, $a, $b;", 1, 16, 16, 16,
     [](U a, U b, U) { return U(int16_t(a) > int16_t(b)); }},
    {"setp.lt.and.u32 $d, $a, $b, $c;", 1, 32, 32, 1,
     [](U a, U b, U c) { return U(a < b) & c; }},
    {"setp.lt.or.u32 $d, $a, $b, !$c;", 1, 32, 32, 1,
     [](U a, U b, U c) { return U(a < b) | (c ^ 1); }},
    {"setp.eq.xor.u32 $d, $a, $b, $c;", 1, 32, 32, 1,
     [](U a, U b, U c) { return U(a == b) ^ c; }},
    {"setp.lt.u32 _|$d, $a, $b;", 1, 32, 32, 32,
     [](U a, U b, U) { return U(a >= b); }},
    {"setp.lt.f32 $d, $a, $b;", 1, 32, 32, 32,
     [](U a, U b, U) { return U(single(a) < single(b)); }},
    {"setp.ltu.f32 $d, $a, $b;", 1, 32, 32, 32,
     [](U a, U b, U) { return U(!(single(a) >= single(b))); }},
    {"setp.num.f32 $d, $a, $b;", 1, 32, 32, 32,
     [](U a, U b, U) {
       return U(single(a) == single(a) && single(b) == single(b));
     }},
    {"setp.nan.f32 $d, $a, $a;", 1, 32, 32, 32,
     [](U a, U, U) { return U(single(a) != single(a)); }},
    {"setp.gt.f64 $d, $a, $b;", 1, 64, 64, 64,
     [](U a, U b, U) {
       return U(std::bit_cast<double>(a) > std::bit_cast<double>(b));
     }},
    {"set.lt.u32.s32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) { return int32_t(a) < int32_t(b) ? ~U(0) : 0; }},
    {"set.eq.f32.u32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) { return a == b ? U(0x3f800000) : 0; }},
    {"selp.b32 $d, $a, $b, $c;", 32, 32, 32, 1,
     [](U a, U b, U c) { return c ? a : b; }},
    {"selp.b64 $d, $a, 7, $c;", 64, 64, 64, 1,
     [](U a, U, U c) { return c ? a : 7; }},
    {"slct.b32.s32 $d, $a, $b, $c;", 32, 32, 32, 32,
     [](U a, U b, U c) { return int32_t(c) >= 0 ? a : b; }},
};

class CompareOps : public testing::TestWithParam<OpCase> {};

} // namespace

TEST_P(CompareOps, GiveWhatCppGives) { checkOp(GetParam()); }

INSTANTIATE_TEST_SUITE_P(All, CompareOps, testing::ValuesIn(cases));
