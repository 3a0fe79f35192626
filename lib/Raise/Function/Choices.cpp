//===- Choices.cpp - elements that a condition chooses --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How many there are, only the data know: as many are made as the graph says of its
// result. What a condition lacks to them is the element at place 0.
//===----------------------------------------------------------------------===//
#include "FunctionConverter.h"

using namespace mlir;

namespace llmc {

using Relation = Scalars::Relation;

static Value isTrue(Scalars &s, Value x) {
  return s.convert(s.widen(x), s.getI1Type());
}

/// [n], for a vector [n]: how many of its elements before each are true.
static Value countBefore(Node &node, Value flat, Size count) {
  Type i64 = node.b.getI64Type();
  Value zero = arith::ConstantOp::create(node.b, node.b.getI64IntegerAttr(0));
  return node.loops(
      {false, true}, {flat}, {node.filled({count}, zero)},
      {node.map(2, {1}), node.map(2, {0})},
      [&](Scalars &s, ValueRange x) -> SmallVector<Value> {
        Value isBefore = s.compare(Relation::less, s.place(1), s.place(0));
        Value more = s.both(isBefore, isTrue(s, x[0]));
        return {s.add(x[1], arith::ExtUIOp::create(s, i64, more))};
      })[0];
}

/// [chosen], the places of the first true elements of a vector.
static Value findChosen(Node &node, const SizedTensor &flat, Size chosen) {
  Type i64 = node.b.getI64Type();
  Value before = countBefore(node, flat.value, flat.sizes[0]);
  Value zero = arith::ConstantOp::create(node.b, node.b.getI64IntegerAttr(0));
  AffineMap there = node.map(2, {1});
  return node.loops({false, true}, {flat.value, before},
                    {node.filled({chosen}, zero)},
                    {there, there, node.map(2, {0})},
                    [&](Scalars &s, ValueRange x) -> SmallVector<Value> {
                      Value isNext = s.compare(Relation::equal, x[1],
                                               s.fromIndex(s.place(0), i64));
                      Value isOwn = s.both(isNext, isTrue(s, x[0]));
                      Value place = s.fromIndex(s.place(1), i64);
                      return {s.select(isOwn, place, x[2])};
                    })[0];
}

static SizedTensor flatten(Node &node, const SizedTensor &tensor) {
  return node.reshape(tensor, {node.sizes.product(tensor.sizes)});
}

/// Parts of a dim, or elements of all where there is no axis.
static LogicalResult lowerCompress(Node &node) {
  SizedTensor data = node.in(0), condition = node.in(1);
  std::optional<TensorSizes> sizes = node.known();
  bool isFlat = !node.op->hasAttr("axis");
  if (isFlat)
    data = flatten(node, data);
  auto axis = Node::axis(node.integer("axis", 0), data.rank());
  if (!sizes || !axis || sizes->size() != data.sizes.size() ||
      condition.rank() != 1)
    return node.fail("has a count that only the data know, or an axis beside "
                     "its dims");
  Value chosen = findChosen(node, condition, (*sizes)[*axis]);
  int64_t rank = sizes->size();
  return node.set(node.each(*sizes, data.element(), {chosen},
                            {node.map(rank, {*axis})},
                            [&](Scalars &s, ValueRange x) {
                              SmallVector<Value> places;
                              for (int64_t d = 0; d < rank; ++d)
                                places.push_back(s.place(d));
                              s.isUnsigned = false;
                              places[*axis] = s.toIndex(x[0]);
                              return node.extract(s, data.value, places);
                            }));
}

/// [rank, chosen]: the places of elements that are not 0, a column each.
static LogicalResult lowerNonZero(Node &node) {
  SizedTensor input = node.in(0);
  std::optional<TensorSizes> sizes = node.known();
  if (!sizes || sizes->size() != 2)
    return node.fail("has a count that only the data know");
  Value chosen = findChosen(node, flatten(node, input), (*sizes)[1]);
  // Of each dim its own size, and how many elements one of its places has.
  SmallVector<Value> widths, inner;
  for (auto [d, size] : llvm::enumerate(input.sizes)) {
    SizeBuilder &known = node.sizes;
    widths.push_back(known.value(known.greatest(size, known.number(1))));
    Size behind = known.product(ArrayRef(input.sizes).drop_front(d + 1));
    inner.push_back(known.value(known.greatest(behind, known.number(1))));
  }
  return node.set(node.each(
      *sizes, node.element(), {chosen}, {node.map(2, {1})},
      [&](Scalars &s, ValueRange x) {
        s.isUnsigned = false;
        Value flat = s.toIndex(x[0]), place = s.index(0);
        for (auto [d, width] : llvm::enumerate(widths)) {
          Value own = arith::RemUIOp::create(
              s, arith::DivUIOp::create(s, flat, inner[d]), width);
          Value isDim = s.compare(Relation::equal, s.place(0), s.index(d));
          place = s.select(isDim, own, place);
        }
        return s.fromIndex(place, node.element());
      }));
}

void addChoiceLowerings(LoweringTable &table) {
  table["onnx.Compress"] = lowerCompress;
  table["onnx.NonZero"] = lowerNonZero;
}

} // namespace llmc
