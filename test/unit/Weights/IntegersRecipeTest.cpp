//===- IntegersRecipeTest.cpp - codes with scales per tensor, row, block --===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RecipeTesting.h"

using namespace llmc;
using namespace llmc::test;

using Floats = std::vector<float>;

namespace {

/// What DequantizeLinear says of integers, as floats and in the blocks of a grid.
class IntegersRecipeTest : public RecipeTest {
protected:
  /// A weight of floats.
  static std::string asFloats(const std::string &shape,
                              const std::string &step) {
    return "tensor<" + shape + "xf32> source \"codes\" recipe " +
           "[#llm.dequantize<" + step + ">]";
  }
  /// The same codes in a grid.
  static std::string inGrid(const std::string &shape, const std::string &grid,
                            const std::string &step) {
    return "!llm.packed<" + shape + ", #llm.grid<" + grid +
           ">> source \"codes\" recipe [#llm.dequantize<" + step +
           ", grid = <" + grid + ">>]";
  }
  /// The same codes in a grid, of the matrix [K, N].
  static std::string turned(const std::string &shape, const std::string &grid,
                            const std::string &step) {
    std::string text = inGrid(shape, grid, step);
    text.replace(text.rfind(">]"), 2, ", transposed = true>]");
    return text;
  }
  /// Bytes that differ from their neighbours in rows and columns.
  static Bytes someBytes(size_t count) {
    Bytes made;
    for (size_t i = 0; i < count; ++i)
      made.push_back(static_cast<uint8_t>(i * 37 + i / 7));
    return made;
  }
  /// What the matrix [rows, columns] is the other way round.
  static Floats transpose(const Floats &values, size_t rows, size_t columns) {
    Floats made;
    for (size_t column = 0; column < columns; ++column)
      for (size_t row = 0; row < rows; ++row)
        made.push_back(values[row * columns + column]);
    return made;
  }
};

} // namespace

TEST_F(IntegersRecipeTest, OneScaleForAll) {
  add("codes", {2, 2}, integers(8, false), {1, 0xff, 127, 0x80});
  EXPECT_EQ(values(asFloats("2x2", "scales = 5.0e-01 : f32")),
            (Floats{0.5f, -0.5f, 63.5f, -64}));
  EXPECT_EQ(values(asFloats("2x2", "scales = 2.0 : f32, zeros = -3 : i64")),
            (Floats{8, 4, 260, -250}));
}

TEST_F(IntegersRecipeTest, OneScalePerPlaceOfADim) {
  add("codes", {2, 3}, integers(8), {1, 2, 3, 4, 5, 6});
  add("columns", {3}, f32(), floats({1, 10, 100}));
  add("rows", {2}, f32(), floats({1, 10}));
  add("zeros", {2}, integers(8), {1, 4});
  EXPECT_EQ(values(asFloats("2x3", "scales = \"columns\", axis = 1")),
            (Floats{1, 20, 300, 4, 50, 600}));
  EXPECT_EQ(values(asFloats("2x3", "scales = \"rows\", zeros = \"zeros\"")),
            (Floats{0, 1, 2, 0, 10, 20}));
}

TEST_F(IntegersRecipeTest, OneScalePerBlockAlongADim) {
  add("codes", {3, 2}, integers(8), {1, 2, 3, 4, 5, 6});
  add("scales", {2, 2}, f32(), floats({1, 10, 100, 1000}));
  // Two rows, then the one that is left.
  EXPECT_EQ(values(asFloats("3x2", "scales = \"scales\", block = 2")),
            (Floats{1, 20, 3, 40, 500, 6000}));
}

TEST_F(IntegersRecipeTest, OneScalePerBlockOfMatrices) {
  add("codes", {2, 2, 2}, integers(8), {1, 1, 1, 1, 1, 1, 1, 1});
  add("scales", {2, 1, 2}, f32(), floats({1, 2, 3, 4}));
  EXPECT_EQ(
      values(asFloats("2x2x2", "scales = \"scales\", axis = 1, block = 2")),
      (Floats{1, 2, 1, 2, 3, 4, 3, 4}));
}

TEST_F(IntegersRecipeTest, WideIntegersHaveScalesToo) {
  add("codes", {2}, integers(16, false), {0xff, 0xff, 0x00, 0x01});
  EXPECT_EQ(values(asFloats("2", "scales = 5.0e-01 : f32")),
            (Floats{-0.5f, 128}));
}

/// A grid has exactly the floats of the plain step, in whichever order the file
/// keeps the matrix.
class GridOfIntegers
    : public IntegersRecipeTest,
      public testing::WithParamInterface<std::tuple<int, bool>> {
protected:
  int bits = std::get<0>(GetParam());
  bool isUnsigned = std::get<1>(GetParam());
  std::string grid =
      "bits = " + std::to_string(bits) + ", group = 16, scale = f32";

  /// The zero that codes without one have in a grid.
  std::string middle(int zero = 0) {
    int code = zero + (isUnsigned ? 0 : 1 << (bits - 1));
    return code ? ", zero = " + std::to_string(code) : "";
  }
  void addCodes(int64_t rows, int64_t columns) {
    add("codes", {rows, columns}, integers(bits, isUnsigned),
        someBytes(rows * columns * bits / 8));
  }
};

TEST_P(GridOfIntegers, OneScaleForAll) {
  addCodes(3, 32);
  std::string step = "scales = 1.25e-01 : f32, zeros = 1 : i64";
  EXPECT_EQ(values(inGrid("3x32", grid + middle(1), step)),
            values(asFloats("3x32", step)));
}

TEST_P(GridOfIntegers, OneScalePerRow) {
  addCodes(3, 32);
  add("scales", {3}, f32(), floats({1, 0.5f, -2}));
  std::string step = "scales = \"scales\"";
  EXPECT_EQ(values(inGrid("3x32", grid + middle(), step)),
            values(asFloats("3x32", step)));
}

TEST_P(GridOfIntegers, OneScalePerRowOfTheTurnedMatrix) {
  addCodes(32, 4);
  add("scales", {4}, f32(), floats({1, 0.5f, -2, 8}));
  std::string step = "scales = \"scales\", axis = 1";
  EXPECT_EQ(values(turned("4x32", grid + middle(), step)),
            transpose(values(asFloats("32x4", step)), 32, 4));
}

TEST_P(GridOfIntegers, OneScaleAndZeroPerBlock) {
  addCodes(4, 32);
  add("scales", {4, 2}, f32(), floats({1, 2, 0.5f, 4, -1, 8, 1, 16}));
  add("zeros", {4, 2}, integers(8), {0, 1, 2, 3, 1, 2, 3, 0});
  std::string step =
      "scales = \"scales\", zeros = \"zeros\", axis = 1, block = 16";
  EXPECT_EQ(values(inGrid("4x32", grid + ", min = true", step)),
            values(asFloats("4x32", step)));
}

TEST_P(GridOfIntegers, OneScaleAndZeroPerBlockOfTheTurnedMatrix) {
  addCodes(48, 4);
  Floats scales;
  for (int i = 0; i < 8; ++i) // blocks of 32, of which the last is half
    scales.push_back(static_cast<float>(1 << i));
  add("scales", {2, 4}, f32(), floats(scales));
  add("zeros", {2, 4}, integers(bits, isUnsigned), someBytes(bits));
  std::string step = "scales = \"scales\", zeros = \"zeros\", block = 32";
  EXPECT_EQ(values(turned("4x48", grid + ", min = true", step)),
            transpose(values(asFloats("48x4", step)), 48, 4));
}

TEST_P(GridOfIntegers, TakesAsManyBytesAsItsCodes) {
  addCodes(2, 16);
  auto made = bytes(inGrid("2x16", grid + middle(), "scales = 1.0 : f32"));
  EXPECT_EQ(made.size(), 2u * (4 + 2 * bits));
}

INSTANTIATE_TEST_SUITE_P(Widths, GridOfIntegers,
                         testing::Combine(testing::Values(2, 4, 8),
                                          testing::Bool()));

//===----------------------------------------------------------------------===//
// What does not fit
//===----------------------------------------------------------------------===//

TEST_F(IntegersRecipeTest, RefusesScalesOfAnotherCount) {
  add("codes", {2, 3}, integers(8), {1, 2, 3, 4, 5, 6});
  std::string step = "scales = \"scales\", axis = 1";
  expectRefused(asFloats("2x3", step), "no tensor 'scales'");
  add("scales", {2}, f32(), floats({1, 2}));
  expectRefused(asFloats("2x3", step),
                "needs 3 scales and zeros, 'scales' has 2");
  add("zeros", {3}, integers(8), {1, 2, 3});
  expectRefused(asFloats("2x3", "scales = \"scales\", zeros = \"zeros\""),
                "needs 2 scales and zeros, 'zeros' has 3");
}

TEST_F(IntegersRecipeTest, RefusesAnAxisThatIsNotThere) {
  add("codes", {2, 3}, integers(8), {1, 2, 3, 4, 5, 6});
  add("scales", {3}, f32(), floats({1, 2, 3}));
  expectRefused(asFloats("2x3", "scales = \"scales\", axis = 2"),
                "needs 1 scales and zeros, 'scales' has 3");
}

TEST_F(IntegersRecipeTest, RefusesFloats) {
  add("codes", {2}, f32(), floats({1, 2}));
  expectRefused(asFloats("2", "scales = 1.0 : f32"), "needs integers");
}

TEST_F(IntegersRecipeTest, RefusesGroupsWithSeveralScales) {
  add("codes", {2, 16}, integers(8), Bytes(32));
  add("scales", {16}, f32(), counting(16));
  add("blocks", {2, 2}, f32(), counting(4));
  std::string grid = "bits = 8, group = 16, scale = f32";
  for (const char *step : {"scales = \"scales\", axis = 1",
                           "scales = \"blocks\", axis = 1, block = 8"})
    expectRefused(inGrid("2x16", grid, step),
                  "a group of 16 has several scales");
}

TEST_F(IntegersRecipeTest, RefusesAGridOfOtherCodes) {
  add("codes", {2, 24}, integers(8), Bytes(48));
  expectRefused(
      inGrid("2x24", "bits = 4, group = 8, scale = f32", "scales = 1.0 : f32"),
      "codes of 8 bits are none of 4");
  std::string longer =
      inGrid("2x24", "bits = 8, group = 8, scale = f32", "scales = 1.0 : f32");
  longer.replace(longer.rfind("group = 8"), 9, "group = 16");
  expectRefused(longer, "rows of 24 are no groups of 16");
  expectRefused(inGrid("2x24", "bits = 8, group = 8, scale = f32, zero = 128",
                       "scales = 1.0 : f32"),
                "has a zero that is not the grid's");
}

TEST_F(IntegersRecipeTest, RefusesBlocksOfWhatIsNoMatrix) {
  add("codes", {1, 2, 16}, integers(8), Bytes(32));
  expectRefused(inGrid("1x2x16", "bits = 8, group = 16, scale = f32",
                       "scales = 1.0 : f32"),
                "only a matrix becomes blocks, found shape [1, 2, 16]");
}
