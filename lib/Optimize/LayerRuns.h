//===- LayerRuns.h - where a step repeats itself ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Layers are found, not declared: runs of ops that repeat with equal types and
// equal data flow. So graphs from any source become loops.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_OPTIMIZE_LAYERRUNS_H
#define LLMC_LIB_OPTIMIZE_LAYERRUNS_H

#include "OpSequence.h"

#include "dialects/llm/LLMDialect.h"

#include <vector>

namespace llmc {

/// Where an operand of one repetition comes from.
struct LayerSource {
  enum Kind {
    invariant, // one value for all repetitions
    inside,    // an op of the same repetition
    carried,   // an op of the repetition before
    slot,      // an index that grows by `step` with each repetition
    weight     // a parameter of its own per repetition
  } kind = invariant;
  int64_t op = 0, result = 0; // inside, carried: which op of the period
  int64_t step = 0;           // slot

  bool operator==(const LayerSource &) const = default;
};

/// A value that one repetition leaves to the next, and an operand that reads it:
/// in the first repetition that operand is where the value starts.
struct CarriedValue {
  int64_t op, result; // of the period
  int64_t reader, operand;
};

/// `count` repetitions of `period` ops from place `start` on.
struct LayerRun {
  int64_t start = 0, period = 0, count = 0;
  std::vector<llvm::SmallVector<LayerSource>> sources; // [op][operand]
  llvm::SmallVector<CarriedValue> carried;             // in program order

  int64_t getLength() const { return period * count; }
  int64_t getEnd() const { return start + getLength(); }
};

/// A repetition of ops whose values do not follow it.
struct BrokenRun {
  mlir::Operation *op = nullptr; // where it breaks; null: no such run
  const char *reason = nullptr;
  int64_t period = 0;
};

struct LayerRuns {
  std::vector<LayerRun> runs; // disjoint, in program order
  BrokenRun broken;           // the longest one, if no run was found
};

/// The runs that cover most ops, the longest first; of equal ones the shortest
/// period, of its rotations the one that carries the fewest values. Runs of
/// elementwise ops alone are left: they fuse, and a loop would store each step.
LayerRuns findLayerRuns(const OpSequence &ops);

} // namespace llmc

#endif // LLMC_LIB_OPTIMIZE_LAYERRUNS_H
