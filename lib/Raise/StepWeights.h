//===- StepWeights.h - constants of a graph become weights ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_RAISE_STEPWEIGHTS_H
#define LLMC_LIB_RAISE_STEPWEIGHTS_H

#include "Graph.h"

namespace llmc {

/// A weight by how it is made: the tensor of the file, and the steps from there.
struct WeightSource {
  mlir::llm::WeightOp weight; // of the graph
  llvm::SmallVector<mlir::Attribute> recipe;
  mlir::Type type;                // what the steps lead to: a tensor, or packed
  mlir::FloatType scaleType = {}; // of integers that a step dequantises

  llvm::ArrayRef<int64_t> shape() const {
    return mlir::llm::getMatrixShape(type);
  }
};

/// Rows `begin` to `end` of a matrix [N, K], or of every so many of its rows; of
/// matrices [X, N, K] of every so many of all their rows; of a vector [N] its
/// elements.
struct RowChoice {
  int64_t begin = 0, end = 0, every = 0;
};

/// Values of a graph that are a matrix [N, K] together, or one per expert: codes of
/// `bits`, one scale and perhaps one zero (else null) per `group` columns.
struct BlockMatrix {
  mlir::Value codes, scales, zeros;
  int64_t rows, columns, bits, group;
  int64_t experts = 0; // 0: no experts, one matrix
};

/// Makes the weights of a step, or of a function, from constants of the graph.
class StepWeights {
public:
  StepWeights(const Graph &graph, mlir::ModuleOp module);

  /// How a constant is made of one weight by transposes of its last two dims,
  /// casts, summands and DequantizeLinear;
  /// nothing if it is made otherwise.
  std::optional<WeightSource> trace(mlir::Value constant) const;

  /// A matrix [N, K] whose recipe dequantises integers, as those integers in
  /// groups; as it is if it is no such matrix, or its groups have several scales.
  static WeightSource packed(WeightSource source);

  /// A matrix in blocks as ONNX Runtime keeps it; the reason in `why` where it is
  /// none of constants, or has a format that no grid says.
  std::optional<WeightSource> traceBlocks(const BlockMatrix &matrix,
                                          std::string &why) const;
  /// The same of what the op multiplies by.
  std::optional<WeightSource>
  traceBlocks(mlir::onnx::MicrosoftMatMulNBitsOp product,
              std::string &why) const;

  static WeightSource rows(WeightSource source, RowChoice choice);
  /// With its last two dims swapped; nothing if it is no matrix, nor one per expert.
  static std::optional<WeightSource> transposed(WeightSource source);

  /// `llm.param` of a matrix, or of a vector as f32.
  mlir::Value matrix(mlir::OpBuilder &builder, const WeightSource &source);
  mlir::Value vector(mlir::OpBuilder &builder, WeightSource source);
  /// `llm.param` of a constant of one number per column, as f32, after `choices`;
  /// null if it is none or cannot be evaluated.
  mlir::Value vector(mlir::OpBuilder &builder, mlir::Value constant,
                     llvm::ArrayRef<RowChoice> choices = {});

  /// `llm.param` of a constant of `shape` [H, D] besides dims of 1, as f32; null as
  /// above.
  mlir::Value headVectors(mlir::OpBuilder &builder, mlir::Value constant,
                          llvm::ArrayRef<int64_t> shape);

  /// Erases the new weights, which nobody reads.
  void discard();
  /// Erases weights that `reader`, which takes the graph's place, does not read,
  /// and gives the new ones the names of the tensors that they are made of, where
  /// those are free.
  void settle(mlir::func::FuncOp reader);

private:
  const Graph &graph;
  mutable mlir::ModuleOp module; // a handle, as all of MLIR
  mlir::SymbolTable symbols;
  llvm::StringMap<mlir::llm::WeightOp> made; // by source and recipe
  llvm::DenseMap<mlir::Attribute, mlir::llm::WeightOp> constants; // by value

  std::optional<WeightSource>
  traceIntegers(mlir::onnx::DequantizeLinearOp dequantize) const;
  mlir::Attribute findZeros(mlir::Value zeros) const;
  mlir::DenseElementsAttr evaluate(mlir::Value constant,
                                   llvm::ArrayRef<RowChoice> choices) const;
  mlir::Value constantParam(mlir::OpBuilder &builder, mlir::Location loc,
                            mlir::DenseElementsAttr value);
  mlir::llm::WeightOp declare(const WeightSource &source);
  mlir::Value param(mlir::OpBuilder &builder, mlir::llm::WeightOp weight);
};

} // namespace llmc

#endif // LLMC_LIB_RAISE_STEPWEIGHTS_H
