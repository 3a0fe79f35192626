//===- QuantEase.cpp - codes and scales are chosen again ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// arXiv:2309.01885. gptq decides each column once, before it knows what later ones
// become. From its codes, with H = X^T X and what is left, r = w - q, the best value
// for a column while the others stay is q_j + (r H)_j / H_jj: columns are rounded to
// that again and again, which never makes r H r^T larger. In between each group's scale
// (and minimum) takes the best value for its codes. An outlier takes the best value itself.
//===----------------------------------------------------------------------===//
#include "../InputStatistics.h"
#include "Rounding.h"

#include <cmath>

using namespace llvm;
using namespace llmc;

static constexpr int sweeps = 4; // the fifth changes one code in a thousand

namespace {

class QuantEase {
public:
  QuantEase(const RoundingInput &input, RoundedMatrix &result)
      : input(input), result(result), range(input.grid), fitter(input, result),
        cols(input.cols), h(input.xtx), rest(cols), gradient(cols),
        direction(cols) {}

  void prepare();
  void improveRow(int64_t row);

private:
  void load(int64_t row);
  void improveCodes(int64_t row);
  void improveGroup(int64_t row, int64_t first);
  template <typename Direction, typename Store>
  bool move(int64_t row, int64_t first, float &number, Direction direct,
            Store store);
  void setGroup(int64_t row, int64_t first, GroupScale wished);
  /// The rest of a column is less by `change`.
  void change(int64_t col, float change) {
    rest[col] -= change;
    const float *line = &h[col * cols];
    for (int64_t i = 0; i < cols; ++i)
      gradient[i] -= change * line[i];
  }
  GroupScale &scaleOf(int64_t row, int64_t col) {
    return result.scales[(row * cols + col) / input.span];
  }
  float valueOf(int64_t row, int64_t col) {
    if (input.hasOutlier(row, col))
      return result.outliers[row * cols + col];
    return range.valueOf(result.codes[row * cols + col], scaleOf(row, col));
  }

  const RoundingInput &input;
  RoundedMatrix &result;
  CodeRange range;
  ScaleFitter fitter;
  const int64_t cols;
  std::vector<float> h;              // [cols, cols], damped
  std::vector<float> rest, gradient; // [cols], of a row: r and r H
  std::vector<float> direction;      // [cols]
};

} // namespace

void QuantEase::prepare() {
  double sum = 0;
  for (int64_t i = 0; i < cols; ++i)
    sum += h[i * cols + i];
  mlir::FloatAttr asked = input.step.getDamp();
  const double damp = asked ? asked.getValueAsDouble() : usualDamp;
  for (int64_t i = 0; i < cols; ++i)
    h[i * cols + i] +=
        static_cast<float>(damp * sum / static_cast<double>(cols));
}

void QuantEase::load(int64_t row) {
  std::fill(rest.begin(), rest.end(), 0);
  std::fill(gradient.begin(), gradient.end(), 0);
  for (int64_t col = 0; col < cols; ++col)
    change(col, valueOf(row, col) - input.values[row * cols + col]);
}

void QuantEase::improveCodes(int64_t row) {
  for (int64_t col = 0; col < cols; ++col) {
    const float curve = h[col * cols + col];
    if (curve <= 0 || input.keepsZero(row, col))
      continue;
    const GroupScale &scale = scaleOf(row, col);
    const float now = valueOf(row, col), best = now + gradient[col] / curve;
    const float code = range.codeOf(best, scale, CodeRange::inverseOf(scale));
    result.codes[row * cols + col] = static_cast<uint8_t>(code);
    if (input.hasOutlier(row, col))
      result.outliers[row * cols + col] = best;
    if (const float changed = valueOf(row, col) - now; changed != 0)
      change(col, changed);
  }
}

/// Moves a group's scale or minimum, `number`, to what is stored of where the error is
/// least: its values change by `direct(code)` times what it changes. Returns whether it
/// moved, which it does if the error is less there.
template <typename Direction, typename Store>
bool QuantEase::move(int64_t row, int64_t first, float &number,
                     Direction direct, Store store) {
  double slope = 0, curve = 0;
  for (int64_t col = first; col < first + input.span; ++col)
    direction[col] =
        input.hasOutlier(row, col) ? 0 : direct(result.codes[row * cols + col]);
  for (int64_t col = first; col < first + input.span; ++col) {
    double sum = 0;
    for (int64_t other = first; other < first + input.span; ++other)
      sum += static_cast<double>(h[col * cols + other]) * direction[other];
    curve += sum * direction[col];
    slope += static_cast<double>(gradient[col]) * direction[col];
  }
  if (!(curve > 0))
    return false;
  const float stored = store(number + static_cast<float>(slope / curve));
  const double by = static_cast<double>(stored) - number;
  if (!(by * (2 * slope - by * curve) > 0))
    return false;
  number = stored;
  return true;
}

/// The group's numbers as they are stored, if they are finite.
void QuantEase::setGroup(int64_t row, int64_t first, GroupScale wished) {
  GroupScale &scale = scaleOf(row, first);
  wished = fitter.store(row * cols + first, wished.scale, wished.min);
  if (!std::isfinite(wished.scale) || !std::isfinite(wished.min) ||
      wished.scale == 0)
    return;
  const GroupScale before = scale;
  scale = wished;
  for (int64_t col = first; col < first + input.span; ++col) {
    if (input.hasOutlier(row, col))
      continue;
    const auto code = static_cast<float>(result.codes[row * cols + col]);
    const float changed =
        range.valueOf(code, wished) - range.valueOf(code, before);
    if (changed != 0)
      change(col, changed);
  }
}

void QuantEase::improveGroup(int64_t row, int64_t first) {
  GroupScale wished = scaleOf(row, first);
  const int64_t place = row * cols + first;
  if (move(
          row, first, wished.scale,
          [&](float code) { return range.stepsOf(code); },
          [&](float scale) {
            return fitter.store(place, scale, wished.min).scale;
          }))
    setGroup(row, first, wished);
  wished = scaleOf(row, first);
  if (input.grid.hasMin &&
      move(
          row, first, wished.min, [](float) { return 1.0f; },
          [&](float min) {
            return fitter.store(place, wished.scale, min).min;
          }))
    setGroup(row, first, wished);
}

void QuantEase::improveRow(int64_t row) {
  load(row);
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    improveCodes(row);
    for (int64_t first = 0; first < cols; first += input.span)
      improveGroup(row, first);
  }
  improveCodes(row);
}

std::string llmc::roundByQuantEase(const RoundingInput &input,
                                   RoundedMatrix &result) {
  if (std::string problem = roundByGptq(input, result); !problem.empty())
    return problem;
  QuantEase ease(input, result);
  ease.prepare();
  for (int64_t row = 0; row < input.rows; ++row)
    ease.improveRow(row);
  return "";
}
