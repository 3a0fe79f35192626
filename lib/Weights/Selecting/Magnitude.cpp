//===- Magnitude.cpp - units of small weights go --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The importance of a group of coupled weights is the sum over all of them
// (arXiv:2305.11627), here of their squares.
//===----------------------------------------------------------------------===//
#include "Selecting.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace llmc;

void llmc::scoreByMagnitude(const UnitMatrix &matrix,
                            MutableArrayRef<double> scores) {
  for (auto [i, value] : enumerate(matrix.values))
    scores[matrix.getUnit(static_cast<int64_t>(i))] +=
        static_cast<double>(value) * value;
}
