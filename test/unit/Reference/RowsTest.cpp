//===- RowsTest.cpp - embed, norm, linear, quantize_act, dequant, act -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expected values are worked out by hand or come from the formula in another
// form (a product instead of a sum of logs, a matrix instead of dot products).
//===----------------------------------------------------------------------===//
#include "Harness.h"

#include <cmath>

using namespace llmc;
using namespace llmc::test;

TEST(Embed, TakesRowsInAnyOrder) {
  Program program(
      R"(func.func @f(%ids: tensor<?xi32>, %t: tensor<3x2xf32>) -> tensor<?x2xf32> {
    %r = llm.embed %ids, %t : (tensor<?xi32>, tensor<3x2xf32>) -> tensor<?x2xf32>
    return %r : tensor<?x2xf32> })");
  auto table = floats({3, 2}, {1, 2, 3, 4, 5, 6});
  expectNear(program.run({ints({4}, {2, 0, 2, 1}), table}),
             {5, 6, 1, 2, 5, 6, 3, 4}, 0);
}

TEST(Embed, RejectsIdsOutsideTheTable) {
  Program program(
      R"(func.func @f(%ids: tensor<?xi32>, %t: tensor<3x2xf32>) -> tensor<?x2xf32> {
    %r = llm.embed %ids, %t : (tensor<?xi32>, tensor<3x2xf32>) -> tensor<?x2xf32>
    return %r : tensor<?x2xf32> })");
  auto table = floats({3, 2}, {1, 2, 3, 4, 5, 6});
  EXPECT_NE(program.fail({ints({2}, {0, 3}), table})
                .find("row 1 has id 3, the table has 3 rows"),
            std::string::npos);
  EXPECT_NE(program.fail({ints({1}, {-1}), table}).find("(C2)"),
            std::string::npos);
}

TEST(Norm, RmsDividesByTheRootMeanSquare) {
  Program program(
      R"(func.func @f(%x: tensor<?x4xf32>, %w: tensor<4xf32>) -> tensor<?x4xf32> {
    %r = llm.norm rms %x weight(%w) {eps = 1.75 : f64} : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
    return %r : tensor<?x4xf32> })");
  // Mean square 2.25, plus eps 4: the root is 2.
  expectNear(
      program.run({floats({1, 4}, {1, -2, 2, 0}), floats({4}, {1, 2, 3, 4})}),
      {0.5f, -2, 3, 0});
}

TEST(Norm, LayerCentresFirst) {
  Program program(
      R"(func.func @f(%x: tensor<?x4xf32>, %w: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<?x4xf32> {
    %r = llm.norm layer %x weight(%w) bias(%b) {eps = 1.5 : f64} : (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
    return %r : tensor<?x4xf32> })");
  // Mean 10, variance 2.5, plus eps 4.
  expectNear(
      program.run({floats({1, 4}, {12, 8, 11, 9}), floats({4}, {1, 1, 2, 2}),
                   floats({4}, {0, 10, 0, -1})}),
      {1, 9, 1, -2});
}

TEST(Norm, EachHeadMayHaveItsOwnWeight) {
  Program program(
      R"(func.func @f(%x: tensor<?x2x2xf32>, %w: tensor<2x2xf32>) -> tensor<?x2x2xf32> {
    %r = llm.norm rms %x weight(%w) {eps = 1.0e-30 : f64} : (tensor<?x2x2xf32>, tensor<2x2xf32>) -> tensor<?x2x2xf32>
    return %r : tensor<?x2x2xf32> })");
  expectNear(program.run({floats({2, 2, 2}, {3, 3, 5, -5, -1, 1, 2, 2}),
                          floats({2, 2}, {1, 2, 3, 4})}),
             {1, 2, 3, -4, -1, 2, 3, 4});
}

TEST(Norm, RoundsOnceToItsType) {
  Program program(R"(func.func @f(%x: tensor<?x2xf16>) -> tensor<?x2xf16> {
    %r = llm.norm rms %x {eps = 1.0 : f64} : (tensor<?x2xf16>) -> tensor<?x2xf16>
    return %r : tensor<?x2xf16> })");
  // 1/sqrt(2) = 0.70710678 lies between the f16 neighbours 0.70703 and 0.70752.
  expectNear(program.run({floats({1, 2}, {1, -1})}),
             {0.70703125f, -0.70703125f}, 0);
}

TEST(Linear, AddsBiasToEveryRow) {
  Program program(
      R"(func.func @f(%x: tensor<?x3xf32>, %w: tensor<2x3xf32>, %b: tensor<2xf32>) -> tensor<?x2xf32> {
    %r = llm.linear %x, %w bias(%b) : (tensor<?x3xf32>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<?x2xf32>
    return %r : tensor<?x2xf32> })");
  expectNear(
      program.run({floats({2, 3}, {1, 2, 3, -1, 0, 1}),
                   floats({2, 3}, {1, 0, -1, 2, 1, 1}), floats({2}, {10, 20})}),
      {8, 27, 8, 19});
}

TEST(Linear, EveryRowCountGivesTheSameRows) {
  Program program(
      R"(func.func @f(%x: tensor<?x37xf32>, %w: tensor<5x37xf32>) -> tensor<?x5xf32> {
    %r = llm.linear %x, %w : (tensor<?x37xf32>, tensor<5x37xf32>) -> tensor<?x5xf32>
    return %r : tensor<?x5xf32> })");
  auto x = noise({11, 37}, 1), w = noise({5, 37}, 2);
  std::vector<float> all = program.run({x, w});
  for (int64_t t = 0; t < 11; ++t) {
    auto row = llvm::ArrayRef<float>(all).slice(t * 5, 5);
    expectNear(program.run({slice(x, t, t + 1), w}), row, 0);
    for (int64_t n = 0; n < 5;
         ++n) { // from the last element to the first, in long double
      long double sum = 0;
      for (int64_t k = 36; k >= 0; --k)
        sum += static_cast<long double>(x.floats[t * 37 + k]) *
               w.floats[n * 37 + k];
      EXPECT_FLOAT_EQ(row[n], static_cast<float>(sum));
    }
  }
}

TEST(Linear, OneMatrixPerHead) {
  Program program(
      R"(func.func @f(%x: tensor<?x2x2xf32>, %w: tensor<2x3x2xf32>) -> tensor<?x2x3xf32> {
    %r = llm.linear %x, %w : (tensor<?x2x2xf32>, tensor<2x3x2xf32>) -> tensor<?x2x3xf32>
    return %r : tensor<?x2x3xf32> })");
  auto w = floats({2, 3, 2}, {1, 0, 0, 1, 1, 1, /*head 1*/ 2, 0, 0, 2, 1, -1});
  expectNear(program.run({floats({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}), w}),
             {1, 2, 3, 6, 8, -1, 5, 6, 11, 14, 16, -1});
}

TEST(Linear, SinglePrecisionSumsInF32) {
  llvm::StringRef text =
      R"(func.func @f(%x: tensor<?x2xf32>, %w: tensor<1x2xf32>, %b: tensor<1xf32>) -> tensor<?x1xf32> {
    %r = llm.linear %x, %w bias(%b) : (tensor<?x2xf32>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<?x1xf32>
    return %r : tensor<?x1xf32> })";
  // 2^24 + 1 needs 25 bits: f32 loses the 1 that f64 keeps until the bias
  // cancels.
  std::vector<ReferenceTensor> inputs = {floats({1, 2}, {16777216, 1}),
                                         floats({1, 2}, {1, 1}),
                                         floats({1}, {-16777216})};
  expectNear(Program(text, /*singlePrecision=*/false).run(inputs), {1}, 0);
  expectNear(Program(text, /*singlePrecision=*/true).run(inputs), {0}, 0);
}

TEST(QuantizeAct, CodesAreThoseOfTheEncoding) {
  Program program(R"(func.func @f(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
    %q = llm.quantize_act %x : tensor<?x64xf32> -> !llm.packed<?x64, #llm.int8_act<32>>
    %r = llm.dequant %q : !llm.packed<?x64, #llm.int8_act<32>> -> tensor<?x64xf32>
    return %r : tensor<?x64xf32> })");
  ReferenceTensor x = noise({3, 64}, 5);
  for (int64_t i = 32; i < 64; ++i)
    x.floats[i] = 0;  // a group of zeros has scale 0
  x.floats[64] = 100; // an outlier coarsens its own group only
  std::vector<float> actual = program.run({x});
  ASSERT_EQ(actual.size(), x.floats.size());
  for (size_t group = 0; group < x.floats.size(); group += 32) {
    float most = 0;
    for (size_t i = group; i < group + 32; ++i)
      most = std::max(most, std::fabs(x.floats[i]));
    float scale = most / 127.0f;
    for (size_t i = group; i < group + 32; ++i) {
      EXPECT_LE(std::fabs(actual[i] - x.floats[i]), scale * 0.5001f);
      float code = scale ? actual[i] / scale : 0;
      EXPECT_NEAR(code, std::round(code), tolerance::onTheGrid); // on the grid
    }
  }
}

/// What the first plane leaves over is at most half of its step, and the second
/// has 254 steps of that.
TEST(QuantizeAct, FineCodesAre254TimesAsFine) {
  Program program(R"(func.func @f(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
    %q = llm.quantize_act %x : tensor<?x64xf32> -> !llm.packed<?x64, #llm.int8_act<32, fine>>
    %r = llm.dequant %q : !llm.packed<?x64, #llm.int8_act<32, fine>> -> tensor<?x64xf32>
    return %r : tensor<?x64xf32> })");
  ReferenceTensor x = noise({3, 64}, 6);
  for (int64_t i = 32; i < 64; ++i)
    x.floats[i] = 0;
  x.floats[64] = 100;
  std::vector<float> actual = program.run({x});
  ASSERT_EQ(actual.size(), x.floats.size());
  for (size_t group = 0; group < x.floats.size(); group += 32) {
    float most = 0, error = 0;
    for (size_t i = group; i < group + 32; ++i) {
      most = std::max(most, std::fabs(x.floats[i]));
      error = std::max(error, std::fabs(actual[i] - x.floats[i]));
    }
    EXPECT_LE(error, most / 127 / 254 * 0.51f) << group;
    // And not finer by chance: some code is rounded by a fifth of a step.
    EXPECT_GE(error, most / 127 / 254 * 0.2f) << group;
  }
}

TEST(QuantizeAct, FineNaNAndInfinityFillTheirGroup) {
  Program program(R"(func.func @f(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
    %q = llm.quantize_act %x : tensor<?x64xf32> -> !llm.packed<?x64, #llm.int8_act<32, fine>>
    %r = llm.dequant %q : !llm.packed<?x64, #llm.int8_act<32, fine>> -> tensor<?x64xf32>
    return %r : tensor<?x64xf32> })");
  for (float planted : {NAN, INFINITY, -INFINITY}) {
    std::vector<float> x(64, 1.0f);
    x[40] = planted;
    std::vector<float> actual = program.run({floats({1, 64}, x)});
    for (size_t i = 0; i < 32; ++i)
      EXPECT_NEAR(actual[i], 1, 1e-6);
    for (size_t i = 32; i < 64; ++i)
      EXPECT_TRUE(std::isnan(actual[i])) << planted;
  }
}

/// One number that is none makes its group NaN, and no other.
TEST(QuantizeAct, NaNAndInfinityFillTheirGroup) {
  Program program(R"(func.func @f(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
    %q = llm.quantize_act %x : tensor<?x64xf32> -> !llm.packed<?x64, #llm.int8_act<32>>
    %r = llm.dequant %q : !llm.packed<?x64, #llm.int8_act<32>> -> tensor<?x64xf32>
    return %r : tensor<?x64xf32> })");
  for (float planted : {NAN, INFINITY, -INFINITY})
    for (size_t at : {32, 47, 63}) {
      std::vector<float> x(64, 1.0f);
      x[at] = planted;
      std::vector<float> actual = program.run({floats({1, 64}, x)});
      ASSERT_EQ(actual.size(), 64u);
      for (size_t i = 0; i < 32; ++i)
        EXPECT_NEAR(actual[i], 1, 1e-6);
      for (size_t i = 32; i < 64; ++i)
        EXPECT_TRUE(std::isnan(actual[i])) << planted << " at " << at;
    }
}

TEST(QuantizeAct, RoundedRowsAreCodesTimesTheScaleOfTheirGroup) {
  Program program(R"(func.func @f(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %q = llm.quantize_act %x : tensor<?x4xf32> -> !llm.packed<?x4, #llm.rounded_act<i4, 2>>
    %r = llm.dequant %q : !llm.packed<?x4, #llm.rounded_act<i4, 2>> -> tensor<?x4xf32>
    return %r : tensor<?x4xf32> })");
  // Scales 1 and 2; a tie goes to the even code.
  expectNear(program.run({floats({1, 4}, {-7, 2.5F, 14, 4.9F})}),
             {-7, 2, 14, 4}, 0);
  std::vector<float> actual =
      program.run({floats({1, 4}, {1, NAN, INFINITY, 1})});
  for (float x : actual)
    EXPECT_TRUE(std::isnan(x));
}

/// The largest is 448, and below 2^-6 steps are 2^-9.
TEST(QuantizeAct, RoundedRowsMayBeFloatsOf8Bits) {
  Program program(R"(func.func @f(%x: tensor<?x6xf32>) -> tensor<?x6xf32> {
    %q = llm.quantize_act %x : tensor<?x6xf32> -> !llm.packed<?x6, #llm.rounded_act<f8E4M3FN, 6>>
    %r = llm.dequant %q : !llm.packed<?x6, #llm.rounded_act<f8E4M3FN, 6>> -> tensor<?x6xf32>
    return %r : tensor<?x6xf32> })");
  expectNear(program.run({floats(
                 {1, 6}, {448, 17, -19, 0.0146484375F, 0.0009765625F, 0})}),
             {448, 16, -20, 0.015625F, 0, 0}, 0);
}

TEST(QuantizeAct, AKnownScaleIsThatOfAllRowsAndLargerOnesStop) {
  Program program(
      R"(func.func @f(%x: tensor<?x4xf32>, %s: tensor<1xf32>) -> tensor<?x4xf32> {
    %q = llm.quantize_act %x scale(%s : tensor<1xf32>) : tensor<?x4xf32> -> !llm.packed<?x4, #llm.int8_act<2>>
    %r = llm.dequant %q : !llm.packed<?x4, #llm.int8_act<2>> -> tensor<?x4xf32>
    return %r : tensor<?x4xf32> })");
  expectNear(program.run({floats({2, 4}, {0.3F, 63.5F, -70, 1000, 0, 0.25F,
                                          -0.75F, 1.25F}),
                          floats({1}, {0.5F})}),
             {0.5F, 63.5F, -63.5F, 63.5F, 0, 0, -1, 1}, 0);
  std::vector<float> actual =
      program.run({floats({1, 4}, {1, NAN, 1, 1}), floats({1}, {0.5F})});
  EXPECT_TRUE(std::isnan(actual[0]) && std::isnan(actual[1]));
  EXPECT_EQ(actual[2], 1);
  // Nothing was there when the scale was taken.
  expectNear(program.run({floats({1, 4}, {1, 2, 3, 4}), floats({1}, {0})}),
             {0, 0, 0, 0}, 0);
}

/// 127 divided by the maximum would overflow.
TEST(QuantizeAct, GroupsBelowTheGridAreZero) {
  Program program(R"(func.func @f(%x: tensor<?x32xf32>) -> tensor<?x32xf32> {
    %q = llm.quantize_act %x : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act>
    %r = llm.dequant %q : !llm.packed<?x32, #llm.int8_act> -> tensor<?x32xf32>
    return %r : tensor<?x32xf32> })");
  std::vector<float> x(32, 1e-39f);
  expectNear(program.run({floats({1, 32}, x)}), std::vector<float>(32), 0);
}

TEST(QuantizeAct, TiesGoToEvenCodes) {
  Program program(R"(func.func @f(%x: tensor<?x32xf32>) -> tensor<?x32xf32> {
    %q = llm.quantize_act %x : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act>
    %r = llm.dequant %q : !llm.packed<?x32, #llm.int8_act> -> tensor<?x32xf32>
    return %r : tensor<?x32xf32> })");
  std::vector<float> x(32, 0.0f), expected(32, 0.0f);
  x[0] = expected[0] = 127; // scale 1
  x[1] = 0.5f, expected[1] = 0;
  x[2] = 1.5f, expected[2] = 2;
  x[3] = -2.5f, expected[3] = -2;
  x[4] = -126.6f, expected[4] = -127;
  expectNear(program.run({floats({1, 32}, x)}), expected, 0);
}

TEST(QuantizeAct, LinearMeansTheProductWithTheDequantisedInput) {
  llvm::StringRef text = R"(
    func.func @f(%x: tensor<?x32xf32>, %w: tensor<3x32xf32>) -> tensor<?x3xf32> {
      %q = llm.quantize_act %x : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act>
      %r = llm.linear %q, %w : (!llm.packed<?x32, #llm.int8_act>, tensor<3x32xf32>) -> tensor<?x3xf32>
      return %r : tensor<?x3xf32>
    }
    func.func @g(%x: tensor<?x32xf32>, %w: tensor<3x32xf32>) -> tensor<?x3xf32> {
      %q = llm.quantize_act %x : tensor<?x32xf32> -> !llm.packed<?x32, #llm.int8_act>
      %d = llm.dequant %q : !llm.packed<?x32, #llm.int8_act> -> tensor<?x32xf32>
      %r = llm.linear %d, %w : (tensor<?x32xf32>, tensor<3x32xf32>) -> tensor<?x3xf32>
      return %r : tensor<?x3xf32>
    })";
  Program program(text);
  std::vector<ReferenceTensor> inputs = {noise({2, 32}, 8), noise({3, 32}, 9)};
  auto packed = program.call(inputs, {}, "f"),
       dense = program.call(inputs, {}, "g");
  ASSERT_EQ(packed.size(), 1u);
  ASSERT_EQ(dense.size(), 1u);
  expectNear(packed[0].floats, dense[0].floats, 0);
}

/// `fn` of every input, as the interpreter computes it.
static std::vector<float> activate(llvm::StringRef fn,
                                   std::vector<float> values) {
  Program program(
      ("func.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {\n  %r = llm.act " +
       fn + " %x : tensor<?xf32>\n  return %r : tensor<?xf32> }")
          .str());
  int64_t count = values.size();
  return program.run({floats({count}, std::move(values))});
}

TEST(Act, KnownValues) {
  expectNear(activate("relu", {-1, 0, 2}), {0, 0, 2}, 0);
  expectNear(activate("relu2", {-1, 0, 3}), {0, 0, 9}, 0);
  expectNear(activate("sigmoid", {0, 2, -2}),
             {0.5f, 0.8807970780f, 0.1192029220f});
  expectNear(activate("silu", {0, 1, -1}), {0, 0.7310585786f, -0.2689414214f});
  expectNear(activate("tanh", {0, 0.5f}), {0, 0.4621171573f});
  expectNear(activate("gelu_erf", {0, 1, -1}),
             {0, 0.8413447461f, -0.1586552539f});
  expectNear(activate("gelu_tanh", {0, 1, -1}),
             {0, 0.8411919906f, -0.1588080094f});
  expectNear(activate("quick_gelu", {1, -1}), {0.8457957659f, -0.1542042341f});
  expectNear(activate("softplus", {0, 1, -1}),
             {0.6931471806f, 1.3132616875f, 0.3132616875f});
}

TEST(Act, LargeInputsDoNotOverflow) {
  expectNear(activate("silu", {200, -200}), {200, 0},
             tolerance::formulaInFloats);
  expectNear(activate("softplus", {200, -200}), {200, 0},
             tolerance::formulaInFloats);
  expectNear(activate("gelu_tanh", {50, -50}), {50, 0},
             tolerance::formulaInFloats);
}
