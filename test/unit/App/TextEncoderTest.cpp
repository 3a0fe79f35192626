//===- TextEncoderTest.cpp - rows to a text's vector ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Programs that encode are in test/e2e/test_embed.py; here what is done with rows.
//===----------------------------------------------------------------------===//
#include "llmrt/TextEncoder.h"

#include <gmock/gmock.h>

using namespace llmrt;
using ::testing::ElementsAre;
using ::testing::FloatEq;

static std::vector<float> pool(std::vector<float> rows, Pooling pooling,
                               bool normalize) {
  std::vector<float> vector(2);
  poolRows(rows, pooling, normalize, vector);
  return vector;
}

TEST(PoolRows, TakesTheMeanOrTheFirst) {
  EXPECT_THAT(pool({1, 2, 3, 6, -1, 4}, Pooling::Mean, false),
              ElementsAre(FloatEq(1), FloatEq(4)));
  EXPECT_THAT(pool({1, 2, 3, 6, -1, 4}, Pooling::Cls, false),
              ElementsAre(FloatEq(1), FloatEq(2)));
  EXPECT_THAT(pool({5, 7}, Pooling::Mean, false),
              ElementsAre(FloatEq(5), FloatEq(7)));
}

TEST(PoolRows, MakesVectorsOfLengthOne) {
  EXPECT_THAT(pool({2, 4, 4, 4}, Pooling::Mean, true),
              ElementsAre(FloatEq(0.6f), FloatEq(0.8f)));
  EXPECT_THAT(pool({-3, 0, 9, 9}, Pooling::Cls, true),
              ElementsAre(FloatEq(-1), FloatEq(0)));
}

TEST(PoolRows, LeavesZerosAsTheyAre) {
  EXPECT_THAT(pool({1, -2, -1, 2}, Pooling::Mean, true), ElementsAre(0, 0));
}

/// A sum in f32 would lose the small ones.
TEST(PoolRows, AddsInDoublePrecision) {
  std::vector<float> rows = {1e8f, 0};
  for (int i = 0; i < 4; ++i)
    rows.insert(rows.end(), {3, 0});
  EXPECT_THAT(pool(rows, Pooling::Mean, false),
              ElementsAre(FloatEq(static_cast<float>((1e8 + 12) / 5)), 0));
}
