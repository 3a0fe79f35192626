//===- Composites.cpp - operators of decoders -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Formulas as in dialects/onnx/MeaningsComposite.cpp.
//===----------------------------------------------------------------------===//
#include "Reductions.h"

using namespace mlir;

namespace llmc {

using Relation = Scalars::Relation;

static SmallVector<Value> allPlaces(Scalars &s, int64_t rank) {
  SmallVector<Value> places;
  for (int64_t d = 0; d < rank; ++d)
    places.push_back(s.place(d));
  return places;
}

//===----------------------------------------------------------------------===//
// Rotations
//===----------------------------------------------------------------------===//

namespace {

/// Pairs of columns of each head turned by cosines and sines, which are tables
/// [B, S, n], or [P, n] that positions choose from.
class RotaryLowering {
public:
  explicit RotaryLowering(Node &node)
      : node(node),
        contributed(node.op->getName().getStringRef().contains("microsoft")),
        input(node.in(0)), cosines(node.in(contributed ? 2 : 1)),
        sines(node.in(contributed ? 3 : 2)), ids(contributed ? 1 : 3),
        isFlat(input.rank() == 3) {}

  LogicalResult run() {
    int64_t heads = node.integer("num_heads", 0), rank = input.rank();
    bool chooses = node.has(ids);
    if ((rank != 3 && rank != 4) || cosines.rank() != (chooses ? 2 : 3) ||
        sines.rank() != cosines.rank())
      return node.fail("rotates something of another rank, or by tables of "
                       "another rank");
    SizeBuilder &sizes = node.sizes;
    Size twice = sizes.multiply(cosines.sizes.back(), sizes.number(2));
    Size all = input.sizes.back(), own = all;
    if (isFlat)
      own = heads > 0 ? sizes.divide(all, sizes.number(heads)) : twice;
    pairs = sizes.value(cosines.sizes.back());
    columns = sizes.value(own);
    return node.set(node.each(input.sizes, node.element(), {input.value},
                              {node.all(rank)}, [&](Scalars &s, ValueRange x) {
                                return s.convert(turn(s, s.widen(x[0])),
                                                 node.element());
                              }));
  }

private:
  Node &node;
  bool contributed;
  SizedTensor input, cosines, sines;
  unsigned ids;
  bool isFlat; // [B, S, H*D], else [B, H, S, D]
  Value pairs, columns;

  Value turn(Scalars &s, Value x) {
    int64_t last = input.rank() - 1;
    Value d = arith::RemUIOp::create(s, s.place(last), columns);
    Value isTurned =
        s.compare(Relation::less, d, s.multiply(pairs, s.index(2)));
    Value partner, pair, isFirst;
    if (node.integer("interleaved", 0)) {
      partner = arith::XOrIOp::create(s, d, s.index(1));
      pair = arith::DivUIOp::create(s, d, s.index(2));
      isFirst = s.compare(Relation::less, d, partner);
    } else {
      isFirst = s.compare(Relation::less, d, pairs);
      pair = s.select(isFirst, d, s.subtract(d, pairs));
      partner = s.select(isFirst, s.add(d, pairs), pair);
    }
    pair = s.select(isTurned, pair, s.index(0));
    SmallVector<Value> other = allPlaces(s, input.rank());
    Value moved = s.add(other.back(), s.subtract(partner, d));
    other.back() = s.select(isTurned, moved, other.back());
    Value y = s.widen(node.extract(s, input.value, other));
    SmallVector<Value> place = tablePlace(s, pair);
    Value cosine = s.widen(node.extract(s, cosines.value, place)),
          sine = s.widen(node.extract(s, sines.value, place));
    Value part = s.multiply(y, sine);
    Value turned =
        s.add(s.multiply(x, cosine), s.select(isFirst, s.negate(part), part));
    return s.select(isTurned, turned, x);
  }

  /// A batch of one is every batch's.
  static Value batchOf(Scalars &s, const SizedTensor &tensor) {
    bool isOne = SizeBuilder::getNumber(tensor.sizes[0]) == 1;
    return isOne ? s.index(0) : s.place(0);
  }

  SmallVector<Value> tablePlace(Scalars &s, Value pair) {
    Value row = s.place(isFlat ? 1 : 2);
    if (!node.has(ids))
      return {batchOf(s, cosines), row, pair};
    SizedTensor positions = node.in(ids);
    bool isUnsigned = s.isUnsigned;
    s.isUnsigned = false; // ONNX has positions with a sign
    Value position;
    if (positions.rank() == 1) // one, from which all rows count on
      position =
          s.add(s.toIndex(node.extract(s, positions.value, {s.index(0)})), row);
    else
      position = s.toIndex(
          node.extract(s, positions.value, {batchOf(s, positions), row}));
    s.isUnsigned = isUnsigned;
    return {position, pair};
  }
};

} // namespace

//===----------------------------------------------------------------------===//
// Caches
//===----------------------------------------------------------------------===//

/// A cache with rows written from a place of each batch on, which may run round.
static LogicalResult lowerTensorScatter(Node &node) {
  SizedTensor cache = node.in(0), update = node.in(1);
  int64_t rank = cache.rank();
  auto axis = Node::axis(node.integer("axis", -2), rank);
  bool isCircular = node.string("mode", "linear") == "circular";
  if (!axis || *axis == 0 || update.rank() != rank)
    return node.fail(
        "has an update of another rank, or an axis that is none of "
        "its rows");
  Node::Maps maps = {node.all(rank)};
  SmallVector<Value> inputs = {cache.value};
  if (node.has(2)) {
    inputs.push_back(node.in(2).value);
    maps.push_back(node.map(rank, {0}));
  }
  Value most = node.sizes.value(cache.sizes[*axis]),
        count = node.sizes.value(update.sizes[*axis]);
  return node.set(
      node.each(cache.sizes, cache.element(), inputs, maps,
                [&](Scalars &s, ValueRange x) {
                  s.isUnsigned = false;
                  Value start = x.size() > 1 ? s.toIndex(x[1]) : s.index(0);
                  Value row = s.subtract(s.place(*axis), start);
                  if (isCircular) {
                    row = s.remainder(row, most);
                    Value isBefore = s.compare(Relation::less, row, s.index(0));
                    row = s.select(isBefore, s.add(row, most), row);
                  }
                  Value isWritten =
                      s.both(s.compare(Relation::lessEqual, s.index(0), row),
                             s.compare(Relation::less, row, count));
                  SmallVector<Value> places = allPlaces(s, rank);
                  places[*axis] = s.select(isWritten, row, s.index(0));
                  Value written = node.extract(s, update.value, places);
                  return s.select(isWritten, written, x[0]);
                }));
}

namespace {

/// A depthwise convolution of rows [B, C, L] behind those that came before,
/// [B, C, k - 1]; the last of both are kept for the next call.
class CausalConvLowering {
public:
  explicit CausalConvLowering(Node &node)
      : node(node), input(node.in(0)), weights(node.in(1)) {}

  LogicalResult run() {
    if (input.rank() != 3 || weights.rank() != 3)
      return node.fail("has no rows [batch, channels, places]");
    kept = node.sizes.subtract(weights.sizes[2], node.sizes.number(1));
    if (failed(node.set(convolve())))
      return failure();
    return node.wants(1) ? setState() : success();
  }

private:
  Node &node;
  SizedTensor input, weights;
  Size kept;

  /// The element `place` places behind the first that was kept, wide.
  Value read(Scalars &s, Value place) {
    Value before = node.sizes.value(kept);
    Value isPast = s.compare(Relation::less, place, before);
    Value own = s.select(isPast, s.index(0), s.subtract(place, before));
    Value x =
        s.widen(node.extract(s, input.value, {s.place(0), s.place(1), own}));
    Value past = s.like(x, 0);
    if (node.has(3) && SizeBuilder::getNumber(kept) != 0) {
      Value there = s.select(isPast, place, s.index(0));
      past = s.widen(
          node.extract(s, node.in(3).value, {s.place(0), s.place(1), there}));
    }
    return s.select(isPast, past, x);
  }

  SizedTensor convolve() {
    Type type = getSumType(input.element());
    Value zero = arith::ConstantOp::create(node.b, node.b.getZeroAttr(type));
    Value sums =
        node.loops({false, false, false, true}, {weights.value},
                   {node.filled(input.sizes, zero)},
                   {node.map(4, {1, -1, 3}), node.map(4, {0, 1, 2})},
                   [&](Scalars &s, ValueRange x) -> SmallVector<Value> {
                     Value element = read(s, s.add(s.place(2), s.place(3)));
                     return {s.add(x[1], s.multiply(element, s.widen(x[0])))};
                   })[0];
    SmallVector<Value> inputs = {sums};
    Node::Maps maps = {node.all(3)};
    if (node.has(2)) {
      inputs.push_back(node.in(2).value);
      maps.push_back(node.map(3, {1}));
    }
    StringRef activation = node.string("activation", "none");
    return node.each(input.sizes, node.element(), inputs, maps,
                     [&](Scalars &s, ValueRange x) {
                       Value sum =
                           x.size() > 1 ? s.add(x[0], s.widen(x[1])) : x[0];
                       if (activation == "silu" || activation == "swish") {
                         Value one = s.like(sum, 1);
                         sum = s.divide(sum, s.add(one, s.exp(s.negate(sum))));
                       }
                       return s.convert(sum, node.element());
                     });
  }

  LogicalResult setState() {
    TensorSizes sizes = input.sizes;
    sizes[2] = kept;
    if (SizeBuilder::getNumber(kept) == 0)
      return node.set({node.empty(sizes, node.element(1)), sizes}, 1);
    Value behind = node.sizes.value(input.sizes[2]);
    return node.set(node.each(sizes, node.element(1), {}, {},
                              [&](Scalars &s, ValueRange) {
                                Value place = s.add(s.place(2), behind);
                                return s.convert(read(s, place),
                                                 node.element(1));
                              }),
                    1);
  }
};

} // namespace

//===----------------------------------------------------------------------===//
// Of training
//===----------------------------------------------------------------------===//

/// Elements as they are; a mask says that none is dropped.
static LogicalResult lowerDropout(Node &node) {
  SizedTensor input = node.in(0);
  auto trains = node.has(2) ? node.numbers(2) : SmallVector<int64_t>{0};
  if (!trains || trains->size() != 1 || trains->front())
    return node.fail("may drop elements as in training: export the model for "
                     "inference");
  if (failed(node.set(input)))
    return failure();
  if (!node.wants(1))
    return success();
  Value kept = arith::ConstantOp::create(node.b, node.b.getBoolAttr(true));
  return node.set({node.filled(input.sizes, kept), input.sizes}, 1);
}

void addCompositeLowerings(LoweringTable &table) {
  table["onnx.RotaryEmbedding"] = table["onnx.microsoft.RotaryEmbedding"] =
      [](Node &node) { return RotaryLowering(node).run(); };
  table["onnx.TensorScatter"] = lowerTensorScatter;
  table["onnx.CausalConvWithState"] = [](Node &node) {
    return CausalConvLowering(node).run();
  };
  table["onnx.Dropout"] = lowerDropout;
}

} // namespace llmc
