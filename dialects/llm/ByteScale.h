//===- ByteScale.h - numbers as codes of 8 bits and a scale -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rows of activations and keys and values of a cache. Compiled code does the same
// (lib/Lower/Cpu/ByteSteps.h) and rounds to the same codes: the reciprocal is taken
// first, and multiplied.
//===----------------------------------------------------------------------===//
#ifndef LLMC_DIALECTS_LLM_BYTESCALE_H
#define LLMC_DIALECTS_LLM_BYTESCALE_H

#include "llvm/ADT/ArrayRef.h"

#include <algorithm>
#include <cmath>

namespace mlir::llm {

/// Codes are 0 where the scale is no number, or too small: times the scale they are 0 or
/// NaN.
struct ByteScale {
  float scale;

  /// The largest magnitude of `values` is `levels` steps.
  explicit ByteScale(llvm::ArrayRef<float> values, float levels = 127) {
    float most = getMagnitude(values);
    scale = most / levels;
    inverse = levels / most;
  }
  /// The scale is known before, and numbers stop at 127 steps; it is NaN where one of them
  /// is not finite.
  static ByteScale withScale(float scale, llvm::ArrayRef<float> values) {
    ByteScale steps;
    steps.scale = scale + 0 * getMagnitude(values);
    steps.inverse = 1 / steps.scale;
    steps.most = 127;
    return steps;
  }
  /// `x` in steps of the scale, not yet rounded (to the nearest, ties to even).
  float getSteps(float x) const {
    bool isUsable = inverse > 0 && inverse < INFINITY;
    return isUsable ? std::clamp(x * inverse, -most, most) : 0;
  }

private:
  ByteScale() = default;
  static float getMagnitude(llvm::ArrayRef<float> values) {
    float most = 0;
    for (float value : values)
      if (float x = std::fabs(value); x > most || std::isnan(x))
        most = x; // and nothing is greater than a NaN
    return most;
  }

  float inverse, most = INFINITY;
};

} // namespace mlir::llm

#endif // LLMC_DIALECTS_LLM_BYTESCALE_H
