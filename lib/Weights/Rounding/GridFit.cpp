//===- GridFit.cpp - the scale of a group of weights ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The range of a group is set by its largest weight, and most weights are small:
// with few bits a narrower range, which clips the largest, has the smaller error.
//===----------------------------------------------------------------------===//
#include "GridFit.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

using namespace llvm;
using namespace llmc;
using mlir::llm::Grid;

namespace {

/// What is wished for before it is rounded to what is stored.
struct Wish {
  float scale, min;
};

class Fitter {
public:
  Fitter(const Grid &grid, ArrayRef<float> values, ArrayRef<float> importance)
      : grid(grid), range(grid), values(values), importance(importance),
        codes(values.size()) {
    assert((importance.empty() || importance.size() == values.size()) &&
           "each value has its importance");
    auto [low, high] = std::minmax_element(values.begin(), values.end());
    least = *low;
    most = *high;
  }

  GroupScale span() const { return store(spanned(1)); }
  GroupScale search();

private:
  GroupScale store(Wish wish) const;
  Wish spanned(float part) const;
  Wish fitToCodes() const;
  double round(const GroupScale &group);
  bool tryOut(Wish wish);

  float weightOf(size_t i) const {
    return importance.empty() ? 1.0f : importance[i];
  }

  const Grid &grid;
  CodeRange range;
  ArrayRef<float> values, importance;
  SmallVector<float, 256> codes;
  float least, most;
  GroupScale best;
  double bestError = std::numeric_limits<double>::infinity();
};

} // namespace

GroupScale Fitter::store(Wish wish) const {
  GroupScale group;
  group.scaleBits = encodeScale(grid.scale, wish.scale);
  group.scale = decodeScale(grid.scale, group.scaleBits);
  if (!grid.hasMin)
    return group;
  group.minBits = encodeScale(grid.scale, wish.min);
  group.min = decodeScale(grid.scale, group.minBits);
  return group;
}

/// The scale with which the codes span `part` of the values' range.
Wish Fitter::spanned(float part) const {
  if (grid.hasMin) {
    float cut = (most - least) * (1 - part) / 2;
    return {(most - least) * part / range.top, least + cut};
  }
  if (grid.isSymmetric())
    return {part * std::max(-least, most) / (range.zero - 1), 0};
  // There is one code more below zero than above: the value of greatest magnitude
  // becomes code 0, whatever its sign.
  float extreme = -least > most ? least : most;
  return {part * extreme / (range.zero != 0 ? -range.zero : range.top), 0};
}

/// Codes for the scale, and the squared error that is left.
double Fitter::round(const GroupScale &group) {
  const float inverse = CodeRange::inverseOf(group);
  double error = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    codes[i] = range.codeOf(values[i], group, inverse);
    float rest = values[i] - range.valueOf(codes[i], group);
    error += static_cast<double>(weightOf(i) * rest * rest);
  }
  return error;
}

/// The scale and minimum of least squared error for the codes at hand.
Wish Fitter::fitToCodes() const {
  double n = 0, c = 0, cc = 0, x = 0, cx = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    double weight = weightOf(i), code = codes[i] - range.zero;
    n += weight;
    c += weight * code;
    cc += weight * code * code;
    x += weight * values[i];
    cx += weight * code * values[i];
  }
  if (!grid.hasMin)
    return {static_cast<float>(cc > 0 ? cx / cc : 0), 0};
  double determinant = n * cc - c * c;
  if (determinant <= 0)
    return {best.scale, best.min};
  return {static_cast<float>((n * cx - c * x) / determinant),
          static_cast<float>((cc * x - c * cx) / determinant)};
}

/// Whether nothing better was tried before.
bool Fitter::tryOut(Wish wish) {
  GroupScale group = store(wish);
  double error = round(group);
  if (!(error < bestError))
    return false;
  best = group;
  bestError = error;
  return true;
}

GroupScale Fitter::search() {
  // Of 4 bits the best range is some nine tenths, of 2 bits some six.
  constexpr float narrowest = 0.45f, step = 0.05f;
  for (float part = 1; part > narrowest; part -= step)
    for (float sign : {1.0f, -1.0f}) {
      if (sign < 0 && (grid.hasMin || grid.isSymmetric()))
        continue; // the same codes the other way round
      Wish wish = spanned(part);
      tryOut({sign * wish.scale, wish.min});
      tryOut(fitToCodes());
    }
  while (bestError > 0 && (round(best), tryOut(fitToCodes())))
    ;
  return best;
}

GroupScale llmc::fitGroup(const Grid &grid, ArrayRef<float> values,
                          ArrayRef<float> importance, bool search) {
  assert(!grid.hasSub() && "a group has floats of its own");
  Fitter fitter(grid, values, importance);
  GroupScale spanned = fitter.span();
  return search && std::isfinite(spanned.scale) && std::isfinite(spanned.min)
             ? fitter.search()
             : spanned;
}
