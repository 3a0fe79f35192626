//===- GridFit.h - the scale of a group of weights --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_WEIGHTS_ROUNDING_GRIDFIT_H
#define LLMC_LIB_WEIGHTS_ROUNDING_GRIDFIT_H

#include "dialects/llm/Grid.h"

#include "llvm/ADT/ArrayRef.h"

#include <array>

namespace llmc {

/// Scale and minimum of a group as they are stored: codes are chosen for these, not
/// for the numbers that were wished for. With sub-scales the bits are theirs.
struct GroupScale {
  uint32_t scaleBits = 0, minBits = 0;
  float scale = 0, min = 0; // decoded
};

/// The floats that the groups of a block share where each has sub-scales.
struct SharedScale {
  uint32_t scaleBits = 0, minBits = 0;
  float scale = 0, min = 0; // decoded
};

/// Those with which each of `groups`, as they are wished for, is near a sub-scale.
SharedScale shareScales(const mlir::llm::Grid &grid,
                        llvm::ArrayRef<GroupScale> groups);

/// A group's scale and minimum as `grid` stores them. With sub-scales those of `shared`;
/// without it they are what is wished for, without bits.
GroupScale storeScale(const mlir::llm::Grid &grid, float scale, float min,
                      const SharedScale *shared);

/// Which codes a grid has, what they stand for, and how numbers become them. Methods
/// know no more of a grid.
class CodeRange {
public:
  explicit CodeRange(const mlir::llm::Grid &grid);

  /// The nearest code, ties to even.
  float codeOf(float value, const GroupScale &group, float inverse) const {
    const float steps = (value - group.min) * inverse;
    return grid.table.empty() ? findCode(steps) : findInTable(steps);
  }
  /// What a code stands for before it is multiplied by the scale.
  float stepsOf(float code) const {
    return grid.table.empty()
               ? code - zero
               : static_cast<float>(grid.table[static_cast<size_t>(code)]);
  }
  float valueOf(float code, const GroupScale &group) const {
    return group.scale * stepsOf(code) + group.min;
  }
  /// Each number of steps becomes what the nearest code stands for.
  void roundSteps(llvm::MutableArrayRef<float> steps) const;
  static float inverseOf(const GroupScale &group) {
    return group.scale != 0 ? 1.0f / group.scale : 0.0f;
  }
  /// The code of 0, whatever the scale, of a grid without minimums; negative if there
  /// is none.
  float getZeroCode() const { return zeroCode; }
  /// Whether with each number its opposite has a code.
  bool isEven() const { return even; }
  /// The ends of what codes stand for.
  float getLeast() const { return least; }
  float getMost() const { return most; }

  const mlir::llm::Grid grid;

private:
  /// Adding 1.5 * 2^23 leaves no bits behind the point: a rounding that every
  /// instruction set has in vectors.
  float findCode(float steps) const {
    constexpr float noFraction = 12582912.0f;
    float code = steps + zero;
    code = code > bottom ? code : bottom; // of no number: a code nevertheless
    code = code < top ? code : top;
    return (code + noFraction) - noFraction;
  }
  float findInTable(float steps) const {
    int place = 0;
    for (float bound : bounds)
      place += steps > bound;
    return inOrder[place];
  }
  void sortTable();

  float zero, bottom, top, least, most, zeroCode;
  bool even;
  // Of a table: its codes by what they stand for, the last number for each but the last,
  // and how far from there to the next.
  static constexpr size_t entries = 16; // at most
  std::array<float, entries> inOrder;
  std::array<float, entries - 1> bounds, gaps;
};

/// The scale (and minimum) for a group of finite values. Without `search` it spans
/// their range; with it the squared error is least among ranges that are narrower,
/// and scales fitted to their codes. `importance` weighs the values' errors, or is
/// empty. A scale that its type cannot hold is infinite. `shared` is as in storeScale.
GroupScale fitGroup(const CodeRange &range, llvm::ArrayRef<float> values,
                    llvm::ArrayRef<float> importance, bool search,
                    const SharedScale *shared = nullptr);

} // namespace llmc

#endif // LLMC_LIB_WEIGHTS_ROUNDING_GRIDFIT_H
