//===- Interpreter.h - the meaning of the llm dialect, executable -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_REFERENCE_INTERPRETER_H
#define LLMC_REFERENCE_INTERPRETER_H

#include "llmc/Weights/WeightStore.h"

#include "mlir/IR/BuiltinOps.h"

#include <memory>

namespace llmc {

/// How the token of one row of logits is chosen; see llm.sample.
struct ReferenceSampling {
  float temperature = 0;
  int32_t topK = 0;
  float topP = 1;
  float minP = 0;
  float penalty = 1;
  std::vector<int32_t> recent; // ids
  double uniform = 0;          // of [0, 1)
};

/// The rows of one step, by value (the interpreter's `!llm.batch`). Rows of one
/// sequence are contiguous; each takes the next slot of its sequence's cache.
struct ReferenceBatch {
  std::vector<int32_t> tokens;             // [T]
  std::vector<int32_t> positions;          // [T]
  std::vector<int32_t> sequences;          // [T], any non-negative ids
  std::vector<int32_t> logitRows;          // [L]
  std::vector<ReferenceSampling> sampling; // [L], where llm.sample runs
};

/// Logits of a step.
struct ReferenceLogits {
  int64_t rows = 0, vocabulary = 0;
  std::vector<float> values; // [L, V]
};

/// A tensor by value, row-major: floats of any width in `floats`, already
/// rounded to it; integers and index in `ints`. Packed values are dequantised.
struct ReferenceTensor {
  llvm::SmallVector<int64_t> shape;
  std::vector<float> floats;
  std::vector<int64_t> ints;
};

/// Runs functions of a module at any tensor stage (imported, optimised,
/// kernels) in plain loops: sums in f64 unless `singlePrecision`, every result
/// rounded once to its type. Keeps the KV caches of each function between
/// calls.
class Interpreter {
public:
  Interpreter(mlir::ModuleOp module, const WeightStore &weights,
              bool singlePrecision = false);
  ~Interpreter();

  /// One call of `@step`; fails on an op without meaning here, or bad ids. A
  /// step that fails leaves the caches as they were.
  llvm::Expected<ReferenceLogits> step(const ReferenceBatch &batch);

  /// Calls any function: `tensors` become its tensor arguments in order,
  /// `batch` its batch, the kept caches its caches. Returns its tensor results
  /// in order.
  llvm::Expected<std::vector<ReferenceTensor>>
  call(llvm::StringRef function, llvm::ArrayRef<ReferenceTensor> tensors,
       const ReferenceBatch &batch);

  /// Forgets all sequences.
  void reset();

private:
  struct State;
  std::unique_ptr<State> state;
};

} // namespace llmc

#endif // LLMC_REFERENCE_INTERPRETER_H
