//===- FoldScatter.h - assignments to slices as what they leave -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_RAISE_FOLDSCATTER_H
#define LLMC_LIB_RAISE_FOLDSCATTER_H

#include "dialects/onnx/Evaluation.h"
#include "dialects/onnx/ONNXDialect.h"

namespace llmc {

/// What a scatter leaves, where its places are the same for all `evaluators`: its
/// updates where they are written in order and to all places, else a Concat of
/// them and of what is left of the rows before and behind them. Null if it writes
/// elsewhere, or sums.
mlir::Value
foldScatter(mlir::onnx::ScatterNDOp op,
            llvm::MutableArrayRef<mlir::onnx::Evaluator> evaluators);

} // namespace llmc

#endif // LLMC_LIB_RAISE_FOLDSCATTER_H
