//===- Graph.h - what raising asks of a graph -------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A structure is recognised by what its values are, not by how it is spelled:
// passes cut a region out of the graph, give the value at the cut elements of
// their choice, and compare what comes out with a formula (docs/onnx.md).
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_RAISE_GRAPH_H
#define LLMC_LIB_RAISE_GRAPH_H

#include "dialects/llm/LLMDialect.h"
#include "dialects/onnx/Evaluation.h"
#include "dialects/onnx/ONNXDialect.h"
#include "llmc/Weights/WeightStore.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/SymbolTable.h"

#include "llvm/ADT/DenseSet.h"

namespace llmc {

/// What a run of the graph is about: B sequences of S new tokens behind P that
/// a cache holds.
struct Lengths {
  int64_t batch, seq, past;
};

/// Primes far from every size that a model has, so that a size says what it is
/// made of; the shorter ones for graphs with tables of positions.
constexpr Lengths primeLengths[] = {
    {1009, 2003, 3001}, {1009, 211, 197}, {1009, 59, 53}};

class Graph {
public:
  using Sizes = mlir::onnx::Sizes;
  using Elements = mlir::onnx::Evaluator::Elements;

  /// Finds the roles of the inputs of `function`. `store` has the bytes of its
  /// weights; without it only those with values in the IR have elements.
  Graph(mlir::func::FuncOp function, const WeightStore *store);

  mutable mlir::func::FuncOp function; // a handle, as all of MLIR
  mlir::Value ids, mask, positions;    // [B, S], [B, P+S], [B, S]; or null
  llvm::SmallVector<mlir::Value> past; // caches, [B, K, P, D]

  /// Whether its elements depend on the tokens, so on the weights: what is not
  /// is a mask, a table, a size.
  bool isData(mlir::Value value) const { return data.contains(value); }
  /// Whether its elements depend on the ids of tokens: ids in another shape, what
  /// is computed of them.
  bool isIds(mlir::Value value) const { return idData.contains(value); }
  /// A value that a pass made in place of another.
  void replace(mlir::Value old, mlir::Value made);

  /// What an evaluator makes of lengths: without caches nothing is past, and a
  /// batch that is a number in the graph is that.
  Lengths settle(Lengths lengths) const;
  /// An evaluator for these lengths: tokens are 0, masks 1, positions count on
  /// from P; caches have no elements. Floats are doubles unless `floats` says
  /// otherwise: the numbers that the graph was made from are sought, not what half
  /// precision leaves of them.
  mlir::onnx::Evaluator
  evaluator(Lengths lengths, mlir::onnx::Evaluator::Floats floats =
                                 mlir::onnx::Evaluator::Floats::Exact) const;
  /// The longest of `primeLengths` that the graph takes, settled.
  Lengths lengths() const { return chosen; }
  /// The sizes of a value for `lengths`; null if they cannot be known.
  const Sizes *sizes(mlir::Value value) const;

  /// The first op of the graph, and why, whose results have no sizes that can be
  /// known; null if there is none.
  mlir::Operation *unsized() const { return firstUnsized; }
  const std::string &whyUnsized() const { return unsizedReason; }

  /// The weight of the model that a value is, as it is; null if it is none.
  mlir::llm::WeightOp findWeight(mlir::Value constant) const;
  /// Whether a value is the same in every run: weights and what is made of them.
  bool isConstant(mlir::Value value) const;

private:
  const WeightStore *store;
  mlir::SymbolTable symbols;
  llvm::DenseSet<mlir::Value> data, idData, constants;
  llvm::StringMap<int64_t> unknownSymbols;  // numbers of dims with other names
  llvm::DenseMap<mlir::Value, Sizes> known; // for `chosen`
  Lengths chosen = primeLengths[0];
  mlir::Operation *firstUnsized = nullptr;
  std::string unsizedReason;
  std::shared_ptr<int64_t> work; // how much may still be evaluated of the graph
  mutable llvm::StringMap<std::shared_ptr<std::vector<float>>> weightValues;

  void findRoles();
  bool isCache(mlir::BlockArgument input) const;
  void findData();
  bool findSizes(Lengths lengths);
  int64_t sizeOfSymbol(llvm::StringRef name, Lengths lengths) const;
  Sizes sizesOfInput(unsigned index, Lengths lengths) const;
  bool readWeight(mlir::Value value, Sizes &sizes, Elements &elements) const;
};

/// The region between a root and the one value of data that it is a function
/// of. Walks up from `root` through ops that `passes` lets through, from the last
/// in the block to the first, and calls `found` at every point where a single
/// value of data is left; stops when that returns true.
bool cutAbove(const Graph &graph, mlir::Value root,
              llvm::function_ref<bool(mlir::Operation *)> passes,
              llvm::function_ref<bool(mlir::Value)> found);

/// The attribute that says why a pass declined a node, for `llmc check`.
constexpr llvm::StringLiteral declinedNodeAttr = "onnx.declined";

/// As `decline`, and remembered at the node.
void declineNode(mlir::Operation *op, llvm::StringRef pass,
                 const std::string &reason);

/// Calls `raise` with every op that is read and `isRoot`, the last in the block
/// first: the largest region is tried first, and what it used is dead then.
void raiseRoots(Graph &graph,
                llvm::function_ref<bool(mlir::Operation *)> isRoot,
                llvm::function_ref<void(mlir::Operation *)> raise);

/// Erases ops that nobody reads. A pass does it last: a new op may get the place
/// in memory of an erased one, which the graph still knows.
void eraseDead(mlir::func::FuncOp function);

/// The one element of a constant scalar; nothing for other values.
std::optional<double> getScalar(const Graph &graph, mlir::Value value);

/// The largest whole number in the ops that `end` is made of besides `source`,
/// short of those that mean "to the end": windows and limits of positions are such
/// numbers.
int64_t findGreatestNumber(mlir::Value end, mlir::Value source);

/// How far numbers of an element type are from those that they stand for, relative
/// to 1: what constants and tables of that type have lost.
double toleranceOf(mlir::Type elementType);

/// A number between -1 and 1 that is different for every seed.
double pseudoRandom(uint64_t seed);

} // namespace llmc

#endif // LLMC_LIB_RAISE_GRAPH_H
