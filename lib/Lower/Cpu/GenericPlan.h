//===- GenericPlan.h - how the loops of a linalg.generic run ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   Columns  lanes are neighbouring elements of the results' last dimension;
//            sums, if there are any, stay in registers
//   Sums     lanes are partial sums over a reduced dimension, added up at the end
//
// What is neither has one lane. The choice follows from the op alone, never from
// sizes that only a call has: an element is computed alike in every call.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_CPU_GENERICPLAN_H
#define LLMC_LIB_LOWER_CPU_GENERICPLAN_H

#include "dialects/llm/LLMDialect.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace llmc {

/// How an operand is read along the dimension of the lanes.
enum class LaneAccess { same, neighbours, apart };

struct GenericPlan {
  enum class Kind { columns, sums } kind = Kind::columns;
  int64_t laneDim = -1; // of the loops; -1: none
  int64_t lanes = 1;
  int64_t strips = 1; // vectors of lanes side by side
  int64_t repeatDim =
      -1;              // loop that is unrolled `repeats` times, as a load may
  int64_t repeats = 1; // serve them all; -1: none
};

/// Of an op on buffers, for a target.
GenericPlan planGeneric(mlir::linalg::GenericOp op,
                        mlir::llm::TargetAttr target);

LaneAccess getLaneAccess(mlir::linalg::GenericOp op, mlir::OpOperand &operand,
                         int64_t laneDim);

/// The op that adds an element to result `number`, where the body is such a sum
/// (or product, or largest); `element` becomes what it adds. Null: it is not.
mlir::Operation *findCombiner(mlir::linalg::GenericOp op, unsigned number,
                              mlir::Value &element);

} // namespace llmc

#endif // LLMC_LIB_LOWER_CPU_GENERICPLAN_H
