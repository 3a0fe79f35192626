//===- Eigenvectors.cpp - of a symmetric matrix ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Householder's reflections make the matrix tridiagonal, QR with implicit shifts makes
// it diagonal (Golub and Van Loan, Matrix Computations, 8.3): a share of the whole
// spectrum is wanted, where subspaces as large as that would cost more than all of it.
// Vectors are rows. Rotations are gathered, and each block of columns meets many of
// them while it is in a core's cache.
//===----------------------------------------------------------------------===//
#include "Eigenvectors.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

using namespace llmc;

static constexpr int64_t blockCols = 32;    // of vectors, for rotations
static constexpr int64_t blockVectors = 16; // for reflections
static constexpr size_t fewElements = 1
                                      << 16; // threads cost more than they save
static constexpr size_t mostRotations = 1 << 16; // that wait

namespace {

/// Of the rows `index` and the next.
struct Rotation {
  int64_t index;
  double cos, sin;
};

class Eigenvectors {
public:
  Eigenvectors(mlir::MLIRContext *context, Doubles matrix, int64_t n)
      : context(context), a(std::move(matrix)), n(n), diagonal(n), beside(n),
        squares(n) {}

  Doubles find(int64_t count);

private:
  void reduce();
  void reflect(int64_t size, const Doubles &reflector, double square);
  void diagonalise();
  void step(int64_t first, int64_t last);
  void turnVectors();
  void turnBack(Doubles &chosen) const;

  mlir::MLIRContext *context;
  Doubles a; // what is left; then row i has the reflector of i elements
  const int64_t n;
  Doubles diagonal, beside; // beside[i] stands between i - 1 and i
  Doubles squares;          // half of a reflector's squared length, or 0: none
  Doubles vectors;          // [n, n]
  std::vector<Rotation> waiting;
};

} // namespace

/// The leading `size` rows and columns become H a H with H = 1 - u u^T / square.
void Eigenvectors::reflect(int64_t size, const Doubles &reflector,
                           double square) {
  const bool isSmall = static_cast<size_t>(size * size) < fewElements;
  const int64_t block = isSmall ? size : 64;
  Doubles shares(size);
  forBlocks(context, size, block, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row)
      shares[row] = dot(&a[row * n], reflector.data(), size) / square;
  });
  const double half = dot(shares.data(), reflector.data(), size) / (2 * square);
  for (int64_t i = 0; i < size; ++i)
    shares[i] -= half * reflector[i];
  forBlocks(context, size, block, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      double *to = &a[row * n];
      const double mine = reflector[row], share = shares[row];
      for (int64_t col = 0; col < size; ++col)
        to[col] -= mine * shares[col] + share * reflector[col];
    }
  });
}

/// From the last row up: its elements left of those beside the diagonal become 0.
void Eigenvectors::reduce() {
  for (int64_t i = n - 1; i > 0; --i) {
    double *row = &a[i * n];
    diagonal[i] = row[i];
    beside[i] = row[i - 1];
    const double rest = dot(row, row, i - 1);
    if (rest == 0)
      continue;
    const double length =
        std::copysign(std::sqrt(rest + row[i - 1] * row[i - 1]), row[i - 1]);
    beside[i] = -length;
    row[i - 1] += length;
    squares[i] = length * row[i - 1];
    reflect(i, Doubles(row, row + i), squares[i]);
  }
  diagonal[0] = a[0];
}

/// One implicit step with Wilkinson's shift, on the rows [first, last].
void Eigenvectors::step(int64_t first, int64_t last) {
  const double gap = (diagonal[last - 1] - diagonal[last]) / 2,
               off = beside[last];
  const double shift =
      off * off / (gap + std::copysign(std::hypot(gap, off), gap));
  double kept = diagonal[first] - (diagonal[last] - shift),
         bulge = beside[first + 1];
  for (int64_t k = first; k < last; ++k) {
    const double length = std::hypot(kept, bulge);
    const double cos = length > 0 ? kept / length : 1,
                 sin = length > 0 ? bulge / length : 0;
    if (k > first)
      beside[k] = length;
    const double upper = diagonal[k], lower = diagonal[k + 1],
                 between = beside[k + 1];
    diagonal[k] =
        cos * cos * upper + 2 * cos * sin * between + sin * sin * lower;
    diagonal[k + 1] =
        sin * sin * upper - 2 * cos * sin * between + cos * cos * lower;
    beside[k + 1] =
        cos * sin * (lower - upper) + (cos * cos - sin * sin) * between;
    waiting.push_back({k, cos, sin});
    if (k + 1 == last)
      break;
    kept = beside[k + 1];
    bulge = sin * beside[k + 2];
    beside[k + 2] *= cos;
  }
}

/// Brings the rotations that wait to the vectors.
void Eigenvectors::turnVectors() {
  forBlocks(context, n, blockCols, [&](int64_t begin, int64_t end) {
    for (const Rotation &rotation : waiting) {
      double *upper = &vectors[rotation.index * n], *lower = upper + n;
      for (int64_t col = begin; col < end; ++col) {
        const double old = upper[col];
        upper[col] = rotation.cos * old + rotation.sin * lower[col];
        lower[col] = rotation.cos * lower[col] - rotation.sin * old;
      }
    }
  });
  waiting.clear();
}

/// What is beside the diagonal becomes 0, from the last row up.
void Eigenvectors::diagonalise() {
  vectors.assign(n * n, 0);
  double largest = 0;
  for (int64_t i = 0; i < n; ++i) {
    vectors[i * n + i] = 1;
    largest = std::max({largest, std::abs(diagonal[i]), std::abs(beside[i])});
  }
  auto isNothing = [&](int64_t i) {
    const double around = std::abs(diagonal[i]) + std::abs(diagonal[i - 1]);
    return std::abs(beside[i]) <=
           std::numeric_limits<double>::epsilon() * around + 1e-30 * largest;
  };
  int64_t last = n - 1, steps = 30 * n; // three for each is usual
  while (last > 0 && steps-- > 0) {
    if (isNothing(last)) {
      --last;
      continue;
    }
    int64_t first = last - 1;
    while (first > 0 && !isNothing(first))
      --first;
    step(first, last);
    if (waiting.size() > mostRotations)
      turnVectors();
  }
  turnVectors();
}

/// Vectors of the tridiagonal matrix become those of the one that was given.
void Eigenvectors::turnBack(Doubles &chosen) const {
  const auto count = static_cast<int64_t>(chosen.size()) / n;
  forBlocks(context, count, blockVectors, [&](int64_t begin, int64_t end) {
    for (int64_t i = 1; i < n; ++i) {
      if (squares[i] == 0)
        continue;
      const double *reflector = &a[i * n];
      for (int64_t vector = begin; vector < end; ++vector) {
        double *to = &chosen[vector * n];
        const double share = dot(to, reflector, i) / squares[i];
        for (int64_t k = 0; k < i; ++k)
          to[k] -= share * reflector[k];
      }
    }
  });
}

Doubles Eigenvectors::find(int64_t count) {
  reduce();
  diagonalise();
  std::vector<int64_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t i, int64_t j) {
    return diagonal[i] > diagonal[j];
  });
  Doubles chosen;
  for (int64_t i = 0; i < count; ++i)
    chosen.insert(chosen.end(), vectors.begin() + order[i] * n,
                  vectors.begin() + (order[i] + 1) * n);
  turnBack(chosen);
  return chosen;
}

Doubles llmc::findEigenvectors(mlir::MLIRContext *context, Doubles matrix,
                               int64_t n, int64_t count) {
  assert(static_cast<int64_t>(matrix.size()) == n * n && count <= n);
  return Eigenvectors(context, std::move(matrix), n).find(count);
}
