//===- GenericBody.h - the body of a linalg.generic at one place --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_LOWER_CPU_GENERICBODY_H
#define LLMC_LIB_LOWER_CPU_GENERICBODY_H

#include "llmc/Lower/Cpu/TileBuilder.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace llmc {

/// A point of the iteration space and the lanes behind it.
struct GenericPlace {
  llvm::SmallVector<mlir::Value> indices; // of all loops
  int64_t laneDim;   // lanes are its next elements; -1: none
  int64_t lanes;     // 1: all values are scalars, else vectors
  mlir::Value count; // of lanes that exist; null: all
};

/// Reads, computes and writes at places. Values have the type of one element, or
/// are vectors of `lanes` of them.
class GenericBody {
public:
  GenericBody(TileBuilder &b, mlir::linalg::GenericOp op) : b(b), op(op) {}

  /// An operand's elements; lanes that do not exist are any number.
  mlir::Value load(mlir::OpOperand &operand, const GenericPlace &place);
  void store(mlir::Value value, mlir::OpOperand &operand,
             const GenericPlace &place);

  /// What the body yields, from its inputs at a place and from `outputs`, the
  /// values of the results before it.
  llvm::SmallVector<mlir::Value> yield(const GenericPlace &place,
                                       mlir::ValueRange outputs);
  /// A value of the body that no result's value before goes into.
  mlir::Value evaluate(mlir::Value value, const GenericPlace &place);

  /// `scalar` in every lane; itself, where there is one lane.
  mlir::Value spread(mlir::Value scalar, int64_t lanes);
  /// Which lanes exist, an i1 each; null: all.
  mlir::Value makeMask(const GenericPlace &place);

private:
  mlir::SmallVector<mlir::Value> locate(mlir::OpOperand &operand,
                                        const GenericPlace &place,
                                        mlir::Value lane = {});
  mlir::Value loadApart(mlir::OpOperand &operand, const GenericPlace &place);
  mlir::Value clone(mlir::Operation *inside, const GenericPlace &place,
                    mlir::IRMapping &values);
  mlir::Value multiplyAdd(mlir::Operation *sum, mlir::IRMapping &values);
  mlir::Value loadInside(mlir::Operation *load, mlir::IRMapping &values);

  TileBuilder &b;
  mlir::linalg::GenericOp op;
};

} // namespace llmc

#endif // LLMC_LIB_LOWER_CPU_GENERICBODY_H
