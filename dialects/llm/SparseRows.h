//===- SparseRows.h - what #llm.sparse holds ---------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_DIALECTS_LLM_SPARSEROWS_H
#define LLMC_DIALECTS_LLM_SPARSEROWS_H

#include "dialects/llm/LLMDialect.h"

namespace mlir::llm {

/// Columns have 16 bits.
inline constexpr int64_t mostSparseCols = int64_t(1) << 16;

/// Whether a weight has the outliers of another, beside its codes.
bool holdsOutliers(WeightOp weight);

} // namespace mlir::llm

#endif // LLMC_DIALECTS_LLM_SPARSEROWS_H
