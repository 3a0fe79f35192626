//===- GridFit.cpp - the scale of a group of weights ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The range of a group is set by its largest weight, and most weights are small:
// with few bits a narrower range, which clips the largest, has the smaller error.
//===----------------------------------------------------------------------===//
#include "GridFit.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

using namespace llvm;
using namespace llmc;
using mlir::llm::Grid;

//===----------------------------------------------------------------------===//
// Codes
//===----------------------------------------------------------------------===//

CodeRange::CodeRange(const Grid &grid)
    : grid(grid), zero(static_cast<float>(grid.zero)),
      bottom(grid.isSymmetric() ? 1.0f : 0.0f),
      top(static_cast<float>((1 << grid.bits) - 1)), zeroCode(zero),
      even(grid.isSymmetric()) {
  auto [low, high] = grid.getRange();
  least = static_cast<float>(low);
  most = static_cast<float>(high);
  if (!grid.table.empty())
    sortTable();
}

/// Of codes for the same the first counts.
void CodeRange::sortTable() {
  assert(grid.table.size() <= entries && "tables are of codes of 4 bits");
  SmallVector<int, entries> codes(grid.table.size());
  std::iota(codes.begin(), codes.end(), 0);
  auto numberOf = [&](int code) { return static_cast<int>(grid.table[code]); };
  std::stable_sort(codes.begin(), codes.end(),
                   [&](int a, int b) { return numberOf(a) < numberOf(b); });
  auto end = std::unique(codes.begin(), codes.end(), [&](int a, int b) {
    return numberOf(a) == numberOf(b);
  });
  ArrayRef<int> distinct(codes.begin(), end);
  bounds.fill(std::numeric_limits<float>::infinity());
  gaps.fill(0);
  inOrder.fill(static_cast<float>(distinct.back()));
  zeroCode = -1;
  even = true;
  for (auto [place, code] : enumerate(distinct)) {
    inOrder[place] = static_cast<float>(code);
    if (numberOf(code) == 0)
      zeroCode = static_cast<float>(code);
    even &= numberOf(distinct[distinct.size() - 1 - place]) == -numberOf(code);
    if (place + 1 == distinct.size())
      break;
    gaps[place] =
        static_cast<float>(numberOf(distinct[place + 1]) - numberOf(code));
    const float middle =
        static_cast<float>(numberOf(code) + numberOf(distinct[place + 1])) / 2;
    bounds[place] = code % 2 == 0 ? middle : std::nextafter(middle, -INFINITY);
  }
}

/// Sums of gaps, as lookups do not go in vectors.
void CodeRange::roundSteps(MutableArrayRef<float> steps) const {
  if (grid.table.empty()) {
    for (float &number : steps)
      number = findCode(number) - zero;
    return;
  }
  for (float &number : steps) {
    float sum = least;
    for (size_t i = 0; i < bounds.size(); ++i)
      sum += number > bounds[i] ? gaps[i] : 0;
    number = sum;
  }
}

//===----------------------------------------------------------------------===//
// Scales
//===----------------------------------------------------------------------===//

/// Whether sub-scales are not negative, and sub-minimums have the sign of their float.
static bool hasOneSign(const Grid &grid) {
  return grid.hasSub() && !grid.subSigned;
}

SharedScale llmc::shareScales(const Grid &grid, ArrayRef<GroupScale> groups) {
  SmallVector<float> scales, mins;
  for (const GroupScale &group : groups) {
    scales.push_back(group.scale);
    mins.push_back(group.min);
  }
  SharedScale shared;
  shared.scaleBits = grid.encodeShared(scales);
  shared.scale = decodeScale(grid.scale, shared.scaleBits);
  if (grid.hasMin)
    shared.minBits = grid.encodeShared(mins);
  shared.min = decodeScale(grid.scale, shared.minBits);
  return shared;
}

/// The nearest sub-scale to a number; of one that is not 0 not 0, which would take all
/// of a group away.
static uint8_t findSubScale(const Grid &grid, float number, float shared) {
  if (shared == 0)
    return 0;
  const uint8_t byte = grid.encodeSub(number / shared);
  if (byte != 0 || number == 0)
    return byte;
  return grid.encodeSub(number / shared < 0 && grid.subSigned ? -1.0f : 1.0f);
}

static GroupScale storeSubs(const Grid &grid, float scale, float min,
                            const SharedScale &shared) {
  GroupScale group;
  group.scaleBits = findSubScale(grid, scale, shared.scale);
  group.scale =
      shared.scale *
      static_cast<float>(grid.decodeSub(static_cast<uint8_t>(group.scaleBits)));
  if (!grid.hasMin)
    return group;
  group.minBits = shared.min != 0 ? grid.encodeSub(min / shared.min) : 0;
  group.min =
      shared.min *
      static_cast<float>(grid.decodeSub(static_cast<uint8_t>(group.minBits)));
  return group;
}

GroupScale llmc::storeScale(const Grid &grid, float scale, float min,
                            const SharedScale *shared) {
  GroupScale group;
  if (hasOneSign(grid)) {
    scale = std::fabs(scale);
    min = std::min(min, 0.0f);
  }
  if (grid.hasSub() && shared)
    return storeSubs(grid, scale, min, *shared);
  if (grid.hasSub()) {
    group.scale = scale;
    group.min = grid.hasMin ? min : 0;
    return group;
  }
  group.scaleBits = grid.encodeScale(scale);
  group.scale = decodeScale(grid.scale, group.scaleBits);
  if (!grid.hasMin)
    return group;
  group.minBits = encodeScale(grid.scale, min);
  group.min = decodeScale(grid.scale, group.minBits);
  return group;
}

namespace {

/// What is wished for before it is rounded to what is stored.
struct Wish {
  float scale, min;
};

class Fitter {
public:
  Fitter(const CodeRange &range, ArrayRef<float> values,
         ArrayRef<float> importance, const SharedScale *shared)
      : grid(range.grid), range(range), values(values), importance(importance),
        shared(shared), steps(values.size()) {
    assert((importance.empty() || importance.size() == values.size()) &&
           "each value has its importance");
    auto [low, high] = std::minmax_element(values.begin(), values.end());
    // An unsigned sub-minimum is below zero, which stays in range.
    least = grid.hasMin && hasOneSign(grid) ? std::min(*low, 0.0f) : *low;
    most = std::max(*high, least);
  }

  GroupScale span() const { return store(spanned(1)); }
  GroupScale search();

private:
  GroupScale store(Wish wish) const {
    return storeScale(grid, wish.scale, wish.min, shared);
  }
  Wish spanned(float part) const;
  Wish fitToCodes() const;
  double round(const GroupScale &group);
  bool tryOut(Wish wish);

  float weightOf(size_t i) const {
    return importance.empty() ? 1.0f : importance[i];
  }

  const Grid &grid;
  const CodeRange &range;
  ArrayRef<float> values, importance;
  const SharedScale *shared;
  SmallVector<float, 256> steps; // of the scale, that codes stand for
  float least, most;
  GroupScale best;
  double bestError = std::numeric_limits<double>::infinity();
};

} // namespace

/// The scale with which the codes span `part` of the values' range.
Wish Fitter::spanned(float part) const {
  if (grid.hasMin) {
    float cut = (most - least) * (1 - part) / 2;
    return {(most - least) * part / range.getMost(), least + cut};
  }
  const float low = range.getLeast(), high = range.getMost();
  if (low == -high)
    return {part * std::max(-least, most) / high, 0};
  if (grid.powerScales) // which have no sign
    return {part * std::max(low < 0 ? least / low : 0, most / high), 0};
  // There is more room below zero than above, or the other way round: the value of
  // greatest magnitude goes there, whatever its sign.
  float extreme = -least > most ? least : most;
  return {part * extreme / (-low < high ? high : low), 0};
}

/// Codes for the scale, and the squared error that is left.
double Fitter::round(const GroupScale &group) {
  const float inverse = CodeRange::inverseOf(group);
  double error = 0;
  for (size_t i = 0; i < values.size(); ++i)
    steps[i] = (values[i] - group.min) * inverse;
  range.roundSteps(steps);
  for (size_t i = 0; i < values.size(); ++i) {
    float rest = values[i] - (group.scale * steps[i] + group.min);
    error += static_cast<double>(weightOf(i) * rest * rest);
  }
  return error;
}

/// The scale and minimum of least squared error for the codes at hand.
Wish Fitter::fitToCodes() const {
  double n = 0, c = 0, cc = 0, x = 0, cx = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    double weight = weightOf(i), code = steps[i];
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
  const bool oneSign = grid.hasMin || range.isEven() || grid.powerScales;
  for (float part = grid.powerScales ? 2 : 1; part > narrowest;
       part = grid.powerScales ? part / 2 : part - step)
    for (float sign : {1.0f, -1.0f}) {
      if (sign < 0 && oneSign)
        continue; // the same codes the other way round, or no scales for them
      Wish wish = spanned(part);
      tryOut({sign * wish.scale, wish.min});
      tryOut(fitToCodes());
    }
  while (bestError > 0 && (round(best), tryOut(fitToCodes())))
    ;
  return best;
}

GroupScale llmc::fitGroup(const CodeRange &range, ArrayRef<float> values,
                          ArrayRef<float> importance, bool search,
                          const SharedScale *shared) {
  Fitter fitter(range, values, importance, shared);
  GroupScale spanned = fitter.span();
  return search && std::isfinite(spanned.scale) && std::isfinite(spanned.min)
             ? fitter.search()
             : spanned;
}
