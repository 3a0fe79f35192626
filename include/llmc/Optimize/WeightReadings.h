//===- WeightReadings.h - what a step does with its matrices ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_OPTIMIZE_WEIGHTREADINGS_H
#define LLMC_OPTIMIZE_WEIGHTREADINGS_H

#include "dialects/llm/LLMDialect.h"

#include "mlir/IR/BuiltinOps.h"

#include "llvm/ADT/MapVector.h"

namespace llmc {

/// Whether it is U of two factors, y = U (V x): what it multiplies is no input that the
/// model has.
bool isSecondFactor(mlir::llm::WeightOp weight);

/// How a weight is read.
struct Reading {
  bool isTable = false;           // rows of it, or it makes logits
  bool isObserved = false;        // calibration has statistics of its input
  const char *obstacle = nullptr; // why it stays as it is
};

/// Of each weight that products or lookups read, in the order of the first.
llvm::MapVector<mlir::StringAttr, Reading> findReadings(mlir::ModuleOp module);

} // namespace llmc

#endif // LLMC_OPTIMIZE_WEIGHTREADINGS_H
