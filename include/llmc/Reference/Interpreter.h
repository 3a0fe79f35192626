//===- Interpreter.h - the meaning of the llm dialect, executable -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_REFERENCE_INTERPRETER_H
#define LLMC_REFERENCE_INTERPRETER_H

#include "llmc/Weights/WeightStore.h"

#include "mlir/IR/BuiltinOps.h"

#include <memory>

namespace llmc {

/// The rows of one step, by value (the interpreter's `!llm.batch`).
struct ReferenceBatch {
  std::vector<int32_t> tokens;    // [T]
  std::vector<int32_t> positions; // [T]
  std::vector<int32_t> sequences; // [T], any non-negative ids
  std::vector<int32_t> logitRows; // [L]
};

/// Logits of a step.
struct ReferenceLogits {
  int64_t rows = 0, vocabulary = 0;
  std::vector<float> values; // [L, V]
};

/// Runs `@step` of a module at any tensor stage (imported, optimised, kernels),
/// in plain loops: sums in f64 unless `singlePrecision`. Keeps the KV caches
/// between steps.
class Interpreter {
public:
  Interpreter(mlir::ModuleOp module, const WeightStore &weights, bool singlePrecision = false);
  ~Interpreter();

  /// One step; fails on an op without meaning here, or bad ids.
  llvm::Expected<ReferenceLogits> step(const ReferenceBatch &batch);
  /// Forgets all sequences.
  void reset();

private:
  struct State;
  std::unique_ptr<State> state;
};

} // namespace llmc

#endif // LLMC_REFERENCE_INTERPRETER_H
