//===- HeadColumns.h - columns of heads, and the matrices they come of *- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_RAISE_HEADCOLUMNS_H
#define LLMC_LIB_RAISE_HEADCOLUMNS_H

#include "dialects/llm/LLMDialect.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/SymbolTable.h"

namespace llmc {

/// Of heads [T, H, D]: H and D.
int64_t getHeadCount(mlir::Value heads);
int64_t getHeadColumns(mlir::Value heads);

/// Heads [T, H, D] that one matrix [H * D, R] makes of rows [T, R].
struct HeadProduct {
  mlir::tensor::ExpandShapeOp heads;
  mlir::llm::LinearOp linear;
  mlir::llm::WeightOp weight;

  static std::optional<HeadProduct> find(mlir::SymbolTable &symbols,
                                         mlir::Value heads);

  mlir::Value getRows() { return linear.getInput(); }
  mlir::Value getRowCount() { return heads.getOutputShape()[0]; } // T
  int64_t getRank();                                              // R
  int64_t countHeads() { return getHeadCount(heads); }
  int64_t countColumns() { return getHeadColumns(heads); }
  /// Whether a matrix per head, turned or not, can be made of the tensor in the
  /// file as this one is.
  bool canDerive();
};

/// Writes what becomes of columns of heads at the builder's place.
class HeadColumns {
public:
  HeadColumns(mlir::OpBuilder &builder, mlir::SymbolTable &symbols,
              mlir::Value rowCount)
      : builder(builder), symbols(symbols), rowCount(rowCount) {}

  /// Columns `begin` to `begin + count` of all heads; where a product makes them,
  /// by rows of its matrix.
  mlir::Value take(mlir::Value heads, int64_t begin, int64_t count);
  /// Rows [T, R] as [T, 1, R].
  mlir::Value asHead(mlir::Value rows);
  /// Each head's columns, one behind the other.
  mlir::Value join(llvm::ArrayRef<mlir::Value> parts);
  /// [T, H, K] times a matrix per head, those of a product: to its columns, or
  /// transposed from its columns to its rows.
  mlir::Value multiply(mlir::Value heads, HeadProduct by, bool transposed);

private:
  mlir::OpBuilder &builder;
  mlir::SymbolTable &symbols;
  mlir::Value rowCount;

  mlir::Value asHeads(mlir::Value rows, int64_t heads, int64_t columns);
  mlir::Value takeTurned(mlir::Value heads, int64_t begin, int64_t count);
  mlir::Value derive(mlir::llm::WeightOp from,
                     llvm::ArrayRef<mlir::Attribute> steps,
                     llvm::ArrayRef<int64_t> shape);
};

} // namespace llmc

#endif // LLMC_LIB_RAISE_HEADCOLUMNS_H
