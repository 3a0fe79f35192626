//===- Sketch.cpp - columns of a matrix, mixed at random ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lplr (arXiv:2310.11028, algorithm 1): the columns of W S, where S has numbers of the
// normal distribution of variance 1 / rank, nearly span what W is largest in, and are all
// of one size, which rounds well. One product instead of a decomposition.
//===----------------------------------------------------------------------===//
#include "Factoring.h"
#include "Matrices.h"

#include "../NormalNumbers.h"

#include <cmath>

using namespace llvm;
using namespace llmc;

std::string llmc::sketchColumns(const FactoringInput &input,
                                std::vector<float> &left) {
  Doubles sketch = drawNormal(input.rank * input.cols,
                              1 / std::sqrt(static_cast<double>(input.rank)));
  Doubles matrix(input.values.begin(), input.values.end());
  Doubles mixed = multiplyRows(input.context, matrix, sketch, input.cols);
  left.assign(mixed.begin(), mixed.end());
  return "";
}
