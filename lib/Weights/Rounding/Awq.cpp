//===- Awq.cpp - factors that spare the columns which matter --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// arXiv:2306.00978. A column whose input is large matters more; multiplied before it
// is rounded, and its input divided, it has the smaller share of its group's error.
// How strongly is one number, which a search finds: the error of the product follows
// from X^T X, without running the model. Some rows stand for all: the number is one,
// and the sample need not be large.
//===----------------------------------------------------------------------===//
#include "Awq.h"

#include "GridFit.h"
#include "llmc/Weights/Errors.h"
#include "llmc/Weights/Rounding.h"

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
  AwqSearch(AwqScaleAttr awq, int64_t cols)
      : awq(awq), grid(*awq.getGrid().getGrid()), range(grid), cols(cols) {}

  std::string readInput(const WeightStore &store);
  void sample(ArrayRef<float> values);
  std::vector<float> search();

private:
  std::vector<float> makeFactors(float exponent) const;
  double errorOf(ArrayRef<float> factors);
  void roundRow(ArrayRef<float> row, ArrayRef<float> factors);

  AwqScaleAttr awq;
  Grid grid;
  CodeRange range;
  int64_t cols;
  std::vector<float> xtx, size; // [cols, cols]; [cols], root mean squares
  std::vector<float> rows;      // the sample
  std::vector<float> scaled, error, product; // [cols]
};

} // namespace

int64_t llmc::getFactorOfRow(AwqScaleAttr awq, int64_t row) {
  if (awq.getRepeat() == 1)
    return row;
  return row / awq.getHead() * awq.getRepeat() * awq.getHead() +
         row % awq.getHead();
}

std::string AwqSearch::readInput(const WeightStore &store) {
  const SourceTensor *found =
      store.find(getStatisticName(awq.getStats().getValue(), "xtx"));
  if (!found)
    return "there are no statistics of the input of " +
           quote(awq.getStats().getValue());
  if (found->shape != SmallVector<int64_t>{cols, cols})
    return "its input has " + std::to_string(cols) +
           " columns, and the statistics are of " + spellShape(found->shape);
  xtx.resize(cols * cols);
  EncodingAttrInterface encoding = found->encoding;
  encoding.dequantize(found->bytes.data(), cols * cols, xtx.data());
  size.resize(cols);
  // Columns that share a factor share the mean of their squares.
  const int64_t head = awq.getRepeat() > 1 ? awq.getHead() : cols;
  const int64_t span = head * awq.getRepeat();
  if (cols % span)
    return "its input has " + std::to_string(cols) + " columns, no heads of " +
           std::to_string(head) + " in groups of " +
           std::to_string(awq.getRepeat());
  for (int64_t i = 0; i < cols; ++i) {
    double sum = 0;
    for (int64_t j = i / span * span + i % head; j < (i / span + 1) * span;
         j += head)
      sum += xtx[j * cols + j];
    size[i] = static_cast<float>(std::sqrt(sum));
  }
  return "";
}

void AwqSearch::sample(ArrayRef<float> values) {
  const int64_t all = static_cast<int64_t>(values.size()) / cols;
  const int64_t count = std::min(all, sampleRows);
  for (int64_t i = 0; i < count; ++i)
    llvm::append_range(rows, values.slice(i * all / count * cols, cols));
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
  for (int64_t first = 0; first < cols; first += grid.group) {
    ArrayRef<float> group = ArrayRef(scaled).slice(first, grid.group);
    GroupScale scale = fitGroup(grid, group, {}, /*search=*/false);
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

std::string llmc::findAwqFactors(AwqScaleAttr awq, const WeightStore &store,
                                 ArrayRef<float> values, int64_t cols,
                                 std::vector<float> &factors) {
  if (cols % awq.getGrid().getGroup())
    return "rows of " + std::to_string(cols) + " are no groups of " +
           std::to_string(awq.getGrid().getGroup());
  AwqSearch search(awq, cols);
  if (std::string problem = search.readInput(store); !problem.empty())
    return problem;
  search.sample(values);
  factors = search.search();
  return "";
}
