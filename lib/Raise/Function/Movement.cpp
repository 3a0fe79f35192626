//===- Movement.cpp - elements that keep their order or are repeated ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reshapes are views; transposes and repetitions are loops that join what reads
// them. Meanings as in dialects/onnx/MeaningsMovement.cpp.
//===----------------------------------------------------------------------===//
#include "FunctionConverter.h"

using namespace mlir;

namespace llmc {

//===----------------------------------------------------------------------===//
// The same order
//===----------------------------------------------------------------------===//

/// What the shape inference knows of a result, where it knows all.
static std::optional<TensorSizes> getKnownSizes(Node &node) {
  auto type = dyn_cast<RankedTensorType>(node.op->getResult(0).getType());
  if (!type || !type.hasStaticShape())
    return std::nullopt;
  TensorSizes sizes;
  for (int64_t size : type.getShape())
    sizes.push_back(node.sizes.number(size));
  return sizes;
}

/// The shape that a Reshape asks for; 0 is the dim as it was, -1 the rest.
static std::optional<TensorSizes> getReshaped(Node &node,
                                              const SizedTensor &input) {
  if (auto known = getKnownSizes(node))
    return known;
  std::optional<TensorSizes> wanted = node.integers(1);
  if (!wanted)
    return std::nullopt;
  SizeBuilder &sizes = node.sizes;
  bool zeroMeansZero = node.integer("allowzero", 0) != 0;
  Size *rest = nullptr;
  Size known = sizes.number(1);
  for (auto [d, size] : llvm::enumerate(*wanted)) {
    std::optional<int64_t> number = SizeBuilder::getNumber(size);
    if (number == 0 && !zeroMeansZero && d < input.sizes.size())
      size = input.sizes[d];
    if (number == -1)
      rest = &size;
    else
      known = sizes.multiply(known, size);
  }
  if (rest)
    *rest = sizes.divide(sizes.product(input.sizes), known);
  return wanted;
}

static LogicalResult lowerReshape(Node &node) {
  SizedTensor input = node.in(0);
  std::optional<TensorSizes> sizes = getReshaped(node, input);
  if (!sizes)
    return node.fail("has a shape that only the data know");
  return node.set(node.reshape(input, *sizes));
}

static LogicalResult lowerSqueeze(Node &node) {
  SizedTensor input = node.in(0);
  SmallVector<bool> gone(input.rank(), false);
  if (node.has(1)) {
    auto axes = node.numbers(1);
    if (!axes)
      return node.fail("has axes that are no constants");
    for (int64_t axis : *axes) {
      auto dim = Node::axis(axis, input.rank());
      if (!dim)
        return node.fail("has an axis beside its dims");
      gone[*dim] = true;
    }
  } else {
    for (auto [d, size] : llvm::enumerate(input.sizes))
      gone[d] = SizeBuilder::getNumber(size) == 1;
  }
  TensorSizes left;
  for (auto [d, size] : llvm::enumerate(input.sizes))
    if (!gone[d])
      left.push_back(size);
    else if (SizeBuilder::getNumber(size).value_or(1) != 1)
      return node.fail("squeezes a dim that is not of size 1");
    else
      size = node.sizes.number(1);
  return node.set(node.reshape(input, left));
}

static LogicalResult lowerUnsqueeze(Node &node) {
  SizedTensor input = node.in(0);
  auto axes = node.numbers(1);
  if (!axes)
    return node.fail("has axes that are no constants");
  int64_t rank = input.rank() + axes->size();
  SmallVector<bool> isNew(rank, false);
  for (int64_t axis : *axes)
    if (auto dim = Node::axis(axis, rank))
      isNew[*dim] = true;
  if (llvm::count(isNew, true) != static_cast<int64_t>(axes->size()))
    return node.fail("has axes beside its dims, or twice");
  TensorSizes more;
  const Size *next = input.sizes.begin();
  for (bool one : isNew)
    more.push_back(one ? node.sizes.number(1) : *next++);
  return node.set(node.reshape(input, more));
}

static LogicalResult lowerFlatten(Node &node) {
  SizedTensor input = node.in(0);
  int64_t axis = node.integer("axis", 1);
  axis = axis < 0 ? axis + input.rank() : axis;
  if (axis < 0 || axis > input.rank())
    return node.fail("has an axis beside its dims");
  ArrayRef<Size> all = input.sizes;
  return node.set(
      node.reshape(input, {node.sizes.product(all.take_front(axis)),
                           node.sizes.product(all.drop_front(axis))}));
}

//===----------------------------------------------------------------------===//
// Another order
//===----------------------------------------------------------------------===//

/// The elements of an input where a map of the result's loops says.
static LogicalResult setMoved(Node &node, const SizedTensor &input,
                              ArrayRef<Size> sizes, AffineMap map) {
  return node.set(node.each(sizes, input.element(), {input.value}, {map},
                            [](Scalars &, ValueRange x) { return x[0]; }));
}

static LogicalResult lowerTranspose(Node &node) {
  SizedTensor input = node.in(0);
  int64_t rank = input.rank();
  SmallVector<int64_t> order =
      llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, rank)));
  order = node.integerList("perm").value_or(order);
  SmallVector<int64_t> inverse(rank, -1);
  TensorSizes sizes;
  for (auto [to, from] : llvm::enumerate(order)) {
    if (from < 0 || from >= rank || inverse[from] >= 0)
      return node.fail("has a perm that is no permutation");
    inverse[from] = to;
    sizes.push_back(input.sizes[from]);
  }
  if (llvm::is_contained(inverse, -1))
    return node.fail("has a perm that is no permutation");
  return setMoved(node, input, sizes, node.map(rank, inverse));
}

static LogicalResult lowerExpand(Node &node) {
  SizedTensor input = node.in(0);
  std::optional<TensorSizes> wanted = node.integers(1);
  if (!wanted)
    wanted = getKnownSizes(node);
  if (!wanted)
    return node.fail("has a shape that only the data know");
  // As if it stood beside a tensor of that shape.
  std::optional<Broadcast> places =
      node.broadcast({input, SizedTensor{Value(), *wanted}});
  if (!places)
    return node.fail("has sizes that do not fit its shape");
  return setMoved(node, input, places->sizes, places->maps[0]);
}

static LogicalResult lowerTile(Node &node) {
  SizedTensor input = node.in(0);
  std::optional<TensorSizes> times = node.integers(1);
  if (!times || times->size() != input.sizes.size())
    return node.fail("has repeats that only the data know");
  TensorSizes sizes;
  for (auto [size, count] : llvm::zip_equal(input.sizes, *times)) {
    if (SizeBuilder::getNumber(count).value_or(0) < 0)
      return node.fail("repeats a negative number of times");
    sizes.push_back(node.sizes.multiply(size, count));
  }
  SmallVector<Value> periods;
  for (Size size : input.sizes)
    periods.push_back(
        node.sizes.value(node.sizes.greatest(size, node.sizes.number(1))));
  return node.set(
      node.each(sizes, input.element(), {}, {}, [&](Scalars &s, ValueRange) {
        SmallVector<Value> places;
        for (auto [d, period] : llvm::enumerate(periods))
          places.push_back(arith::RemUIOp::create(s, s.place(d), period));
        return node.extract(s, input.value, places);
      }));
}

//===----------------------------------------------------------------------===//
// Padding and triangles
//===----------------------------------------------------------------------===//

namespace {
/// What lies before and behind a dim.
struct DimPad {
  Size before, behind;
};
} // namespace

static std::optional<SmallVector<DimPad>> getPads(Node &node, int64_t rank) {
  SmallVector<DimPad> pads(rank, {node.sizes.number(0), node.sizes.number(0)});
  std::optional<TensorSizes> given = node.integers(1);
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (node.has(3)) {
    auto chosen = node.numbers(3);
    if (!chosen)
      return std::nullopt;
    axes = *chosen;
  }
  if (!given || given->size() != 2 * axes.size())
    return std::nullopt;
  for (auto [i, axis] : llvm::enumerate(axes)) {
    auto dim = Node::axis(axis, rank);
    if (!dim)
      return std::nullopt;
    pads[*dim] = {(*given)[i], (*given)[i + axes.size()]};
  }
  return pads;
}

/// The place that stands for one beside 0 .. size, by mode.
static Value foldPlace(Scalars &s, StringRef mode, Value place, Value size) {
  Value zero = s.index(0), last = s.subtract(size, s.index(1));
  if (mode == "constant" || mode == "edge")
    return s.greatest(s.least(place, last), zero);
  Value period = size;
  if (mode == "reflect")
    period = s.greatest(s.multiply(last, s.index(2)), s.index(1));
  Value rest = arith::RemSIOp::create(s, place, period);
  Value isLess = s.compare(Scalars::Relation::less, rest, zero);
  rest = s.select(isLess, s.add(rest, period), rest);
  return mode == "reflect" ? s.least(rest, s.subtract(period, rest)) : rest;
}

static LogicalResult lowerPad(Node &node) {
  SizedTensor input = node.in(0);
  auto pads = getPads(node, input.rank());
  if (!pads)
    return node.fail("has pads that only the data know, or beside its dims");
  StringRef mode = node.string("mode", "constant");
  SizeBuilder &sizes = node.sizes;
  TensorSizes padded;
  SmallVector<Value> inner, before;
  for (auto [size, pad] : llvm::zip_equal(input.sizes, *pads)) {
    padded.push_back(sizes.add(sizes.add(size, pad.before), pad.behind));
    inner.push_back(sizes.value(size));
    before.push_back(sizes.value(pad.before));
  }
  SmallVector<Value> inputs;
  Node::Maps maps;
  if (node.has(2)) {
    SizedTensor number = node.in(2);
    inputs.push_back(number.value);
    maps.push_back(
        node.map(padded.size(), SmallVector<int64_t>(number.rank(), -1)));
  }
  return node.set(node.each(
      padded, input.element(), inputs, maps, [&](Scalars &s, ValueRange x) {
        SmallVector<Value> places;
        Value isInside = s.number(s.getI1Type(), 1);
        for (auto [d, size] : llvm::enumerate(inner)) {
          Value place = s.subtract(s.place(d), before[d]);
          // As an unsigned number, what is negative is large.
          isInside = s.both(
              isInside,
              arith::CmpIOp::create(s, arith::CmpIPredicate::ult, place, size));
          places.push_back(foldPlace(s, mode, place, size));
        }
        Value element = node.extract(s, input.value, places);
        if (mode != "constant")
          return element;
        return s.select(isInside, element,
                        x.empty() ? s.like(element, 0) : x[0]);
      }));
}

static LogicalResult lowerTrilu(Node &node) {
  SizedTensor input = node.in(0);
  int64_t rank = input.rank();
  if (rank < 2)
    return node.fail("has no matrices");
  Value shift;
  if (node.has(1)) {
    std::optional<TensorSizes> known = node.integers(1);
    if (!known || known->size() != 1)
      return node.fail("has a diagonal that only the data know");
    shift = node.sizes.value(known->front());
  }
  bool upper = node.integer("upper", 1) != 0;
  return node.set(node.each(
      input.sizes, input.element(), {input.value}, {node.all(rank)},
      [&](Scalars &s, ValueRange x) {
        Value row = s.place(rank - 2), column = s.place(rank - 1);
        if (shift)
          row = s.add(row, shift);
        Value isKept = s.compare(Scalars::Relation::lessEqual,
                                 upper ? row : column, upper ? column : row);
        return s.select(isKept, x[0], s.like(x[0], 0));
      }));
}

void addMovementLowerings(LoweringTable &table) {
  table["onnx.Reshape"] = lowerReshape;
  table["onnx.Squeeze"] = lowerSqueeze;
  table["onnx.Unsqueeze"] = lowerUnsqueeze;
  table["onnx.Flatten"] = lowerFlatten;
  table["onnx.Transpose"] = lowerTranspose;
  table["onnx.Expand"] = lowerExpand;
  table["onnx.Tile"] = lowerTile;
  table["onnx.Pad"] = lowerPad;
  table["onnx.Trilu"] = lowerTrilu;
}

} // namespace llmc
