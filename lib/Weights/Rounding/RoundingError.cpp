//===- RoundingError.cpp - what rounding takes away -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rows of a matrix are rounded independently, so a few say what all lose; and the
// factors that gptq works with are the same for every grid.
//===----------------------------------------------------------------------===//
#include "llmc/Weights/RoundingError.h"

#include "../Recipe.h"
#include "Rounding.h"

#include <numeric>

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

/// Rows that are measured at most: the error of the sum is a tenth.
static constexpr int64_t sampledRows = 48;
static constexpr int64_t tileRows = 16;

/// e H e^T summed over at most `tileRows` rows, each lane a row.
static double measureTile(ArrayRef<float> error, int64_t cols,
                          ArrayRef<float> sums) {
  const auto rows = static_cast<int64_t>(error.size()) / cols;
  std::vector<double> tile(cols * tileRows);
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t col = 0; col < cols; ++col)
      tile[col * tileRows + row] = error[row * cols + col];
  double all[tileRows] = {};
  for (int64_t i = 0; i < cols; ++i) {
    double slopes[tileRows] = {};
    const float *factors = &sums[i * cols];
    for (int64_t j = 0; j < cols; ++j)
      for (int64_t lane = 0; lane < tileRows; ++lane)
        slopes[lane] += factors[j] * tile[j * tileRows + lane];
    for (int64_t lane = 0; lane < tileRows; ++lane)
      all[lane] += slopes[lane] * tile[i * tileRows + lane];
  }
  return std::accumulate(std::begin(all), std::end(all), 0.0);
}

double llmc::measureProduct(ArrayRef<float> error, int64_t cols,
                            ArrayRef<float> sums) {
  double all = 0;
  if (sums.empty()) {
    for (float number : error)
      all += static_cast<double>(number) * number;
    return all;
  }
  for (size_t first = 0; first < error.size(); first += tileRows * cols)
    all +=
        measureTile(error.slice(first, std::min<size_t>(tileRows * cols,
                                                        error.size() - first)),
                    cols, sums);
  return all;
}

/// Rows of a matrix [.., cols], evenly spread.
static std::vector<float> sampleRows(ArrayRef<float> values, int64_t cols) {
  const auto rows = static_cast<int64_t>(values.size()) / cols;
  const int64_t count = std::min(rows, sampledRows);
  std::vector<float> sample;
  sample.reserve(count * cols);
  for (int64_t i = 0; i < count; ++i)
    llvm::append_range(sample, values.slice(i * rows / count * cols, cols));
  return sample;
}

/// What `input.step` changes.
static std::string measureStep(const RoundingInput &input, double &error) {
  std::vector<uint8_t> codes;
  if (std::string problem = roundPrepared(input, codes); !problem.empty())
    return problem;
  std::vector<float> lost(input.values.size());
  EncodingAttrInterface encoding = input.step.getGrid();
  encoding.dequantize(codes.data(), lost.size(), lost.data());
  for (auto [number, value] : zip_equal(lost, input.values))
    number = value - number;
  error = measureProduct(lost, input.cols, input.xtx);
  return "";
}

static std::string measureSteps(ArrayRef<float> values, int64_t cols,
                                ArrayRef<RoundStepAttr> steps,
                                const WeightStore &store,
                                std::vector<double> &errors) {
  std::vector<float> sample = sampleRows(values, cols);
  const double share =
      static_cast<double>(sample.size()) / static_cast<double>(values.size());
  RoundingInput input;
  InverseFactor inverse;
  for (auto [step, error] : zip_equal(steps, errors)) {
    if (!step)
      continue;
    std::string problem;
    if (!input.step) {
      problem = prepareRounding(step, store, sample, cols, {}, false, input);
      std::vector<int64_t> order(cols);
      std::iota(order.begin(), order.end(), 0);
      if (problem.empty() && needsStatistics(step.getMethod())) {
        problem = factorSums(input.xtx, usualDamp, order, inverse);
        input.inverse = &inverse;
      }
    }
    setStep(step, input);
    if (problem.empty())
      problem = measureStep(input, error);
    if (!problem.empty())
      return problem;
    error /= share;
  }
  return "";
}

Expected<std::vector<double>>
llmc::measureRounding(WeightOp weight, ArrayRef<RoundStepAttr> steps,
                      const WeightStore &store) {
  std::vector<double> errors(steps.size());
  if (none_of(steps, [](RoundStepAttr step) { return step != nullptr; }))
    return errors;
  Expected<Material> material = makeModelMaterial(weight, store);
  if (!material)
    return material.takeError();
  std::string problem = measureSteps(material->dequantize(),
                                     getMatrixShape(weight.getType()).back(),
                                     steps, store, errors);
  if (!problem.empty())
    return createStringError("weight " + quote(weight.getSymName()) + ": " +
                             problem);
  return errors;
}

Expected<double> llmc::measureCodes(WeightOp weight, mlir::Attribute step,
                                    const WeightStore &store) {
  Expected<Material> material = makeModelMaterial(weight, store);
  if (!material)
    return material.takeError();
  const std::vector<float> values = material->dequantize();
  auto round = dyn_cast<RoundStepAttr>(step);
  std::string problem =
      round ? roundStep(*material, round, weight, store)
            : floatCodesStep(*material,
                             cast<FloatCodesAttr>(
                                 cast<ConvertStepAttr>(step).getEncoding()));
  if (!problem.empty())
    return createStringError("weight " + quote(weight.getSymName()) + ": " +
                             problem);
  std::vector<float> lost = material->dequantize();
  for (auto [number, value] : zip_equal(lost, values))
    number = value - number;
  return measureProduct(lost, material->shape.back(), {});
}
