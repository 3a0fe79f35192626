//===- Product.cpp - rows times a weight ----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The only loop of the interpreter that decides its speed: a 64-token prompt of
// a 135M model is 8.6e9 multiply-adds. Each weight row is widened once and
// meets four input rows at a time, eight partial sums each, which compilers
// turn into vector code without reordering a sum.
//===----------------------------------------------------------------------===//
#include "Product.h"

#include <algorithm>
#include <numeric>

using namespace llmc::reference;

static constexpr int64_t lanes = 8; // partial sums per product

/// Dot products of `count` padded rows with one padded weight row.
template <typename Acc, int64_t count>
static void dot(const Acc *rows, int64_t padded, const Acc *weight, Acc *sums) {
  Acc partial[count][lanes] = {};
  for (int64_t k = 0; k < padded; k += lanes)
    for (int64_t r = 0; r < count; ++r)
      for (int64_t l = 0; l < lanes; ++l)
        partial[r][l] += rows[r * padded + k + l] * weight[k + l];
  for (int64_t r = 0; r < count; ++r)
    sums[r] = std::accumulate(partial[r], partial[r] + lanes, Acc(0));
}

template <typename Acc>
void llmc::reference::multiply(Matrix<const float> input, const float *weight,
                               const float *bias, int64_t inner, int64_t outer,
                               Rounder round, Matrix<float> result) {
  assert(input.rows == result.rows && "one row of results per row of input");
  assert(input.stride >= inner && result.stride >= outer &&
         "rows do not overlap");
  constexpr int64_t block = 4; // input rows per pass over a weight row
  int64_t padded = (inner + lanes - 1) / lanes * lanes;
  std::vector<Acc> rows(input.rows * padded), wide(padded), sums(input.rows);
  for (int64_t t = 0; t < input.rows; ++t)
    std::copy_n(input.data + t * input.stride, inner, rows.data() + t * padded);
  for (int64_t n = 0; n < outer; ++n) {
    std::copy_n(weight + n * inner, inner, wide.data());
    int64_t t = 0;
    for (; t + block <= input.rows; t += block)
      dot<Acc, block>(rows.data() + t * padded, padded, wide.data(), &sums[t]);
    for (; t < input.rows; ++t)
      dot<Acc, 1>(rows.data() + t * padded, padded, wide.data(), &sums[t]);
    Acc start = bias ? Acc(bias[n]) : Acc(0);
    for (t = 0; t < input.rows; ++t)
      result.data[t * result.stride + n] = round(sums[t] + start);
  }
}

template void llmc::reference::multiply<float>(Matrix<const float>,
                                               const float *, const float *,
                                               int64_t, int64_t, Rounder,
                                               Matrix<float>);
template void llmc::reference::multiply<double>(Matrix<const float>,
                                                const float *, const float *,
                                                int64_t, int64_t, Rounder,
                                                Matrix<float>);
