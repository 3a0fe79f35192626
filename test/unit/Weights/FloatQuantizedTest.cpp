//===- FloatQuantizedTest.cpp - FP8 as compressed-tensors stores it -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RecipeTesting.h"

#include "llmc/Weights/FloatQuantized.h"

#include "mlir/AsmParser/AsmParser.h"

using namespace llmc;
using namespace llmc::test;
using namespace mlir::llm;

namespace {

class FloatQuantizedTest : public RecipeTest {
protected:
  FloatCodesAttr codes(const std::string &text) {
    return mlir::cast<FloatCodesAttr>(
        mlir::parseAttribute("#llm.float_codes<" + text + ">", &context));
  }
};

} // namespace

TEST_F(FloatQuantizedTest, HasE4M3) {
  EXPECT_EQ(
      refuseFloatQuantized(codes("type = f8E4M3FN, group = 32, scale = bf16")),
      "");
  EXPECT_EQ(
      refuseFloatQuantized(codes("type = f8E5M2, group = 32, scale = bf16")),
      "has E4M3 alone: take values=e4m3");
  EXPECT_EQ(refuseFloatQuantized(codes(
                "values = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, "
                "1.0, -1.0, -0.5, -0.3, -0.2, -0.1], group = 32, scale = f32")),
            "has floats of 8 bits alone: take values=e4m3 with bits=8, or "
            "values=uniform");
}

/// Two rows of two groups: all codes, then all scales.
TEST_F(FloatQuantizedTest, CodesAndScalesPart) {
  FloatQuantized form{codes("type = f8E4M3FN, group = 2, scale = bf16"), 4};
  EXPECT_EQ(form.getRowScales(), 2);
  EXPECT_EQ(form.getScaleBytes(), 2);
  Bytes blocks = {1, 2, 10, 11, 3, 4, 12, 13, 5, 6, 14, 15, 7, 8, 16, 17};
  EXPECT_EQ(form.unpack(blocks),
            (std::vector<uint8_t>{10, 11, 12, 13, 14, 15, 16, 17, 1, 2, 3, 4, 5,
                                  6, 7, 8}));
}
