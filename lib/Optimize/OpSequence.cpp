//===- OpSequence.cpp - a step as a word ------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "OpSequence.h"

#include "dialects/llm/LLMDialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/OperationSupport.h"

namespace llmc {

using namespace mlir;
using namespace mlir::llm;

//===----------------------------------------------------------------------===//
// The step as a word
//===----------------------------------------------------------------------===//

namespace {

/// Ops are keys by everything but their values and locations.
struct OpClassInfo : llvm::DenseMapInfo<Operation *> {
  static unsigned getHashValue(const Operation *op) {
    return OperationEquivalence::computeHash(
        const_cast<Operation *>(op), OperationEquivalence::ignoreHashValue,
        OperationEquivalence::ignoreHashValue,
        OperationEquivalence::IgnoreLocations);
  }
  static bool isEqual(const Operation *a, const Operation *b) {
    if (a == b)
      return true;
    for (const Operation *op : {a, b})
      if (op == getEmptyKey() || op == getTombstoneKey())
        return false;
    return OperationEquivalence::isEquivalentTo(
        const_cast<Operation *>(a), const_cast<Operation *>(b),
        OperationEquivalence::ignoreValueEquivalence, nullptr,
        OperationEquivalence::IgnoreLocations);
  }
};

} // namespace

OpSequence::OpSequence(Block &block) {
  for (Operation &op : block.without_terminator())
    if (!isLeaf(&op)) {
      places[&op] = ops.size();
      ops.push_back(&op);
    }
  classify();
  for (Operation *op : ops) {
    lastReaders.push_back(-1);
    for (Value result : op->getResults())
      lastReaders.back() = std::max(lastReaders.back(), findLastReader(result));
  }
}

bool OpSequence::isLeaf(Operation *op) {
  // A number in all rows has no memory of its own: kernels compute it (isSpread).
  bool isNumber = isa<tensor::SplatOp>(op) && isSpread(op) &&
                  llvm::all_of(op->getOperands(), [](Value operand) {
                    Operation *maker = operand.getDefiningOp();
                    return !maker || isLeaf(maker);
                  });
  return isNumber || isa<arith::ConstantOp, ParamOp, tensor::DimOp>(op);
}

void OpSequence::classify() {
  llvm::DenseMap<Operation *, int64_t, OpClassInfo> known;
  int64_t next = 0;
  for (Operation *op : ops) {
    // A body could read values of another repetition: such an op equals none.
    bool alone = op->getNumRegions() > 0;
    auto [it, added] =
        alone ? std::make_pair(known.end(), true) : known.try_emplace(op, next);
    classes.push_back(added ? next++ : it->second);
  }
}

int64_t OpSequence::find(Operation *op) const {
  auto it = op ? places.find(op) : places.end();
  return it == places.end() ? -1 : it->second;
}

int64_t OpSequence::findLastReader(Value value) const {
  int64_t last = -1;
  for (Operation *user : value.getUsers()) {
    int64_t place = find(value.getParentBlock()->findAncestorOpInBlock(*user));
    last = std::max(last, place < 0 ? size() : place);
  }
  return last;
}

//===----------------------------------------------------------------------===//
// Words that repeat
//===----------------------------------------------------------------------===//

/// A word of `period` letters that stands twice covers two neighbouring multiples
/// of `period`, so only those are compared at first: n log n comparisons, and one
/// per letter of what is found.
std::vector<Repetition> findRepetitions(const OpSequence &ops) {
  ArrayRef<int64_t> classes = ops.getClasses();
  std::vector<Repetition> found;
  int64_t size = classes.size();
  for (int64_t period = 1; period <= size / 2; ++period)
    for (int64_t at = 0; at + period < size;) {
      int64_t begin = at, end = at;
      while (end + period < size && classes[end] == classes[end + period])
        ++end;
      if (end > at)
        while (begin > 0 && classes[begin - 1] == classes[begin - 1 + period])
          --begin;
      if (end - begin >= period)
        found.push_back({begin, end + period, period});
      at = (std::max(at, end - 1) / period + 1) * period;
    }
  return found;
}

} // namespace llmc
