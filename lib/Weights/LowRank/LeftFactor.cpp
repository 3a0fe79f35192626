//===- LeftFactor.cpp - the directions in which a matrix is largest -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The eigenvectors of E H E^T of the largest eigenvalues, which are the left singular
// vectors of E where H is 1 and else those of E H^(1/2). By subspace iteration
// (arXiv:0909.4061): E H E^T has as many rows as E and is never made.
//===----------------------------------------------------------------------===//
#include "Eigenvectors.h"
#include "LowRank.h"

#include <cmath>
#include <random>

using namespace llvm;
using namespace llmc;

// The spectrum of what rounding takes away is flat: vectors of nearly the same size
// mix, and any mixture of them is as good.
static constexpr int64_t extraVectors = 8;
static constexpr int iterations = 8;

namespace {

class LeftFactor {
public:
  LeftFactor(ArrayRef<float> matrix, int64_t cols, ArrayRef<float> sums,
             int64_t rank)
      : matrix(matrix), sums(sums), cols(cols),
        rows(static_cast<int64_t>(matrix.size()) / cols), rank(rank),
        count(std::min(rank + extraVectors, rows)) {}

  std::vector<float> find();

private:
  Doubles fromRight(const Doubles &vectors) const;
  Doubles apply(const Doubles &vectors) const;

  ArrayRef<float> matrix, sums;
  const int64_t cols, rows, rank, count;
};

} // namespace

/// `matrix` [rows, cols] * vectors [cols, count].
static Doubles multiply(ArrayRef<float> matrix, int64_t rows, int64_t cols,
                        const Doubles &vectors, int64_t count) {
  Doubles result(rows * count, 0);
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t col = 0; col < cols; ++col)
      for (int64_t k = 0; k < count; ++k)
        result[row * count + k] +=
            matrix[row * cols + col] * vectors[col * count + k];
  return result;
}

/// E * vectors [cols, count].
Doubles LeftFactor::fromRight(const Doubles &vectors) const {
  return multiply(matrix, rows, cols, vectors, count);
}

/// E H E^T * vectors [rows, count].
Doubles LeftFactor::apply(const Doubles &vectors) const {
  Doubles right(cols * count, 0);
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t col = 0; col < cols; ++col)
      for (int64_t k = 0; k < count; ++k)
        right[col * count + k] +=
            matrix[row * cols + col] * vectors[row * count + k];
  return fromRight(sums.empty() ? right
                                : multiply(sums, cols, cols, right, count));
}

std::vector<float> LeftFactor::find() {
  std::mt19937 engine; // the same numbers always: a program has one value
  Doubles start(cols * count);
  for (double &number : start)
    number = static_cast<double>(engine() % 2001) / 1000 - 1;
  Doubles basis = fromRight(start);
  for (int i = 0; i < iterations; ++i) {
    orthogonalise(basis, count);
    basis = apply(basis);
  }
  orthogonalise(basis, count);
  // Of the space that is found, the directions in which it is largest.
  const Doubles image = apply(basis);
  Doubles inner(count * count, 0);
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t i = 0; i < count; ++i)
      for (int64_t j = 0; j < count; ++j)
        inner[i * count + j] += basis[row * count + i] * image[row * count + j];
  const Doubles vectors = findEigenvectors(nullptr, inner, count, count);
  std::vector<float> left(rows * rank, 0);
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t k = 0; k < std::min(rank, count); ++k) {
      double sum = 0;
      for (int64_t i = 0; i < count; ++i)
        sum += basis[row * count + i] * vectors[k * count + i];
      left[row * rank + k] = static_cast<float>(sum);
    }
  return left;
}

std::vector<float> llmc::findLeftFactor(ArrayRef<float> matrix, int64_t cols,
                                        ArrayRef<float> sums, int64_t rank) {
  return LeftFactor(matrix, cols, sums, rank).find();
}

std::vector<float> llmc::findRightFactor(ArrayRef<float> left,
                                         ArrayRef<float> matrix, int64_t cols,
                                         int64_t rank) {
  const int64_t rows = static_cast<int64_t>(matrix.size()) / cols;
  Doubles right(rank * cols, 0);
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t k = 0; k < rank; ++k)
      for (int64_t col = 0; col < cols; ++col)
        right[k * cols + col] += static_cast<double>(left[row * rank + k]) *
                                 matrix[row * cols + col];
  return {right.begin(), right.end()};
}
