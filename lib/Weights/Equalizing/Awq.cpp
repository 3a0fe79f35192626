//===- Awq.cpp - factors that spare the columns which matter --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// arXiv:2306.00978. A column whose input is large matters more; multiplied before it
// is rounded, and its input divided, it has the smaller share of its group's error.
// How strongly is one number, which a search finds: the error of the product follows
// from X^T X, without running the model. Some rows stand for all: the number is one,
// and the sample need not be large.
//===----------------------------------------------------------------------===//
#include "../InputStatistics.h"
#include "../Rounding/GridFit.h"
#include "Equalizing.h"

#include <algorithm>
#include <cmath>

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

static constexpr int64_t sampleRows = 128;
static constexpr int steps = 20; // of the exponent between 0 and 1

namespace {

class AwqSearch {
public:
  explicit AwqSearch(const EqualizingInput &input)
      : input(input), range(*input.step.getGrid().getGrid()), cols(input.cols) {
  }

  std::string readInput();
  void sample();
  std::vector<float> search();

private:
  std::vector<float> makeFactors(float exponent) const;
  double errorOf(ArrayRef<float> factors);
  void roundRow(ArrayRef<float> row, ArrayRef<float> factors);

  const EqualizingInput &input;
  CodeRange range;
  int64_t cols;
  std::vector<float> xtx, size; // [cols, cols]; [cols], root mean squares
  std::vector<float> rows;      // the sample
  std::vector<float> scaled, error, product; // [cols]
};

} // namespace

std::string AwqSearch::readInput() {
  if (std::string problem =
          readSums(input.store, input.step.getStats().getValue(), cols,
                   input.columns, xtx);
      !problem.empty())
    return problem;
  // Columns that share a factor share the mean of their squares.
  for (int64_t i = 0; i < cols; ++i)
    size.push_back(xtx[i * cols + i]);
  std::string problem =
      joinHeads(input.step, [](float a, float b) { return a + b; }, size);
  for (float &entry : size)
    entry = std::sqrt(entry);
  return problem;
}

void AwqSearch::sample() {
  const int64_t all = static_cast<int64_t>(input.values.size()) / cols;
  const int64_t count = std::min(all, sampleRows);
  for (int64_t i = 0; i < count; ++i)
    llvm::append_range(rows, input.values.slice(i * all / count * cols, cols));
}

/// Around 1, so that scales stay what their type can hold.
std::vector<float> AwqSearch::makeFactors(float exponent) const {
  std::vector<float> factors;
  float least = INFINITY, most = 0;
  for (float entry : size) {
    factors.push_back(std::max(std::pow(entry, exponent), 1e-4f));
    least = std::min(least, factors.back());
    most = std::max(most, factors.back());
  }
  const float middle = std::sqrt(least * most);
  for (float &factor : factors)
    factor /= middle;
  return factors;
}

/// `error` becomes what rounding of the scaled row changes in the row itself.
void AwqSearch::roundRow(ArrayRef<float> row, ArrayRef<float> factors) {
  scaled.resize(cols);
  error.resize(cols);
  for (int64_t i = 0; i < cols; ++i)
    scaled[i] = row[i] * factors[i];
  const int64_t span = range.grid.group;
  for (int64_t first = 0; first < cols; first += span) {
    ArrayRef<float> group = ArrayRef(scaled).slice(first, span);
    GroupScale scale = fitGroup(range, group, {}, /*search=*/false);
    const float inverse = CodeRange::inverseOf(scale);
    for (auto [i, value] : enumerate(group)) {
      float rounded = range.valueOf(range.codeOf(value, scale, inverse), scale);
      error[first + i] = (rounded - value) / factors[first + i];
    }
  }
}

/// The sum of e X^T X e^T over the rows' errors e.
double AwqSearch::errorOf(ArrayRef<float> factors) {
  double sum = 0;
  for (int64_t at = 0; at < static_cast<int64_t>(rows.size()); at += cols) {
    roundRow(ArrayRef(rows).slice(at, cols), factors);
    product.assign(cols, 0);
    for (int64_t i = 0; i < cols; ++i) {
      const float *line = &xtx[i * cols], factor = error[i];
      for (int64_t j = 0; j < cols; ++j)
        product[j] += factor * line[j];
    }
    for (int64_t j = 0; j < cols; ++j)
      sum += static_cast<double>(product[j]) * error[j];
  }
  return sum;
}

std::vector<float> AwqSearch::search() {
  std::vector<float> best;
  double least = INFINITY;
  for (int i = 0; i < steps; ++i) {
    std::vector<float> factors =
        makeFactors(static_cast<float>(i) / static_cast<float>(steps));
    double error = errorOf(factors);
    if (error < least || best.empty()) {
      least = error;
      best = std::move(factors);
    }
  }
  return best;
}

std::string llmc::findAwqFactors(const EqualizingInput &input,
                                 std::vector<float> &factors) {
  GridAttr grid = input.step.getGrid();
  if (!grid)
    return "awq needs the grid that its weights will have";
  if (input.cols % grid.getGroup())
    return "rows of " + std::to_string(input.cols) + " are no groups of " +
           std::to_string(grid.getGroup());
  AwqSearch search(input);
  if (std::string problem = search.readInput(); !problem.empty())
    return problem;
  search.sample();
  factors = search.search();
  return "";
}
