//===- CutStep.h - a step that ends before its end --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_OPTIMIZE_CUTSTEP_H
#define LLMC_LIB_OPTIMIZE_CUTSTEP_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace llmc {

/// Takes from `step` what only its logits and what caches get behind `last` need, with
/// its weights. Logits are returned, as zeros; other results stay what they are. `last`
/// stands in the body, or is null: then nothing is written to caches.
void cutBehind(mlir::func::FuncOp step, mlir::Operation *last);

/// Whether `rows` are those whose logits are asked: some of the batch.
bool areAsked(mlir::Value rows);

} // namespace llmc

#endif // LLMC_LIB_OPTIMIZE_CUTSTEP_H
