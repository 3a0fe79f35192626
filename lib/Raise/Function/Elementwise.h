//===- Elementwise.h - one element from one of each operand -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_RAISE_FUNCTION_ELEMENTWISE_H
#define LLMC_LIB_RAISE_FUNCTION_ELEMENTWISE_H

#include "FunctionConverter.h"

namespace llmc {

using ElementBody = std::function<mlir::Value(Scalars &, mlir::ValueRange)>;

/// Sets the node's result to `body` of the elements that numpy pairs, wide floats
/// (see Scalars); what it gives is converted to the result's type.
mlir::LogicalResult lowerEach(Node &node, const ElementBody &body);

} // namespace llmc

#endif // LLMC_LIB_RAISE_FUNCTION_ELEMENTWISE_H
