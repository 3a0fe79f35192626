//===- Evaluation.h - what an onnx graph computes ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The meaning of onnx ops, executable: the sizes of a value, and any one element
// of it, for given sizes and elements of the graph's inputs. Elements are made
// when they are asked for, so asking for a few of a mask of 100,000 x 100,000
// costs a few. Shape inference, constant folding, raising and the reference
// interpreter are all written on it (docs/onnx.md).
//===----------------------------------------------------------------------===//
#ifndef LLMC_DIALECTS_ONNX_EVALUATION_H
#define LLMC_DIALECTS_ONNX_EVALUATION_H

#include "mlir/IR/Operation.h"
#include "mlir/IR/Value.h"

#include "llvm/ADT/DenseMap.h"

#include <functional>
#include <memory>
#include <string>

namespace mlir::onnx {

/// One element: an integer (bool: 0 or 1) or a float, already rounded to its
/// tensor's element type.
struct Scalar {
  bool isInteger = false;
  int64_t integer = 0;
  double real = 0;

  static Scalar of(int64_t value) { return {true, value, 0}; }
  static Scalar of(bool value) { return {true, value, 0}; }
  static Scalar of(double value) { return {false, 0, value}; }
  /// As a float, whatever it is.
  double number() const {
    return isInteger ? static_cast<double>(integer) : real;
  }
  /// As an integer; floats lose what is behind the point.
  int64_t whole() const;
  bool truth() const { return isInteger ? integer != 0 : real != 0; }
};

using Sizes = llvm::SmallVector<int64_t, 4>;
using Index = llvm::ArrayRef<int64_t>;

class Evaluator {
public:
  using Elements = std::function<Scalar(Index)>;
  /// Finds the sizes and elements of a value that no onnx op makes (a weight);
  /// false where it knows nothing of it.
  using Outside = std::function<bool(Value, Sizes &, Elements &)>;

  /// `Exact` leaves floats as doubles: for finding the numbers that a graph was
  /// made from, not those that it computes.
  enum class Floats { Rounded, Exact };

  explicit Evaluator(Outside outside = nullptr,
                     Floats floats = Floats::Rounded);
  Evaluator(Evaluator &&other);
  ~Evaluator();

  /// All questions together, also those to other evaluators with the same
  /// `work`, go through no more elements than it says.
  void limit(std::shared_ptr<int64_t> work) { total = std::move(work); }

  /// Gives a value its sizes and, unless `elements` is empty, its elements. A
  /// graph's input needs it; bound again, all that was evaluated is forgotten.
  void bind(Value value, Sizes sizes, Elements elements = nullptr);

  /// The sizes of a value; null if they cannot be known, with `reason`. None is
  /// negative, and a product of them is a number of 64 bits.
  const Sizes *sizes(Value value);
  /// One element; nothing if it cannot be known, with `reason`.
  std::optional<Scalar> element(Value value, Index index);
  /// Computes all elements of all values of a block, in its order, and keeps
  /// them. Fails at the first op without meaning, or with more elements than
  /// fit, with `reason`.
  LogicalResult run(Block &block);

  /// Why the last question had no answer: the op or value, and what it lacks.
  const std::string &reason() const { return why; }

private:
  friend class Operands;
  struct Node;
  Outside outside;
  Floats floats;
  llvm::DenseMap<Value, std::unique_ptr<Node>> nodes;
  std::string why; // empty while the current question has an answer
  int depth = 0;
  int64_t left = 0; // elements that the current question may still go through
  std::shared_ptr<int64_t> total; // the same for all questions; may be null
  bool isTooMuch = false; // the question failed for its work, not its graph

  Node &nodeOf(Value value);
  Node *sized(Value value);
  Scalar read(Node &node, Value value, Index index);
  Scalar compute(Value value, Index index);
  void computeSizes(Operation *op);
  void begin();
  bool spend(int64_t elements);
  void failForWork(const llvm::Twine &reason);
  void fail(const llvm::Twine &reason);
};

/// The index of the element that is number `flat`, row-major.
Sizes unflatten(int64_t flat, ArrayRef<int64_t> sizes);

/// Rounds to the element type: floats to its precision, integers to its width.
Scalar roundTo(Type elementType, Scalar value);

/// Whether the evaluator knows what the op computes.
bool hasMeaning(Operation *op);

/// Whether each element of the result is made of one element of each operand.
bool isElementwise(Operation *op);

/// Whether the op only moves elements: each of the result is one of operand 0.
bool isMovement(Operation *op);

} // namespace mlir::onnx

#endif // LLMC_DIALECTS_ONNX_EVALUATION_H
