//===- Matrices.cpp - products of matrices of doubles ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rows times rows, so that both are read in order. Four rows of the second matrix are
// multiplied at a time, and as many stay in a core's cache as all rows of a block of
// the first one meet.
//===----------------------------------------------------------------------===//
#include "Matrices.h"

#include <cmath>

#include "mlir/IR/Threading.h"

#include <algorithm>
#include <cassert>

using namespace llmc;

static constexpr int64_t lanes = 4; // sums that the compiler keeps in vectors
static constexpr int64_t together = 4;   // rows of the second matrix
static constexpr int64_t blockRows = 32; // of either

static double addUp(const double *sums) {
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

double llmc::dot(const double *a, const double *b, int64_t count) {
  double sums[lanes] = {};
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    for (int64_t lane = 0; lane < lanes; ++lane)
      sums[lane] += a[i + lane] * b[i + lane];
  double sum = addUp(sums);
  for (; i < count; ++i)
    sum += a[i] * b[i];
  return sum;
}

/// The row `a` times `together` rows of `b`, in the same order as `dot`.
static void dotFour(const double *a, const double *b, int64_t count,
                    double *result) {
  double sums[together][lanes] = {};
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    for (int64_t row = 0; row < together; ++row)
      for (int64_t lane = 0; lane < lanes; ++lane)
        sums[row][lane] += a[i + lane] * b[row * count + i + lane];
  for (int64_t row = 0; row < together; ++row) {
    result[row] = addUp(sums[row]);
    for (int64_t rest = i; rest < count; ++rest)
      result[row] += a[rest] * b[row * count + rest];
  }
}

void llmc::forBlocks(mlir::MLIRContext *context, int64_t count,
                     int64_t blockSize,
                     llvm::function_ref<void(int64_t, int64_t)> work) {
  const int64_t blocks = (count + blockSize - 1) / blockSize;
  auto run = [&](int64_t block) {
    work(block * blockSize, std::min((block + 1) * blockSize, count));
  };
  if (context && blocks > 1)
    return mlir::parallelFor(context, 0, blocks, run);
  for (int64_t block = 0; block < blocks; ++block)
    run(block);
}

/// a * b^T; with `half` no further than to the diagonal.
static Doubles multiply(mlir::MLIRContext *context, const Doubles &a,
                        const Doubles &b, int64_t k, bool half) {
  const auto n = static_cast<int64_t>(a.size()) / k,
             m = static_cast<int64_t>(b.size()) / k;
  assert(n * k == static_cast<int64_t>(a.size()) &&
         m * k == static_cast<int64_t>(b.size()) && "rows are of one length");
  Doubles result(n * m, 0);
  forBlocks(context, n, blockRows, [&](int64_t begin, int64_t end) {
    const int64_t most = half ? end : m;
    for (int64_t first = 0; first < most; first += blockRows)
      for (int64_t row = begin; row < end; ++row) {
        const double *left = &a[row * k];
        double *to = &result[row * m];
        const int64_t last = std::min(first + blockRows, most);
        int64_t other = first;
        for (; other + together <= last; other += together)
          dotFour(left, &b[other * k], k, to + other);
        for (; other < last; ++other)
          to[other] = dot(left, &b[other * k], k);
      }
  });
  return result;
}

Doubles llmc::multiplyRows(mlir::MLIRContext *context, const Doubles &a,
                           const Doubles &b, int64_t k) {
  return multiply(context, a, b, k, /*half=*/false);
}

Doubles llmc::squareRows(mlir::MLIRContext *context, const Doubles &a,
                         int64_t k) {
  Doubles result = multiply(context, a, a, k, /*half=*/true);
  const auto n = static_cast<int64_t>(a.size()) / k;
  for (int64_t row = 0; row < n; ++row)
    for (int64_t col = 0; col < row; ++col)
      result[col * n + row] = result[row * n + col];
  return result;
}

template <typename Number>
static std::vector<Number> transposed(llvm::ArrayRef<Number> matrix,
                                      int64_t cols) {
  const auto rows = static_cast<int64_t>(matrix.size()) / cols;
  std::vector<Number> result(matrix.size());
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t col = 0; col < cols; ++col)
      result[col * rows + row] = matrix[row * cols + col];
  return result;
}

Doubles llmc::transpose(const Doubles &matrix, int64_t cols) {
  return transposed(llvm::ArrayRef(matrix), cols);
}

std::vector<float> llmc::transpose(llvm::ArrayRef<float> matrix, int64_t cols) {
  return transposed(matrix, cols);
}

void llmc::orthogonalise(Doubles &vectors, int64_t count) {
  const auto rows = static_cast<int64_t>(vectors.size()) / count;
  auto dotColumns = [&](int64_t a, int64_t b) {
    double sum = 0;
    for (int64_t row = 0; row < rows; ++row)
      sum += vectors[row * count + a] * vectors[row * count + b];
    return sum;
  };
  for (int64_t k = 0; k < count; ++k) {
    const double before = dotColumns(k, k);
    for (int pass = 0; pass < 2; ++pass)
      for (int64_t other = 0; other < k; ++other) {
        const double share = dotColumns(k, other);
        for (int64_t row = 0; row < rows; ++row)
          vectors[row * count + k] -= share * vectors[row * count + other];
      }
    const double left = dotColumns(k, k);
    const double factor = left > 1e-20 * before ? 1 / std::sqrt(left) : 0;
    for (int64_t row = 0; row < rows; ++row)
      vectors[row * count + k] *= factor;
  }
}
