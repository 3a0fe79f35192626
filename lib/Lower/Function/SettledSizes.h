//===- SettledSizes.h - the sizes of a function's tensors ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_LOWER_FUNCTION_SETTLEDSIZES_H
#define LLMC_LIB_LOWER_FUNCTION_SETTLEDSIZES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace llmc {

/// Sizes as arithmetic over sizes of the function's arguments, wherever the ops
/// say so.
struct SettledSizes {
  llvm::SmallVector<llvm::SmallVector<mlir::Value>> results; // [result][dim]
  /// What every call has to fulfil, or code would reach past a tensor's end.
  llvm::SmallVector<std::pair<mlir::Value, mlir::Value>> equal, atMost;
};

/// Of a function on tensors.
llvm::FailureOr<SettledSizes> settleSizes(mlir::func::FuncOp function);

} // namespace llmc

#endif // LLMC_LIB_LOWER_FUNCTION_SETTLEDSIZES_H
