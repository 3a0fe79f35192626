//===- ProductRotation.h - matrices in another basis ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// W x = U (U^T W V) (V^T x) for orthogonal U and V: the numbers of the matrix in the
// middle are alike in size, which rounds better (arXiv:2307.13304).
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_OPTIMIZE_PRODUCTROTATION_H
#define LLMC_LIB_OPTIMIZE_PRODUCTROTATION_H

#include "dialects/llm/LLMRotation.h"
#include "llmc/Optimize/QuantizeSpec.h"

#include "mlir/IR/BuiltinOps.h"

namespace llmc {

/// Turns matrices, and what products with them read and make. Orthogonal matrices are
/// constants of the module, one of each size; an input is turned once for all products
/// that read it.
class ProductRotation {
public:
  explicit ProductRotation(mlir::ModuleOp module)
      : module(module), symbols(module) {}

  /// Whether the sides of `weight`, which `params` name, can be turned: says why not.
  static std::string findObstacle(mlir::llm::WeightOp weight,
                                  llvm::ArrayRef<mlir::llm::ParamOp> params,
                                  RotatedSides sides);
  /// Without an obstacle. Steps that follow in the recipe see the turned numbers.
  void turn(mlir::llm::WeightOp weight,
            llvm::ArrayRef<mlir::llm::ParamOp> params, RotatedSides sides);

private:
  mlir::llm::KronRotateStepAttr makeStep(int64_t size, bool rows);
  mlir::FlatSymbolRefAttr getMatrix(int64_t size);
  mlir::Value turnRows(mlir::Value rows, mlir::llm::KronRotateStepAttr by);
  void turnResult(mlir::llm::LinearOp linear, mlir::llm::KronRotateStepAttr by);

  mlir::ModuleOp module;
  mlir::SymbolTable symbols;
  llvm::DenseMap<int64_t, mlir::llm::WeightOp> matrices; // by their size
  llvm::DenseMap<mlir::Value, mlir::Value> turned;       // inputs of products
};

} // namespace llmc

#endif // LLMC_LIB_OPTIMIZE_PRODUCTROTATION_H
