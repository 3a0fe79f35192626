//===- ExpandedViews.h - memref.expand_shape, spelled out ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_LOWER_FUNCTION_EXPANDEDVIEWS_H
#define LLMC_LIB_LOWER_FUNCTION_EXPANDEDVIEWS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace llmc {

/// Turns every memref.expand_shape of a function into a memref.reinterpret_cast.
/// Upstream's own lowering knows one unknown size per group of dimensions, and
/// batch x length -> [batch, length] has two.
void spellExpandedViews(mlir::func::FuncOp function);

} // namespace llmc

#endif // LLMC_LIB_LOWER_FUNCTION_EXPANDEDVIEWS_H
