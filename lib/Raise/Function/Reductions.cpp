//===- Reductions.cpp - elements made of many -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Floats are summed up in f32, or f64 where they are that.
//===----------------------------------------------------------------------===//
#include "Reductions.h"

#include <cmath>

using namespace mlir;

namespace llmc {

using Relation = Scalars::Relation;

Type getSumType(Type element) {
  bool isNarrow = element.isF16() || element.isBF16();
  return isNarrow ? Float32Type::get(element.getContext()) : element;
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
  TensorSizes kept; // as the result has them
  Size count;       // of elements that become one
};

enum class Start { zero, one, least, most };

/// `start`, then `add` for each element, then `finish`, which may be missing.
struct Fold {
  Start start;
  Value (*add)(Scalars &s, Value sum, Value x);
  Value (*finish)(Scalars &s, Value sum, Value count);
};
} // namespace

static std::optional<Reduction> findReduction(Node &node,
                                              const SizedTensor &input) {
  Reduction found;
  std::optional<SmallVector<int64_t>> axes = SmallVector<int64_t>();
  if (node.has(1))
    axes = node.numbers(1);
  else if (auto given = node.integerList("axes"))
    axes = given;
  if (!axes)
    return std::nullopt;
  bool all = axes->empty() && !node.integer("noop_with_empty_axes", 0);
  found.reduced.assign(input.rank(), all);
  for (int64_t axis : *axes) {
    auto dim = Node::axis(axis, input.rank());
    if (!dim)
      return std::nullopt;
    found.reduced[*dim] = true;
  }
  bool keeps = node.integer("keepdims", 1) != 0;
  TensorSizes gone;
  for (auto [size, reduced] : llvm::zip_equal(input.sizes, found.reduced)) {
    if (reduced)
      gone.push_back(size);
    if (!reduced || keeps)
      found.kept.push_back(reduced ? node.sizes.number(1) : size);
  }
  found.count = node.sizes.product(gone);
  return found;
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
  SizedTensor sums = reduceDims(
      node, {input}, found->reduced, getStart(node, fold.start, type),
      [&](Scalars &s, ValueRange x) { return fold.add(s, x[1], x[0]); });
  if (fold.finish || type != node.element())
    sums = node.each(
        sums.sizes, node.element(), {sums.value}, {node.all(sums.rank())},
        [&](Scalars &s, ValueRange x) {
          Value result = x[0];
          if (fold.finish)
            result =
                fold.finish(s, result, countOf(s, node, found->count, type));
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
  SizedTensor most = reduceDims(
      node, {input}, found->reduced, getLeast(node.b, type, false, false),
      [](Scalars &s, ValueRange x) { return s.greatest(x[1], x[0]); });
  SizedTensor sums =
      reduceDims(node, {input, most}, found->reduced, node.b.getZeroAttr(type),
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
