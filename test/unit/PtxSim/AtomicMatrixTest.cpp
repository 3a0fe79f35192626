//===- AtomicMatrixTest.cpp - every operation and type under contention ---===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One warp works on one word. What each lane got back tells the order in which
// they came: the operation, applied in that order, must give all that was found.
//===----------------------------------------------------------------------===//
#include "Testing.h"

#include <algorithm>
#include <numeric>

using namespace llmc::ptxsim;
using namespace llmc::ptxsim::test;

namespace {

using U = uint64_t;

struct Atomic {
  const char *op;
  unsigned bits;
  U start;
  /// What a lane gives, and the new value of the word.
  U (*value)(U lane);
  U (*after)(U old, U value);
};

U same(U lane) { return lane * 0x9e3779b97f4a7c15 >> 7; }
U small(U lane) { return lane + 1; }
U bit(U lane) { return U(1) << lane; }

template <typename T> T as(U bits) {
  if constexpr (sizeof(T) == 8)
    return std::bit_cast<T>(bits);
  else
    return std::bit_cast<T>(uint32_t(bits));
}
template <typename T> U bitsOf(T value) {
  if constexpr (sizeof(T) == 8)
    return std::bit_cast<U>(value);
  else
    return std::bit_cast<uint32_t>(value);
}
template <typename T> U least(U old, U value) {
  return bitsOf(std::min(as<T>(old), as<T>(value)));
}
template <typename T> U most(U old, U value) {
  return bitsOf(std::max(as<T>(old), as<T>(value)));
}
template <typename T> U sum(U old, U value) {
  return bitsOf(T(as<T>(old) + as<T>(value)));
}
U wraps(U old, U value) { return old >= value ? 0 : old + 1; }
U wrapsDown(U old, U value) {
  return old == 0 || old > value ? value : old - 1;
}

const Atomic atomics[] = {
    {"add.u32", 32, 0xfffffff0, small, sum<uint32_t>},
    {"add.s32", 32, 0x7ffffff0, same, sum<uint32_t>},
    {"add.u64", 64, ~U(0) - 5, same, sum<U>},
    {"add.f32", 32, 0x40000000,
     [](U lane) { return bitsOf(float(lane) * 0.25f); }, sum<float>},
    {"add.f64", 64, 0, [](U lane) { return bitsOf(double(lane) / 8); },
     sum<double>},
    {"min.u32", 32, 0xffffffff, same, least<uint32_t>},
    {"min.s32", 32, 5, same, least<int32_t>},
    {"min.u64", 64, ~U(0), same, least<U>},
    {"min.s64", 64, 5, same, least<int64_t>},
    {"max.u32", 32, 0, same, most<uint32_t>},
    {"max.s32", 32, 0x80000000, same, most<int32_t>},
    {"max.u64", 64, 0, same, most<U>},
    {"max.s64", 64, U(1) << 63, same, most<int64_t>},
    {"and.b32", 32, 0xffffffff, [](U lane) { return ~bit(lane); },
     [](U old, U value) { return old & value; }},
    {"or.b32", 32, 0, bit, [](U old, U value) { return old | value; }},
    {"xor.b32", 32, 7, same, [](U old, U value) { return old ^ value; }},
    {"and.b64", 64, ~U(0), [](U lane) { return ~bit(lane + 32); },
     [](U old, U value) { return old & value; }},
    {"or.b64", 64, 0, [](U lane) { return bit(2 * lane); },
     [](U old, U value) { return old | value; }},
    {"xor.b64", 64, 7, same, [](U old, U value) { return old ^ value; }},
    {"exch.b32", 32, 77, small, [](U, U value) { return value; }},
    {"exch.b64", 64, 77, same, [](U, U value) { return value; }},
    {"inc.u32", 32, 0, [](U) { return U(9); }, wraps},
    {"dec.u32", 32, 3, [](U) { return U(9); }, wrapsDown},
};

void PrintTo(const Atomic &atomic, std::ostream *out) { *out << atomic.op; }

enum class Where { Global, Shared, Generic };

std::string kernel(const Atomic &atomic, Where where) {
  std::string bits = ".b" + std::to_string(atomic.bits),
              space = where == Where::Global   ? ".global"
                      : where == Where::Shared ? ".shared"
                                               : "",
              bytes = std::to_string(atomic.bits / 8);
  bool isShared = where != Where::Global;
  return header +
         ".visible .entry k(.param .u64 word, .param .u64 in,\n"
         "                  .param .u64 out) {\n"
         "  .shared .align 8 .b8 cell[8];\n"
         "  .reg .b64 %r<8>;\n  .reg .b32 %t;\n  .reg .pred %p;\n  .reg " +
         bits +
         " %v, %d;\n"
         "  mov.u32 %t, %tid.x;\n  mul.wide.u32 %r0, %t, " +
         bytes +
         ";\n  ld.param.u64 %r1, [in];\n  ld.param.u64 %r2, [out];\n"
         "  add.s64 %r1, %r1, %r0;\n  add.s64 %r2, %r2, %r0;\n"
         "  ld.param.u64 %r3, [word];\n  ld.global" +
         bits + " %v, [%r1];\n  setp.ne.u32 %p, %t, 0;\n" +
         (isShared ? "  mov.b64 %r4, cell;\n  ld.global" + bits +
                         " %d, [%r3];\n  @!%p st.shared" + bits +
                         " [%r4], %d;\n  bar.warp.sync -1;\n"
                   : "  mov.b64 %r4, %r3;\n") +
         (where == Where::Generic ? "  cvta.shared.u64 %r4, %r4;\n" : "") +
         "  atom" + space + "." + atomic.op + " %d, [%r4], %v;\n  st.global" +
         bits + " [%r2], %d;\n  bar.warp.sync -1;\n" +
         (isShared ? "  ld.shared" + bits + " %v, [cell];\n  @!%p st.global" +
                         bits + " [%r3], %v;\n"
                   : "") +
         "  ret;\n}\n";
}

/// Takes lanes whose old value is what the word holds, until none is left; of
/// several with the same old value, one that leads on is tried first.
bool isSerial(const Atomic &atomic, U word, std::vector<std::pair<U, U>> left,
              U end) {
  while (!left.empty()) {
    auto next = std::find_if(left.begin(), left.end(), [&](const auto &lane) {
      U after = cut(atomic.after(word, lane.second), atomic.bits);
      return lane.first == word && after == word; // changes nothing
    });
    if (next == left.end())
      next = std::find_if(left.begin(), left.end(),
                          [&](const auto &lane) { return lane.first == word; });
    if (next == left.end())
      return false;
    word = cut(atomic.after(word, next->second), atomic.bits);
    left.erase(next);
  }
  return word == end;
}

void check(const Atomic &atomic, Where where, uint64_t seed) {
  Arrays arrays;
  unsigned bytes = atomic.bits / 8;
  std::vector<uint8_t> in(32 * bytes), word(bytes);
  std::memcpy(word.data(), &atomic.start, bytes);
  for (U lane = 0; lane < 32; ++lane) {
    U value = atomic.value(lane);
    std::memcpy(&in[lane * bytes], &value, bytes);
  }
  uint64_t at = arrays.put(word), from = arrays.put(in),
           out = arrays.make<uint8_t>(32 * bytes);
  runKernel(arrays, kernel(atomic, where), Parameters(at, from, out),
            shape(1, 32, seed));
  std::vector<uint8_t> old = arrays.get<uint8_t>(out, 32 * bytes);
  std::vector<std::pair<U, U>> lanes(32);
  for (U lane = 0; lane < 32; ++lane) {
    std::memcpy(&lanes[lane].first, &old[lane * bytes], bytes);
    lanes[lane].second = cut(atomic.value(lane), atomic.bits);
  }
  U end = 0;
  std::memcpy(&end, arrays.get<uint8_t>(at, bytes).data(), bytes);
  EXPECT_TRUE(isSerial(atomic, cut(atomic.start, atomic.bits), lanes, end))
      << atomic.op << ", seed " << seed << std::hex << ": ends with " << end;
}

class AtomicMatrix : public testing::TestWithParam<Atomic> {};

} // namespace

TEST_P(AtomicMatrix, GlobalMemoryIsSerial) {
  for (uint64_t seed = 0; seed < 4; ++seed)
    check(GetParam(), Where::Global, seed);
}

TEST_P(AtomicMatrix, SharedMemoryIsSerial) {
  for (uint64_t seed = 0; seed < 4; ++seed)
    check(GetParam(), Where::Shared, seed);
}

TEST_P(AtomicMatrix, GenericAddressesReachSharedMemory) {
  check(GetParam(), Where::Generic, 1);
}

INSTANTIATE_TEST_SUITE_P(All, AtomicMatrix, testing::ValuesIn(atomics));

TEST(AtomicMatrix, AnOperationThatIsNoneIsAnError) {
  for (const char *text : {"atom.global.mul.u32 $d, [%address], $a;",
                           "red.global.u32 [%address], $a;"})
    EXPECT_NE(failureOf(Error::Kind::Text,
                        [&] { evaluate(text, 32, 32, 32, 32, {1, 2, 3}); })
                  .find("has no operation that is known"),
              std::string::npos);
}

TEST(AtomicMatrix, AnAddressThatIsNoMultipleIsAnError) {
  for (const char *text : {"atom.global.add.u32 $d, [%address+2], $a;",
                           "red.global.add.u32 [%address+1], $a;"})
    failureOf(Error::Kind::Misaligned,
              [&] { evaluate(text, 32, 32, 32, 32, {1, 2, 3}); });
}
