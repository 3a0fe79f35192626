//===- CallKernels.h - kernels of a bound function become calls ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_LOWER_FUNCTION_CALLKERNELS_H
#define LLMC_LIB_LOWER_FUNCTION_CALLKERNELS_H

#include "dialects/llm/LLMDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace llmc {

/// Of a call that runs a kernel: how many of its buffers, the last, it writes.
constexpr llvm::StringLiteral kernelResultsAttr = "llm.results";

/// A tensor with as many rows as the kernel has: its first input, or what kernels made
/// that of.
mlir::Value findRows(mlir::llm::KernelOp kernel);

/// Turns the kernels of a bound function with so many inputs into calls, the
/// reads of their weights into views. Fails on a kernel with scratch.
llvm::LogicalResult callKernels(mlir::func::FuncOp function, size_t inputs);

} // namespace llmc

#endif // LLMC_LIB_LOWER_FUNCTION_CALLKERNELS_H
