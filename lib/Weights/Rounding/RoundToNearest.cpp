//===- RoundToNearest.cpp - each weight by itself -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Rounding.h"

using namespace llvm;
using namespace llmc;

std::string llmc::roundToNearest(const RoundingInput &input,
                                 RoundedMatrix &result) {
  CodeRange range(input.grid);
  ScaleFitter fitter(input, result);
  for (int64_t first = 0; first < input.rows * input.cols;
       first += input.span) {
    if (first % input.block == 0)
      fitter.share(first, input.values.slice(first, input.block));
    ArrayRef<float> values = input.values.slice(first, input.span);
    const GroupScale &scale = fitter.fit(first, values);
    const float inverse = CodeRange::inverseOf(scale);
    for (auto [i, value] : enumerate(values))
      result.codes[first + i] =
          static_cast<uint8_t>(range.codeOf(value, scale, inverse));
  }
  return "";
}
