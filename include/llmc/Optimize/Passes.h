//===- Passes.h - passes that choose types and share work --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_OPTIMIZE_PASSES_H
#define LLMC_OPTIMIZE_PASSES_H

#include "dialects/llm/LLMDialect.h"
#include "llmc/Optimize/FineRows.h"
#include "llmc/Optimize/FloatFormat.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/Pass.h"

namespace llmc {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "llmc/Optimize/Passes.h.inc"
} // namespace llmc

#endif // LLMC_OPTIMIZE_PASSES_H
