//===- SparseRows.h - what #llm.sparse can hold ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_DIALECTS_LLM_SPARSEROWS_H
#define LLMC_DIALECTS_LLM_SPARSEROWS_H

#include <cstdint>

namespace mlir::llm {

/// Columns have 16 bits.
inline constexpr int64_t mostSparseCols = int64_t(1) << 16;

} // namespace mlir::llm

#endif // LLMC_DIALECTS_LLM_SPARSEROWS_H
