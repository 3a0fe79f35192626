//===- Lae.cpp - inputs reach as far as a logarithm -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Logarithmic activation equalisation (arXiv:2308.15987): divided by
// s_j = max|x_j| / log2(2 + max|x_j|), a column reaches log2(2 + max|x_j|): one of 100
// beside others of 1 becomes 6.7 beside 1.6. Weights have no say.
//===----------------------------------------------------------------------===//
#include "../InputStatistics.h"
#include "Equalizing.h"

#include <cmath>

using namespace llvm;
using namespace llmc;

std::string llmc::findLaeFactors(const EqualizingInput &input,
                                 std::vector<float> &factors) {
  std::vector<float> most;
  std::string problem =
      readColumns(input.store, input.step.getStats().getValue(), "absmax",
                  input.cols, input.columns, most);
  if (problem.empty())
    problem = joinHeads(
        input.step, [](float a, float b) { return std::max(a, b); }, most);
  // A column of zeros is not the scale of anything.
  for (double reach : most)
    factors.push_back(reach > 0 ? limitFactor(reach / std::log2(2 + reach))
                                : 1.0f);
  return problem;
}
