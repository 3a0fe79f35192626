//===- RopeScalingTest.cpp - frequencies against those of transformers ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expected values: modeling_rope_utils.ROPE_INIT_FUNCTIONS of transformers
// 5.23.0 with theta 10000 and 16 rotated dims.
//===----------------------------------------------------------------------===//
#include "lib/Import/RopeScaling.h"

#include "../Weights/Testing.h"
#include "Tolerances.h"

#include "llmc/Weights/Json.h"

using namespace llmc;
using namespace llmc::test;

static constexpr double theta = 10000;
static constexpr int64_t dims = 16;

/// Equal to one unit in the last place.
static void expectFrequencies(const RopeFrequencies &found,
                              const std::vector<float> &expected) {
  ASSERT_EQ(found.inv.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(found.inv[i], expected[i], expected[i] * tolerance::frequencies)
        << i;
}

/// The frequencies of a config.json with these keys.
static llvm::Expected<RopeFrequencies> readConfig(const char *text,
                                                  int64_t context) {
  HfConfig config("config.json", llvm::cantFail(parseJsonObject("c", text)));
  return readHfRope(config, {.headDim = dims, .context = context});
}

static const std::vector<float> llama3 = {
    1.0f,           0.0958399773f,   0.0125000002f,   0.00395284733f,
    0.00124999997f, 0.000395284733f, 0.000125000006f, 3.95284733e-05f};
static const std::vector<float> yarn = {
    1.0f,           0.316227764f,    0.078125f,       0.0177878123f,
    0.00343749998f, 0.000395284733f, 0.000125000006f, 3.95284733e-05f};

TEST(RopeScaling, Linear) {
  expectFrequencies(linearFrequencies(theta, dims, 4),
                    {0.25f, 0.079056941f, 0.0250000004f, 0.00790569466f,
                     0.00249999994f, 0.000790569466f, 0.000250000012f,
                     7.90569466e-05f});
}

TEST(RopeScaling, Llama3KeepsShortWavesAndBlends) {
  expectFrequencies(llama3Frequencies(theta, dims, {8, 1, 4, 32}), llama3);
}

TEST(RopeScaling, Yarn) {
  YarnScaling scaling{8, 1024};
  expectFrequencies(yarnFrequencies(theta, dims, scaling), yarn);
  EXPECT_DOUBLE_EQ(yarnMscale(8), 1.2079441541679836);
}

TEST(RopeScaling, YarnWithoutTruncationAndWithMscales) {
  auto rope = readConfig(
      R"({"rope_parameters": {"rope_type": "yarn", "rope_theta": 10000.0,
          "factor": 8.0, "original_max_position_embeddings": 1024,
          "truncate": false, "beta_fast": 16, "beta_slow": 2, "mscale": 0.7,
          "mscale_all_dim": 0.9}})",
      8192);
  ASSERT_TRUE(static_cast<bool>(rope)) << llvm::toString(rope.takeError());
  EXPECT_DOUBLE_EQ(rope->mscale, 0.9649674935890178);
  expectFrequencies(*rope, {1.0f, 0.316227764f, 0.100000001f, 0.0165483095f,
                            0.00124999997f, 0.000395284733f, 0.000125000006f,
                            3.95284733e-05f});
}

TEST(RopeScaling, YarnWithAGivenAttentionFactor) {
  auto rope = readConfig(
      R"({"rope_scaling": {"type": "yarn", "factor": 8.0,
          "original_max_position_embeddings": 1024, "attention_factor": 1.25}})",
      8192);
  ASSERT_TRUE(static_cast<bool>(rope)) << llvm::toString(rope.takeError());
  EXPECT_EQ(rope->mscale, 1.25);
  expectFrequencies(*rope, yarn);
}

TEST(RopeScaling, ReadsOldAndNewKeysAlike) {
  auto older = readConfig(
      R"({"rope_theta": 10000, "rope_scaling": {"rope_type": "llama3",
          "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4,
          "original_max_position_embeddings": 32}})",
      256);
  auto newer = readConfig(
      R"({"rope_parameters": {"rope_theta": 10000, "rope_type": "llama3",
          "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4,
          "original_max_position_embeddings": 32}})",
      256);
  ASSERT_TRUE(static_cast<bool>(older)) << llvm::toString(older.takeError());
  ASSERT_TRUE(static_cast<bool>(newer)) << llvm::toString(newer.takeError());
  EXPECT_EQ(older->inv, newer->inv);
  expectFrequencies(*newer, llama3);
}

TEST(RopeScaling, DefaultsToThetaTenThousand) {
  auto rope = readConfig("{}", 256);
  ASSERT_TRUE(static_cast<bool>(rope)) << llvm::toString(rope.takeError());
  EXPECT_EQ(rope->inv, plainFrequencies(theta, dims).inv);
  EXPECT_EQ(rope->mscale, 1.0);
}

TEST(RopeScaling, ReadsYarnOfGguf) {
  Bytes bytes = GgufWriter()
                    .number("llama.rope.freq_base", 10000)
                    .string("llama.rope.scaling.type", "yarn")
                    .number("llama.rope.scaling.factor", 8)
                    .integer("llama.rope.scaling.original_context_length", 1024)
                    .finish();
  GgufFile file = llvm::cantFail(parseGguf("model.gguf", bytes));
  auto rope = readGgufRope(file, "llama", {.headDim = dims, .context = 8192});
  ASSERT_TRUE(static_cast<bool>(rope)) << llvm::toString(rope.takeError());
  EXPECT_DOUBLE_EQ(rope->mscale, 1.2079441541679836);
  expectFrequencies(*rope, yarn);
}
