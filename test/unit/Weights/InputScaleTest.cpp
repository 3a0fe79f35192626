//===- InputScaleTest.cpp - one scale for all rows of an input ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RecipeTesting.h"

#include "llmc/Weights/InputScale.h"
#include "llmc/Weights/Rounding.h"

#include <cmath>

using namespace llmc;
using namespace llmc::test;

namespace {

class InputScaleTest : public RecipeTest {
protected:
  InputScaleTest() {
    add("w", {2, 8}, f32(),
        floats({1, -4, 2, 0, 1, 1, 1, 1, -1, 2, 8, 0, 1, 1, 1, 1}));
    add(getStatisticName("w", "absmax").c_str(), {8}, f32(),
        floats({4, 16, 2, 5, 1, 1, 1, 1}));
  }
  /// That of the input of a weight with this `type` and `recipe`; or why there is none.
  std::string scaleOf(const std::string &type, const std::string &recipe,
                      const std::string &of = "w") {
    modules.push_back(mlir::parseSourceString<mlir::ModuleOp>(
        "llm.weight @" + of + " : " + type + " source \"w\" recipe [" + recipe +
            "]\nllm.weight @s : tensor<1xf32> recipe [#llm.input_scale<of = @" +
            of + ">] value dense<1.0> : tensor<1xf32>",
        &context));
    if (!modules.back())
      return "no module";
    auto made = makeWeightValues(
        modules.back()->lookupSymbol<mlir::llm::WeightOp>("s"), store);
    return made ? std::to_string((*made)[0] * 127)
                : llvm::toString(made.takeError());
  }

  /// Of an input of 8 columns whose rows hold these numbers, one of which is 16.
  void addRows(const std::vector<float> &rows,
               const std::vector<float> &quantiles) {
    add(getStatisticName("w", "sample").c_str(),
        {static_cast<int64_t>(rows.size()) / 8, 8}, f32(), floats(rows));
    add(getStatisticName("w", "quantiles").c_str(), {3}, f32(),
        floats(quantiles));
  }
  /// The largest number that is no other than itself.
  double clip(const char *how, const std::string &recipe = "") {
    return 16 *
           llvm::cantFail(findClip(
               weight("tensor<2x8xf32> source \"w\" recipe [" + recipe + "]"),
               how, store));
  }
};

} // namespace

TEST_F(InputScaleTest, TheLargestThatWasSeenTakes127Steps) {
  EXPECT_EQ(scaleOf("tensor<2x8xf32>", ""), std::to_string(16.0F));
}

/// What is rounded does not matter, what columns are divided by and which are left does.
TEST_F(InputScaleTest, ColumnsAreThoseThatTheWeightHasNow) {
  const std::string round =
      "#llm.round<grid = <bits = 8, group = 8, scale = f16, zero = 128>, "
      "method = \"rtn\">";
  EXPECT_EQ(
      scaleOf("!llm.packed<2x8, #llm.grid<bits = 8, group = 8, scale = f16, "
              "zero = 128>>",
              round),
      std::to_string(16.0F));
  // 4 / 2, 16 / 2, 2 / 0.5: columns of the weight are multiplied by as much.
  EXPECT_EQ(
      scaleOf("tensor<2x8xf32>",
              "#llm.scale<by = #llm.equalize<method = \"smooth\", weights "
              "= [@w], stats = \"w\">>"),
      std::to_string(8.0F));
}

/// Of turned columns the statistics know a sample: 3 and 4 become 5 and 0, or 4 and 3.
TEST_F(InputScaleTest, TurnedRowsAreThoseOfTheSample) {
  addRows({0, 3, 0, 0, 0, 4, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1}, {4, 4, 4});
  auto scale = [&](const std::string &left) {
    modules.push_back(mlir::parseSourceString<mlir::ModuleOp>(
        "llm.weight @w : tensor<2x8xf32> source \"w\" recipe "
        "[#llm.kron_rotate<left = @a, right = @b>]\n"
        "llm.weight @a : tensor<2x2xf32> value dense<" +
            left +
            "> : tensor<2x2xf32>\n"
            "llm.weight @b : tensor<4x4xf32> value dense<[[1.0, 0.0, 0.0, "
            "0.0], "
            "[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, "
            "1.0]]> "
            ": tensor<4x4xf32>\n"
            "llm.weight @s : tensor<1xf32> recipe [#llm.input_scale<of = @w>] "
            "value dense<1.0> : tensor<1xf32>",
        &context));
    auto made = makeWeightValues(
        modules.back()->lookupSymbol<mlir::llm::WeightOp>("s"), store);
    return llvm::cantFail(std::move(made))[0] * 127;
  };
  EXPECT_NEAR(scale("[[0.6, -0.8], [0.8, 0.6]]"), 5, 1e-5);
  EXPECT_NEAR(scale("[[0.0, 1.0], [-1.0, 0.0]]"), 4, 1e-5);
}

TEST_F(InputScaleTest, NoStatisticsAreAnError) {
  EXPECT_EQ(scaleOf("tensor<2x8xf32>", "", "v"),
            "weight 's': there are no statistics of the input of 'v'");
}

TEST_F(InputScaleTest, SharesAreThoseOfAllThatWasSeen) {
  addRows(std::vector<float>(32, 1), {3, 5, 9});
  EXPECT_FLOAT_EQ(clip("no"), 16);
  EXPECT_FLOAT_EQ(clip("0.01"), 3);
  EXPECT_FLOAT_EQ(clip("0.001"), 5);
  EXPECT_FLOAT_EQ(clip("0.0001"), 9);
}

/// The quantiles are not those of columns that are divided, or are fewer; the sample's
/// are. Smooth divides by 2, 2, 0.5 and, where there is nothing to divide by, 1.
TEST_F(InputScaleTest, SharesOfOtherColumnsAreThoseOfTheSample) {
  std::vector<float> rows(8 * 100, 1);
  for (size_t i = 0; i < 7; ++i)
    rows[8 * i] = 6;
  addRows(rows, {16, 16, 16});
  const std::string smooth =
      "#llm.scale<by = #llm.equalize<method = \"smooth\", weights = [@w], "
      "stats = \"w\">>";
  // Of 8, the largest that is left.
  EXPECT_FLOAT_EQ(clip("0.01", smooth) / 16 * 8, 2);
  EXPECT_FLOAT_EQ(clip("0.001", smooth) / 16 * 8, 3);
}

/// One number far out costs less than all others on a grid that reaches it; many do not.
TEST_F(InputScaleTest, TheLeastErrorLeavesOutWhatIsRare) {
  std::vector<float> rows = noise(8 * 4096, 3);
  rows[8 * 77 + 1] = 2;
  addRows(rows, {1, 1, 1});
  const double found = clip("error");
  EXPECT_GT(found, 0.99);
  EXPECT_LT(found, 2.2);
}

TEST_F(InputScaleTest, TheLeastErrorKeepsWhatIsNot) {
  std::vector<float> rows = noise(8 * 64, 3);
  for (size_t i = 1; i < rows.size(); i += 8)
    rows[i] *= 16;
  addRows(rows, {1, 1, 1});
  EXPECT_GT(clip("error"), 14);
}

TEST_F(InputScaleTest, ClipsHaveNames) {
  EXPECT_TRUE(isClip("error"));
  EXPECT_FALSE(isClip("0.02"));
  EXPECT_EQ(listClips(), "no, error, 0.01, 0.001, 0.0001");
  EXPECT_EQ(llvm::toString(
                findClip(weight("tensor<2x8xf32> source \"w\""), "error", store)
                    .takeError()),
            "the statistics of the input of 'w' have no sample, for an earlier "
            "llmc wrote them: calibrate again");
}
