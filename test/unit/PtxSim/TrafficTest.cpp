//===- TrafficTest.cpp - counters beside numbers of one's own -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Testing.h"

#include <algorithm>
#include <array>
#include <set>

using namespace llmc::ptxsim;
using namespace llmc::ptxsim::test;

namespace {

/// One access of a warp: lane k at byte `stride * (k ^ twist) + first`.
struct Pattern {
  unsigned bytes, stride, first, twist = 0;
  unsigned lanes = 32;
  uint64_t address(unsigned lane) const {
    return uint64_t(stride) * (lane ^ twist) + first;
  }
};

const char *suffixOf(unsigned bytes) {
  return bytes == 1   ? ".b8"
         : bytes == 2 ? ".b16"
         : bytes == 4 ? ".b32"
         : bytes == 8 ? ".v2.b32"
                      : ".v4.b32";
}

std::string registers(unsigned bytes) {
  return bytes == 2   ? "%h"
         : bytes <= 4 ? "%v0"
         : bytes == 8 ? "{%v0, %v1}"
                      : "{%v0, %v1, %v2, %v3}";
}

Counters access(const std::string &op, const Pattern &pattern, bool isShared) {
  Arrays arrays;
  uint64_t data = arrays.put(std::vector<uint32_t>(4096));
  std::string where = registers(pattern.bytes);
  std::string instruction =
      op + (isShared ? ".shared" : ".global") + suffixOf(pattern.bytes) +
      (op == "ld" ? " " + where + ", [%r0];" : " [%r0], " + where + ";");
  return runKernel(
      arrays,
      header +
          ".visible .entry k(.param .u64 data) {\n"
          "  .shared .align 16 .b8 tile[16384];\n"
          "  .reg .b64 %r<4>;\n  .reg .b32 %t<2>, %v<4>;\n"
          "  .reg .b16 %h;\n  .reg .pred %p;\n"
          "  mov.u32 %t0, %tid.x;\n  setp.lt.u32 %p, %t0, " +
          std::to_string(pattern.lanes) +
          ";\n"
          "  xor.b32 %t1, %t0, " +
          std::to_string(pattern.twist) + ";\n  mul.wide.u32 %r1, %t1, " +
          std::to_string(pattern.stride) + ";\n  add.s64 %r1, %r1, " +
          std::to_string(pattern.first) + ";\n  " +
          (isShared ? "mov.b64 %r0, tile;" : "ld.param.u64 %r0, [data];") +
          "\n  add.s64 %r0, %r0, %r1;\n  @%p " + instruction + "\n  ret;\n}\n",
      Parameters(data), shape(1, 32));
}

const Pattern patterns[] = {
    {4, 4, 0},     {4, 4, 4},        {4, 4, 16, 0, 20}, {4, 8, 0},
    {4, 12, 0},    {4, 16, 0},       {4, 32, 0},        {4, 36, 0},
    {4, 128, 0},   {4, 132, 0},      {4, 0, 8},         {4, 4, 0, 31},
    {4, 64, 0, 5}, {4, 4, 28, 0, 1}, {1, 1, 0},         {1, 1, 31},
    {1, 33, 0},    {2, 2, 0},        {2, 2, 16, 0, 9},  {2, 66, 0},
    {8, 8, 0},     {8, 8, 8, 0, 16}, {8, 16, 0},        {8, 264, 0},
    {8, 0, 0},     {16, 16, 0},      {16, 16, 16},      {16, 32, 0},
    {16, 48, 0},   {16, 16, 0, 17},  {16, 256, 0},      {16, 16, 0, 0, 3},
};

class Traffic : public testing::TestWithParam<Pattern> {};

/// Every 32 bytes that are touched, once.
uint64_t sectorsOf(const Pattern &pattern) {
  std::set<uint64_t> sectors;
  for (unsigned lane = 0; lane < pattern.lanes; ++lane)
    for (unsigned byte = 0; byte < pattern.bytes; ++byte)
      sectors.insert((pattern.address(lane) + byte) / 32);
  return sectors.size();
}

/// 32 banks of words; a warp goes in halves for 8 bytes, in quarters for 16.
/// Different words of one bank come one after another, one word is given to all.
uint64_t passesOf(const Pattern &pattern) {
  unsigned together = pattern.bytes <= 4 ? 32 : 128 / pattern.bytes;
  uint64_t passes = 0;
  for (unsigned first = 0; first < 32; first += together) {
    std::array<std::set<uint64_t>, 32> banks;
    for (unsigned lane = first; lane < first + together; ++lane)
      for (unsigned byte = 0; lane < pattern.lanes && byte < pattern.bytes;
           ++byte) {
        uint64_t word = (pattern.address(lane) + byte) / 4;
        banks[word % 32].insert(word);
      }
    size_t most = 0;
    for (const std::set<uint64_t> &bank : banks)
      most = std::max(most, bank.size());
    passes += most;
  }
  return passes;
}

} // namespace

TEST_P(Traffic, CountsSectorsOfLoads) {
  Counters found = access("ld", GetParam(), false);
  EXPECT_EQ(found.loads.requests, 1u);
  EXPECT_EQ(found.loads.sectors, sectorsOf(GetParam()));
  EXPECT_EQ(found.loads.bytes, uint64_t(GetParam().lanes) * GetParam().bytes);
  EXPECT_EQ(found.stores.requests, 0u);
  EXPECT_EQ(found.shared.requests, 0u);
}

TEST_P(Traffic, CountsSectorsOfStores) {
  Counters found = access("st", GetParam(), false);
  EXPECT_EQ(found.stores.requests, 1u);
  EXPECT_EQ(found.stores.sectors, sectorsOf(GetParam()));
  EXPECT_EQ(found.stores.bytes, uint64_t(GetParam().lanes) * GetParam().bytes);
  EXPECT_EQ(found.loads.requests, 0u);
}

TEST_P(Traffic, CountsPassesOverBanks) {
  Counters found = access("st", GetParam(), true);
  uint64_t passes = passesOf(GetParam());
  EXPECT_EQ(found.shared.requests, 1u);
  EXPECT_EQ(found.shared.passes, passes);
  EXPECT_LE(found.shared.leastPasses, passes);
  EXPECT_GE(found.shared.leastPasses, 1u);
  EXPECT_EQ(found.stores.requests, 0u);
}

INSTANTIATE_TEST_SUITE_P(All, Traffic, testing::ValuesIn(patterns),
                         [](const auto &info) {
                           const Pattern &p = info.param;
                           return "Bytes" + std::to_string(p.bytes) + "Every" +
                                  std::to_string(p.stride) + "From" +
                                  std::to_string(p.first) + "Twist" +
                                  std::to_string(p.twist) + "Lanes" +
                                  std::to_string(p.lanes);
                         });

namespace {

const std::string twoWays =
    header + ".visible .entry k() {\n  .reg .b32 %t<2>;\n  .reg .pred %p;\n"
             "  mov.u32 %t0, %tid.x;\n  setp.lt.u32 %p, %t0, 10;\n"
             "  @%p bra LOW;\n  add.u32 %t1, %t0, 1;\n  bra END;\nLOW:\n"
             "  mul.lo.u32 %t1, %t0, 2;\n  mul.lo.u32 %t1, %t1, 2;\nEND:\n"
             "  ret;\n}\n";

} // namespace

TEST(Counting, InstructionsOfWarpsAndOfLanes) {
  Arrays arrays;
  Counters found = runKernel(arrays, twoWays, Parameters(), shape(1, 32));
  EXPECT_EQ(found.opcodes["add.u32"], 1u);
  EXPECT_EQ(found.opcodes["mul.lo.u32"], 2u);
  EXPECT_EQ(found.opcodes["mov.u32"], 1u);
  // mov and setp of 32, a guarded bra of 10; add and bra of 22; twice mul of
  // 10; ret of 32.
  EXPECT_EQ(found.warpInstructions, 8u);
  EXPECT_EQ(found.laneInstructions, 2u * 32 + 10 + 2 * 22 + 2 * 10 + 32);
}

TEST(Counting, SumsOverWarpsBlocksAndLaunches) {
  Arrays arrays;
  Module module(twoWays, "test.ptx", arrays.memory);
  Counters counters;
  for (uint64_t seed = 0; seed < 3; ++seed) // 2 blocks of 3 warps
    launch(module, *module.kernel("k"), {}, arrays.memory, shape(2, 96, seed),
           &counters);
  EXPECT_EQ(counters.opcodes["setp.lt.u32"], 3u * 2 * 3);
  // Warps 1 and 2 of each block go one way only.
  EXPECT_EQ(counters.opcodes["mul.lo.u32"], 3u * 2 * 2);
  EXPECT_EQ(counters.opcodes["add.u32"], 3u * 2 * 3);
}

TEST(Counting, JsonHasEveryCounterByItsName) {
  Counters counters;
  counters.warpInstructions = 3;
  counters.laneInstructions = 96;
  counters.loads = {1, 4, 128};
  counters.stores = {2, 8, 256};
  counters.shared = {5, 7, 6};
  counters.asyncCopies = 9;
  counters.asyncBytes = 1024;
  counters.mostBytesInFlight = 512;
  counters.opcodes = {{"add.u32", 2}, {"ret", 1}};
  EXPECT_EQ(toJson(counters, true),
            R"({"warp_instructions":3,"lane_instructions":96,)"
            R"("global_loads":{"requests":1,"sectors":4,"bytes":128},)"
            R"("global_stores":{"requests":2,"sectors":8,"bytes":256},)"
            R"("shared":{"requests":5,"passes":7,"least_passes":6},)"
            R"("async":{"copies":9,"bytes":1024,"most_bytes_in_flight":512},)"
            R"("opcodes":{"add.u32":2,"ret":1}})");
  EXPECT_NE(toJson(counters).find("\n  \"lane_instructions\": 96,\n"),
            std::string::npos);
}
