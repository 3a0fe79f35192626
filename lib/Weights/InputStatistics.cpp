//===- InputStatistics.cpp - what methods ask of a product's input --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "InputStatistics.h"

#include "Rounding/Cholesky.h"

#include "llmc/Weights/Errors.h"
#include "llmc/Weights/Rounding.h"

#include <cmath>

using namespace llvm;
using namespace llmc;

static std::string checkStatistic(const WeightStore &store, StringRef weight,
                                  StringRef statistic,
                                  ArrayRef<int64_t> shape) {
  const SourceTensor *found = store.find(getStatisticName(weight, statistic));
  if (!found && store.find(getStatisticName(weight, "absmax")))
    return "the statistics of the input of " + quote(weight) + " have no " +
           statistic.str() +
           ", for an earlier llmc wrote them: calibrate again";
  if (!found)
    return "there are no statistics of the input of " + quote(weight);
  if (ArrayRef<int64_t>(found->shape) == shape)
    return "";
  return "its input has " + std::to_string(shape.back()) +
         " columns, and the statistics are of " + spellShape(found->shape);
}

std::string llmc::checkSums(const WeightStore &store, StringRef weight,
                            int64_t cols) {
  return checkStatistic(store, weight, "xtx", {cols, cols});
}

std::string llmc::readStatistic(const WeightStore &store, StringRef weight,
                                StringRef statistic, ArrayRef<int64_t> shape,
                                std::vector<float> &numbers) {
  if (std::string problem = checkStatistic(store, weight, statistic, shape);
      !problem.empty())
    return problem;
  const SourceTensor *found = store.find(getStatisticName(weight, statistic));
  numbers.resize(*countElements(found->shape));
  mlir::llm::EncodingAttrInterface encoding = found->encoding;
  encoding.dequantize(found->bytes.data(), numbers.size(), numbers.data());
  if (!all_of(numbers, [](float number) { return std::isfinite(number); }))
    return "the statistics of the input of " + quote(weight) +
           " have a number that is not finite: calibrate again";
  return "";
}

std::string llmc::readColumns(const WeightStore &store, StringRef weight,
                              StringRef statistic, int64_t cols,
                              const InputColumns &columns,
                              std::vector<float> &numbers) {
  std::string problem = readStatistic(store, weight, statistic,
                                      {columns.countObserved(cols)}, numbers);
  for (int64_t i = 0; problem.empty() && i < cols; ++i)
    numbers[i] = numbers[columns.getPlace(i)];
  numbers.resize(cols);
  return problem;
}

std::string llmc::readSample(const WeightStore &store, StringRef weight,
                             int64_t cols, const InputColumns &columns,
                             std::vector<float> &rows) {
  const SourceTensor *found = store.find(getStatisticName(weight, "sample"));
  const int64_t all = columns.countObserved(cols),
                count = found && !found->shape.empty() ? found->shape[0] : 0;
  std::vector<float> numbers;
  if (std::string problem =
          readStatistic(store, weight, "sample", {count, all}, numbers);
      !problem.empty())
    return problem;
  for (int64_t row = 0; row < count; ++row)
    for (int64_t i = 0; i < cols; ++i)
      rows.push_back(numbers[row * all + columns.getPlace(i)]);
  return "";
}

void llmc::applyColumns(const InputColumns &columns,
                        MutableArrayRef<float> rows) {
  for (auto [i, number] : enumerate(rows)) {
    if (!columns.shift.empty())
      number -= columns.shift[i % columns.shift.size()];
    if (!columns.scale.empty())
      number /= columns.scale[i % columns.scale.size()];
  }
  if (!columns.rotation.isEmpty())
    columns.rotation.turn(rows);
}

/// The sum of (x - z)(x - z)^T follows from that of x x^T, and of x.
static std::string shiftSums(const WeightStore &store, StringRef weight,
                             const InputColumns &columns,
                             std::vector<float> &xtx) {
  ArrayRef<float> z = columns.shift;
  const auto cols = static_cast<int64_t>(z.size());
  std::vector<float> mean, tokens;
  std::string problem = readColumns(store, weight, "mean", cols, columns, mean);
  if (problem.empty())
    problem = readStatistic(store, weight, "tokens", {1}, tokens);
  for (int64_t i = 0; problem.empty() && i < cols; ++i)
    for (int64_t j = 0; j < cols; ++j) {
      const double added = static_cast<double>(z[i]) * z[j] -
                           static_cast<double>(z[i]) * mean[j] -
                           static_cast<double>(z[j]) * mean[i];
      double sum = xtx[i * cols + j] + added * tokens[0];
      xtx[i * cols + j] = static_cast<float>(i == j ? std::max(sum, 0.0) : sum);
    }
  return problem;
}

/// V^T H V; a sum of squares is none below 0 by rounding alone.
static void turnSums(const KronRotation &rotation, std::vector<float> &xtx) {
  rotation.turnBoth(xtx);
  for (size_t i = 0, cols = rotation.size(); i < cols; ++i)
    xtx[i * cols + i] = std::max(xtx[i * cols + i], 0.0F);
}

std::string llmc::readSums(const WeightStore &store, StringRef weight,
                           int64_t cols, const InputColumns &columns,
                           std::vector<float> &xtx) {
  const int64_t all = columns.countObserved(cols);
  std::string problem = readStatistic(store, weight, "xtx", {all, all}, xtx);
  if (!problem.empty())
    return problem;
  // Places only grow, so that none is overwritten before it is read.
  for (int64_t i = 0; all != cols && i < cols; ++i)
    for (int64_t j = 0; j < cols; ++j)
      xtx[i * cols + j] = xtx[columns.getPlace(i) * all + columns.getPlace(j)];
  xtx.resize(cols * cols);
  for (int64_t i = 0; i < cols; ++i)
    if (xtx[i * cols + i] < 0)
      return "the statistics of the input of " + quote(weight) +
             " are no sums of squares: calibrate again";
  if (!columns.shift.empty())
    if (problem = shiftSums(store, weight, columns, xtx); !problem.empty())
      return problem;
  if (!columns.scale.empty())
    for (int64_t i = 0; i < cols; ++i)
      for (int64_t j = 0; j < cols; ++j)
        xtx[i * cols + j] /= columns.scale[i] * columns.scale[j];
  if (!columns.rotation.isEmpty())
    turnSums(columns.rotation, xtx);
  return "";
}

std::string llmc::factorSums(ArrayRef<float> xtx, double damp,
                             ArrayRef<int64_t> order, InverseFactor &factor) {
  const auto cols = static_cast<int64_t>(order.size());
  double sum = 0;
  factor.isDead.clear();
  for (int64_t i = 0; i < cols; ++i) {
    sum += xtx[i * cols + i];
    factor.isDead.push_back(xtx[i * cols + i] == 0);
  }
  const double added = sum / static_cast<double>(cols) * damp;
  factor.u.assign(cols * cols, 0);
  for (int64_t i = 0; i < cols; ++i) {
    for (int64_t j = i; j < cols; ++j)
      factor.u[i * cols + j] = xtx[order[i] * cols + order[j]];
    factor.u[i * cols + i] += factor.isDead[order[i]] ? 1 : added;
  }
  if (factorInverse(factor.u, cols))
    return "";
  return "has statistics that are no sum of squares, or too few tokens for "
         "this damping: give a larger damp, or calibrate with more tokens";
}
