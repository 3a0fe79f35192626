//===- KernelFunctions.h - one function per distinct kernel -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels of equal layers are compiled once: a kernel's function depends on its
// body, its schedule and the types of its arguments, and on nothing else.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_KERNELFUNCTIONS_H
#define LLMC_LIB_LOWER_KERNELFUNCTIONS_H

#include "dialects/llm/LLMDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace llmc {

/// What a kernel function takes for a value of `type`: a memref of rows, of packed
/// weights, or the index itself. Not for caches and batches.
mlir::Type getArgumentType(mlir::Type type);
/// Bytes of one row of a value.
int64_t getRowBytes(mlir::Type type);

/// What a kernel function's call reads and computes, a CostAttr.
inline constexpr llvm::StringLiteral costAttrName = "llm.cost";
/// Bytes of a block's shared memory that its launch asks for, an i64.
inline constexpr llvm::StringLiteral sharedBytesAttrName = "llm.shared_bytes";

/// Makes and finds the functions of one step's kernels.
class KernelFunctions {
public:
  /// Functions are placed before `step` and get its target and the end of its name;
  /// those of a device are in a module of their own, which has its name.
  explicit KernelFunctions(mlir::func::FuncOp step) : step(step) {}

  /// The function of `kernel`. Its arguments: one per input and per result but
  /// batches and result caches, then those of the batch if `usesBatch`, then the
  /// team's scratch if it has any, then worker and workers; on a device every thread
  /// is a worker and knows which, and `form` is one of the kernel's (DeviceTiler.h).
  mlir::func::FuncOp get(mlir::llm::KernelOp kernel, mlir::TypeRange arguments,
                         bool usesBatch, size_t form = 0);
  /// The function that sets what counts the parts of attention to 0, of scratch: a
  /// device's, a block for each range.
  mlir::func::FuncOp getClear(mlir::Type scratch);
  int64_t count() const { return functions.size(); }

private:
  mlir::func::FuncOp declare(mlir::llm::KernelOp kernel,
                             mlir::TypeRange arguments, llvm::StringRef suffix);
  mlir::func::FuncOp create(mlir::llm::KernelOp kernel,
                            mlir::TypeRange arguments, bool usesBatch,
                            size_t form);

  struct Known {
    mlir::llm::KernelOp kernel;
    size_t form;
    mlir::func::FuncOp function;
  };
  mlir::func::FuncOp step;
  std::vector<Known> functions;
  mlir::func::FuncOp clear; // null: not asked for
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_KERNELFUNCTIONS_H
