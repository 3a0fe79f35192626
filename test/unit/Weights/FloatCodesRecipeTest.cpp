//===- FloatCodesRecipeTest.cpp - weights whose codes stand for floats ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "RecipeTesting.h"

#include "mlir/AsmParser/AsmParser.h"

#include <limits>

using namespace llmc;
using namespace llmc::test;
using namespace mlir::llm;

namespace {
constexpr const char *rows = "#llm.float_codes<type = f8E4M3FN, group = 2, "
                             "scale = f16>";
class FloatCodesRecipe : public RecipeTest {
protected:
  EncodingAttrInterface encoding(const char *text) {
    return llvm::cast<EncodingAttrInterface>(
        mlir::parseAttribute(text, &context));
  }
  /// A weight of floats [2, 2] that becomes such codes.
  std::string convert(const std::string &codes) {
    return "!llm.packed<2x2, " + codes +
           "> source \"s\" recipe [#llm.convert<" + codes + ">]";
  }
};
} // namespace

TEST_F(FloatCodesRecipe, KeepsBytes) {
  Bytes content = {0x00, 0x3c, 0x38, 0xb8, 0x00, 0x40, 0x01, 0x7e};
  add("s", {2, 2}, encoding(rows), content);
  const std::string weight =
      std::string("!llm.packed<2x2, ") + rows + "> source \"s\"";
  EXPECT_EQ(bytes(weight), content);
  EXPECT_EQ(values(weight), (std::vector<float>{1, -1, 0x1p-8f, 896}));
}

TEST_F(FloatCodesRecipe, RefusesWhatIsNoNumber) {
  add("s", {2, 2}, encoding(rows),
      {0x00, 0x3c, 0x38, 0xb8, 0x7f, 0x40, 0x01, 0xff});
  expectRefused(std::string("!llm.packed<2x2, ") + rows + "> source \"s\"",
                "cannot be multiplied: row 1, column 1 is not a number");
}

/// The largest of a row is the largest float there is, whatever it was.
TEST_F(FloatCodesRecipe, RoundsToTheNearest) {
  add("s", {2, 2}, f32(), floats({1, -0.26f, 896, 0}));
  EXPECT_EQ(values(convert("#llm.float_codes<type = f8E5M2, group = 2, scale "
                           "= f32>")),
            (std::vector<float>{1, -0.25f, 896, 0}));
}

TEST_F(FloatCodesRecipe, RefusesToRoundWhatIsNoNumber) {
  add("s", {2, 2}, f32(),
      floats({1, 2, 3, std::numeric_limits<float>::infinity()}));
  expectRefused(convert(rows),
                "cannot be quantised: row 1, column 1 is infinite");
}

TEST_F(FloatCodesRecipe, RefusesScalesThatAreTooLarge) {
  add("s", {2, 2}, f32(), floats({1, 2, 3, 1e9f}));
  expectRefused(convert(rows), "take scale=f32");
}
