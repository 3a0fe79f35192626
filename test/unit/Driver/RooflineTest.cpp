//===- RooflineTest.cpp - kernels against what the machine can ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "lib/Driver/Roofline.h"

#include "lib/Driver/Median.h"

#include "llvm/ADT/StringRef.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace llmc;
using testing::HasSubstr;
using testing::Not;

constexpr MachineLimits limits{
    .read = 1e10, .int8 = 1e12, .bf16 = 0, .f32 = 1e11};

static llvm::json::Object makeKernel(const char *name, double seconds,
                                     double bytes, double operations) {
  return llvm::json::Object{{"kernel", name},
                            {"calls", 1},
                            {"seconds", seconds},
                            {"bytes", bytes},
                            {"operations", operations}};
}

/// A round whose generated rows take `seconds` for products, one for each other kernel.
static llvm::json::Object makeRound(double seconds) {
  return llvm::json::Object{
      {"decode_kernels",
       llvm::json::Object{
           {"steps", 1},
           {"kernels",
            llvm::json::Array{makeKernel("k1_linear", seconds, 4e9, 8e11),
                              makeKernel("k2_attention", 1, 1e9, 5e10),
                              makeKernel("k3_norm", 1, 2e9, 0)}}}}};
}

static KernelPhase readOne(const MachineLimits &most = limits,
                           FloatProducts floats = {}) {
  const llvm::json::Object rounds[] = {makeRound(3), makeRound(1),
                                       makeRound(1)};
  std::vector<KernelPhase> phases = readPhases(rounds, most, floats);
  EXPECT_EQ(phases.size(), 1u); // nothing read a prompt
  return phases.front();
}

TEST(Roofline, theLongerOfTwoTimesIsTheLimit) {
  const KernelPhase phase = readOne();
  ASSERT_EQ(phase.kernels.size(), 3u);
  EXPECT_EQ(phase.name, "generated rows");
  EXPECT_DOUBLE_EQ(phase.kernels[0].share(), 0.8); // of what it multiplies
  EXPECT_DOUBLE_EQ(phase.kernels[1].share(), 0.5); // of floats
  EXPECT_DOUBLE_EQ(phase.kernels[2].share(), 0.2); // of what it reads
}

TEST(Roofline, secondsAreMedians) {
  EXPECT_DOUBLE_EQ(readOne().kernels[0].seconds, 1);
  const llvm::json::Object two[] = {makeRound(3), makeRound(1)};
  EXPECT_DOUBLE_EQ(readPhases(two, limits, {})[0].kernels[0].seconds, 2);
  EXPECT_DOUBLE_EQ(median({5, 1, 3, 2}), 2.5);
}

TEST(Roofline, floatsAreMultipliedByTheBestThatThereIs) {
  EXPECT_DOUBLE_EQ(readOne(limits, {.generated = true}).kernels[0].share(), 8);
  MachineLimits tiles = limits;
  tiles.bf16 = 4e11;
  EXPECT_DOUBLE_EQ(readOne(tiles, {.generated = true}).kernels[0].share(), 2);
  EXPECT_DOUBLE_EQ(readOne(tiles).kernels[1].share(), 0.125);
  EXPECT_DOUBLE_EQ(readOne(tiles).kernels[0].share(), 0.8);
  EXPECT_DOUBLE_EQ(readOne(tiles, {.prompts = true}).kernels[0].share(), 0.8);
}

TEST(Roofline, theTableHasTheWholeInItsLastLine) {
  const std::string table = writeKernelTable(readOne());
  EXPECT_THAT(table, HasSubstr("| k1_linear | 33.3 | 4.0 | 800.0 | 80 |\n"));
  EXPECT_THAT(table, HasSubstr("| all | 100 | | | 50 |\n"));
}

TEST(Roofline, whatTakesNoTimeIsInTheSumAlone) {
  llvm::json::Object round = makeRound(1000);
  const std::string table =
      writeKernelTable(readPhases(round, limits, {}).front());
  EXPECT_THAT(table, HasSubstr("k1_linear"));
  EXPECT_THAT(table, Not(HasSubstr("k3_norm")));
}

TEST(Roofline, drawsWhatMultipliesUnderTheRoofs) {
  const std::string picture = drawRoofline(readOne(), limits);
  EXPECT_EQ(llvm::StringRef(picture).count("<circle"), 2u);
  EXPECT_THAT(picture, HasSubstr("k1_linear, 80 % of its limit</title>"));
  EXPECT_THAT(picture, HasSubstr(">products of bytes</text>"));
  EXPECT_THAT(picture, Not(HasSubstr("bf16"))); // which it does not have
  EXPECT_THAT(picture, Not(HasSubstr("nan")));
}

TEST(Roofline, noFiguresAreNoPhases) {
  EXPECT_TRUE(readPhases({}, limits, {}).empty());
  EXPECT_TRUE(readPhases(llvm::json::Object(), limits, {}).empty());
}

TEST(MachineLimits, areThoseOfAVariant) {
  constexpr int64_t bytes = 1 << 20;
  const MachineLimits best = measureLimits("", bytes, 1, 1);
  for (double limit : {best.read, best.int8, best.f32})
    EXPECT_GT(limit, 1e8);
  const MachineLimits least = measureLimits("avx2", bytes, 1, 1);
  EXPECT_GT(least.int8, 1e8);
  EXPECT_EQ(least.bf16, 0);
  EXPECT_GT(measureLimits("another", bytes, 2, 1).int8, 1e8);
}
