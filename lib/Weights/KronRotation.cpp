//===- KronRotation.cpp - a Kronecker product of orthogonal ones ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rows are seen as matrices X [A, B] and become left^T X right: A + B products for each
// number instead of A * B.
//===----------------------------------------------------------------------===//
#include "llmc/Weights/KronRotation.h"

#include "LowRank/Matrices.h"
#include "NormalNumbers.h"

#include <algorithm>
#include <cassert>

using namespace llvm;
using namespace llmc;

/// The most that either matrix has: a row of so many products for each number.
static constexpr int64_t mostSize = 256;
/// What vectors of any target hold a whole number of.
static constexpr int64_t vectorSize = 16;

void KronRotation::turn(MutableArrayRef<float> rows) const {
  const int64_t a = leftSize, b = rightSize;
  assert(static_cast<int64_t>(rows.size()) % size() == 0 && "whole rows");
  std::vector<double> middle(b), line(b);
  std::vector<float> turned(size());
  for (auto *x = rows.begin(); x != rows.end(); x += size()) {
    for (int64_t i = 0; i < a; ++i) {
      std::fill(middle.begin(), middle.end(), 0);
      for (int64_t k = 0; k < a; ++k)
        for (int64_t l = 0; l < b; ++l)
          middle[l] += static_cast<double>(left[k * a + i]) * x[k * b + l];
      std::fill(line.begin(), line.end(), 0);
      for (int64_t l = 0; l < b; ++l)
        for (int64_t j = 0; j < b; ++j)
          line[j] += middle[l] * right[l * b + j];
      copy(line, turned.begin() + i * b);
    }
    copy(turned, x);
  }
}

void KronRotation::turnColumnsBack(MutableArrayRef<float> matrix) const {
  const auto cols = static_cast<int64_t>(matrix.size()) / size();
  std::vector<float> columns = transpose(matrix, cols);
  KronRotation{leftSize, rightSize, transpose(left, leftSize),
               transpose(right, rightSize)}
      .turn(columns);
  copy(transpose(columns, size()), matrix.begin());
}

void KronRotation::turnBoth(MutableArrayRef<float> matrix) const {
  turn(matrix);
  std::vector<float> columns = transpose(matrix, size());
  turn(columns);
  copy(columns, matrix.begin());
}

std::optional<std::pair<int64_t, int64_t>>
llmc::splitForRotation(int64_t size) {
  std::optional<std::pair<int64_t, int64_t>> best;
  auto isBetter = [&](int64_t a, int64_t b) {
    if (!best)
      return true;
    const bool fills = b % vectorSize == 0,
               bestFills = best->second % vectorSize == 0;
    return fills != bestFills ? fills : a + b < best->first + best->second;
  };
  for (int64_t b = std::min(size, mostSize); b > 1; --b)
    if (size % b == 0 && size / b <= mostSize && isBetter(size / b, b))
      best = {size / b, b};
  return best;
}

std::vector<float> llmc::makeOrthogonal(int64_t size) {
  // A seed for each size, or a smaller one would be part of a larger.
  const auto seed = static_cast<uint32_t>(size);
  Doubles columns = transpose(drawNormal(size * size, 1, seed), size);
  orthogonalise(columns, size);
  const Doubles rows = transpose(columns, size);
  return {rows.begin(), rows.end()};
}

KronRotation llmc::makeRotation(int64_t size) {
  const std::optional<std::pair<int64_t, int64_t>> sizes =
      splitForRotation(size);
  assert(sizes && "who turns rows asked whether they have factors");
  auto [left, right] = *sizes;
  return {left, right, makeOrthogonal(left), makeOrthogonal(right)};
}
