//===- Shifts.cpp - columns that lie around 0 -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Outlier Suppression+ (arXiv:2304.09145). A column between 58 and 62 has a reach of 62
// beside others of 1; around the middle of what was seen of it, of 2. What is taken off
// the input is a bias of what makes it, and comes back as a bias of what reads it.
//===----------------------------------------------------------------------===//
#include "../InputStatistics.h"
#include "../Recipe.h"
#include "Equalizing.h"

#include "llmc/Weights/Errors.h"
#include "llmc/Weights/Rounding.h"

#include <cmath>

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

std::string llmc::readRange(const EqualizingInput &input,
                            std::vector<float> &least,
                            std::vector<float> &most) {
  StringRef of = input.step.getStats().getValue();
  for (auto [statistic, numbers] :
       {std::pair("min", &least), std::pair("max", &most)})
    if (std::string problem = readColumns(input.store, of, statistic,
                                          input.cols, input.columns, *numbers);
        !problem.empty())
      return problem;
  std::string problem = joinHeads(
      input.step, [](float a, float b) { return std::min(a, b); }, least);
  return problem.empty()
             ? joinHeads(
                   input.step, [](float a, float b) { return std::max(a, b); },
                   most)
             : problem;
}

std::string llmc::findShifts(const EqualizingInput &input,
                             std::vector<float> &shifts) {
  std::vector<float> least, most;
  std::string problem = readRange(input, least, most);
  for (auto [low, high] : zip_equal(least, most))
    shifts.push_back((low + high) / 2);
  return problem;
}

Expected<std::vector<float>> llmc::findShifts(EqualizeAttr by,
                                              mlir::ModuleOp module,
                                              const WeightStore &store) {
  auto name = cast<mlir::FlatSymbolRefAttr>(by.getWeights()[0]);
  auto weight = module.lookupSymbol<WeightOp>(name.getAttr());
  Expected<Material> material = makeModelMaterial(weight, store);
  if (!material)
    return material.takeError();
  std::vector<float> shifts;
  if (std::string problem = findShifts(
          {by, store, {}, material->shape.back(), material->columns}, shifts);
      !problem.empty())
    return createStringError(problem);
  return shifts;
}

Expected<std::vector<float>> llmc::multiplyShifts(WeightOp weight,
                                                  ArrayRef<float> shifts,
                                                  const WeightStore &store) {
  Expected<Material> material = makeModelMaterial(weight, store);
  if (!material)
    return material.takeError();
  const auto cols = static_cast<int64_t>(shifts.size());
  const std::vector<float> values = material->dequantize();
  std::vector<float> product;
  for (size_t first = 0; first < values.size(); first += cols) {
    double sum = 0;
    for (int64_t i = 0; i < cols; ++i)
      sum += static_cast<double>(values[first + i]) * shifts[i];
    product.push_back(static_cast<float>(sum));
  }
  return product;
}

Expected<double> llmc::findReach(const WeightStore &store, StringRef weight) {
  const SourceTensor *found = store.find(getStatisticName(weight, "absmax"));
  const int64_t cols = found && !found->shape.empty() ? found->shape[0] : 0;
  std::vector<float> most;
  if (std::string problem =
          readStatistic(store, weight, "absmax", {cols}, most);
      !problem.empty())
    return createStringError(problem);
  return most.empty() ? 0.0 : *max_element(most);
}
