//===- Cholesky.cpp - factors of a symmetric matrix -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// H = R R^T with R upper triangular, from the last column to the first; then
// H^-1 = R^-T R^-1, so U = R^-1. No inverse is made and factored again: a third of
// the work. Blocks keep the rows that are read again in a core's cache. Sums have
// one order, so that every machine and every number of threads gives the same codes.
//===----------------------------------------------------------------------===//
#include "Cholesky.h"

#include <algorithm>
#include <cassert>
#include <cmath>

using namespace llmc;

static constexpr int64_t blockRows = 32;

/// Eight sums, which the compiler keeps in vectors.
static double dot(const double *a, const double *b, int64_t count) {
  double sums[8] = {};
  int64_t i = 0;
  for (; i + 8 <= count; i += 8)
    for (int64_t lane = 0; lane < 8; ++lane)
      sums[lane] += a[i + lane] * b[i + lane];
  double sum = 0;
  for (; i < count; ++i)
    sum += a[i] * b[i];
  for (double lane : sums)
    sum += lane;
  return sum;
}

/// Columns [begin, end) of R, once those from `end` on are there.
static bool factorBlock(double *h, int64_t n, int64_t begin, int64_t end) {
  for (int64_t i = 0; i < end; ++i)
    for (int64_t j = std::max(i, begin); j < end; ++j)
      h[i * n + j] -= dot(h + i * n + end, h + j * n + end, n - end);
  for (int64_t j = end - 1; j >= begin; --j) {
    const double *row = h + j * n + j + 1;
    double square = h[j * n + j] - dot(row, row, end - j - 1);
    if (!(square > 0)) // also where it is no number
      return false;
    double pivot = h[j * n + j] = std::sqrt(square);
    for (int64_t i = 0; i < j; ++i)
      h[i * n + j] =
          (h[i * n + j] - dot(h + i * n + j + 1, row, end - j - 1)) / pivot;
  }
  return true;
}

/// to[from..n) -= factor * row[from..n)
static void subtract(double *to, const double *row, double factor, int64_t from,
                     int64_t n) {
  for (int64_t i = from; i < n; ++i)
    to[i] -= factor * row[i];
}

/// Rows [begin, end) of R become those of R^-1; the rows below are there.
static void invertBlock(double *h, int64_t n, int64_t begin, int64_t end,
                        std::vector<double> &made) {
  made.assign((end - begin) * n, 0);
  for (int64_t k = end; k < n; ++k)
    for (int64_t i = begin; i < end; ++i)
      subtract(&made[(i - begin) * n], h + k * n, h[i * n + k], k, n);
  for (int64_t i = end - 1; i >= begin; --i) {
    double *row = &made[(i - begin) * n];
    for (int64_t k = i + 1; k < end; ++k)
      subtract(row, h + k * n, h[i * n + k], k, n);
    const double inverse = 1 / h[i * n + i];
    for (int64_t j = i + 1; j < n; ++j)
      h[i * n + j] = row[j] * inverse;
    h[i * n + i] = inverse;
  }
}

bool llmc::factorUpper(std::vector<double> &h, int64_t n) {
  assert(static_cast<int64_t>(h.size()) == n * n && "a square matrix");
  for (int64_t end = n; end > 0; end -= blockRows)
    if (!factorBlock(h.data(), n, std::max<int64_t>(end - blockRows, 0), end))
      return false;
  return true;
}

bool llmc::factorInverse(std::vector<double> &h, int64_t n) {
  if (!factorUpper(h, n))
    return false;
  std::vector<double> made;
  for (int64_t end = n; end > 0; end -= blockRows)
    invertBlock(h.data(), n, std::max<int64_t>(end - blockRows, 0), end, made);
  return true;
}
