//===- DropColumnOrder.h - scores do not see columns' order -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_RAISE_DROPCOLUMNORDER_H
#define LLMC_LIB_RAISE_DROPCOLUMNORDER_H

#include "AttentionProbe.h"

namespace llmc {

/// Queries and keys whose columns were put in the same order are those before:
/// each product is of the same two numbers. New ops stand at `builder`. False,
/// and nothing is done, where their orders differ or there is none.
bool dropColumnOrder(mlir::OpBuilder &builder, const Graph &graph, Heads &query,
                     Heads &key);

} // namespace llmc

#endif // LLMC_LIB_RAISE_DROPCOLUMNORDER_H
