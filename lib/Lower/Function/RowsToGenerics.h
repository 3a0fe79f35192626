//===- RowsToGenerics.h - llm ops on rows as linalg.generic -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_LOWER_FUNCTION_ROWSTOGENERICS_H
#define LLMC_LIB_LOWER_FUNCTION_ROWSTOGENERICS_H

#include "mlir/IR/PatternMatch.h"

namespace llmc {

/// Patterns for embed, norm, linear, act, broadcast and kron_rotate on dense tensors. Means and
/// sums are f32, as the ops say. Products with `packable` weights stay: kernels
/// compute them.
void populateRowsToGenerics(mlir::RewritePatternSet &patterns,
                            const llvm::DenseSet<mlir::StringAttr> &packable);

} // namespace llmc

#endif // LLMC_LIB_LOWER_FUNCTION_ROWSTOGENERICS_H
