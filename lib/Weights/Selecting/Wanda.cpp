//===- Wanda.cpp - units whose share of the product is small go -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// |w_ij| * |x_j| (arXiv:2306.11695), added up over the unit's columns of what reads it:
// what makes the unit is in the norms |x_j| of its columns.
//===----------------------------------------------------------------------===//
#include "Selecting.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace llvm;
using namespace llmc;

void llmc::scoreByWanda(const UnitMatrix &matrix,
                        MutableArrayRef<double> scores) {
  if (!matrix.isReader)
    return;
  for (auto [i, value] : enumerate(matrix.values))
    scores[matrix.getUnit(static_cast<int64_t>(i))] +=
        static_cast<double>(std::abs(value)) * matrix.norms[i % matrix.cols];
}
