//===- Quip.cpp - what inputs and weights have, half each -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The diagonal rescaling of arXiv:2307.13304, algorithm 1: with H = X^T X a column of
// the weights is multiplied by s_j = (H_jj / ||W_j||^2)^(1/4), so that the trace of H
// times the squares of W, what rounding loses, is least before both are turned.
//===----------------------------------------------------------------------===//
#include "../InputStatistics.h"
#include "Equalizing.h"

#include <cmath>

using namespace llvm;
using namespace llmc;

static float addLengths(float a, float b) { return std::hypot(a, b); }

std::string llmc::findQuipFactors(const EqualizingInput &input,
                                  std::vector<float> &factors) {
  std::vector<float> length, squares(input.cols);
  if (std::string problem =
          readColumns(input.store, input.step.getStats().getValue(), "l2",
                      input.cols, input.columns, length);
      !problem.empty())
    return problem;
  for (auto [i, value] : enumerate(input.values))
    squares[i % input.cols] += value * value;
  for (float &number : squares)
    number = std::sqrt(number);
  for (std::vector<float> *numbers : {&length, &squares})
    if (std::string problem = joinHeads(input.step, addLengths, *numbers);
        !problem.empty())
      return problem;
  for (auto [of, by] : zip_equal(length, squares)) {
    // A column of zeros, of either, is not the scale of anything.
    const bool isThere = of > 0 && by > 0;
    factors.push_back(isThere ? limitFactor(std::sqrt(of / by)) : 1.0F);
  }
  return "";
}
