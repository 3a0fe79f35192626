//===- Indexing.cpp - elements that integers choose -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A place beside its tensor is a mistake of the data: the loops read the nearest
// element (lib/Lower), and never another tensor's.
//===----------------------------------------------------------------------===//
#include "FunctionConverter.h"

using namespace mlir;

namespace llmc {

using Relation = Scalars::Relation;

/// An element of a tensor of indices as a place along a dim; what is negative
/// counts from the end.
static Value toPlace(Scalars &s, Value index, Value size, bool isUnsigned) {
  s.isUnsigned = isUnsigned;
  Value place = s.toIndex(index);
  Value isBehind = s.compare(Relation::less, place, s.index(0));
  return s.select(isBehind, s.add(place, size), place);
}

static SmallVector<Value> placesOf(Scalars &s, int64_t from, int64_t to) {
  SmallVector<Value> places;
  for (int64_t loop = from; loop < to; ++loop)
    places.push_back(s.place(loop));
  return places;
}

//===----------------------------------------------------------------------===//
// Gathering
//===----------------------------------------------------------------------===//

static LogicalResult lowerGather(Node &node) {
  SizedTensor data = node.in(0), indices = node.in(1);
  auto axis = Node::axis(node.integer("axis", 0), data.rank());
  if (!axis)
    return node.fail("has an axis beside its dims");
  TensorSizes sizes(ArrayRef(data.sizes).take_front(*axis));
  llvm::append_range(sizes, indices.sizes);
  llvm::append_range(sizes, ArrayRef(data.sizes).drop_front(*axis + 1));
  int64_t rank = sizes.size(), behind = *axis + indices.rank();
  Value size = node.sizes.value(data.sizes[*axis]);
  auto dims = llvm::to_vector(llvm::seq<int64_t>(*axis, behind));
  return node.set(
      node.each(sizes, data.element(), {indices.value}, {node.map(rank, dims)},
                [&](Scalars &s, ValueRange x) {
                  SmallVector<Value> places = placesOf(s, 0, *axis);
                  places.push_back(toPlace(s, x[0], size, node.isUnsigned(1)));
                  llvm::append_range(places, placesOf(s, behind, rank));
                  return node.extract(s, data.value, places);
                }));
}

static LogicalResult lowerGatherElements(Node &node) {
  SizedTensor data = node.in(0), indices = node.in(1);
  int64_t rank = data.rank();
  auto axis = Node::axis(node.integer("axis", 0), rank);
  if (!axis || indices.rank() != rank)
    return node.fail("has an axis or indices of another rank");
  Value size = node.sizes.value(data.sizes[*axis]);
  return node.set(node.each(indices.sizes, data.element(), {indices.value},
                            {node.all(rank)}, [&](Scalars &s, ValueRange x) {
                              SmallVector<Value> places = placesOf(s, 0, rank);
                              places[*axis] =
                                  toPlace(s, x[0], size, node.isUnsigned(1));
                              return node.extract(s, data.value, places);
                            }));
}

static LogicalResult lowerGatherND(Node &node) {
  SizedTensor data = node.in(0), indices = node.in(1);
  int64_t batch = node.integer("batch_dims", 0), outer = indices.rank() - 1;
  auto depth =
      outer < 0 ? std::nullopt : SizeBuilder::getNumber(indices.sizes.back());
  if (!depth || batch < 0 || batch > outer || batch + *depth > data.rank())
    return node.fail("has indices that are longer than the tensor has dims");
  TensorSizes sizes(ArrayRef(indices.sizes).drop_back());
  llvm::append_range(sizes, ArrayRef(data.sizes).drop_front(batch + *depth));
  SmallVector<Value> limits;
  for (int64_t i = 0; i < *depth; ++i)
    limits.push_back(node.sizes.value(data.sizes[batch + i]));
  return node.set(
      node.each(sizes, data.element(), {}, {}, [&](Scalars &s, ValueRange) {
        SmallVector<Value> where = placesOf(s, 0, outer),
                           places = placesOf(s, 0, batch);
        where.emplace_back();
        for (int64_t i = 0; i < *depth; ++i) {
          where.back() = s.index(i);
          Value index = node.extract(s, indices.value, where);
          places.push_back(toPlace(s, index, limits[i], node.isUnsigned(1)));
        }
        llvm::append_range(places, placesOf(s, outer, sizes.size()));
        return node.extract(s, data.value, places);
      }));
}

//===----------------------------------------------------------------------===//
// Scattering: every element asks all updates, in order, whether they are its own
//===----------------------------------------------------------------------===//

/// Nothing where ONNX has no such reduction.
static Value reduceWith(Scalars &s, StringRef reduction, Value a, Value c) {
  if (reduction == "add")
    return s.add(a, c);
  if (reduction == "mul")
    return s.multiply(a, c);
  if (reduction == "max")
    return s.greatest(a, c);
  if (reduction == "min")
    return s.least(a, c);
  return c;
}

/// `tensors[at]`, at the nearest place that is there.
static Value extractNear(Node &node, Scalars &s, const SizedTensor &tensor,
                         ArrayRef<Value> limits, SmallVector<Value> places) {
  for (auto [place, limit] : llvm::zip_equal(places, limits)) {
    Value last = s.subtract(limit, s.index(1));
    place = s.greatest(s.least(place, last), s.index(0));
  }
  return node.extract(s, tensor.value, places);
}

static SmallVector<Value> valuesOf(Node &node, ArrayRef<Size> sizes) {
  SmallVector<Value> values;
  for (Size size : sizes)
    values.push_back(node.sizes.value(size));
  return values;
}

static LogicalResult lowerScatterElements(Node &node) {
  SizedTensor data = node.in(0), indices = node.in(1), updates = node.in(2);
  int64_t rank = data.rank();
  auto axis = Node::axis(node.integer("axis", 0), rank);
  if (!axis || indices.rank() != rank || updates.rank() != rank)
    return node.fail("has an axis, indices or updates of another rank");
  StringRef reduction = node.string("reduction", "none");
  SmallVector<bool> reduced(rank, false);
  reduced.push_back(true);
  // Says how many updates there are along the axis; nobody reads it.
  Value turns = node.empty({indices.sizes[*axis]}, node.b.getI8Type());
  SmallVector<Value> limits = valuesOf(node, indices.sizes);
  Value size = node.sizes.value(data.sizes[*axis]);
  auto dims = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  data.value = node.loops(
      reduced, {turns}, {data.value},
      {node.map(rank + 1, {rank}), node.map(rank + 1, dims)},
      [&](Scalars &s, ValueRange x) -> SmallVector<Value> {
        SmallVector<Value> from = placesOf(s, 0, rank);
        from[*axis] = s.place(rank);
        Value isOwn = s.number(s.getI1Type(), 1);
        for (auto [place, limit] : llvm::zip_equal(from, limits))
          isOwn = s.both(isOwn, s.compare(Relation::less, place, limit));
        Value index = extractNear(node, s, indices, limits, from);
        bool isUnsigned = s.isUnsigned;
        Value place = toPlace(s, index, size, node.isUnsigned(1));
        s.isUnsigned = isUnsigned;
        isOwn =
            s.both(isOwn, s.compare(Relation::equal, place, s.place(*axis)));
        Value update = extractNear(node, s, updates, limits, from);
        Value next =
            s.convert(reduceWith(s, reduction, s.widen(x[1]), s.widen(update)),
                      x[1].getType());
        return {s.select(isOwn, next, x[1])};
      })[0];
  return node.set(data);
}

static LogicalResult lowerScatterND(Node &node) {
  SizedTensor data = node.in(0), indices = node.in(1), updates = node.in(2);
  int64_t rank = data.rank(), outer = indices.rank() - 1;
  auto depth =
      outer < 0 ? std::nullopt : SizeBuilder::getNumber(indices.sizes.back());
  if (!depth || *depth > rank || updates.rank() != outer + rank - *depth)
    return node.fail("has indices that are longer than the tensor has dims");
  StringRef reduction = node.string("reduction", "none");
  SmallVector<bool> reduced(rank, false);
  reduced.append(outer, true);
  Value turns =
      node.empty(ArrayRef(indices.sizes).drop_back(), node.b.getI8Type());
  SmallVector<Value> limits = valuesOf(node, data.sizes);
  auto dims = llvm::to_vector(llvm::seq<int64_t>(0, rank + outer));
  ArrayRef<int64_t> own = ArrayRef(dims).take_front(rank),
                    others = ArrayRef(dims).drop_front(rank);
  data.value = node.loops(
      reduced, {turns}, {data.value},
      {node.map(rank + outer, others), node.map(rank + outer, own)},
      [&](Scalars &s, ValueRange x) -> SmallVector<Value> {
        SmallVector<Value> where = placesOf(s, rank, rank + outer),
                           from = where;
        where.emplace_back();
        Value isOwn = s.number(s.getI1Type(), 1);
        bool isUnsigned = s.isUnsigned;
        for (int64_t i = 0; i < *depth; ++i) {
          where.back() = s.index(i);
          Value index = node.extract(s, indices.value, where);
          Value place = toPlace(s, index, limits[i], node.isUnsigned(1));
          isOwn = s.both(isOwn, s.compare(Relation::equal, place, s.place(i)));
        }
        s.isUnsigned = isUnsigned;
        llvm::append_range(from, placesOf(s, *depth, rank));
        Value update = node.extract(s, updates.value, from);
        Value next =
            s.convert(reduceWith(s, reduction, s.widen(x[1]), s.widen(update)),
                      x[1].getType());
        return {s.select(isOwn, next, x[1])};
      })[0];
  return node.set(data);
}

//===----------------------------------------------------------------------===//
// One of many
//===----------------------------------------------------------------------===//

static LogicalResult lowerOneHot(Node &node) {
  SizedTensor indices = node.in(0), values = node.in(2);
  auto axis = Node::axis(node.integer("axis", -1), indices.rank() + 1);
  std::optional<TensorSizes> depths = node.integers(1);
  if (std::optional<double> number = node.number(1); number && !depths)
    depths = TensorSizes{node.sizes.number(static_cast<int64_t>(*number))};
  auto known = node.known();
  if (axis && !depths && known && *axis < static_cast<int64_t>(known->size()))
    depths = TensorSizes{(*known)[*axis]};
  if (!axis || !depths || depths->size() != 1)
    return node.fail("has a depth that only the data know");
  Size depth = depths->front();
  TensorSizes sizes = indices.sizes;
  sizes.insert(sizes.begin() + *axis, depth);
  auto dims = llvm::to_vector(llvm::seq<int64_t>(0, sizes.size()));
  dims.erase(dims.begin() + *axis);
  AffineMap map = node.map(sizes.size(), dims);
  Value size = node.sizes.value(depth);
  return node.set(node.each(
      sizes, values.element(), {indices.value}, {map},
      [&](Scalars &s, ValueRange x) {
        Value index = s.convert(s.widen(x[0]), s.getI64Type());
        Value place = toPlace(s, index, size, false);
        Value isHot = s.compare(Relation::equal, place, s.place(*axis));
        return node.extract(s, values.value,
                            {s.select(isHot, s.index(1), s.index(0))});
      }));
}

/// An order of all numbers: NaN is the greatest.
static Value isLess(Scalars &s, Value a, Value c) {
  Value less = s.compare(Relation::less, a, c);
  if (!Scalars::isFloat(a))
    return less;
  return s.either(less, s.both(s.isNaN(c), s.invert(s.isNaN(a))));
}

/// How many elements of a row stand before each: less ones, and equal ones to the
/// left.
static Value countBefore(Node &node, const SizedTensor &input, int64_t axis) {
  int64_t rank = input.rank();
  bool isLargest = node.integer("largest", 1) != 0;
  SmallVector<bool> reduced(rank, false);
  reduced.push_back(true);
  auto dims = llvm::to_vector(llvm::seq<int64_t>(0, rank)), other = dims;
  other[axis] = rank;
  Type i64 = node.b.getI64Type();
  Value zero = arith::ConstantOp::create(node.b, node.b.getI64IntegerAttr(0));
  return node.loops(
      reduced, {input.value, input.value}, {node.filled(input.sizes, zero)},
      {node.map(rank + 1, dims), node.map(rank + 1, other),
       node.map(rank + 1, dims)},
      [&](Scalars &s, ValueRange x) -> SmallVector<Value> {
        Value own = s.widen(x[0]), next = s.widen(x[1]);
        Value before = isLargest ? isLess(s, own, next) : isLess(s, next, own);
        Value behind = isLargest ? isLess(s, next, own) : isLess(s, own, next);
        Value isLeft = s.compare(Relation::less, s.place(rank), s.place(axis));
        Value isEqual = s.invert(s.either(before, behind));
        before = s.either(before, s.both(isEqual, isLeft));
        return {s.add(x[2], arith::ExtUIOp::create(s, i64, before))};
      })[0];
}

static LogicalResult lowerTopK(Node &node) {
  SizedTensor input = node.in(0);
  int64_t rank = input.rank();
  auto axis = Node::axis(node.integer("axis", -1), rank);
  std::optional<TensorSizes> chosen = node.integers(1);
  for (unsigned result : {0, 1})
    if (auto known = node.wants(result) ? node.known(result) : std::nullopt;
        axis && !chosen && known && static_cast<int64_t>(known->size()) == rank)
      chosen = TensorSizes{(*known)[*axis]};
  if (!axis || !chosen || chosen->size() != 1)
    return node.fail("has a count that only the data know");
  Value before = countBefore(node, input, *axis);
  SizedTensor values = input, places = input;
  values.sizes[*axis] = places.sizes[*axis] = chosen->front();
  SmallVector<bool> reduced(rank, false);
  reduced.push_back(true);
  auto dims = llvm::to_vector(llvm::seq<int64_t>(0, rank)), other = dims;
  other[*axis] = rank;
  AffineMap here = node.map(rank + 1, dims), there = node.map(rank + 1, other);
  auto start = [&](Type type) {
    Value zero = arith::ConstantOp::create(node.b, node.b.getZeroAttr(type));
    return node.filled(values.sizes, zero);
  };
  Type i64 = node.b.getI64Type();
  SmallVector<Value> made = node.loops(
      reduced, {input.value, before}, {start(input.element()), start(i64)},
      {there, there, here, here},
      [&](Scalars &s, ValueRange x) -> SmallVector<Value> {
        Value place = s.fromIndex(s.place(*axis), i64);
        Value isOwn = s.compare(Relation::equal, x[1], place);
        return {s.select(isOwn, x[0], x[2]),
                s.select(isOwn, s.fromIndex(s.place(rank), i64), x[3])};
      });
  values.value = made[0];
  places.value = made[1];
  if (node.wants(0) && failed(node.set(values, 0)))
    return failure();
  return node.wants(1) ? node.set(places, 1) : success();
}

void addIndexingLowerings(LoweringTable &table) {
  table["onnx.Gather"] = lowerGather;
  table["onnx.GatherElements"] = lowerGatherElements;
  table["onnx.GatherND"] = lowerGatherND;
  table["onnx.ScatterElements"] = lowerScatterElements;
  table["onnx.ScatterND"] = lowerScatterND;
  table["onnx.OneHot"] = lowerOneHot;
  table["onnx.TopK"] = lowerTopK;
}

} // namespace llmc
