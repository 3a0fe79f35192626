//===- Ranges.cpp - the ranges of a step's rows -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Ranges.h"

#include "llmrt/abi.h"

using namespace mlir;

namespace llmc {

Value Ranges::load(Value range, size_t offset) {
  constexpr int64_t columns = sizeof(LlmrtRange) / sizeof(int32_t);
  return b.load(batch.ranges, b.addIndex(b.mulIndex(range, columns),
                                         offset / sizeof(int32_t)));
}

Value Ranges::getFirstRow(Value range) {
  return b.toIndex(load(range, offsetof(LlmrtRange, firstRow)));
}
Value Ranges::getRows(Value range) {
  return b.toIndex(load(range, offsetof(LlmrtRange, rows)));
}
Value Ranges::isPrompt(Value range) {
  return b.compare(arith::CmpIPredicate::eq,
                   load(range, offsetof(LlmrtRange, phase)),
                   b.constant(b.getI32Type(), LLMRT_PHASE_PROMPT));
}

Value Ranges::isAny(llvm::function_ref<Value(Value)> condition) {
  return b.loop(b.index(0), getCount(), 1, b.constant(b.getI1Type(), 0),
                [&](Value range, ValueRange found) -> SmallVector<Value> {
                  return {arith::OrIOp::create(b, found[0], condition(range))};
                })[0];
}

Value Ranges::hasPrompt() {
  return isAny([&](Value range) { return isPrompt(range); });
}

Value Ranges::isPromptRow(Value row) {
  return isAny([&](Value range) {
    Value isInside =
        b.both(b.compare(arith::CmpIPredicate::uge, row, getFirstRow(range)),
               b.compare(arith::CmpIPredicate::ult, row, getEnd(range)));
    return b.both(isInside, isPrompt(range));
  });
}

void Ranges::forEachRun(llvm::function_ref<void(Value, Value, Value)> body) {
  Value last = b.addIndex(getCount(), -1);
  b.loop(b.index(0), getCount(), 1, b.index(0),
         [&](Value range, ValueRange first) -> SmallVector<Value> {
           Value end = getEnd(range), own = isPrompt(range);
           Value next = arith::MinUIOp::create(b, b.addIndex(range, 1), last);
           Value isLast = b.compare(arith::CmpIPredicate::eq, range, last);
           Value changes =
               b.compare(arith::CmpIPredicate::ne, own, isPrompt(next));
           Value ends = arith::OrIOp::create(b, isLast, changes);
           b.when(ends, [&] { body(own, first[0], end); });
           return {b.select(ends, end, first[0])};
         });
}

} // namespace llmc
