//===- FineRows.h - which linears take finer activations --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_OPTIMIZE_FINEROWS_H
#define LLMC_OPTIMIZE_FINEROWS_H

#include "llmc/Support/Choice.h"

namespace llmc {

/// The linears whose rows get a second plane of codes (`#llm.int8_act<32, fine>`).
enum class FineRows {
  none,
  /// Those whose errors stay or are large: what they make is written to a cache
  /// or returned, or their rows come out of a nonlinearity
  /// (bench/results/2026-11-28-fine-rows.md).
  sensitive,
  all
};

llvm::ArrayRef<Choice<FineRows>> getChoices(FineRows);

} // namespace llmc

#endif // LLMC_OPTIMIZE_FINEROWS_H
