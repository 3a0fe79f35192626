//===- Meanings.h - how the meaning of one op is written --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An op's meaning is two functions: the sizes of its results and an element of a
// result, from those of its operands. Mistakes are sticky: whatever cannot be
// read gives 0 and makes the whole question fail, so that meanings are plain
// formulas without error paths. What sizes were found for holds when an element is
// asked; what is read again may by then fail for its work, and be empty.
//===----------------------------------------------------------------------===//
#ifndef LLMC_DIALECTS_ONNX_MEANINGS_H
#define LLMC_DIALECTS_ONNX_MEANINGS_H

#include "Evaluation.h"

#include "llvm/ADT/StringMap.h"

namespace mlir::onnx {

/// The operands and attributes of the op whose meaning is asked.
class Operands {
public:
  Operands(Evaluator &evaluator, Operation *op);

  Operation *op;

  unsigned count() const { return op->getNumOperands(); }
  /// Whether the i-th input of the schema is there.
  bool has(unsigned i) const;
  const Sizes &sizes(unsigned i) const;
  int64_t rank(unsigned i) const { return sizes(i).size(); }
  Type elementType(unsigned i) const;
  Type resultElementType(unsigned i = 0) const;
  Scalar read(unsigned i, Index index) const;
  /// The element that numpy's rules pair with `index` of the (larger) result.
  Scalar readBroadcast(unsigned i, Index index) const;
  /// All elements of a small vector or scalar, as integers.
  Sizes integers(unsigned i) const;
  /// The first element of a tensor, as an integer or a float.
  Scalar scalar(unsigned i) const;

  int64_t integer(StringRef name, int64_t absent) const;
  double real(StringRef name, double absent) const;
  StringRef string(StringRef name, StringRef absent) const;
  bool hasAttribute(StringRef name) const { return op->hasAttr(name); }
  /// An attribute of integers; empty when the op lacks it.
  Sizes integerList(StringRef name) const;

  /// Whether the question may go through so many elements; fails if not. Loops
  /// whose length a file says ask first.
  bool affords(int64_t elements) const;
  /// Whether the question has no answer any more, so that what was read is 0.
  bool hasFailed() const;
  /// `axis` counted from the front; fails, with 0, unless -rank <= axis < rank:
  /// for rank 0 always, so that no dim stands at what comes back.
  int64_t axis(int64_t axis, int64_t rank) const;
  void fail(const llvm::Twine &reason) const;

private:
  friend class Evaluator;
  Evaluator &evaluator;
  SmallVector<Evaluator::Node *, 4> nodes; // null for an absent operand
};

enum class MeaningKind { Other, Elementwise, Movement };

struct Meaning {
  std::function<void(const Operands &, MutableArrayRef<Sizes>)> sizes;
  std::function<Scalar(const Operands &, unsigned result, Index)> element;
  MeaningKind kind = MeaningKind::Other;
};

using MeaningTable = llvm::StringMap<Meaning>; // by op name

/// Sizes of operands `first` on, broadcast as numpy does.
Sizes broadcastSizes(const Operands &operands, ArrayRef<unsigned> which);
/// Most meanings: one result with the sizes of operand 0.
void sizesOfFirst(const Operands &operands, MutableArrayRef<Sizes> results);

int64_t countOf(ArrayRef<int64_t> sizes);
/// Sums and products of what a file says; at the end of the range if beyond.
int64_t boundedSum(int64_t a, int64_t b);
int64_t boundedProduct(int64_t a, int64_t b);
/// As integers of 64 bits do, which wrap.
inline int64_t wrappedSum(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + b);
}
inline int64_t wrappedProduct(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) * b);
}
/// Row-major.
int64_t flatten(Index index, ArrayRef<int64_t> sizes);

/// The number of a type, of at most 32 bits, that is nearest to `x` beyond its ends.
double clampTo(Type type, double x);

void addElementwiseMeanings(MeaningTable &table);
void addMovementMeanings(MeaningTable &table);
void addIndexingMeanings(MeaningTable &table);
void addReductionMeanings(MeaningTable &table);
void addContractionMeanings(MeaningTable &table);
void addQuantizationMeanings(MeaningTable &table);
void addCompositeMeanings(MeaningTable &table);
void addExpertMeanings(MeaningTable &table);

} // namespace mlir::onnx

#endif // LLMC_DIALECTS_ONNX_MEANINGS_H
