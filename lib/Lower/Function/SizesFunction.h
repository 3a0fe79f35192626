//===- SizesFunction.h - the function that plans a call -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `@sizes(%inputs: memref<?xi64>, %outputs: memref<?xi64>, %workers: index) ->
// (i1, i64)` of a module: whether the inputs fit one another, and the bytes of the
// workspace; see LlmrtSizesFn. Passes add to it what they know.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_LOWER_FUNCTION_SIZESFUNCTION_H
#define LLMC_LIB_LOWER_FUNCTION_SIZESFUNCTION_H

#include "SizeSlices.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace llmc {

constexpr llvm::StringLiteral sizesFunctionName = "sizes";

/// Element `place` of the sizes of a call's inputs.
mlir::Value loadSize(mlir::ImplicitLocOpBuilder &b, mlir::Value sizes,
                     int64_t place);

/// What a call is made of: the sizes of its inputs, memref<?xi64>, and how many
/// workers it has.
struct CallNumbers {
  mlir::Value sizes, workers;
};

class SizesFunction {
public:
  /// Finds the module's, or makes one that asks for nothing. `leaf` gives the value
  /// that stands for another one at the builder's place, from the numbers of the
  /// call there; see SizeSlices.
  using Leaf =
      std::function<mlir::Value(mlir::ImplicitLocOpBuilder &b,
                                const CallNumbers &call, mlir::Value value)>;
  SizesFunction(mlir::ModuleOp module, Leaf leaf);

  // Values are those of another function. What depends on more than sizes cannot
  // be told here: the two that answer say so, requirements are left out.

  /// Element `place` of the sizes of the outputs.
  bool setOutputSize(int64_t place, mlir::Value size);
  void requireEqual(mlir::Value a, mlir::Value b);
  void requireAtMost(mlir::Value small, mlir::Value large);
  /// The call needs at least so many bytes, the sum.
  bool requireBytes(llvm::ArrayRef<mlir::Value> parts);
  /// No machine has the bytes of a buffer with these sizes and 2^46 elements or
  /// more: sums of bytes could wrap round.
  void refuseHuge(llvm::ArrayRef<mlir::Value> sizes);

private:
  void require(mlir::arith::CmpIPredicate predicate, mlir::Value a,
               mlir::Value b);
  void raiseBytes(mlir::Value bytes); // an i64

  mlir::func::FuncOp function;
  mlir::ImplicitLocOpBuilder b;
  SizeSlices slices;
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_FUNCTION_SIZESFUNCTION_H
