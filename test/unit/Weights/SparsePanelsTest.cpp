//===- SparsePanelsTest.cpp - zeros that recipes make, in memory ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RecipeTesting.h"

using namespace llmc;
using namespace llmc::test;

using Floats = std::vector<float>;

namespace {

const std::string grid = "bits = 8, group = 32, scale = f32, zero = 128";

class SparsePanelsTest : public RecipeTest {
protected:
  Floats addWeights() {
    Floats weights = noise(16 * 32, 5);
    add("w", {16, 32}, f32(), floats(weights));
    return weights;
  }
  static std::string spell(const std::string &layout,
                           const std::string &steps) {
    return "!llm.packed<16x32, #llm.grid<" + grid + ">" + layout +
           "> source \"w\" recipe [" + steps + "]";
  }
  static std::string prune(int keep, int of) {
    return "#llm.prune<method = \"magnitude\", keep = " + std::to_string(keep) +
           ", of = " + std::to_string(of) + ">, ";
  }
  const std::string round =
      "#llm.round<grid = <" + grid + ">, method = \"rtn\">";
};

} // namespace

/// 16 scales, 16 rows of 16 codes, 16 words of 8 patterns: 64 + 256 + 64 bytes, where
/// all codes are 64 + 512.
TEST_F(SparsePanelsTest, HaveTwoOfFourCodes) {
  Floats weights = addWeights();
  std::vector<uint8_t> sparse =
      bytes(spell(", #llm.panels<16, 2:4>", prune(2, 4) + round));
  std::vector<uint8_t> dense =
      bytes(spell(", #llm.panels", prune(2, 4) + round));
  ASSERT_EQ(sparse.size(), 384U);
  ASSERT_EQ(dense.size(), 576U);
  EXPECT_TRUE(std::equal(sparse.begin(), sparse.begin() + 64, dense.begin()));
  Floats values = this->values(spell("", prune(2, 4) + round));
  constexpr int places[6][2] = {{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}};
  for (size_t row = 0; row < 16; ++row) {
    float scale;
    std::memcpy(&scale, &sparse[4 * row], sizeof scale);
    for (size_t k = 0; k < 32; ++k) {
      int pattern = sparse[320 + 4 * row + k / 8] >> 4 * (k / 4 % 2) & 15;
      ASSERT_LT(pattern, 6);
      float expected = 0;
      for (size_t kept : {0, 1})
        if (places[pattern][kept] == static_cast<int>(k % 4)) {
          // Four rows' words of codes to a vector of 64 bytes: two fours of each row.
          uint8_t stored =
              sparse[64 + k / 8 * 64 + 4 * row + 2 * (k / 4 % 2) + kept];
          expected = scale * static_cast<float>((stored ^ 128) - 128);
        }
      EXPECT_EQ(values[row * 32 + k], expected) << row << ", " << k;
    }
  }
}

/// The columns that 16 rows keep of each 16, in two groups: 64 bytes of scales, 256 of codes and
/// 16 of columns, where all codes are 512.
TEST_F(SparsePanelsTest, HaveColumnsOfPanels) {
  addWeights();
  const std::string steps = "#llm.prune<method = \"magnitude\", keep = 8, of = "
                            "16, blockRows = 16>, " +
                            round;
  std::vector<uint8_t> sparse =
      bytes(spell(", #llm.panels<16, 8:16, 16x1>", steps));
  ASSERT_EQ(sparse.size(), 64U + 256 + 16);
  Floats values = this->values(spell("", steps));
  for (size_t row = 0; row < 16; ++row) {
    float scale;
    std::memcpy(&scale, &sparse[4 * row], sizeof scale);
    Floats expected(32);
    for (size_t i = 0; i < 16; ++i) {
      uint8_t code = sparse[64 + i / 4 * 64 + 4 * row + i % 4];
      expected[i / 8 * 16 + sparse[320 + i]] =
          scale * static_cast<float>(code - 128);
    }
    for (size_t k = 0; k < 32; ++k)
      EXPECT_EQ(values[row * 32 + k], expected[k]) << row << ", " << k;
  }
}

/// What a layout has no place for is no program that computes something else.
TEST_F(SparsePanelsTest, RefuseMoreThanTheyHold) {
  addWeights();
  const std::string says =
      "more of its numbers are not 0 than its layout has a "
      "place for";
  auto expectRefusedBytes = [&](const std::string &steps) {
    auto made =
        makeWeight(weight(spell(", #llm.panels<16, 2:4>", steps)), store);
    ASSERT_FALSE(static_cast<bool>(made));
    EXPECT_NE(llvm::toString(made.takeError()).find(says), std::string::npos);
  };
  expectRefusedBytes(round);
  expectRefusedBytes(prune(3, 4) + round);
  // 4 of 8 may be 3 of the first 4.
  expectRefusedBytes(prune(4, 8) + round);
  auto made = makeWeight(
      weight(spell(", #llm.panels<16, 8:16, 16x1>", prune(2, 4) + round)),
      store);
  ASSERT_FALSE(static_cast<bool>(made));
  EXPECT_NE(llvm::toString(made.takeError()).find(says), std::string::npos);
}
