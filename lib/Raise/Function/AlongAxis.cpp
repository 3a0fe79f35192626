//===- AlongAxis.cpp - softmax, running sums and the place of the best ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "DataIntegers.h"
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

namespace {

/// Every element adds up, or multiplies, what stands before it: quadratic in the
/// axis, which masks and positions have short.
class RunningFold {
public:
  RunningFold(Node &node, bool multiplies)
      : node(node), multiplies(multiplies), input(node.in(0)), axis(node, 1),
        exclusive(node.integer("exclusive", 0) != 0),
        reverse(node.integer("reverse", 0) != 0),
        type(getSumType(input.element())) {}

  LogicalResult run() {
    auto given = node.numbers(1);
    if (!axis || axis.count() != 1)
      return node.fail("has an axis that is no integer");
    if (!given)
      return set(foldByData());
    auto dim = Node::axis(given->front(), input.rank());
    return dim ? set(fold(*dim)) : node.fail("has an axis beside its dims");
  }

private:
  Node &node;
  bool multiplies;
  SizedTensor input;
  DataIntegers axis;
  bool exclusive, reverse;
  Type type;

  Value fold(int64_t dim) {
    int64_t rank = input.rank();
    auto dims = llvm::to_vector(llvm::seq<int64_t>(0, rank)), other = dims;
    other[dim] = rank;
    return fold(input.value, node.map(rank + 1, other),
                [&](Scalars &s, ValueRange x) -> Value {
                  return next(s, s.place(dim), s.place(rank), x);
                });
  }

  /// Which dim the axis is, each element finds out.
  Value foldByData() {
    int64_t rank = input.rank();
    Size most = node.sizes.number(1);
    SmallVector<Value> sizes;
    for (Size size : input.sizes) {
      most = node.sizes.greatest(most, size);
      sizes.push_back(node.sizes.value(size));
    }
    // Says how many turns there are; nobody reads it.
    Value turns = node.empty({most}, node.b.getI8Type());
    return fold(turns, node.map(rank + 1, {rank}),
                [&](Scalars &s, ValueRange x) -> Value {
                  Value here = s.index(0), size = s.index(0);
                  SmallVector<Value> from;
                  for (int64_t d = 0; d < rank; ++d) {
                    Value isAxis = axis.isAxis(s, d, rank);
                    here = s.select(isAxis, s.place(d), here);
                    size = s.select(isAxis, sizes[d], size);
                    from.push_back(s.select(isAxis, s.place(rank), s.place(d)));
                    Value last = s.subtract(sizes[d], s.index(1));
                    from.back() = s.least(from.back(), last);
                  }
                  Value element = node.extract(s, input.value, from);
                  Value made =
                      next(s, here, s.place(rank), {element, x.back()});
                  Value isThere =
                      s.compare(Relation::less, s.place(rank), size);
                  return s.select(isThere, made, x.back());
                });
  }

  /// One more loop than there are dims, over the elements that may be added.
  Value fold(Value source, AffineMap map, Node::Body body) {
    int64_t rank = input.rank();
    SmallVector<bool> reduced(rank, false);
    reduced.push_back(true);
    auto dims = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    TypedAttr start = multiplies ? node.b.getOneAttr(type)
                                 : TypedAttr(node.b.getZeroAttr(type));
    Value first = arith::ConstantOp::create(node.b, start);
    return node.loops(reduced, {source}, {node.filled(input.sizes, first)},
                      {map, node.map(rank + 1, dims)},
                      [&](Scalars &s, ValueRange x) -> SmallVector<Value> {
                        return {body(s, x)};
                      })[0];
  }

  /// What is made so far at `here`, with the element `x[0]` at `there`.
  Value next(Scalars &s, Value here, Value there, ValueRange x) {
    if (reverse)
      std::swap(here, there);
    Value isIn = s.compare(exclusive ? Relation::less : Relation::lessEqual,
                           there, here);
    Value element = s.widen(x[0]);
    Value made = multiplies ? s.multiply(x[1], element) : s.add(x[1], element);
    return s.select(isIn, made, x[1]);
  }

  LogicalResult set(Value sums) {
    if (type == input.element())
      return node.set({sums, input.sizes});
    return node.set(node.each(input.sizes, input.element(), {sums},
                              {node.all(input.rank())},
                              [&](Scalars &s, ValueRange x) {
                                return s.convert(x[0], input.element());
                              }));
  }
};

} // namespace

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
  table["onnx.CumSum"] = [](Node &node) {
    return RunningFold(node, /*multiplies=*/false).run();
  };
  table["onnx.CumProd"] = [](Node &node) {
    return RunningFold(node, /*multiplies=*/true).run();
  };
  table["onnx.ArgMax"] = [](Node &node) { return lowerArg(node, true); };
  table["onnx.ArgMin"] = [](Node &node) { return lowerArg(node, false); };
}

} // namespace llmc
