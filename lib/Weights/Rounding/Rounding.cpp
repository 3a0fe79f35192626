//===- Rounding.cpp - from floats to the blocks of a grid -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What all methods share: their input with its statistics, checked, and the blocks
// that codes and scales are packed in.
//===----------------------------------------------------------------------===//
#include "Rounding.h"

#include "../MethodTable.h"

#include "llmc/Weights/Errors.h"

#include <cmath>

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

//===----------------------------------------------------------------------===//
// Methods
//===----------------------------------------------------------------------===//

namespace {
struct Method {
  StringRef name;
  RoundMatrix round;
  bool needsStatistics;
};
} // namespace

static const Method rows[] = {{"rtn", roundToNearest, false},
                              {"gptq", roundByGptq, true},
                              {"quantease", roundByQuantEase, true}};

static const MethodTable<Method> methods(rows, "rounds weights");

bool llmc::isRoundingMethod(StringRef name) { return methods.find(name); }

bool llmc::needsStatistics(StringRef method) {
  return methods.needsStatistics(method);
}

//===----------------------------------------------------------------------===//
// Scales
//===----------------------------------------------------------------------===//

GroupScale ScaleFitter::fit(int64_t first, ArrayRef<float> values,
                            const SharedScale *shared) const {
  ArrayRef<float> importance = input.importance;
  if (!importance.empty())
    importance = importance.slice(first % input.cols, input.span);
  SmallVector<float, 256> others, othersImportance;
  if (!input.isOutlier.empty()) {
    for (auto [i, value] : enumerate(values))
      if (!input.isOutlier[first + static_cast<int64_t>(i)]) {
        others.push_back(value);
        if (!importance.empty())
          othersImportance.push_back(importance[i]);
      }
    // Of a group of outliers alone any scale will do.
    values = others.empty() ? values : ArrayRef<float>(others);
    importance =
        others.empty() ? importance : ArrayRef<float>(othersImportance);
  }
  return fitGroup(range, values, importance, input.step.getSearch(), shared);
}

void ScaleFitter::share(int64_t first, ArrayRef<float> values) {
  if (result.shared.empty())
    return;
  SmallVector<GroupScale> groups;
  for (int64_t at = 0; at < input.block; at += input.span)
    groups.push_back(fit(first + at, values.slice(at, input.span), nullptr));
  result.shared[first / input.block] = shareScales(input.grid, groups);
}

const GroupScale &ScaleFitter::fit(int64_t first, ArrayRef<float> values) {
  return result.scales[first / input.span] =
             fit(first, values, getShared(first));
}

//===----------------------------------------------------------------------===//
// Statistics
//===----------------------------------------------------------------------===//

std::string llmc::getStatisticName(StringRef weight, StringRef statistic) {
  return ("statistics of " + weight + "/" + statistic).str();
}

std::string llmc::checkStatistics(const WeightStore &store, RoundStepAttr step,
                                  int64_t cols) {
  return methods.check(store, step, cols);
}

//===----------------------------------------------------------------------===//
// Matrices
//===----------------------------------------------------------------------===//

std::string llmc::checkFinite(ArrayRef<float> values, int64_t cols) {
  for (auto [i, value] : enumerate(values))
    if (!std::isfinite(value))
      return "cannot be quantised: row " + std::to_string(i / cols) +
             ", column " + std::to_string(i % cols) + " is " +
             (std::isnan(value) ? "not a number" : "infinite");
  return "";
}

static std::string checkScales(const RoundedMatrix &matrix) {
  for (const GroupScale &group : matrix.scales)
    if (!std::isfinite(group.scale) || !std::isfinite(group.min))
      return "has weights too large for scales of this type: take scale=f32";
  return "";
}

/// Columns that share a scale.
static int64_t findSpan(RoundStepAttr step) {
  return step.getSpan() ? step.getSpan() : step.getGrid().getGroup();
}

/// Columns that share a float.
static int64_t findBlock(RoundStepAttr step) {
  return step.getGrid().getSub() ? step.getGrid().getBlock() : findSpan(step);
}

/// Why there are no such codes of rows of `cols`, or an empty string.
static std::string checkStep(RoundStepAttr step, int64_t cols,
                             bool keepsZeros) {
  const Grid grid = *step.getGrid().getGrid();
  const int64_t span = findSpan(step), block = findBlock(step);
  if (keepsZeros && grid.hasMin)
    return "is pruned, and codes above a minimum have none for 0: take "
           "zero=sym";
  if (keepsZeros && CodeRange(grid).getZeroCode() < 0)
    return "is pruned, and no code of these values stands for 0: take "
           "values=uniform";
  if (cols % span || span % grid.group)
    return "rows of " + std::to_string(cols) + " are no groups of " +
           std::to_string(span);
  if (cols % block)
    return "rows of " + std::to_string(cols) + " are no blocks of " +
           std::to_string(block);
  if (!methods.find(step.getMethod()))
    return methods.refuse(step.getMethod());
  return "";
}

template <typename Scale>
static void setScales(const Scale &scale, GridBlock &block) {
  block.scale = scale.scaleBits;
  block.min = scale.minBits;
}

static void setSubScales(const RoundingInput &input,
                         const RoundedMatrix &matrix, int64_t first,
                         GridBlock &block) {
  setScales(matrix.shared[first / input.block], block);
  const GroupScale *group = &matrix.scales[first / input.span];
  for (int64_t i = 0; i < input.grid.getGroups(); ++i, ++group) {
    block.subScales[i] = static_cast<uint8_t>(group->scaleBits);
    if (input.grid.hasMin)
      block.subMins[i] = static_cast<uint8_t>(group->minBits);
  }
}

static void packBlocks(const RoundingInput &input, const RoundedMatrix &matrix,
                       std::vector<uint8_t> &made) {
  GridAttr encoding = input.step.getGrid();
  const int64_t elems = input.grid.getBlock(),
                blockBytes = encoding.getBlockBytes();
  made.resize(input.rows * input.cols / elems * blockBytes);
  GridBlock block(input.grid);
  uint8_t *to = made.data();
  for (int64_t first = 0; first < input.rows * input.cols;
       first += elems, to += blockBytes) {
    if (input.grid.hasSub())
      setSubScales(input, matrix, first, block);
    else
      setScales(matrix.scales[first / input.span], block);
    std::copy_n(matrix.codes.begin() + first, elems, block.codes.begin());
    encoding.packBlock(block, to);
  }
}

void llmc::setStep(RoundStepAttr step, RoundingInput &input) {
  input.step = step;
  input.grid = *step.getGrid().getGrid();
  input.span = findSpan(step);
  input.block = findBlock(step);
}

std::string llmc::prepareRounding(RoundStepAttr step, const WeightStore &store,
                                  ArrayRef<float> values, int64_t cols,
                                  const InputColumns &columns, bool keepsZeros,
                                  RoundingInput &input) {
  if (std::string problem = checkStep(step, cols, keepsZeros); !problem.empty())
    return problem;
  setStep(step, input);
  input.cols = cols;
  input.rows = static_cast<int64_t>(values.size()) / cols;
  input.values = values;
  input.keepsZeros = keepsZeros;
  if (std::string problem =
          checkStatistics(store, step, columns.countObserved(cols));
      !problem.empty())
    return problem;
  if (std::string problem = checkFinite(values, cols); !problem.empty())
    return problem;
  if (step.getStats())
    if (std::string problem = readSums(store, step.getStats().getValue(), cols,
                                       columns, input.xtx);
        !problem.empty())
      return problem;
  for (int64_t i = 0; !input.xtx.empty() && i < cols; ++i)
    input.importance.push_back(input.xtx[i * cols + i]);
  return "";
}

/// What codes leave of the outliers.
static void takeOffCodes(const RoundingInput &input,
                         const RoundedMatrix &matrix, ArrayRef<uint8_t> made,
                         std::vector<float> &left) {
  ArrayRef<float> values =
      matrix.outliers.empty() ? input.values : ArrayRef(matrix.outliers);
  EncodingAttrInterface grid = input.step.getGrid();
  left.resize(values.size());
  grid.dequantize(made.data(), left.size(), left.data());
  for (auto [i, number] : enumerate(left))
    number =
        !input.isOutlier.empty() && input.isOutlier[i] ? values[i] - number : 0;
}

std::string llmc::roundPrepared(const RoundingInput &input,
                                std::vector<uint8_t> &made,
                                std::vector<float> *left) {
  RoundedMatrix matrix;
  matrix.codes.resize(input.values.size());
  matrix.scales.resize(input.values.size() / input.span);
  if (input.grid.hasSub())
    matrix.shared.resize(input.values.size() / input.block);
  const Method *method = methods.find(input.step.getMethod());
  assert(method && "what is prepared has a method");
  if (std::string problem = method->round(input, matrix); !problem.empty())
    return problem;
  if (std::string problem = checkScales(matrix); !problem.empty())
    return problem;
  packBlocks(input, matrix, made);
  if (left)
    takeOffCodes(input, matrix, made, *left);
  return "";
}

std::string llmc::roundMatrix(RoundStepAttr step, const WeightStore &store,
                              ArrayRef<float> values, int64_t cols,
                              const InputColumns &columns, bool keepsZeros,
                              std::vector<uint8_t> &made) {
  RoundingInput input;
  if (std::string problem = prepareRounding(step, store, values, cols, columns,
                                            keepsZeros, input);
      !problem.empty())
    return problem;
  return roundPrepared(input, made);
}
