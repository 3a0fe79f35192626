//===- RecipeTest.cpp - from a source tensor to a weight's bytes ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RecipeTesting.h"

using namespace llmc;
using namespace llmc::test;
using namespace mlir::llm;

using Floats = std::vector<float>;

TEST_F(RecipeTest, CopiesWithoutARecipe) {
  Bytes content = someFloats(6);
  add("s", {2, 3}, f32(), content);
  EXPECT_EQ(bytes("tensor<2x3xf32> source \"s\""), content);
}

TEST_F(RecipeTest, KeepsTheCodesOfBlocks) {
  Bytes content(4 * 34);
  for (size_t i = 0; i < content.size(); ++i)
    content[i] = static_cast<uint8_t>(i * 7);
  add("s", {2, 64}, q8(), content);
  EXPECT_EQ(bytes("!llm.packed<2x64, #llm.q8_0> source \"s\""), content);
}

TEST_F(RecipeTest, TransposesFloats) {
  add("s", {2, 3}, f32(), counting(6));
  EXPECT_EQ(values("tensor<3x2xf32> source \"s\" recipe [#llm.transpose]"),
            (Floats{0, 3, 1, 4, 2, 5}));
}

TEST_F(RecipeTest, TransposesHalves) {
  ByteWriter halves;
  for (uint16_t value : {0x3c00, 0x4000, 0x4200, 0x4400}) // 1, 2, 3, 4
    halves.put(value);
  add("s", {2, 2}, f16(), halves.bytes);
  EXPECT_EQ(values("tensor<2x2xf16> source \"s\" recipe [#llm.transpose]"),
            (Floats{1, 3, 2, 4}));
}

TEST_F(RecipeTest, TakesRows) {
  add("s", {4, 2}, f32(), counting(8));
  EXPECT_EQ(values("tensor<2x2xf32> source \"s\" recipe [#llm.rows<1, 3>]"),
            (Floats{2, 3, 4, 5}));
}

TEST_F(RecipeTest, TransposesTheMatrixOfEveryExpert) {
  add("s", {2, 2, 3}, f32(), counting(12));
  EXPECT_EQ(values("tensor<2x3x2xf32> source \"s\" recipe [#llm.transpose]"),
            (Floats{0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11}));
}

TEST_F(RecipeTest, TakesRowsOfTheMatrixOfEveryExpert) {
  add("s", {2, 4, 2}, f32(), counting(16));
  // The last two of each matrix' four; then every other row.
  EXPECT_EQ(values("tensor<2x2x2xf32> source \"s\" recipe "
                   "[#llm.rows<2, 4, every = 4>]"),
            (Floats{4, 5, 6, 7, 12, 13, 14, 15}));
  EXPECT_EQ(values("tensor<2x2x2xf32> source \"s\" recipe "
                   "[#llm.rows<1, 2, every = 2>]"),
            (Floats{2, 3, 6, 7, 10, 11, 14, 15}));
  // Without `every`: some of the experts.
  EXPECT_EQ(values("tensor<1x4x2xf32> source \"s\" recipe [#llm.rows<1, 2>]"),
            (Floats{8, 9, 10, 11, 12, 13, 14, 15}));
}

TEST_F(RecipeTest, CutsHeadsIntoMatrices) {
  add("s", {6, 2}, f32(), counting(12)); // two heads of two and one rows
  EXPECT_EQ(values("tensor<2x2x2xf32> source \"s\" recipe "
                   "[#llm.rows<0, 2, every = 3>, #llm.matrices<2>, "
                   "#llm.transpose]"),
            (Floats{0, 2, 1, 3, 6, 8, 7, 9}));
  EXPECT_EQ(values("tensor<2x1x2xf32> source \"s\" recipe "
                   "[#llm.rows<2, 3, every = 3>, #llm.matrices<2>]"),
            (Floats{4, 5, 10, 11}));
  expectRefused("tensor<4x2x2xf32> source \"s\" recipe [#llm.matrices<4>]",
                "has no 4 matrices one below the other, found shape [6, 2]");
}

TEST_F(RecipeTest, TakesColumnsOfTheBiasOfEveryExpert) {
  add("s", {2, 4}, f32(), counting(8));
  EXPECT_EQ(values("tensor<2x2xf32> source \"s\" recipe [#llm.transpose, "
                   "#llm.rows<0, 1, every = 2>, #llm.transpose]"),
            (Floats{0, 2, 4, 6}));
}

TEST_F(RecipeTest, RefusesRowsThatSplitExpertsUnequally) {
  add("s", {2, 3, 2}, f32(), counting(12));
  expectRefused("tensor<2x1x2xf32> source \"s\" recipe "
                "[#llm.rows<0, 1, every = 6>]",
                "matrices keep different numbers of rows");
  expectRefused("tensor<2x1x2xf32> source \"s\" recipe "
                "[#llm.rows<0, 1, every = 4>]",
                "6 rows are no groups of 4");
}

TEST_F(RecipeTest, TakesRowsOfBlocksAndVectors) {
  Bytes content(3 * 34);
  for (size_t i = 0; i < content.size(); ++i)
    content[i] = static_cast<uint8_t>(i);
  add("blocks", {3, 32}, q8(), content);
  add("vector", {6}, f32(), counting(6));
  EXPECT_EQ(bytes("!llm.packed<1x32, #llm.q8_0> source \"blocks\" recipe "
                  "[#llm.rows<1, 2>]"),
            Bytes(content.begin() + 34, content.begin() + 68));
  EXPECT_EQ(values("tensor<2xf32> source \"vector\" recipe [#llm.rows<4, 6>]"),
            (Floats{4, 5}));
}

TEST_F(RecipeTest, AppliesStepsInOrder) {
  add("s", {2, 6}, f32(), counting(12)); // [in, q|k|v out]
  EXPECT_EQ(values("tensor<2x2xf32> source \"s\" recipe [#llm.transpose, "
                   "#llm.rows<2, 4>]"),
            (Floats{2, 8, 3, 9}));
}

TEST_F(RecipeTest, AddsAConstant) {
  add("s", {3}, f32(), counting(3));
  EXPECT_EQ(values("tensor<3xf32> source \"s\" recipe [#llm.add<1.0 : f32>]"),
            (Floats{1, 2, 3}));
}

TEST_F(RecipeTest, ConvertsBetweenEncodings) {
  add("s", {2, 2}, f32(), counting(4));
  EXPECT_EQ(bytes("tensor<2x2xf16> source \"s\" recipe "
                  "[#llm.convert<#llm.float<f16>>]")
                .size(),
            8u);
  EXPECT_EQ(values("tensor<2x2xf16> source \"s\" recipe "
                   "[#llm.convert<#llm.float<f16>>]"),
            (Floats{0, 1, 2, 3}));
}

TEST_F(RecipeTest, EndsInTheEncodingOfTheType) {
  ByteWriter content; // one block: scale 0.5, codes -16 .. 15
  content.put<uint16_t>(0x3800);
  for (int i = -16; i < 16; ++i)
    content.u8(static_cast<uint8_t>(i));
  add("s", {1, 32}, q8(), content.bytes);
  Floats made = values("tensor<1x32xf32> source \"s\"");
  ASSERT_EQ(made.size(), 32u);
  EXPECT_EQ(made[0], -8.0f);
  EXPECT_EQ(made[31], 7.5f);
}

TEST_F(RecipeTest, PacksIntoTheLayout) {
  Bytes content = counting(20 * 32);
  add("s", {20, 32}, f32(), content);
  WeightOp op =
      weight("!llm.packed<20x32, #llm.float<f32>, #llm.panels> source \"s\"");
  auto made = makeWeight(op, store);
  ASSERT_TRUE(static_cast<bool>(made)) << llvm::toString(made.takeError());
  auto layout = cast<PackedType>(op.getType()).getLayout();
  Bytes expected(layout.getPackedBytes(20, 32, f32()));
  layout.pack(content.data(), 20, 32, f32(), expected.data());
  EXPECT_EQ(*made, expected);
  EXPECT_EQ(static_cast<int64_t>(made->size()), getWeightBytes(op.getType()));
  // The values stay in row-major order.
  Floats numbers = llvm::cantFail(makeWeightValues(op, store));
  EXPECT_EQ(numbers[33], 33.0f);
}

TEST_F(RecipeTest, PacksEveryMatrixOfAStack) {
  add("s", {2, 16, 32}, f32(), counting(2 * 16 * 32));
  Bytes made =
      bytes("!llm.packed<2x16x32, #llm.float<f32>, #llm.panels> source \"s\"");
  add("second", {16, 32}, f32(), [&] {
    Bytes all = counting(2 * 16 * 32);
    return Bytes(all.begin() + 16 * 32 * 4, all.end());
  }());
  Bytes second = bytes(
      "!llm.packed<16x32, #llm.float<f32>, #llm.panels> source \"second\"");
  ASSERT_EQ(made.size(), 2 * second.size());
  EXPECT_EQ(
      Bytes(made.begin() + static_cast<ptrdiff_t>(second.size()), made.end()),
      second);
}

TEST_F(RecipeTest, MakesConstants) {
  EXPECT_EQ(values("tensor<2xf32> value dense<[0.5, 2.0]> : tensor<2xf32>"),
            (Floats{0.5, 2.0}));
  EXPECT_EQ(values("tensor<3xf32> value dense<1.5> : tensor<3xf32>"),
            (Floats{1.5, 1.5, 1.5}));
}

TEST_F(RecipeTest, RefusesAMissingSource) {
  expectRefused("tensor<2xf32> source \"s\"", "have no tensor 's'");
}

TEST_F(RecipeTest, RefusesAShapeThatTheStepsDoNotLeadTo) {
  add("s", {2, 3}, f32(), counting(6));
  expectRefused(
      "tensor<3x2xf32> source \"s\"",
      "its type has shape [3, 2], but the source and recipe give [2, 3]");
}

TEST_F(RecipeTest, RefusesRowsOutsideOfTheSource) {
  add("s", {4, 2}, f32(), counting(8));
  for (const char *rows : {"3, 5", "4, 6"})
    expectRefused("tensor<2x2xf32> source \"s\" recipe [#llm.rows<" +
                      std::string(rows) + ">]",
                  "lie outside shape [4, 2]");
}

TEST_F(RecipeTest, RefusesStepsThatBlocksDoNotAllow) {
  add("s", {32, 32}, q8(), Bytes(32 * 34));
  expectRefused("tensor<32x32xf32> source \"s\" recipe [#llm.transpose]",
                "transpose needs single floats");
  expectRefused("tensor<32x32xf32> source \"s\" recipe [#llm.add<1.0 : f32>]",
                "add needs single floats");
}

TEST_F(RecipeTest, RefusesToTransposeAVector) {
  add("s", {4}, f32(), counting(4));
  expectRefused("tensor<4xf32> source \"s\" recipe [#llm.transpose]",
                "transpose needs a matrix, or one per expert");
}

TEST_F(RecipeTest, RefusesRowsThatAreNoBlocks) {
  add("s", {2, 48}, f32(), counting(96));
  expectRefused(
      "tensor<2x48xf32> source \"s\" recipe [#llm.convert<#llm.q8_0>]",
      "multiples of 32");
}

TEST_F(RecipeTest, RefusesToWriteFormatsThatAreOnlyRead) {
  add("s", {2, 256}, f32(), counting(512));
  expectRefused(
      "tensor<2x256xf32> source \"s\" recipe [#llm.convert<#llm.iq2_xxs>]",
      "#llm.iq2_xxs is only read, never written: choose another encoding");
}
