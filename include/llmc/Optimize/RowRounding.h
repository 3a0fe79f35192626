//===- RowRounding.h - what rows of products become ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_OPTIMIZE_ROWROUNDING_H
#define LLMC_OPTIMIZE_ROWROUNDING_H

#include "llmc/Support/Choice.h"

namespace llmc {

/// What the rows that products multiply are rounded to. Codes of 8 bits and more are what
/// kernels of integers read; of fewer bits, and floats of 8, are f32s that were rounded.
enum class RowRounding {
  i8, // #llm.int8_act: a scale per group of a row
  /// The same, with a second plane of codes (15 bits) for products whose errors stay or are
  /// large: what they make is written to a cache or returned, or their rows come out of
  /// a nonlinearity (bench/results/2026-11-28-fine-rows.md).
  mixed,
  i16, // two planes for all
  i8Static, // one scale for all rows of an input, from the statistics of a calibration
  i6,
  i4,
  e4m3
};

/// Named as `--activations` names them.
llvm::ArrayRef<Choice<RowRounding>> getChoices(RowRounding);

} // namespace llmc

#endif // LLMC_OPTIMIZE_ROWROUNDING_H
