//===- Smooth.cpp - large inputs move into the weights --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// arXiv:2211.10438. A few columns of an input are many times as large as the others,
// and set the scale that all are rounded by. Divided by s and multiplied into the
// weights, which have room for it, they are easier to round:
// s_j = max|x_j|^alpha / max|W_j|^(1 - alpha), equation 4.
//===----------------------------------------------------------------------===//
#include "../InputStatistics.h"
#include "Equalizing.h"

#include <algorithm>
#include <cmath>

using namespace llvm;
using namespace llmc;

static constexpr double usualAlpha = 0.5; // of the paper

static float larger(float a, float b) { return std::max(a, b); }

std::string llmc::findSmoothFactors(const EqualizingInput &input,
                                    std::vector<float> &factors) {
  std::vector<float> most, reach(input.cols);
  if (std::string problem =
          readColumns(input.store, input.step.getStats().getValue(), "absmax",
                      input.cols, input.columns, most);
      !problem.empty())
    return problem;
  for (auto [i, value] : enumerate(input.values)) {
    float &entry = reach[i % input.cols];
    entry = std::max(entry, std::abs(value));
  }
  for (std::vector<float> *numbers : {&most, &reach})
    if (std::string problem = joinHeads(input.step, larger, *numbers);
        !problem.empty())
      return problem;
  mlir::FloatAttr asked = input.step.getAlpha();
  const double alpha = asked ? asked.getValueAsDouble() : usualAlpha;
  for (int64_t i = 0; i < input.cols; ++i) {
    // A column of zeros, of either, is not the scale of anything.
    bool isThere = most[i] > 0 && reach[i] > 0;
    double factor = std::pow(most[i], alpha) / std::pow(reach[i], 1 - alpha);
    factors.push_back(isThere ? limitFactor(factor) : 1.0f);
  }
  return "";
}
