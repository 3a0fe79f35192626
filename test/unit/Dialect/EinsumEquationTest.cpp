//===- EinsumEquationTest.cpp - which loops letters name --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/onnx/EinsumEquation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using mlir::onnx::EinsumEquation;
using testing::ElementsAre;

TEST(EinsumEquation, LoopsOfTheResultComeFirst) {
  EinsumEquation product("bij, bjk -> bik", {3, 3});
  EXPECT_EQ(product.error(), "");
  EXPECT_EQ(product.keptLoops(), 3);
  EXPECT_EQ(product.allLoops(), 4);
  EXPECT_THAT(product.loopsOf(0), ElementsAre(0, 1, 3));
  EXPECT_THAT(product.loopsOf(1), ElementsAre(0, 3, 2));
}

TEST(EinsumEquation, ALetterTwiceIsADiagonal) {
  EinsumEquation trace("ii", {2});
  EXPECT_EQ(trace.keptLoops(), 0);
  EXPECT_THAT(trace.loopsOf(0), ElementsAre(0, 0));
}

TEST(EinsumEquation, DotsAreTheDimsWithoutALetterCountedFromTheLast) {
  EinsumEquation rows("...d,kd->...k", {3, 2});
  EXPECT_EQ(rows.error(), "");
  EXPECT_EQ(rows.keptLoops(), 3);
  EXPECT_THAT(rows.loopsOf(0), ElementsAre(0, 1, 3));
  EXPECT_THAT(rows.loopsOf(1), ElementsAre(2, 3));
  // The shorter one has the last of them.
  EinsumEquation sum("...,...->...", {2, 1});
  EXPECT_THAT(sum.loopsOf(0), ElementsAre(0, 1));
  EXPECT_THAT(sum.loopsOf(1), ElementsAre(1));
}

TEST(EinsumEquation, WithoutAnArrowTheResultHasWhatIsThereOnce) {
  EinsumEquation product("ca,ab", {2, 2});
  EXPECT_EQ(product.keptLoops(), 2); // b, c
  EXPECT_THAT(product.loopsOf(0), ElementsAre(1, 2));
  EXPECT_THAT(product.loopsOf(1), ElementsAre(2, 0));
}

TEST(EinsumEquation, SaysWhatIsWrong) {
  EXPECT_EQ(EinsumEquation("ij->i", {2, 2}).error(),
            "has not one term for each of its tensors");
  EXPECT_EQ(EinsumEquation("ij->ii", {2}).error(),
            "has a letter twice in its result");
  EXPECT_EQ(EinsumEquation("i1->i", {2}).error(),
            "has something that is no letter");
  EXPECT_EQ(EinsumEquation("ij->i", {3}).error(),
            "has a term of other dims than its tensor");
  EXPECT_EQ(EinsumEquation("ij...->i", {1}).error(),
            "has a term of other dims than its tensor");
}
