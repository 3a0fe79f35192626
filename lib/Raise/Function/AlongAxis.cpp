//===- AlongAxis.cpp - softmax, running sums and the place of the best ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Reductions.h"

using namespace mlir;

namespace llmc {

using Relation = Scalars::Relation;

static SmallVector<bool> reduceOnly(int64_t rank, int64_t axis) {
  SmallVector<bool> reduced(rank, false);
  reduced[axis] = true;
  return reduced;
}

/// Loops of `rank`, all but one.
static AffineMap allBut(Node &node, int64_t rank, int64_t axis) {
  auto dims = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  dims.erase(dims.begin() + axis);
  return node.map(rank, dims);
}

static LogicalResult lowerSoftmax(Node &node, bool isLog) {
  SizedTensor input = node.in(0);
  int64_t rank = input.rank();
  auto axis = Node::axis(node.integer("axis", -1), rank);
  if (!axis)
    return node.fail("has an axis beside its dims");
  Type type = getSumType(input.element());
  SmallVector<bool> reduced = reduceOnly(rank, *axis);
  SizedTensor most = reduceDims(
      node, {input}, reduced, getLeast(node.b, type, false, false),
      [](Scalars &s, ValueRange x) { return s.greatest(x[1], x[0]); });
  AffineMap all = node.all(rank), row = allBut(node, rank, *axis);
  SizedTensor shifted =
      node.each(input.sizes, type, {input.value, most.value}, {all, row},
                [&](Scalars &s, ValueRange x) {
                  Value difference = s.subtract(s.widen(x[0]), x[1]);
                  return isLog ? difference : s.exp(difference);
                });
  SizedTensor sums =
      reduceDims(node, {shifted}, reduced, node.b.getZeroAttr(type),
                 [&](Scalars &s, ValueRange x) {
                   return s.add(x[1], isLog ? s.exp(x[0]) : x[0]);
                 });
  return node.set(node.each(
      input.sizes, input.element(), {shifted.value, sums.value}, {all, row},
      [&](Scalars &s, ValueRange x) {
        Value result = isLog ? s.subtract(x[0], s.apply<math::LogOp>(x[1]))
                             : s.divide(x[0], x[1]);
        return s.convert(result, input.element());
      }));
}

/// Every element adds up what stands before it: quadratic in the axis, which
/// masks and positions have short.
static LogicalResult lowerCumSum(Node &node) {
  SizedTensor input = node.in(0);
  int64_t rank = input.rank();
  auto given = node.numbers(1);
  auto axis = given && given->size() == 1 ? Node::axis(given->front(), rank)
                                          : std::nullopt;
  if (!axis)
    return node.fail("has an axis that is no constant, or beside its dims");
  bool exclusive = node.integer("exclusive", 0) != 0,
       reverse = node.integer("reverse", 0) != 0;
  Type type = getSumType(input.element());
  SmallVector<bool> reduced(rank, false);
  reduced.push_back(true);
  auto dims = llvm::to_vector(llvm::seq<int64_t>(0, rank)), other = dims;
  other[*axis] = rank;
  Value zero = arith::ConstantOp::create(node.b, node.b.getZeroAttr(type));
  Value sums = node.loops(
      reduced, {input.value}, {node.filled(input.sizes, zero)},
      {node.map(rank + 1, other), node.map(rank + 1, dims)},
      [&](Scalars &s, ValueRange x) -> SmallVector<Value> {
        Value here = s.place(*axis), there = s.place(rank);
        if (reverse)
          std::swap(here, there);
        Value isIn = s.compare(exclusive ? Relation::less : Relation::lessEqual,
                               there, here);
        Value element = s.widen(x[0]);
        return {s.add(x[1], s.select(isIn, element, s.like(element, 0)))};
      })[0];
  if (type == input.element())
    return node.set({sums, input.sizes});
  return node.set(node.each(input.sizes, input.element(), {sums},
                            {node.all(rank)}, [&](Scalars &s, ValueRange x) {
                              return s.convert(x[0], input.element());
                            }));
}

/// At a tie the first stays, or the last.
static LogicalResult lowerArg(Node &node, bool wantsMost) {
  SizedTensor input = node.in(0);
  int64_t rank = input.rank();
  auto axis = Node::axis(node.integer("axis", 0), rank);
  if (!axis)
    return node.fail("has an axis beside its dims");
  bool last = node.integer("select_last_index", 0) != 0;
  Type type = getSumType(input.element()), i64 = node.b.getI64Type();
  TensorSizes left = input.sizes, kept = input.sizes;
  left.erase(left.begin() + *axis);
  kept[*axis] = node.sizes.number(1);
  Value worst = arith::ConstantOp::create(
      node.b, getLeast(node.b, type, node.isUnsigned(0), !wantsMost));
  Value none = arith::ConstantOp::create(node.b, node.b.getI64IntegerAttr(0));
  AffineMap row = allBut(node, rank, *axis);
  Value places =
      node.loops(reduceOnly(rank, *axis), {input.value},
                 {node.filled(left, worst), node.filled(left, none)},
                 {node.all(rank), row, row},
                 [&](Scalars &s, ValueRange x) -> SmallVector<Value> {
                   Value element = s.widen(x[0]);
                   Value isBetter = s.compare(
                       last ? Relation::lessEqual : Relation::less,
                       wantsMost ? x[1] : element, wantsMost ? element : x[1]);
                   Value here = s.fromIndex(s.place(*axis), i64);
                   return {s.select(isBetter, element, x[1]),
                           s.select(isBetter, here, x[2])};
                 })[1];
  bool keeps = node.integer("keepdims", 1) != 0;
  return node.set(node.reshape({places, left}, keeps ? kept : left));
}

void addAxisLowerings(LoweringTable &table) {
  table["onnx.Softmax"] = [](Node &node) { return lowerSoftmax(node, false); };
  table["onnx.LogSoftmax"] = [](Node &node) {
    return lowerSoftmax(node, true);
  };
  table["onnx.CumSum"] = lowerCumSum;
  table["onnx.ArgMax"] = [](Node &node) { return lowerArg(node, true); };
  table["onnx.ArgMin"] = [](Node &node) { return lowerArg(node, false); };
}

} // namespace llmc
