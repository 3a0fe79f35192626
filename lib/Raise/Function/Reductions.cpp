//===- Reductions.cpp - elements made of many -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Floats are summed up in f32, or f64 where they are that.
//===----------------------------------------------------------------------===//
#include "Reductions.h"
#include "DataIntegers.h"

#include <cmath>

using namespace mlir;

namespace llmc {

using Relation = Scalars::Relation;

Type getSumType(Type element) {
  bool isNarrow = element.isF16() || element.isBF16();
  return isNarrow ? Float32Type::get(element.getContext()) : element;
}

SizedTensor convertTo(Node &node, const SizedTensor &tensor, Type element) {
  if (tensor.element() == element)
    return tensor;
  return node.each(
      tensor.sizes, element, {tensor.value}, {node.all(tensor.rank())},
      [&](Scalars &s, ValueRange x) { return s.convert(x[0], element); });
}

SizedTensor reduceDims(Node &node, ArrayRef<SizedTensor> inputs,
                       ArrayRef<bool> reduced, TypedAttr start,
                       Node::Body next) {
  int64_t rank = reduced.size();
  SizedTensor result;
  SmallVector<int64_t> kept;
  for (int64_t d = 0; d < rank; ++d)
    if (!reduced[d]) {
      kept.push_back(d);
      result.sizes.push_back(inputs[0].sizes[d]);
    }
  SmallVector<Value> values;
  Node::Maps maps;
  for (const SizedTensor &input : inputs) {
    values.push_back(input.value);
    maps.push_back(input.rank() == rank ? node.all(rank)
                                        : node.map(rank, kept));
  }
  maps.push_back(node.map(rank, kept));
  Value number = arith::ConstantOp::create(node.b, start);
  result.value =
      node.loops(reduced, values, {node.filled(result.sizes, number)}, maps,
                 [&](Scalars &s, ValueRange x) -> SmallVector<Value> {
                   SmallVector<Value> wide;
                   for (Value element : x)
                     wide.push_back(s.widen(element));
                   return {next(s, wide)};
                 })[0];
  return result;
}

TypedAttr getLeast(Builder &b, Type type, bool isUnsigned, bool wantsMost) {
  if (isa<FloatType>(type))
    return b.getFloatAttr(type, wantsMost ? INFINITY : -INFINITY);
  unsigned width = type.getIntOrFloatBitWidth();
  bool isPlain = isUnsigned || width == 1;
  APInt number = wantsMost ? (isPlain ? APInt::getMaxValue(width)
                                      : APInt::getSignedMaxValue(width))
                           : (isPlain ? APInt::getMinValue(width)
                                      : APInt::getSignedMinValue(width));
  return b.getIntegerAttr(type, number);
}

Value countOf(Scalars &s, Node &node, Size count, Type type) {
  if (std::optional<int64_t> number = SizeBuilder::getNumber(count))
    return s.number(type, static_cast<double>(*number));
  return s.fromIndex(cast<Value>(count), type);
}

//===----------------------------------------------------------------------===//
// Folds
//===----------------------------------------------------------------------===//

namespace {
/// The dims that go, and the result's sizes with and without them.
struct Reduction {
  SmallVector<bool> reduced;
  TensorSizes kept;                 // as the result has them
  Size count;                       // of elements that become one
  std::optional<DataIntegers> axes; // which dims go, where only the data know
  bool keepsDims = true;
};

enum class Start { zero, one, least, most };

/// `start`, then `add` for each element, then `finish`, which may be missing.
struct Fold {
  Start start;
  Value (*add)(Scalars &s, Value sum, Value x);
  Value (*finish)(Scalars &s, Value sum, Value count);
};
} // namespace

/// Axes that are numbers. Else they are the reduction's, if what becomes of its
/// dims is known nevertheless.
static std::optional<SmallVector<int64_t>> findAxes(Node &node,
                                                    Reduction &reduction) {
  if (auto axes = node.numbers(1))
    return axes;
  DataIntegers axes(node, 1);
  std::optional<TensorSizes> kept = node.known();
  if (axes && axes.count() == 0)
    return SmallVector<int64_t>();
  int64_t rank = node.in(0).rank(), left = kept ? kept->size() : -1;
  if (!axes || left != (reduction.keepsDims ? rank : rank - axes.count()))
    return std::nullopt;
  reduction.kept = *kept;
  reduction.axes.emplace(axes);
  return std::nullopt;
}

static std::optional<Reduction> findReduction(Node &node,
                                              const SizedTensor &input) {
  Reduction found;
  found.keepsDims = node.integer("keepdims", 1) != 0;
  std::optional<SmallVector<int64_t>> axes = SmallVector<int64_t>();
  if (node.has(1))
    axes = findAxes(node, found);
  else if (auto given = node.integerList("axes"))
    axes = given;
  if (!axes)
    return found.axes ? std::optional(std::move(found)) : std::nullopt;
  bool all = axes->empty() && !node.integer("noop_with_empty_axes", 0);
  found.reduced.assign(input.rank(), all);
  for (int64_t axis : *axes) {
    auto dim = Node::axis(axis, input.rank());
    if (!dim)
      return std::nullopt;
    found.reduced[*dim] = true;
  }
  TensorSizes gone;
  for (auto [size, reduced] : llvm::zip_equal(input.sizes, found.reduced)) {
    if (reduced)
      gone.push_back(size);
    if (!reduced || found.keepsDims)
      found.kept.push_back(reduced ? node.sizes.number(1) : size);
  }
  found.count = node.sizes.product(gone);
  return found;
}

/// The place of a result's element along the dim that an input's dim became: its own
/// one, or as many before it as dims that went.
static Value resultPlace(Scalars &s, ArrayRef<Value> isGone, int64_t dim,
                         int64_t kept) {
  Value before = s.index(0), place = s.index(0);
  for (Value gone : isGone.take_front(dim))
    before = s.add(before, s.select(gone, s.index(1), s.index(0)));
  Value wanted = s.subtract(s.index(dim), before);
  for (int64_t d = 0; d < kept; ++d)
    place = s.select(s.compare(Relation::equal, wanted, s.index(d)), s.place(d),
                     place);
  return place;
}

/// `reduceDims` by axes that only the data know: every element of the result asks
/// all elements whether they are its own. The result has the kept sizes.
static SizedTensor reduceByData(Node &node, const Reduction &reduction,
                                ArrayRef<SizedTensor> inputs, TypedAttr start,
                                Node::Body next) {
  int64_t kept = reduction.kept.size(), rank = inputs[0].rank(),
          loops = kept + rank;
  auto dims = llvm::to_vector(llvm::seq<int64_t>(0, loops));
  AffineMap here = node.map(loops, ArrayRef(dims).take_front(kept)),
            there = node.map(loops, ArrayRef(dims).drop_front(kept));
  SmallVector<bool> reduced(kept, false);
  reduced.append(rank, true);
  SmallVector<Value> values;
  Node::Maps maps;
  for (auto [i, input] : llvm::enumerate(inputs)) {
    values.push_back(input.value);
    maps.push_back(i == 0 ? there : here);
  }
  maps.push_back(here);
  Value number = arith::ConstantOp::create(node.b, start);
  Value made = node.loops(
      reduced, values, {node.filled(reduction.kept, number)}, maps,
      [&](Scalars &s, ValueRange x) -> SmallVector<Value> {
        SmallVector<Value> wide, isGone;
        for (Value element : x)
          wide.push_back(s.widen(element));
        Value isOwn = s.number(s.getI1Type(), 1);
        for (int64_t d = 0; d < rank; ++d) {
          isGone.push_back(reduction.axes->isAxis(s, d, rank));
          Value place = reduction.keepsDims ? s.place(d)
                                            : resultPlace(s, isGone, d, kept);
          Value isHere = s.compare(Relation::equal, place, s.place(kept + d));
          isOwn = s.both(isOwn, s.either(isGone.back(), isHere));
        }
        return {s.select(isOwn, next(s, wide), wide.back())};
      })[0];
  return {made, reduction.kept};
}

static SizedTensor reduce(Node &node, const Reduction &reduction,
                          ArrayRef<SizedTensor> inputs, TypedAttr start,
                          Node::Body next) {
  if (reduction.axes)
    return reduceByData(node, reduction, inputs, start, next);
  return reduceDims(node, inputs, reduction.reduced, start, next);
}

/// The number of elements that become one.
static Value countOf(Scalars &s, Node &node, const Reduction &reduction,
                     Type type) {
  if (!reduction.axes)
    return countOf(s, node, reduction.count, type);
  TensorSizes sizes = node.in(0).sizes;
  Value count = s.index(1);
  for (auto [d, size] : llvm::enumerate(sizes)) {
    Value isGone = reduction.axes->isAxis(s, d, sizes.size());
    Value here = s.select(isGone, node.sizes.value(size), s.index(1));
    count = s.multiply(count, here);
  }
  return s.fromIndex(count, type);
}

static TypedAttr getStart(Node &node, Start start, Type type) {
  Builder &b = node.b;
  switch (start) {
  case Start::zero:
    return b.getZeroAttr(type);
  case Start::one:
    return b.getOneAttr(type);
  case Start::least:
  case Start::most:
    return getLeast(b, type, node.isUnsigned(0), start == Start::most);
  }
  llvm_unreachable("unknown start");
}

static LogicalResult lowerFold(Node &node, const Fold &fold) {
  SizedTensor input = node.in(0);
  std::optional<Reduction> found = findReduction(node, input);
  if (!found)
    return node.fail("has axes that are no constants, or beside its dims");
  Type type = getSumType(input.element());
  SizedTensor sums =
      reduce(node, *found, {input}, getStart(node, fold.start, type),
             [&](Scalars &s, ValueRange x) { return fold.add(s, x[1], x[0]); });
  if (fold.finish || type != node.element())
    sums = node.each(
        sums.sizes, node.element(), {sums.value}, {node.all(sums.rank())},
        [&](Scalars &s, ValueRange x) {
          Value result = x[0];
          if (fold.finish)
            result = fold.finish(s, result, countOf(s, node, *found, type));
          return s.convert(result, node.element(), node.isUnsigned(0));
        });
  return node.set(node.reshape(sums, found->kept));
}

static void addFold(LoweringTable &table, StringRef name, Fold fold) {
  table[name] = [fold](Node &node) { return lowerFold(node, fold); };
}

static void addFolds(LoweringTable &table) {
  auto plus = [](Scalars &s, Value sum, Value x) { return s.add(sum, x); };
  auto squares = [](Scalars &s, Value sum, Value x) {
    return s.add(sum, s.multiply(x, x));
  };
  addFold(table, "onnx.ReduceSum", {Start::zero, plus, nullptr});
  addFold(table, "onnx.ReduceMean",
          {Start::zero, plus, [](Scalars &s, Value sum, Value count) {
             return s.divide(sum, count);
           }});
  addFold(table, "onnx.ReduceProd",
          {Start::one,
           [](Scalars &s, Value product, Value x) {
             return s.multiply(product, x);
           },
           nullptr});
  addFold(table, "onnx.ReduceMax",
          {Start::least,
           [](Scalars &s, Value most, Value x) { return s.greatest(most, x); },
           nullptr});
  addFold(table, "onnx.ReduceMin",
          {Start::most,
           [](Scalars &s, Value least, Value x) { return s.least(least, x); },
           nullptr});
  addFold(table, "onnx.ReduceSumSquare", {Start::zero, squares, nullptr});
  addFold(table, "onnx.ReduceL1",
          {Start::zero,
           [](Scalars &s, Value sum, Value x) {
             Value isLess = s.compare(Relation::less, x, s.like(x, 0));
             return s.add(sum, s.select(isLess, s.negate(x), x));
           },
           nullptr});
  addFold(table, "onnx.ReduceL2",
          {Start::zero, squares, [](Scalars &s, Value sum, Value) {
             if (Scalars::isFloat(sum))
               return s.apply<math::SqrtOp>(sum);
             Value wide = s.convert(sum, s.getF64Type());
             return s.convert(s.apply<math::SqrtOp>(wide), sum.getType());
           }});
  addFold(table, "onnx.ReduceLogSum",
          {Start::zero, plus, [](Scalars &s, Value sum, Value) {
             return s.apply<math::LogOp>(sum);
           }});
}

/// Shifted by the greatest, so that no exponential overflows; by nothing where it
/// is infinite.
static Value shift(Scalars &s, Value most) {
  Value magnitude = s.apply<math::AbsFOp>(most);
  Value isInfinite =
      s.compare(Relation::equal, magnitude, s.like(most, INFINITY));
  return s.select(isInfinite, s.like(most, 0), most);
}

static LogicalResult lowerLogSumExp(Node &node) {
  SizedTensor input = node.in(0);
  std::optional<Reduction> found = findReduction(node, input);
  if (!found || !isa<FloatType>(input.element()))
    return node.fail("has axes that are no constants, or no floats");
  Type type = getSumType(input.element());
  SizedTensor most =
      reduce(node, *found, {input}, getLeast(node.b, type, false, false),
             [](Scalars &s, ValueRange x) { return s.greatest(x[1], x[0]); });
  SizedTensor sums =
      reduce(node, *found, {input, most}, node.b.getZeroAttr(type),
             [](Scalars &s, ValueRange x) {
               return s.add(x[2], s.exp(s.subtract(x[0], shift(s, x[1]))));
             });
  AffineMap all = node.all(sums.rank());
  sums =
      node.each(sums.sizes, node.element(), {sums.value, most.value},
                {all, all}, [&](Scalars &s, ValueRange x) {
                  Value log = s.apply<math::LogOp>(x[0]);
                  return s.convert(s.add(log, shift(s, x[1])), node.element());
                });
  return node.set(node.reshape(sums, found->kept));
}

void addReductionLowerings(LoweringTable &table) {
  addFolds(table);
  table["onnx.ReduceLogSumExp"] = lowerLogSumExp;
}

} // namespace llmc
