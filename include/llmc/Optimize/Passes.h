//===- Passes.h - passes that choose types and share work --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_OPTIMIZE_PASSES_H
#define LLMC_OPTIMIZE_PASSES_H

#include "dialects/llm/LLMDialect.h"
#include "llmc/Optimize/CacheType.h"
#include "llmc/Optimize/FloatFormat.h"
#include "llmc/Optimize/RowRounding.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/Pass.h"

namespace llmc {
class WeightStore;

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "llmc/Optimize/Passes.h.inc"

/// Lines about the products of a step, of llm-note-rounding.
constexpr llvm::StringLiteral roundingAttrName = "llm.rounding";

/// With the numbers that choices like allocate=owl are made by; null in llmc-opt.
std::unique_ptr<mlir::Pass>
createSparsifyWeights(const SparsifyWeightsOptions &options,
                      const WeightStore *store);
std::unique_ptr<mlir::Pass>
createEqualizeInputs(const EqualizeInputsOptions &options,
                     const WeightStore *store);
std::unique_ptr<mlir::Pass>
createQuantizeActivations(const QuantizeActivationsOptions &options,
                          const WeightStore *store);
} // namespace llmc

#endif // LLMC_OPTIMIZE_PASSES_H
