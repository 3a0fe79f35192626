//===- SingularVectors.cpp - the factor that leaves the least error -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// svd: of all matrices of a rank, U U^T W with the left singular vectors U of W leaves
// the least of W (Eckart and Young, 1936).
//
// lord (arXiv:2309.14021, after atomic feature mimicking): U are the eigenvectors of the
// covariance of Y = W X, and W becomes U (U^T W): the least error of the product. Here
// of E[y y^T] = W H W^T / tokens with H = X^T X, not less the mean, which the paper
// brings back by a bias: the mean is one direction more, and products stay without one.
// With H = R R^T those are the left singular vectors of W R.
//===----------------------------------------------------------------------===//
#include "../Rounding/Cholesky.h"
#include "Eigenvectors.h"
#include "Factoring.h"

#include <cmath>

using namespace llvm;
using namespace llmc;

/// R [n, n], upper triangular, with R R^T = `sums`, or near it where they are no sum of
/// squares but for what rounding left.
static std::string findRoot(ArrayRef<float> sums, int64_t n, Doubles &root) {
  double mean = 0;
  for (int64_t i = 0; i < n; ++i)
    mean += sums[i * n + i] / static_cast<double>(n);
  if (mean == 0)
    return "has statistics of an input that is always 0: calibrate with "
           "another text";
  constexpr double leastDamp = 1e-8, mostDamp = 1e-2;
  for (double damp = leastDamp; damp <= mostDamp; damp *= 10) {
    root.assign(sums.begin(), sums.end());
    for (int64_t i = 0; i < n; ++i)
      root[i * n + i] += damp * mean;
    if (!factorUpper(root, n))
      continue;
    for (int64_t row = 0; row < n; ++row)
      std::fill_n(root.begin() + row * n, row, 0.0);
    return "";
  }
  return "has statistics that are no sum of squares: calibrate again";
}

/// Columns of length 1, or 0 where they are next to nothing.
static void normaliseColumns(Doubles &matrix, int64_t cols) {
  const auto rows = static_cast<int64_t>(matrix.size()) / cols;
  Doubles squares(cols, 0);
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t col = 0; col < cols; ++col)
      squares[col] += matrix[row * cols + col] * matrix[row * cols + col];
  const double largest = *std::max_element(squares.begin(), squares.end());
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t col = 0; col < cols; ++col)
      matrix[row * cols + col] *=
          squares[col] > 1e-20 * largest ? 1 / std::sqrt(squares[col]) : 0;
}

std::string llmc::findSingularVectors(const FactoringInput &input,
                                      std::vector<float> &left) {
  const int64_t rows = input.rows, cols = input.cols, rank = input.rank;
  mlir::MLIRContext *context = input.context;
  Doubles matrix(input.values.begin(), input.values.end());
  if (!input.xtx.empty()) {
    Doubles root;
    if (std::string problem = findRoot(input.xtx, cols, root); !problem.empty())
      return problem;
    matrix = multiplyRows(context, matrix, transpose(root, cols), cols);
  }
  Doubles vectors;
  if (rows <= cols) {
    vectors =
        transpose(findEigenvectors(context, squareRows(context, matrix, cols),
                                   rows, rank),
                  rows);
  } else {
    // Those of the right side are fewer, and lead to these.
    Doubles right = findEigenvectors(
        context, squareRows(context, transpose(matrix, cols), rows), cols,
        rank);
    vectors = multiplyRows(context, matrix, right, cols);
    normaliseColumns(vectors, rank);
  }
  left.assign(vectors.begin(), vectors.end());
  return "";
}
