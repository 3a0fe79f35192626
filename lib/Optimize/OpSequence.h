//===- OpSequence.h - a step as a word --------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An op is a letter, equal ops are the same letter, and layers are a word of the
// step that repeats.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_OPTIMIZE_OPSEQUENCE_H
#define LLMC_LIB_OPTIMIZE_OPSEQUENCE_H

#include "mlir/IR/Block.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"

#include <vector>

namespace llmc {

/// The ops of a block that compute, in program order. Constants, params,
/// dimensions and numbers spread over rows are leaves: they move to where they are
/// read and have no place.
class OpSequence {
public:
  explicit OpSequence(mlir::Block &block);

  int64_t size() const { return ops.size(); }
  mlir::Operation *operator[](int64_t place) const {
    assert(place >= 0 && place < size() && "leaves have no place");
    return ops[place];
  }
  /// Equal ops, values aside, have equal classes.
  llvm::ArrayRef<int64_t> getClasses() const { return classes; }
  /// The place of `op`; -1 for leaves and for ops of other blocks.
  int64_t find(mlir::Operation *op) const;
  /// The place of the op that computes `value`; -1 if there is none.
  int64_t find(mlir::Value value) const { return find(value.getDefiningOp()); }
  /// The place of the last reader; `size()` if a leaf or the terminator reads.
  int64_t findLastReader(mlir::Value value) const;
  /// That of all results of the op at `place`.
  int64_t getLastReader(int64_t place) const { return lastReaders[place]; }

  static bool isLeaf(mlir::Operation *op);

private:
  void classify();

  std::vector<mlir::Operation *> ops;
  std::vector<int64_t> classes, lastReaders;
  llvm::DenseMap<mlir::Operation *, int64_t> places;
};

/// Places [begin, end) where every op equals the one `period` before it.
struct Repetition {
  int64_t begin, end, period;
  /// Ops that whole repetitions cover at most.
  int64_t getBound() const { return (end - begin) / period * period; }
};

/// All maximal repetitions of at least twice a period, of every period.
std::vector<Repetition> findRepetitions(const OpSequence &ops);

} // namespace llmc

#endif // LLMC_LIB_OPTIMIZE_OPSEQUENCE_H
