//===- Linears.h - products with weights become those of a step -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_RAISE_FUNCTION_LINEARS_H
#define LLMC_LIB_RAISE_FUNCTION_LINEARS_H

#include "FunctionConverter.h"

namespace llmc {

/// The first operand, [..., K], times the second, where that is made of one weight
/// [K, N] or, transposed, [N, K]: f32 [..., N]. Nothing for other products.
std::optional<SizedTensor> multiplyByWeights(Node &node, bool isTransposed);

/// Gives a product with weights that was made for this node, or for one that only
/// this node reads, a constant of one number per column as bias. False: it is no
/// such product, or no such constant; then nothing has changed.
bool addBias(Node &node, const SizedTensor &product, mlir::Value constant);

} // namespace llmc

#endif // LLMC_LIB_RAISE_FUNCTION_LINEARS_H
