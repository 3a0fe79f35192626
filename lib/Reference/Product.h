//===- Product.h - rows times a weight --------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_REFERENCE_PRODUCT_H
#define LLMC_REFERENCE_PRODUCT_H

#include "Values.h"

namespace llmc::reference {

/// A row-major matrix inside a larger one: rows are `stride` floats apart.
template <typename Float> struct Matrix {
  Float *data;
  int64_t rows, stride;
};

/// `result[t, n] = round(sum_k input[t, k] * weight[n, k] + bias[n])`, summed
/// in Acc; weight is [result columns, inner], dense; bias may be null.
template <typename Acc>
void multiply(Matrix<const float> input, const float *weight, const float *bias,
              int64_t inner, int64_t outer, Rounder round,
              Matrix<float> result);

} // namespace llmc::reference

#endif // LLMC_REFERENCE_PRODUCT_H
