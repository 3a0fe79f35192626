//===- InputScale.cpp - the scale that all rows of an input have ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Weights/InputScale.h"

#include "Recipe.h"

#include "llmc/Weights/Statistics.h"

#include "llvm/ADT/StringExtras.h"

#include <algorithm>
#include <cmath>

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

static constexpr float largestCode = 127;

/// What is left of the largest magnitude: this to the power of a whole number.
static constexpr double clipStep = 0.9, leastClip = 1e-3;

namespace {

struct Clip {
  StringRef name;
  int64_t
      share; // one number of so many at most is above; 0: none is looked for
};

} // namespace

static const Clip clips[] = {{"no", 0},
                             {"error", 0},
                             {"0.01", quantileShares[0]},
                             {"0.001", quantileShares[1]},
                             {"0.0001", quantileShares[2]}};

static const Clip *lookUp(StringRef name) {
  const auto *found =
      find_if(clips, [&](const Clip &clip) { return clip.name == name; });
  return found == std::end(clips) ? nullptr : found;
}

bool llmc::isClip(StringRef name) { return lookUp(name); }

std::string llmc::listClips() {
  return join(map_range(clips, [](const Clip &clip) { return clip.name; }),
              ", ");
}

namespace {

/// The input of a weight, as the weight's recipe leaves its columns: some are gone,
/// others shifted and divided.
class ReadInput {
public:
  ReadInput(StringRef name, const Material &matrix, const WeightStore &store)
      : name(name), cols(matrix.shape.back()), columns(matrix.columns),
        store(store) {}

  std::string findLargest(float &largest) const;
  std::string findQuantile(const Clip &clip, float &quantile) const;
  std::string findLeastError(float largest, float &best) const;

private:
  std::string readRows(std::vector<float> &rows) const;

  StringRef name;
  int64_t cols;
  const InputColumns &columns;
  const WeightStore &store;
};

} // namespace

std::string ReadInput::findLargest(float &largest) const {
  std::vector<float> least, most;
  std::string problem;
  if (!columns.rotation.isEmpty()) {
    // Of columns that are sums of others the sample knows more than bounds do.
    problem = readRows(most);
  } else if (columns.shift.empty()) {
    problem = readColumns(store, name, "absmax", cols, columns, most);
  } else {
    problem = readColumns(store, name, "min", cols, columns, least);
    if (problem.empty())
      problem = readColumns(store, name, "max", cols, columns, most);
    applyColumns(columns, least);
  }
  if (columns.rotation.isEmpty())
    applyColumns(columns, most);
  largest = 0;
  for (const std::vector<float> *numbers : {&least, &most})
    for (float number : *numbers)
      largest = std::max(largest, std::abs(number));
  return problem;
}

std::string ReadInput::readRows(std::vector<float> &rows) const {
  std::string problem = readSample(store, name, cols, columns, rows);
  applyColumns(columns, rows);
  if (problem.empty() && rows.empty())
    return "the statistics of the input of " + quote(name) +
           " have an empty sample: calibrate again";
  return problem;
}

std::string ReadInput::findQuantile(const Clip &clip, float &quantile) const {
  // All numbers were counted as they were observed; the sample stands for others.
  if (!columns.observed && columns.shift.empty() && columns.scale.empty() &&
      columns.rotation.isEmpty()) {
    std::vector<float> all;
    std::string problem =
        readStatistic(store, name, "quantiles",
                      {static_cast<int64_t>(std::size(quantileShares))}, all);
    if (problem.empty())
      quantile = all[std::distance(std::begin(quantileShares),
                                   find(quantileShares, clip.share))];
    return problem;
  }
  std::vector<float> rows;
  if (std::string problem = readRows(rows); !problem.empty())
    return problem;
  for (float &number : rows)
    number = std::abs(number);
  auto nth = rows.end() - 1 - static_cast<int64_t>(rows.size()) / clip.share;
  std::nth_element(rows.begin(), nth, rows.end());
  quantile = *nth;
  return "";
}

static double getError(ArrayRef<float> rows, float largest) {
  const float scale = largest / largestCode;
  double sum = 0;
  for (float number : rows) {
    const float code =
        std::clamp(std::nearbyint(number / scale), -largestCode, largestCode);
    const double error = static_cast<double>(code) * scale - number;
    sum += error * error;
  }
  return sum;
}

std::string ReadInput::findLeastError(float largest, float &best) const {
  std::vector<float> rows;
  if (std::string problem = readRows(rows); !problem.empty())
    return problem;
  double least = INFINITY;
  for (double share = 1; largest > 0 && share >= leastClip; share *= clipStep) {
    const auto tried = static_cast<float>(largest * share);
    if (double error = getError(rows, tried); error < least) {
      least = error;
      best = tried;
    }
  }
  return "";
}

Expected<double> llmc::findClip(WeightOp weight, StringRef name,
                                const WeightStore &store) {
  const Clip *clip = lookUp(name);
  assert(clip && "specs have clips that are known");
  if (clip->name == "no")
    return 1.0;
  Expected<Material> matrix = makeReadMaterial(weight, store);
  if (!matrix)
    return matrix.takeError();
  const ReadInput input(weight.getSymName(), *matrix, store);
  float largest = 0, left = 0;
  std::string problem = input.findLargest(largest);
  left = largest;
  if (problem.empty())
    problem = clip->share ? input.findQuantile(*clip, left)
                          : input.findLeastError(largest, left);
  if (!problem.empty())
    return createStringError(problem);
  // A quantile of the sample, or of counts, may be a little above.
  return largest > 0 && left > 0 ? std::min(1.0, double{left} / largest) : 1.0;
}

std::string llmc::inputScaleStep(Material &material, InputScaleStepAttr step,
                                 WeightOp weight, const WeightStore &store) {
  StringRef name = step.getOf().getValue();
  auto of =
      weight->getParentOfType<mlir::ModuleOp>().lookupSymbol<WeightOp>(name);
  if (!of)
    return "there is no weight " + quote(name);
  Expected<Material> matrix = makeReadMaterial(of, store);
  if (!matrix)
    return toString(matrix.takeError());
  float largest = 0;
  if (std::string problem =
          ReadInput(name, *matrix, store).findLargest(largest);
      !problem.empty())
    return problem;
  std::vector<float> values = material.dequantize();
  for (float &value : values)
    value *= largest / largestCode;
  material.encodeFloats(values);
  return "";
}
