//===- InputScaleTest.cpp - one scale for all rows of an input ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RecipeTesting.h"

#include "llmc/Weights/Rounding.h"

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

TEST_F(InputScaleTest, NoStatisticsAreAnError) {
  EXPECT_EQ(scaleOf("tensor<2x8xf32>", "", "v"),
            "weight 's': there are no statistics of the input of 'v'");
}
