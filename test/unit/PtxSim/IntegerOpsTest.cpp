//===- IntegerOpsTest.cpp - arithmetic of integers against C++ ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Testing.h"

#include <algorithm>

using namespace llmc::ptxsim::test;

namespace {

using U = uint64_t;
using Wide = unsigned __int128;

const OpCase cases[] = {
    {"add.s32 $d, $a, $b;", 32, 32, 32, 32, [](U a, U b, U) { return a + b; }},
    {"add.u64 $d, $a, $b;", 64, 64, 64, 64, [](U a, U b, U) { return a + b; }},
    {"add.u16 $d, $a, $b;", 16, 16, 16, 16, [](U a, U b, U) { return a + b; }},
    {"add.s32 $d, $a, -5;", 32, 32, 32, 32, [](U a, U, U) { return a - 5; }},
    {"add.sat.s32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) {
       return U(std::clamp<int64_t>(int64_t(int32_t(a)) + int32_t(b), INT32_MIN,
                                    INT32_MAX));
     }},
    {"sub.s32 $d, $a, $b;", 32, 32, 32, 32, [](U a, U b, U) { return a - b; }},
    {"sub.s64 $d, $a, $b;", 64, 64, 64, 64, [](U a, U b, U) { return a - b; }},
    {"mul.lo.s32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) { return a * b; }},
    {"mul.lo.u64 $d, $a, $b;", 64, 64, 64, 64,
     [](U a, U b, U) { return a * b; }},
    {"mul.lo.s16 $d, $a, $b;", 16, 16, 16, 16,
     [](U a, U b, U) { return a * b; }},
    {"mul.hi.u32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) { return a * b >> 32; }},
    {"mul.hi.s32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) {
       return U(int64_t(int32_t(a)) * int64_t(int32_t(b)) >> 32);
     }},
    {"mul.hi.u64 $d, $a, $b;", 64, 64, 64, 64,
     [](U a, U b, U) { return U(Wide(a) * Wide(b) >> 64); }},
    {"mul.wide.u32 $d, $a, $b;", 64, 32, 32, 32,
     [](U a, U b, U) { return a * b; }},
    {"mul.wide.s32 $d, $a, $b;", 64, 32, 32, 32,
     [](U a, U b, U) { return U(int64_t(int32_t(a)) * int64_t(int32_t(b))); }},
    {"mul.wide.u16 $d, $a, $b;", 32, 16, 16, 16,
     [](U a, U b, U) { return a * b; }},
    {"mul.wide.s16 $d, $a, $b;", 32, 16, 16, 16,
     [](U a, U b, U) { return U(int32_t(int16_t(a)) * int32_t(int16_t(b))); }},
    {"mad.lo.s32 $d, $a, $b, $c;", 32, 32, 32, 32,
     [](U a, U b, U c) { return a * b + c; }},
    {"mad.lo.u64 $d, $a, $b, $c;", 64, 64, 64, 64,
     [](U a, U b, U c) { return a * b + c; }},
    {"mad.wide.u32 $d, $a, $b, $c;", 64, 32, 32, 64,
     [](U a, U b, U c) { return a * b + c; }},
    {"mad.wide.s32 $d, $a, $b, $c;", 64, 32, 32, 64,
     [](U a, U b, U c) {
       return U(int64_t(int32_t(a)) * int64_t(int32_t(b))) + c;
     }},
    {"mad.hi.u32 $d, $a, $b, $c;", 32, 32, 32, 32,
     [](U a, U b, U c) { return (a * b >> 32) + c; }},
    {"div.u32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) { return b ? a / b : ~U(0); }},
    {"div.s32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) {
       int64_t x = int32_t(a), y = int32_t(b);
       return y ? U(x / y) : ~U(0);
     }},
    {"div.u64 $d, $a, $b;", 64, 64, 64, 64,
     [](U a, U b, U) { return b ? a / b : ~U(0); }},
    {"rem.u32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) { return b ? a % b : a; }},
    {"rem.s32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) {
       int64_t x = int32_t(a), y = int32_t(b);
       return U(y ? x % y : x);
     }},
    {"min.u32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) { return std::min(a, b); }},
    {"min.s32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) { return U(std::min(int32_t(a), int32_t(b))); }},
    {"max.s64 $d, $a, $b;", 64, 64, 64, 64,
     [](U a, U b, U) { return U(std::max(int64_t(a), int64_t(b))); }},
    {"max.u16 $d, $a, $b;", 16, 16, 16, 16,
     [](U a, U b, U) { return std::max(a, b); }},
    {"max.s16 $d, $a, $b;", 16, 16, 16, 16,
     [](U a, U b, U) { return U(std::max(int16_t(a), int16_t(b))); }},
    {"max.relu.s32 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) { return U(std::max({int32_t(a), int32_t(b), 0})); }},
    {"min.s16x2 $d, $a, $b;", 32, 32, 32, 32,
     [](U a, U b, U) {
       U low = uint16_t(std::min(int16_t(a), int16_t(b)));
       U high = uint16_t(std::min(int16_t(a >> 16), int16_t(b >> 16)));
       return high << 16 | low;
     }},
    {"abs.s32 $d, $a;", 32, 32, 32, 32,
     [](U a, U, U) { return int32_t(a) < 0 ? 0 - a : a; }},
    {"neg.s64 $d, $a;", 64, 64, 64, 64, [](U a, U, U) { return 0 - a; }},
    {"sad.u32 $d, $a, $b, $c;", 32, 32, 32, 32,
     [](U a, U b, U c) { return c + (a < b ? b - a : a - b); }},
    {"dp4a.s32.s32 $d, $a, $b, $c;", 32, 32, 32, 32,
     [](U a, U b, U c) {
       for (unsigned k = 0; k < 32; k += 8)
         c += U(int64_t(int8_t(a >> k)) * int8_t(b >> k));
       return c;
     }},
    {"dp4a.u32.s32 $d, $a, $b, $c;", 32, 32, 32, 32,
     [](U a, U b, U c) {
       for (unsigned k = 0; k < 32; k += 8)
         c += U(int64_t(uint8_t(a >> k)) * int8_t(b >> k));
       return c;
     }},
};

class IntegerOps : public testing::TestWithParam<OpCase> {};

} // namespace

TEST_P(IntegerOps, GiveWhatCppGives) { checkOp(GetParam()); }

INSTANTIATE_TEST_SUITE_P(All, IntegerOps, testing::ValuesIn(cases));
