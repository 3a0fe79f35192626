//===- Explain.h - what passes say of themselves ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_DRIVER_EXPLAIN_H
#define LLMC_LIB_DRIVER_EXPLAIN_H

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/raw_ostream.h"

namespace llmc {

/// Prints every remark of a pass to `stream`, one line each: what was done and
/// what was declined, and why. `stream` outlives the context.
void explainTo(mlir::MLIRContext &context, llvm::raw_ostream &stream);

} // namespace llmc

#endif // LLMC_LIB_DRIVER_EXPLAIN_H
