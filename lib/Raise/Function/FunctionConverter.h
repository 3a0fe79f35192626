//===- FunctionConverter.h - onnx ops as loops over tensors -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A lowering reads its node's operands as tensors whose sizes are known as numbers
// or as index values, and sets its results. One that cannot says why; the graph
// fails only where a result needs it.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_RAISE_FUNCTION_FUNCTIONCONVERTER_H
#define LLMC_LIB_RAISE_FUNCTION_FUNCTIONCONVERTER_H

#include "../StepWeights.h"
#include "ElementTypes.h"
#include "Scalars.h"
#include "SizeBuilder.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"
#include "mlir/IR/BuiltinAttributes.h"

#include "llvm/ADT/StringMap.h"

namespace llmc {

/// A tensor of the function. Sizes that are numbers are those of its type.
struct SizedTensor {
  mlir::Value value;
  TensorSizes sizes;

  explicit operator bool() const { return static_cast<bool>(value); }
  int64_t rank() const { return sizes.size(); }
  mlir::Type element() const {
    return mlir::cast<mlir::RankedTensorType>(value.getType()).getElementType();
  }
};

class FunctionConverter;

/// Tensors side by side, as numpy pairs their elements.
struct Broadcast {
  TensorSizes sizes;
  llvm::SmallVector<mlir::AffineMap, 4>
      maps; // of each, from the result's loops
};

/// The op that is lowered: its operands, its attributes and its results.
class Node {
public:
  using Value = mlir::Value;
  using Maps = llvm::SmallVector<mlir::AffineMap, 4>;
  using Body = llvm::function_ref<Value(Scalars &, mlir::ValueRange)>;
  using Bodies =
      llvm::function_ref<llvm::SmallVector<Value>(Scalars &, mlir::ValueRange)>;

  Node(FunctionConverter &converter, mlir::Operation *op);

  mlir::Operation *op;
  mlir::ImplicitLocOpBuilder &b;
  SizeBuilder &sizes;

  //===--- operands ---------------------------------------------------------===//

  unsigned count() const { return op->getNumOperands(); }
  bool has(unsigned i) const;
  /// An operand that is there.
  SizedTensor in(unsigned i);
  bool isUnsigned(unsigned i) const;
  /// The type that ONNX gives its elements, where `in` has that of memory.
  mlir::Type kind(unsigned i) const;
  /// Its elements, where they are integers made of sizes and numbers.
  std::optional<TensorSizes> integers(unsigned i);
  /// The same, all of them numbers.
  std::optional<llvm::SmallVector<int64_t>> numbers(unsigned i);
  /// A constant that is one number.
  std::optional<double> number(unsigned i);

  int64_t integer(llvm::StringRef name, int64_t absent) const;
  double real(llvm::StringRef name, double absent) const;
  llvm::StringRef string(llvm::StringRef name, llvm::StringRef absent) const;
  std::optional<llvm::SmallVector<int64_t>>
  integerList(llvm::StringRef name) const;
  /// `axis` from the front; nothing beside the dims.
  static std::optional<int64_t> axis(int64_t axis, int64_t rank);

  /// What weights are made of.
  StepWeights &weights();

  //===--- results ----------------------------------------------------------===//

  bool wants(unsigned result) const;
  /// The type that memory holds of a result's elements; null if it holds none.
  mlir::Type element(unsigned result = 0) const;
  /// The type that ONNX gives them.
  mlir::Type resultKind(unsigned result = 0) const;
  bool isResultUnsigned(unsigned result = 0) const;
  mlir::LogicalResult set(SizedTensor tensor, unsigned result = 0);
  /// The sizes that are known of a result before it is lowered: inferred, or said by
  /// the graph. Nothing where one is not.
  std::optional<TensorSizes> known(unsigned result = 0) const;
  /// Helpers that make values fail so, too, and go on: what they make is not used.
  mlir::LogicalResult fail(const llvm::Twine &reason);

  //===--- loops ------------------------------------------------------------===//

  /// Loops' dims by number; -1 is the place 0.
  mlir::AffineMap map(int64_t loops, llvm::ArrayRef<int64_t> dims);
  mlir::AffineMap all(int64_t loops);
  Value empty(llvm::ArrayRef<Size> sizes, mlir::Type element);
  Value filled(llvm::ArrayRef<Size> sizes, Value number);
  /// Nothing where sizes are known to differ. Of sizes that only a call knows, 1
  /// is not told apart: a call in which they differ is refused.
  std::optional<Broadcast> broadcast(llvm::ArrayRef<SizedTensor> tensors);
  /// `body` of the inputs' elements in every place of a new tensor. Inputs come as
  /// they are, `maps` are theirs.
  SizedTensor each(llvm::ArrayRef<Size> sizes, mlir::Type element,
                   llvm::ArrayRef<Value> inputs, Maps maps, Body body);
  /// Results of loops of which some reduce: `starts` are the tensors that the last
  /// arguments of the body come from, `maps` those of inputs and starts.
  llvm::SmallVector<Value> loops(llvm::ArrayRef<bool> reduced,
                                 llvm::ArrayRef<Value> inputs,
                                 llvm::ArrayRef<Value> starts, Maps maps,
                                 Bodies body);
  /// An element of a tensor at places that the body computes.
  Value extract(Scalars &s, Value tensor, mlir::ValueRange places);
  /// The same elements in the same order with other sizes, of the same product.
  SizedTensor reshape(const SizedTensor &tensor, llvm::ArrayRef<Size> sizes);
  /// The part of a dim from `begin` on, every `step`-th (1 or more) element.
  SizedTensor slice(const SizedTensor &tensor, int64_t dim, Size begin,
                    Size count, int64_t step = 1);

  /// The tensor with a type that says these sizes, which are its own.
  SizedTensor cast(Value value, llvm::ArrayRef<Size> sizes);

private:
  FunctionConverter &converter;
  /// The type of a tensor of these sizes; the node fails if none can have them.
  mlir::RankedTensorType typeOf(llvm::ArrayRef<Size> sizes, mlir::Type element);
};

using Lowering = std::function<mlir::LogicalResult(Node &)>;
using LoweringTable = llvm::StringMap<Lowering>; // by op name

void addElementwiseLowerings(LoweringTable &table);
void addFunctionLowerings(LoweringTable &table);
void addMovementLowerings(LoweringTable &table);
void addPartLowerings(LoweringTable &table);
void addIndexingLowerings(LoweringTable &table);
void addMadeLowerings(LoweringTable &table);
void addReductionLowerings(LoweringTable &table);
void addAxisLowerings(LoweringTable &table);
void addChoiceLowerings(LoweringTable &table);
void addProductLowerings(LoweringTable &table);
void addEinsumLowerings(LoweringTable &table);
void addConvolutionLowerings(LoweringTable &table);
void addQuantizationLowerings(LoweringTable &table);
void addCompositeLowerings(LoweringTable &table);
void addNormLowerings(LoweringTable &table);
/// Behind all others: it takes sums before them.
void addLinearLowerings(LoweringTable &table);

/// Whether a function program can have the op.
bool hasLowering(mlir::Operation *op);

/// An op that has no lowering, or whose lowering said why not.
struct FailedNode {
  mlir::Operation *op;
  std::string reason;
};

class FunctionConverter {
public:
  /// `store` has the bytes of its weights, as for `Graph`.
  FunctionConverter(mlir::func::FuncOp graph, const WeightStore *store);

  /// Makes the function beside the graph, with the same name; null where a result
  /// lacks. The graph is as it was.
  mlir::func::FuncOp run();
  /// What kept results from being made.
  llvm::ArrayRef<FailedNode> failures() const { return blamed; }
  StepWeights &weights() { return madeWeights; }

private:
  friend class Node;
  using Value = mlir::Value;

  mlir::func::FuncOp graph, made;
  Graph known;
  StepWeights madeWeights;
  mlir::ImplicitLocOpBuilder b;
  SizeBuilder sizes;
  llvm::DenseMap<Value, SizedTensor> tensors;
  llvm::DenseMap<Value, TensorSizes> integers;
  llvm::DenseSet<Value> codes; // weights that memory does not hold as they are
  llvm::SmallVector<FailedNode> blamed;

  bool takeInputs();
  void convert(mlir::Operation *op);
  bool takeConstant(mlir::Operation *op);
  void findIntegers(mlir::Operation *op);
  std::optional<TensorSizes> computeIntegers(mlir::Operation *op);
  bool isKnown(Value value) const;
  SizedTensor get(Value value);
  SizedTensor spellIntegers(Value value);
  bool returnResults();
};

/// Elements of the results of ops that compute with sizes: `onnx.Shape`, joins and
/// parts of vectors, arithmetic. `get` finds those of an operand. Nothing for other
/// ops, and where there are too many.
std::optional<TensorSizes>
computeSizes(mlir::Operation *op, SizeBuilder &sizes,
             llvm::function_ref<std::optional<TensorSizes>(mlir::Value)> get);

} // namespace llmc

#endif // LLMC_LIB_RAISE_FUNCTION_FUNCTIONCONVERTER_H
