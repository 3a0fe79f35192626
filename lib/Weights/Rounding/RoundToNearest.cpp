//===- RoundToNearest.cpp - each weight by itself -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Rounding.h"

using namespace llvm;
using namespace llmc;

std::string llmc::roundToNearest(const RoundingInput &input,
                                 RoundedMatrix &result) {
  CodeRange range(input.grid);
  ArrayRef<float> importance = input.importance;
  for (size_t group = 0; group < result.scales.size(); ++group) {
    ArrayRef<float> values = input.values.slice(group * input.span, input.span);
    if (!input.importance.empty())
      importance = ArrayRef(input.importance)
                       .slice(group * input.span % input.cols, input.span);
    GroupScale scale =
        fitGroup(range, values, importance, input.step.getSearch());
    result.scales[group] = scale;
    const float inverse = CodeRange::inverseOf(scale);
    for (auto [i, value] : enumerate(values))
      result.codes[group * input.span + i] =
          static_cast<uint8_t>(range.codeOf(value, scale, inverse));
  }
  return "";
}
