//===- JoinHeadNorms.h - a norm of each head as one -------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_RAISE_JOINHEADNORMS_H
#define LLMC_LIB_RAISE_JOINHEADNORMS_H

#include "Graph.h"

namespace llmc {

/// Heads that are parted, normed one by one, each with its own weight, and joined
/// again (stablelm) become one norm of all heads times those weights.
void joinHeadNorms(Graph &graph);

/// A constant of ones, [columns].
mlir::Value createOnes(mlir::OpBuilder &builder, mlir::Location loc,
                       mlir::Type element, int64_t columns);

} // namespace llmc

#endif // LLMC_LIB_RAISE_JOINHEADNORMS_H
