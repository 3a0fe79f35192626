//===- Reductions.h - elements made of many ---------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_RAISE_FUNCTION_REDUCTIONS_H
#define LLMC_LIB_RAISE_FUNCTION_REDUCTIONS_H

#include "FunctionConverter.h"

namespace llmc {

/// The type that elements are summed up in: f32 for narrower floats.
mlir::Type getSumType(mlir::Type element);

/// The tensor with its elements in another type, rounded where that is narrower.
SizedTensor convertTo(Node &node, const SizedTensor &tensor,
                      mlir::Type element);

/// `next(elements..., value so far)` over the reduced dims of inputs: all dims, or
/// those that are kept. The result has the kept dims, and the type of `start`.
/// Narrow floats come widened.
SizedTensor reduceDims(Node &node, llvm::ArrayRef<SizedTensor> inputs,
                       llvm::ArrayRef<bool> reduced, mlir::TypedAttr start,
                       Node::Body next);

/// The least number of a type, or the greatest: an infinity, as integers have it.
mlir::TypedAttr getLeast(mlir::Builder &b, mlir::Type type, bool isUnsigned,
                         bool wantsMost);

/// A count of elements as a number of `type`.
mlir::Value countOf(Scalars &s, Node &node, Size count, mlir::Type type);

} // namespace llmc

#endif // LLMC_LIB_RAISE_FUNCTION_REDUCTIONS_H
