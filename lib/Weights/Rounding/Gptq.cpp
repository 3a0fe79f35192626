//===- Gptq.cpp - later columns make up for what rounding changed ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// arXiv:2210.17323. With H = X^T X of the linear's input and U upper triangular,
// H^-1 = U^T U, a row w of the weights goes through its columns: q_j is w_j rounded,
// and w_k -= (w_j - q_j) / U_jj * U_jk for the columns k that come later. Rows are
// independent; sixteen go side by side, so that U is read once for all of them and
// every vector lane is a row. Where the paper delays updates in blocks of columns to
// spare memory, here the sixteen rows fit in a core's cache.
//
// An outlier is what it has become when its column comes, and has no error.
//
// Scales weigh a column's error by the mean square of its input. To weigh it by
// 1 / U_jj^2, what it costs once later columns have made up for it, leaves less of the
// layer's error and more of the model's (docs/quantization.md).
//===----------------------------------------------------------------------===//
#include "Rounding.h"

#include <numeric>

using namespace llvm;
using namespace llmc;

static constexpr int64_t tileRows = 16;

namespace {

class Gptq {
public:
  Gptq(const RoundingInput &input, RoundedMatrix &result)
      : input(input), result(result), range(input.grid), fitter(input, result),
        cols(input.cols), tile(cols * tileRows) {}

  std::string prepare();
  void roundTile(int64_t row, int64_t rows);

private:
  void chooseOrder();
  void load(int64_t row, int64_t rows);
  void fitScales(int64_t row, int64_t rows, int64_t first);
  void fitAllScales(int64_t row, int64_t rows);
  void roundColumn(int64_t place, int64_t row, int64_t rows, double *errors);
  GroupScale &scaleOf(int64_t row, int64_t col) {
    return result.scales[(row * cols + col) / input.span];
  }

  const RoundingInput &input;
  RoundedMatrix &result;
  CodeRange range;
  ScaleFitter fitter;
  const int64_t cols;
  std::vector<int64_t> order; // columns as they are taken
  InverseFactor own;          // in that order, if nobody has it
  const InverseFactor *inverse = &own;
  std::vector<double> tile; // [cols in that order, tileRows]
};

} // namespace

void Gptq::chooseOrder() {
  order.resize(cols);
  std::iota(order.begin(), order.end(), 0);
  if (input.step.getOrder())
    std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
      return input.xtx[a * cols + a] > input.xtx[b * cols + b];
    });
}

std::string Gptq::prepare() {
  chooseOrder();
  mlir::FloatAttr asked = input.step.getDamp();
  if (input.inverse && !asked && !input.step.getOrder()) {
    inverse = input.inverse;
    return "";
  }
  return factorSums(input.xtx, asked ? asked.getValueAsDouble() : usualDamp,
                    order, own);
}

void Gptq::load(int64_t row, int64_t rows) {
  for (int64_t place = 0; place < cols; ++place)
    for (int64_t lane = 0; lane < tileRows; ++lane) {
      bool isThere = lane < rows && !inverse->isDead[order[place]];
      tile[place * tileRows + lane] =
          isThere ? input.values[(row + lane) * cols + order[place]] : 0;
    }
}

/// Scales for the columns [first, first + span), as they are now; and what those of the
/// block share, if it begins with them.
void Gptq::fitScales(int64_t row, int64_t rows, int64_t first) {
  const bool begins = first % input.block == 0;
  std::vector<float> values(begins ? input.block : input.span);
  for (int64_t lane = 0; lane < rows; ++lane) {
    for (auto [i, value] : enumerate(values))
      value = static_cast<float>(
          tile[(first + static_cast<int64_t>(i)) * tileRows + lane]);
    const int64_t place = (row + lane) * cols + first;
    if (begins)
      fitter.share(place, values);
    fitter.fit(place, ArrayRef(values).take_front(input.span));
  }
}

/// Groups are contiguous in the file: where columns are taken in another order, their
/// scales are those of the weights as they were.
void Gptq::fitAllScales(int64_t row, int64_t rows) {
  for (int64_t first = row * cols; first < (row + rows) * cols;
       first += input.span) {
    if (first % input.block == 0)
      fitter.share(first, input.values.slice(first, input.block));
    fitter.fit(first, input.values.slice(first, input.span));
  }
}

void Gptq::roundColumn(int64_t place, int64_t row, int64_t rows,
                       double *errors) {
  const int64_t col = order[place];
  const double pivot = inverse->u[place * cols + place];
  for (int64_t lane = 0; lane < rows; ++lane) {
    const GroupScale &scale = scaleOf(row + lane, col);
    const double value = tile[place * tileRows + lane];
    const float code = input.keepsZero(row + lane, col)
                           ? range.getZeroCode()
                           : range.codeOf(static_cast<float>(value), scale,
                                          CodeRange::inverseOf(scale));
    result.codes[(row + lane) * cols + col] = static_cast<uint8_t>(code);
    errors[lane] = (value - range.valueOf(code, scale)) / pivot;
    if (!input.hasOutlier(row + lane, col))
      continue;
    errors[lane] = 0;
    result.outliers[(row + lane) * cols + col] = static_cast<float>(value);
  }
}

void Gptq::roundTile(int64_t row, int64_t rows) {
  load(row, rows);
  const bool ordered = input.step.getOrder();
  if (ordered)
    fitAllScales(row, rows);
  double errors[tileRows] = {};
  for (int64_t place = 0; place < cols; ++place) {
    if (!ordered && place % input.span == 0)
      fitScales(row, rows, place);
    roundColumn(place, row, rows, errors);
    const double *factors = &inverse->u[place * cols];
    for (int64_t later = place + 1; later < cols; ++later)
      for (int64_t lane = 0; lane < tileRows; ++lane)
        tile[later * tileRows + lane] -= errors[lane] * factors[later];
  }
}

std::string llmc::roundByGptq(const RoundingInput &input,
                              RoundedMatrix &result) {
  Gptq gptq(input, result);
  if (std::string problem = gptq.prepare(); !problem.empty())
    return problem;
  result.outliers.resize(input.isOutlier.size());
  for (int64_t row = 0; row < input.rows; row += tileRows)
    gptq.roundTile(row, std::min(tileRows, input.rows - row));
  return "";
}
