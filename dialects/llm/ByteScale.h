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

#include <cmath>

namespace mlir::llm {

/// The largest magnitude of some numbers is 127 steps. Codes are 0 where that is no
/// number, or too small: times the scale they are 0 or NaN.
struct ByteScale {
  float scale;

  explicit ByteScale(llvm::ArrayRef<float> values) {
    float most = 0;
    for (float value : values)
      if (float x = std::fabs(value); x > most || std::isnan(x))
        most = x; // and nothing is greater than a NaN
    scale = most / 127.0f;
    inverse = 127.0f / most;
    isUsable = inverse > 0 && inverse < INFINITY;
  }
  /// `x` in steps of the scale, not yet rounded (to the nearest, ties to even).
  float getSteps(float x) const { return isUsable ? x * inverse : 0; }

private:
  float inverse;
  bool isUsable;
};

} // namespace mlir::llm

#endif // LLMC_DIALECTS_LLM_BYTESCALE_H
