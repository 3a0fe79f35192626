//===- Ranges.h - the ranges of a step's rows ---------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rows of one sequence follow each other, and are a prompt's or generated: a range
// (LlmrtRange). What a row's numbers go through may depend on which, and on nothing
// else in the step.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_CPU_RANGES_H
#define LLMC_LIB_LOWER_CPU_RANGES_H

#include "llmc/Lower/Cpu/TileBuilder.h"

namespace llmc {

/// Values are of type index, or conditions.
class Ranges {
public:
  using Value = mlir::Value;

  Ranges(TileBuilder &b, const BatchArgs &batch) : b(b), batch(batch) {}

  Value getCount() const { return batch.rangeCount; }
  Value getFirstRow(Value range);
  Value getRows(Value range);
  Value isPrompt(Value range);

  /// Whether some range is one of a prompt.
  Value hasPrompt();
  /// Whether the row is one of a prompt.
  Value isPromptRow(Value row);
  /// `body` for each run of rows [first, end) whose ranges are all of prompts, or none.
  void forEachRun(
      llvm::function_ref<void(Value isPrompt, Value first, Value end)> body);

private:
  Value load(Value range, size_t offset);
  Value getEnd(Value range) {
    return b.addIndex(getFirstRow(range), getRows(range));
  }
  Value isAny(llvm::function_ref<Value(Value range)> condition);

  TileBuilder &b;
  const BatchArgs &batch;
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_CPU_RANGES_H
