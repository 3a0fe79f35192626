//===- Entries.h - what the runtime calls of generated code -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Entry functions have C types: they load what a descriptor of abi.h holds and call
// the function that was lowered.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_ENTRIES_H
#define LLMC_LIB_LOWER_ENTRIES_H

#include "dialects/llm/LLMDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace llmc {

/// Builds the entries of a module at its end.
class Entries {
public:
  /// Declares llmrt_barrier, llmrt_enter and llmrt_launch.
  explicit Entries(mlir::ImplicitLocOpBuilder &b);

  /// An internal function `symbol` for the machine that `function` is for; `build`
  /// makes its body from its arguments and returns its result, or null.
  void create(llvm::StringRef symbol, mlir::func::FuncOp function,
              llvm::ArrayRef<mlir::Type> arguments, mlir::Type result,
              llvm::function_ref<mlir::Value(mlir::ValueRange)> build);
  /// The same of a descriptor, worker and workers, which calls `function`: `load`
  /// loads its arguments but for worker, workers and the barrier. This is a new last
  /// argument, which the function hands to every llm.barrier, llm.enter and llm.launch.
  void createShared(
      llvm::StringRef symbol, mlir::func::FuncOp function, size_t barrierOffset,
      llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value)> load);

  mlir::Value load(mlir::Value base, size_t offset, mlir::Type type);
  mlir::Value toIndex(mlir::Value i64);

  mlir::Type pointer, i64;

private:
  void passBarrier(mlir::func::FuncOp function);
  void launch(mlir::llm::LaunchOp op, mlir::Value barrier);

  mlir::ImplicitLocOpBuilder &b;
  llvm::DenseSet<mlir::func::FuncOp> meeting; // kernels that take a barrier
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_ENTRIES_H
