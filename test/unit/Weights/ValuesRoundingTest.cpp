//===- ValuesRoundingTest.cpp - codes that stand for values ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Against the formula: the value of a table nearest to w / scale.
//===----------------------------------------------------------------------===//
#include "RecipeTesting.h"

#include "dialects/llm/ValueTables.h"
#include "llmc/Weights/Rounding.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace llmc;
using namespace llmc::test;
using llvm::ArrayRef;

using Floats = std::vector<float>;

namespace {

constexpr int64_t rows = 24, cols = 64, group = 32;

struct Table {
  const char *name;
  ArrayRef<int8_t> values;
};
const Table tables[] = {{"nf4", mlir::llm::nf4Values},
                        {"fp4", mlir::llm::e2m1Values},
                        {"iq4", mlir::llm::iq4Values}};

class ValuesRoundingTest : public RecipeTest {
protected:
  static std::string spell(ArrayRef<int8_t> values, const char *scale) {
    std::string text =
        "bits = 4, group = 32, scale = " + std::string(scale) + ", values = [";
    for (int8_t value : values)
      text += std::to_string(value) + ", ";
    text.resize(text.size() - 2);
    return text + "]";
  }
  std::string step(const std::string &grid, const std::string &how) {
    return "!llm.packed<24x64, #llm.grid<" + grid +
           ">> source \"w\" recipe [#llm.round<grid = <" + grid + ">, " + how +
           ">]";
  }
  Floats addWeights(const char *name, unsigned seed) {
    Floats made = noise(rows * cols, seed);
    for (float &number : made)
      number = number * number * number; // most are small
    add(name, {rows, cols}, f32(), floats(made));
    return made;
  }
  /// Of inputs that depend on each other.
  void addStatistics() {
    Floats inputs = noise(200 * cols, 5), xtx(cols * cols);
    for (size_t i = 1; i < inputs.size(); ++i)
      inputs[i] += 0.9f * inputs[i - 1];
    for (int64_t token = 0; token < 200; ++token)
      for (int64_t i = 0; i < cols; ++i)
        for (int64_t j = 0; j < cols; ++j)
          xtx[i * cols + j] +=
              inputs[token * cols + i] * inputs[token * cols + j];
    sums = xtx;
    add(getStatisticName("w", "xtx").c_str(), {cols, cols}, f32(), floats(xtx));
  }
  double productError(const Floats &made, const Floats &weights) {
    double all = 0;
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t i = 0; i < cols; ++i)
        for (int64_t j = 0; j < cols; ++j)
          all += static_cast<double>(made[row * cols + i] -
                                     weights[row * cols + i]) *
                 sums[i * cols + j] *
                 (made[row * cols + j] - weights[row * cols + j]);
    return all;
  }
  Floats sums;
};

float largest(ArrayRef<float> values) {
  float most = 0;
  for (float value : values)
    most = std::max(most, std::abs(value));
  return most;
}

/// What is left of `value` by the nearest of the table.
float leftOf(float value, ArrayRef<int8_t> values, float scale) {
  float least = INFINITY;
  for (int8_t entry : values)
    least = std::min(least, std::abs(value - scale * float(entry)));
  return least;
}

double squaredError(const Floats &a, const Floats &b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i)
    sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

} // namespace

TEST_F(ValuesRoundingTest, EachWeightTakesTheNearestValue) {
  Floats weights = addWeights("w", 1);
  for (const Table &table : tables) {
    if (table.name == std::string("iq4"))
      continue; // its scale has a sign
    Floats made = values(step(spell(table.values, "f32"), "method = \"rtn\""));
    for (size_t i = 0; i < made.size(); ++i) {
      ArrayRef<float> those = ArrayRef(weights).slice(i / group * group, group);
      const float scale =
          largest(those) /
          float(table.values == ArrayRef<int8_t>(mlir::llm::e2m1Values) ? 12
                                                                        : 127);
      ASSERT_NEAR(std::abs(made[i] - weights[i]),
                  leftOf(weights[i], table.values, scale), 1e-6)
          << table.name << " " << i;
    }
  }
}

TEST_F(ValuesRoundingTest, TheFurthestValueIsOfTheLargestWeight) {
  Floats weights = addWeights("w", 2);
  Floats made =
      values(step(spell(mlir::llm::iq4Values, "f32"), "method = \"rtn\""));
  for (size_t first = 0; first < weights.size(); first += group) {
    ArrayRef<float> those = ArrayRef(weights).slice(first, group);
    const auto *extreme = llvm::max_element(
        those, [](float a, float b) { return std::abs(a) < std::abs(b); });
    const float scale = *extreme / -127.0f;
    for (size_t i = first; i < first + group; ++i)
      EXPECT_NEAR(std::abs(made[i] - weights[i]),
                  leftOf(weights[i], mlir::llm::iq4Values, scale), 1e-6);
  }
}

/// arXiv:2310.10537: the scale is 2^(floor(log2 max|w|) - 2), elements are E2M1, ties
/// to even, and what is too large is 6.
TEST_F(ValuesRoundingTest, ScalesOfMxfp4ArePowersOfTwo) {
  Floats weights = addWeights("w", 3);
  for (int64_t i = 0; i < group; ++i) // ties; 7 is above 6
    weights[i] = 0.25f * float(i % 29) * (i % 2 ? -1.0f : 1.0f);
  for (int64_t i = group; i < 2 * group; ++i)
    weights[i] = 0;
  add("ties", {rows, cols}, f32(), floats(weights));
  std::string text =
      step(spell(mlir::llm::e2m1Values, "f8E8M0FNU"), "method = \"rtn\"");
  text.replace(text.find("\"w\""), 3, "\"ties\"");
  Floats made = values(text);
  for (size_t i = 0; i < made.size(); ++i) {
    float most = largest(ArrayRef(weights).slice(i / group * group, group));
    if (most == 0) {
      EXPECT_EQ(made[i], 0);
      continue;
    }
    const float scale = std::exp2(std::floor(std::log2(most)) - 2);
    const float x = std::abs(weights[i]) / scale;
    const float step = x < 2 ? 0.5f : x < 4 ? 1.0f : 2.0f;
    const float expected = std::copysign(
        std::min(std::nearbyint(x / step) * step, 6.0f) * scale, weights[i]);
    EXPECT_EQ(made[i], expected) << i << ": " << weights[i];
  }
}

TEST_F(ValuesRoundingTest, ValuesOfTheTableStay) {
  for (const Table &table : tables) {
    const std::string name = std::string("on ") + table.name;
    Floats onGrid;
    for (int64_t i = 0; i < rows * cols; ++i)
      onGrid.push_back(0.25f * float(table.values[i % 16]));
    add(name.c_str(), {rows, cols}, f32(), floats(onGrid));
    for (const char *scale : {"f32", "f16", "f8E8M0FNU"})
      for (const char *search : {"", ", search = true"}) {
        std::string text = step(spell(table.values, scale),
                                "method = \"rtn\"" + std::string(search));
        text.replace(text.find("\"w\""), 3, "\"" + name + "\"");
        EXPECT_EQ(values(text), onGrid) << text;
      }
  }
}

TEST_F(ValuesRoundingTest, ASearchHasTheSmallerError) {
  Floats weights = addWeights("w", 4);
  for (const Table &table : tables)
    for (const char *scale : {"f16", "f8E8M0FNU"}) {
      std::string grid = spell(table.values, scale);
      double spanned =
          squaredError(values(step(grid, "method = \"rtn\"")), weights);
      double searched = squaredError(
          values(step(grid, "method = \"rtn\", search = true")), weights);
      if (scale == std::string("f16"))
        EXPECT_LT(searched, 0.99 * spanned) << grid;
      EXPECT_LE(searched, spanned) << grid;
    }
}

TEST_F(ValuesRoundingTest, EveryMethodRoundsToThem) {
  Floats weights = addWeights("w", 6);
  addStatistics();
  for (const Table &table : tables)
    for (const char *scale : {"f16", "f8E8M0FNU"}) {
      std::string grid = spell(table.values, scale);
      auto errorOf = [&](const std::string &method) {
        Floats made = values(step(
            grid, "method = \"" + method + "\", stats = \"w\", search = true"));
        return productError(made, weights);
      };
      const double gptq = errorOf("gptq");
      EXPECT_LT(gptq, 0.9 * errorOf("rtn")) << grid;
      EXPECT_LT(errorOf("quantease"), gptq) << grid;
    }
}

TEST_F(ValuesRoundingTest, AwqScalesColumnsForThem) {
  addWeights("w", 7);
  Floats xtx(cols * cols);
  for (int64_t i = 0; i < cols; ++i)
    xtx[i * cols + i] = i == 5 ? 10000 : 1;
  add(getStatisticName("w", "xtx").c_str(), {cols, cols}, f32(), floats(xtx));
  Floats before = values("tensor<24x64xf32> source \"w\"");
  Floats after =
      values("tensor<24x64xf32> source \"w\" recipe [#llm.scale<by = "
             "#llm.equalize<method = \"awq\", weights = [@w], stats "
             "= \"w\", grid = <" +
             spell(mlir::llm::nf4Values, "f16") + ">>>]");
  for (int64_t i = 0; i < cols; ++i)
    EXPECT_EQ(after[i] / before[i] > 1.5f, i == 5) << i;
}

TEST_F(ValuesRoundingTest, ZerosStayWhereATableHasOne) {
  Floats weights = addWeights("w", 8);
  const std::string prune =
      "#llm.prune<method = \"magnitude\", share = 5.0e-01 : f64>, ";
  for (const Table &table : tables) {
    std::string text = step(spell(table.values, "f16"), "method = \"rtn\"");
    text.insert(text.find("#llm.round"), prune);
    if (table.name == std::string("iq4")) {
      expectRefused(text, "is pruned, and no code of these values stands for "
                          "0: take values=uniform");
      continue;
    }
    Floats made = values(text);
    EXPECT_GE(llvm::count(made, 0.0f), rows * cols / 2) << table.name;
  }
}

TEST_F(ValuesRoundingTest, WeightsOfMx4ThatAreTooLargeAreRefused) {
  Floats row(rows * cols, 3e38f);
  add("w", {rows, cols}, f32(), floats(row));
  expectRefused(step(spell(mlir::llm::nf4Values, "f16"), "method = \"rtn\""),
                "too large for scales of this type: take scale=f32");
  EXPECT_EQ(values(step(spell(mlir::llm::e2m1Values, "f8E8M0FNU"),
                        "method = \"rtn\"")),
            Floats(rows * cols, 0x1.8p127f));
}
