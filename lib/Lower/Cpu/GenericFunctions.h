//===- GenericFunctions.h - one function per distinct op ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A network of twelve equal layers has each op twelve times: its loops are made and
// compiled once.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_CPU_GENERICFUNCTIONS_H
#define LLMC_LIB_LOWER_CPU_GENERICFUNCTIONS_H

#include "dialects/llm/LLMDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace llmc {

class GenericFunctions {
public:
  /// Functions are placed before `caller` and get its target and the end of its
  /// name.
  explicit GenericFunctions(mlir::func::FuncOp caller) : caller(caller) {}

  struct Call {
    mlir::func::FuncOp function;
    llvm::SmallVector<mlir::Value> captured; // what the body takes from outside
  };
  /// The function of `op`. Its arguments: the op's operands, what is captured,
  /// worker and workers. Constants of the body's surroundings move into it.
  Call get(mlir::linalg::GenericOp op);

  /// Turns the ops of all functions into loops.
  llvm::LogicalResult tileAll();
  int64_t count() const { return functions.size(); }

private:
  mlir::func::FuncOp create(mlir::linalg::GenericOp op,
                            llvm::ArrayRef<mlir::Value> captured);

  mlir::func::FuncOp caller;
  std::vector<mlir::func::FuncOp> functions;
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_CPU_GENERICFUNCTIONS_H
