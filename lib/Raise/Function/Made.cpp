//===- Made.cpp - tensors of sizes and numbers ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "DataIntegers.h"

#include <cmath>

using namespace mlir;

namespace llmc {

using Relation = Scalars::Relation;

/// Integers from `start` on: sizes may be among them.
static LogicalResult lowerWholeRange(Node &node) {
  auto start = node.integers(0), limit = node.integers(1);
  auto step = node.numbers(2);
  if (!start || !limit || !step || step->size() != 1)
    return node.fail("has bounds or a step that only the data know");
  if (step->front() == 0)
    return node.fail("has step 0");
  SizeBuilder &sizes = node.sizes;
  int64_t width = step->front();
  Size from = start->front(), to = limit->front();
  Size distance =
      width > 0 ? sizes.subtract(to, from) : sizes.subtract(from, to);
  width = std::abs(width);
  Size count = sizes.divide(sizes.add(distance, sizes.number(width - 1)),
                            sizes.number(width));
  count = sizes.greatest(count, sizes.number(0));
  Value first = sizes.value(from),
        each = sizes.value(sizes.number(step->front()));
  Type element = node.element();
  return node.set(
      node.each({count}, element, {}, {}, [&](Scalars &s, ValueRange) {
        Value number = s.add(first, s.multiply(s.place(0), each));
        return s.fromIndex(number, element);
      }));
}

/// From a start and by steps that only the data know, as many as the graph says.
static LogicalResult lowerDataRange(Node &node) {
  std::optional<TensorSizes> sizes = node.known();
  if (!sizes || sizes->size() != 1)
    return node.fail("has bounds or a step that only the data know");
  SizedTensor start = node.in(0), step = node.in(2);
  for (SizedTensor *one : {&start, &step})
    *one = node.reshape(*one, {});
  AffineMap number = node.map(1, {});
  return node.set(node.each(*sizes, node.element(), {start.value, step.value},
                            {number, number}, [&](Scalars &s, ValueRange x) {
                              Value first = s.widen(x[0]), each = s.widen(x[1]);
                              Value place =
                                  s.fromIndex(s.place(0), first.getType());
                              Value made =
                                  s.add(first, s.multiply(place, each));
                              return s.convert(made, node.element());
                            }));
}

static LogicalResult lowerRange(Node &node) {
  Type element = node.element();
  bool isKnown = isa<IntegerType>(element)
                     ? node.integers(0) && node.integers(1) && node.numbers(2)
                     : node.number(0) && node.number(1) && node.number(2);
  if (!isKnown)
    return lowerDataRange(node);
  if (isa<IntegerType>(element))
    return lowerWholeRange(node);
  auto start = node.number(0), limit = node.number(1), step = node.number(2);
  if (!start || !limit || !step)
    return node.fail("has bounds or a step that only the data know");
  double count = std::ceil((*limit - *start) / *step);
  constexpr double most = 1e9;
  if (!(count < most))
    return node.fail("has no end");
  Size size = node.sizes.number(static_cast<int64_t>(std::fmax(count, 0)));
  return node.set(
      node.each({size}, element, {}, {}, [&](Scalars &s, ValueRange) {
        Type f64 = s.getF64Type();
        Value place = s.fromIndex(s.place(0), f64);
        Value number = s.add(s.number(f64, *start),
                             s.multiply(place, s.number(f64, *step)));
        return s.convert(number, element);
      }));
}

static LogicalResult lowerConstantOfShape(Node &node) {
  std::optional<TensorSizes> sizes = node.integers(0);
  if (!sizes)
    sizes = node.known();
  Type element = node.element();
  if (!sizes || !element)
    return node.fail("has a shape that only the data know, or elements that "
                     "memory does not hold");
  TypedAttr number = node.b.getZeroAttr(element);
  auto given = node.op->getAttrOfType<DenseElementsAttr>("value");
  if (given && given.getNumElements() != 1)
    return node.fail("is filled with " + Twine(given.getNumElements()) +
                     " numbers instead of one");
  if (given)
    number = cast<TypedAttr>(*given.bitcast(element).value_begin<Attribute>());
  Value value = arith::ConstantOp::create(node.b, number);
  return node.set({node.filled(*sizes, value), *sizes});
}

static LogicalResult lowerEyeLike(Node &node) {
  SizedTensor input = node.in(0);
  Type element = node.element();
  if (input.rank() != 2 || !element)
    return node.fail("is no matrix");
  int64_t shift = node.integer("k", 0);
  return node.set(
      node.each(input.sizes, element, {}, {}, [&](Scalars &s, ValueRange) {
        Value diagonal = s.add(s.place(0), s.index(shift));
        Value isOne = s.compare(Relation::equal, diagonal, s.place(1));
        return s.select(isOne, s.number(element, 1), s.number(element, 0));
      }));
}

void addMadeLowerings(LoweringTable &table) {
  table["onnx.Range"] = lowerRange;
  table["onnx.ConstantOfShape"] = lowerConstantOfShape;
  table["onnx.EyeLike"] = lowerEyeLike;
}

} // namespace llmc
