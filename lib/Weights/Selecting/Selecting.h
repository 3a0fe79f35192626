//===- Selecting.h - how much a unit matters --------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A method is a function that scores units: a file of this folder and a row of the
// table in Selecting.cpp.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_WEIGHTS_SELECTING_SELECTING_H
#define LLMC_LIB_WEIGHTS_SELECTING_SELECTING_H

#include "llmc/Weights/Selecting.h"

namespace llmc {

/// A matrix that units have equally many rows of, or columns.
struct UnitMatrix {
  std::vector<float> values; // [rows, cols], finite
  int64_t cols = 0;
  int64_t span = 0; // rows, or columns, of a unit
  bool isReader = false;
  std::vector<float> norms; // [cols], of a reader's input; empty: no statistics

  int64_t getUnit(int64_t at) const {
    return (isReader ? at % cols : at / cols) / span;
  }
};

/// Adds to the score of each unit what it has of one matrix.
using ScoreUnits = void (*)(const UnitMatrix &matrix,
                            llvm::MutableArrayRef<double> scores);

void scoreByMagnitude(const UnitMatrix &matrix,
                      llvm::MutableArrayRef<double> scores);
void scoreByWanda(const UnitMatrix &matrix,
                  llvm::MutableArrayRef<double> scores);

} // namespace llmc

#endif // LLMC_LIB_WEIGHTS_SELECTING_SELECTING_H
