//===- BlocksRecipeTest.cpp - codes, scales and zeros of other tensors ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RecipeTesting.h"

using namespace llmc;
using namespace llmc::test;
using namespace mlir::llm;

using Floats = std::vector<float>;

namespace {

/// Matrices in blocks as ONNX Runtime keeps them: bytes of codes [N, G, bytes],
/// the first code lowest, floats of scales [N, G].
class BlocksRecipeTest : public RecipeTest {
protected:
  /// Codes 0, 1, 2, ... of 4 bits, 16 to a block.
  static Bytes countingCodes(size_t bytes) {
    Bytes made;
    for (size_t i = 0; i < bytes; ++i)
      made.push_back((2 * i % 16) | ((2 * i + 1) % 16) << 4);
    return made;
  }

  /// `weight` of a grid of 4 bits in groups of 16.
  static std::string fourBits(const std::string &shape, const std::string &more,
                              const std::string &zeros = "") {
    std::string grid = "bits = 4, group = 16, scale = f32" + std::string(more);
    return "!llm.packed<" + shape + ", #llm.grid<" + grid +
           ">> source \"codes\" recipe [#llm.blocks<grid = <" + grid +
           ">, scales = \"scales\"" + zeros + ">]";
  }
};

} // namespace

TEST_F(BlocksRecipeTest, JoinsCodesAndScales) {
  add("codes", {2, 2, 8}, integers(8), countingCodes(32));
  add("scales", {2, 2}, f32(), floats({1, 2, 0.5f, -1}));
  Floats made = values(fourBits("2x32", ", zero = 8"));
  ASSERT_EQ(made.size(), 64u);
  Floats scales = {1, 2, 0.5f, -1};
  for (size_t i = 0; i < made.size(); ++i)
    EXPECT_EQ(made[i], scales[i / 16] * (static_cast<float>(i % 16) - 8)) << i;
}

TEST_F(BlocksRecipeTest, ReadsCodesOfWholeRows) {
  add("codes", {2, 16}, integers(8), countingCodes(32));
  add("scales", {4}, f32(), floats({1, 2, 0.5f, -1}));
  Floats made = values(fourBits("2x32", ", zero = 8"));
  ASSERT_EQ(made.size(), 64u);
  EXPECT_EQ(made[16], -16.0f);
  EXPECT_EQ(made[63], -7.0f);
}

TEST_F(BlocksRecipeTest, TurnsPackedZerosIntoMinima) {
  add("codes", {2, 3, 8}, integers(8), countingCodes(48));
  add("scales", {2, 3}, f32(), floats({1, 2, 3, 4, 5, 6}));
  // Three groups take two bytes a row, the last half of one is not used.
  add("zeros", {2, 2}, integers(8), {0x21, 0x03, 0x54, 0x0f});
  Floats made = values(fourBits("2x48", ", min = true", ", zeros = \"zeros\""));
  ASSERT_EQ(made.size(), 96u);
  Floats zeros = {1, 2, 3, 4, 5, 15};
  for (size_t i = 0; i < made.size(); ++i) {
    auto scale = static_cast<float>(i / 16 + 1);
    EXPECT_EQ(made[i], scale * (static_cast<float>(i % 16) - zeros[i / 16]))
        << i;
  }
}

TEST_F(BlocksRecipeTest, TakesZerosThatAreFloats) {
  add("codes", {1, 1, 8}, integers(8), countingCodes(8));
  add("scales", {1, 1}, f32(), floats({2}));
  add("zeros", {1, 1}, f32(), floats({7.5f}));
  Floats made = values(fourBits("1x16", ", min = true", ", zeros = \"zeros\""));
  ASSERT_EQ(made.size(), 16u);
  EXPECT_EQ(made[0], -15.0f);
  EXPECT_EQ(made[15], 15.0f);
}

TEST_F(BlocksRecipeTest, ReadsBytesAsCodes) {
  Bytes codes;
  for (size_t i = 0; i < 16; ++i)
    codes.push_back(static_cast<uint8_t>(i * 16));
  add("codes", {1, 1, 16}, integers(8), codes);
  add("scales", {1, 1}, f32(), floats({0.25f}));
  std::string grid = "bits = 8, group = 16, scale = f32, zero = 128";
  Floats made = values("!llm.packed<1x16, #llm.grid<" + grid +
                       ">> source \"codes\" recipe [#llm.blocks<grid = <" +
                       grid + ">, scales = \"scales\">]");
  ASSERT_EQ(made.size(), 16u);
  EXPECT_EQ(made[0], -32.0f);
  EXPECT_EQ(made[15], 28.0f);
}

TEST_F(BlocksRecipeTest, TakesRowsOfBlocks) {
  add("codes", {4, 1, 8}, integers(8), countingCodes(32));
  add("scales", {4, 1}, f32(), floats({1, 2, 3, 4}));
  std::string text = fourBits("2x16", ", zero = 8");
  text.replace(text.rfind(']'), 1, ", #llm.rows<1, 2, every = 2>]");
  Floats made = values(text);
  ASSERT_EQ(made.size(), 32u);
  EXPECT_EQ(made[0], -16.0f);
  EXPECT_EQ(made[16], -32.0f);
}

TEST_F(BlocksRecipeTest, RefusesWhatDoesNotFit) {
  add("codes", {2, 2, 8}, integers(8), countingCodes(32));
  expectRefused(fourBits("2x32", ", zero = 8"), "no tensor 'scales'");
  add("scales", {3}, f32(), floats({1, 2, 3}));
  expectRefused(fourBits("2x32", ", zero = 8"), "4 groups, but 3 scales");
}

TEST_F(BlocksRecipeTest, RefusesZerosOfAnotherCount) {
  add("codes", {2, 2, 8}, integers(8), countingCodes(32));
  add("scales", {2, 2}, f32(), floats({1, 2, 3, 4}));
  add("zeros", {3}, integers(8), {1, 2, 3});
  expectRefused(fourBits("2x32", ", min = true", ", zeros = \"zeros\""),
                "take 2 bytes, found 3");
}

TEST_F(BlocksRecipeTest, RefusesBlocksOfAnotherSize) {
  add("codes", {2, 2, 7}, integers(8), countingCodes(28));
  add("scales", {2, 2}, f32(), floats({1, 2, 3, 4}));
  expectRefused(fourBits("2x32", ", zero = 8"),
                "blocks of 8 bytes are [N, groups, bytes]");
}

TEST_F(BlocksRecipeTest, TakesSomeRowsOfEveryGroup) {
  add("s", {6, 2}, f32(), counting(12)); // two heads of query, key, value
  EXPECT_EQ(values("tensor<2x2xf32> source \"s\" recipe [#llm.rows<1, 2, every "
                   "= 3>]"),
            (Floats{2, 3, 8, 9}));
  EXPECT_EQ(values("tensor<4x2xf32> source \"s\" recipe [#llm.rows<0, 2, every "
                   "= 3>]"),
            (Floats{0, 1, 2, 3, 6, 7, 8, 9}));
  add("vector", {6}, f32(), counting(6));
  EXPECT_EQ(values("tensor<2xf32> source \"vector\" recipe [#llm.rows<2, 3, "
                   "every = 3>]"),
            (Floats{2, 5}));
}

TEST_F(BlocksRecipeTest, RefusesGroupsThatDoNotDivideTheRows) {
  add("s", {5, 2}, f32(), counting(10));
  expectRefused(
      "tensor<2x2xf32> source \"s\" recipe [#llm.rows<1, 2, every = 3>]",
      "5 rows are no groups of 3");
}

TEST_F(BlocksRecipeTest, IntegersMeanThemselves) {
  add("bytes", {3}, integers(8), {0, 127, 255});
  add("signed", {3}, integers(8, false), {0, 127, 255});
  add("nibbles", {4}, integers(4), {0x21, 0xf8});
  add("halves", {4}, integers(4, false), {0x21, 0xf8});
  EXPECT_EQ(values("tensor<3xui8> source \"bytes\""), (Floats{0, 127, 255}));
  EXPECT_EQ(values("tensor<3xi8> source \"signed\""), (Floats{0, 127, -1}));
  EXPECT_EQ(values("tensor<4xui4> source \"nibbles\""), (Floats{1, 2, 8, 15}));
  EXPECT_EQ(values("tensor<4xi4> source \"halves\""), (Floats{1, 2, -8, -1}));
  EXPECT_EQ(bytes("tensor<4xui4> source \"nibbles\""), (Bytes{0x21, 0xf8}));
}
