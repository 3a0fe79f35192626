//===- GridFit.h - the scale of a group of weights --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_WEIGHTS_ROUNDING_GRIDFIT_H
#define LLMC_LIB_WEIGHTS_ROUNDING_GRIDFIT_H

#include "dialects/llm/Grid.h"

#include "llvm/ADT/ArrayRef.h"

namespace llmc {

/// Scale and minimum of a group as they are stored: codes are chosen for these, not
/// for the numbers that were wished for.
struct GroupScale {
  uint32_t scaleBits = 0, minBits = 0;
  float scale = 0, min = 0; // decoded
};

/// Which codes a grid has, and how numbers become them.
class CodeRange {
public:
  explicit CodeRange(const mlir::llm::Grid &grid)
      : zero(static_cast<float>(grid.zero)),
        bottom(grid.isSymmetric() ? 1.0f : 0.0f),
        top(static_cast<float>((1 << grid.bits) - 1)) {}

  /// The nearest code, ties to even. Adding 1.5 * 2^23 leaves no bits behind the
  /// point: a rounding that every instruction set has in vectors.
  float codeOf(float value, const GroupScale &group, float inverse) const {
    constexpr float noFraction = 12582912.0f;
    float code = (value - group.min) * inverse + zero;
    code = code > bottom ? code : bottom; // of no number: a code nevertheless
    code = code < top ? code : top;
    return (code + noFraction) - noFraction;
  }
  float valueOf(float code, const GroupScale &group) const {
    return group.scale * (code - zero) + group.min;
  }
  static float inverseOf(const GroupScale &group) {
    return group.scale != 0 ? 1.0f / group.scale : 0.0f;
  }

  float zero, bottom, top;
};

/// The scale (and minimum) for a group of finite values. Without `search` it spans
/// their range; with it the squared error is least among ranges that are narrower,
/// and scales fitted to their codes. `importance` weighs the values' errors, or is
/// empty. A scale that its type cannot hold is infinite.
GroupScale fitGroup(const mlir::llm::Grid &grid, llvm::ArrayRef<float> values,
                    llvm::ArrayRef<float> importance, bool search);

} // namespace llmc

#endif // LLMC_LIB_WEIGHTS_ROUNDING_GRIDFIT_H
