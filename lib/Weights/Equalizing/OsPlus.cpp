//===- OsPlus.cpp - columns that reach further than a limit ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Outlier Suppression+ (arXiv:2304.09145). Columns that reach further than t are divided
// to reach t, s_j = max(1, max|x_j| / t), others are left alone. t is the number of
// which inputs and weights, both rounded, leave the least error of the product on the
// sample of the statistics. As wide as they are, more is lost by inputs; the smaller t
// is, the more by weights.
//===----------------------------------------------------------------------===//
#include "../Recipe.h"
#include "Equalizing.h"

#include "llmc/Weights/Errors.h"

#include <algorithm>
#include <cmath>

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

static constexpr int64_t sampledRows = 32; // of the weights
static constexpr int steps = 20;           // of t: as many parts of an octave
static constexpr double stepsPerOctave = 3;
static constexpr int64_t span = 64;       // numbers that share a scale
static constexpr float largestCode = 127; // of either

namespace {

class OsPlusSearch {
public:
  explicit OsPlusSearch(const EqualizingInput &input) : input(input) {}

  std::string read(bool isShifted);
  /// The factors that leave the least error, which is returned.
  double search(std::vector<float> &best);

private:
  std::vector<float> makeFactors(double limit) const;
  double errorOf(ArrayRef<float> factors);

  const EqualizingInput &input;
  std::vector<float> reach;        // [cols], around the shift
  std::vector<float> rows, matrix; // [.., cols], the samples of x and W
  std::vector<float> wanted;       // their products
};

} // namespace

/// Each group to the nearest of codes around 0.
static void roundGroups(MutableArrayRef<float> numbers) {
  for (size_t first = 0; first < numbers.size(); first += span) {
    MutableArrayRef<float> group =
        numbers.slice(first, std::min<size_t>(span, numbers.size() - first));
    float most = 0;
    for (float number : group)
      most = std::max(most, std::abs(number));
    const float scale = most / largestCode;
    if (scale > 0)
      for (float &number : group)
        number = std::nearbyint(number / scale) * scale;
  }
}

/// a b^T, of rows of `cols`. Sums go along the products, which is several at once.
static std::vector<float> multiply(ArrayRef<float> a, ArrayRef<float> b,
                                   int64_t cols) {
  const auto rows = static_cast<int64_t>(a.size()) / cols,
             outputs = static_cast<int64_t>(b.size()) / cols;
  std::vector<float> turned(b.size()), product(rows * outputs);
  for (int64_t j = 0; j < outputs; ++j)
    for (int64_t k = 0; k < cols; ++k)
      turned[k * outputs + j] = b[j * cols + k];
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t k = 0; k < cols; ++k) {
      const float factor = a[i * cols + k];
      for (int64_t j = 0; j < outputs; ++j)
        product[i * outputs + j] += factor * turned[k * outputs + j];
    }
  return product;
}

std::string OsPlusSearch::read(bool isShifted) {
  std::vector<float> least, most;
  if (std::string problem = readRange(input, least, most); !problem.empty())
    return problem;
  const int64_t cols = input.cols;
  std::vector<float> shifts(cols, 0);
  for (int64_t i = 0; i < cols; ++i) {
    if (isShifted)
      shifts[i] = (least[i] + most[i]) / 2;
    reach.push_back(std::max(std::abs(least[i] - shifts[i]),
                             std::abs(most[i] - shifts[i])));
  }
  if (std::string problem =
          readSample(input.store, input.step.getStats().getValue(), cols,
                     input.columns, rows);
      !problem.empty())
    return problem;
  for (auto [i, number] : enumerate(rows))
    number -= shifts[i % cols];
  const int64_t all = static_cast<int64_t>(input.values.size()) / cols;
  const int64_t count = std::min(all, sampledRows);
  for (int64_t i = 0; i < count; ++i)
    append_range(matrix, input.values.slice(i * all / count * cols, cols));
  wanted = multiply(rows, matrix, cols);
  return "";
}

std::vector<float> OsPlusSearch::makeFactors(double limit) const {
  std::vector<float> factors;
  for (double entry : reach)
    factors.push_back(limitFactor(std::max(1.0, entry / limit)));
  return factors;
}

double OsPlusSearch::errorOf(ArrayRef<float> factors) {
  const int64_t cols = input.cols;
  std::vector<float> x = rows, w = matrix;
  for (auto [i, number] : enumerate(x))
    number /= factors[i % cols];
  for (auto [i, number] : enumerate(w))
    number *= factors[i % cols];
  for (std::vector<float> *numbers : {&x, &w})
    for (size_t first = 0; first < numbers->size(); first += cols)
      roundGroups(MutableArrayRef(*numbers).slice(first, cols));
  double sum = 0;
  for (auto [found, right] : zip_equal(multiply(x, w, cols), wanted))
    sum += static_cast<double>(found - right) * (found - right);
  return sum;
}

double OsPlusSearch::search(std::vector<float> &best) {
  const double most = *max_element(reach);
  best.assign(input.cols, 1.0f);
  double least = errorOf(best);
  for (int i = 1; i < steps && most > 0; ++i) {
    std::vector<float> factors =
        makeFactors(most * std::exp2(-i / stepsPerOctave));
    if (double error = errorOf(factors); error < least) {
      least = error;
      best = std::move(factors);
    }
  }
  return least;
}

static std::string search(const EqualizingInput &input,
                          std::vector<float> &factors, double &error) {
  OsPlusSearch search(input);
  std::string problem =
      search.read(shiftsColumns(input.step.getMethod().getValue()));
  if (problem.empty())
    error = search.search(factors);
  return problem;
}

std::string llmc::findOsPlusFactors(const EqualizingInput &input,
                                    std::vector<float> &factors) {
  double error = 0;
  return search(input, factors, error);
}

Expected<bool> llmc::shiftPays(EqualizeAttr shifted, EqualizeAttr scaled,
                               mlir::ModuleOp module,
                               const WeightStore &store) {
  InputWeights weights;
  if (std::string problem = readWeights(shifted, module, store, weights);
      !problem.empty())
    return createStringError(problem);
  double errors[2] = {};
  for (auto [by, error] :
       {std::pair(shifted, &errors[0]), std::pair(scaled, &errors[1])}) {
    std::vector<float> factors;
    if (std::string problem =
            search({by, store, weights.values, weights.cols, weights.columns},
                   factors, *error);
        !problem.empty())
      return createStringError(problem);
  }
  return errors[0] < errors[1];
}
