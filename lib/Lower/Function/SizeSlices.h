//===- SizeSlices.h - sizes as functions of a call's sizes --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How large a value is follows from the sizes of the inputs by whole-number
// arithmetic. That arithmetic is repeated where it is needed: in front of the
// function, and in the function that plans a call.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_FUNCTION_SIZESLICES_H
#define LLMC_LIB_LOWER_FUNCTION_SIZESLICES_H

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace llmc {

/// Repeats size arithmetic at a builder's place; each op once.
class SizeSlices {
public:
  /// `leaf` gives what stands for a value that is not computed from others; null:
  /// go on with the op that computes it.
  SizeSlices(mlir::ImplicitLocOpBuilder &b,
             std::function<mlir::Value(mlir::Value)> leaf)
      : b(b), leaf(std::move(leaf)) {}

  /// The value at the builder's place; null where it depends on anything but
  /// sizes.
  mlir::Value get(mlir::Value value);

private:
  mlir::ImplicitLocOpBuilder &b;
  std::function<mlir::Value(mlir::Value)> leaf;
  mlir::IRMapping known;
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_FUNCTION_SIZESLICES_H
