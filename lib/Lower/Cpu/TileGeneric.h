//===- TileGeneric.h - a linalg.generic on buffers as loops -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_LOWER_CPU_TILEGENERIC_H
#define LLMC_LIB_LOWER_CPU_TILEGENERIC_H

#include "llmc/Lower/Cpu/TileBuilder.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace llmc {

/// Builds this worker's share of `op` at the builder's place; the op is still
/// there. Workers share the parallel loops, so that each element is computed by
/// one. Fails on a loop whose size no operand says.
llvm::LogicalResult tileGeneric(TileBuilder &b, mlir::linalg::GenericOp op,
                                mlir::llm::TargetAttr target);

} // namespace llmc

#endif // LLMC_LIB_LOWER_CPU_TILEGENERIC_H
