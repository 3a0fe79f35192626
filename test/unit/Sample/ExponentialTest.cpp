//===- ExponentialTest.cpp - the sampler's own exp ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Exponential.h"
#include "Tolerances.h"

#include <gtest/gtest.h>

#include <cmath>

using llmrt::sample::exponential;

TEST(Exponential, IsWithinTwoUnitsOfTheLibrarysExp) {
  for (double x = 0.0; x > -690.0; x -= 0.00731) {
    double expected = std::exp(x);
    EXPECT_LE(std::abs(exponential(x) - expected),
              llmc::test::tolerance::exponential * expected)
        << x;
  }
}

TEST(Exponential, IsExactAtZeroAndZeroFarBelow) {
  EXPECT_EQ(exponential(0.0), 1.0);
  EXPECT_EQ(exponential(-701.0), 0.0);
  EXPECT_EQ(exponential(-INFINITY), 0.0);
}

TEST(Exponential, NeverAscends) {
  double previous = 1.0;
  for (double x = 0.0; x > -40.0; x -= 1e-4) {
    EXPECT_LE(exponential(x), previous);
    previous = exponential(x);
  }
}
