//===- Movement.cpp - elements that keep their order or are repeated ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reshapes are views; transposes and repetitions are loops that join what reads
// them. Meanings as in dialects/onnx/MeaningsMovement.cpp.
//===----------------------------------------------------------------------===//
#include "DataIntegers.h"

using namespace mlir;

namespace llmc {

//===----------------------------------------------------------------------===//
// The same order
//===----------------------------------------------------------------------===//

/// The shape that a Reshape asks for; 0 is the dim as it was, -1 the rest.
static std::optional<TensorSizes> getReshaped(Node &node,
                                              const SizedTensor &input) {
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

/// By the sizes that the graph says of the result, if these fit.
static LogicalResult reshapeToKnown(Node &node, const SizedTensor &input,
                                    StringRef otherwise) {
  std::optional<TensorSizes> sizes = node.known();
  if (!sizes)
    return node.fail(otherwise);
  auto count = SizeBuilder::getNumber(node.sizes.product(*sizes)),
       had = SizeBuilder::getNumber(node.sizes.product(input.sizes));
  if (count && had && *count != *had)
    return node.fail("has a result of another number of elements than its "
                     "input");
  return node.set(node.reshape(input, *sizes));
}

static LogicalResult lowerReshape(Node &node) {
  SizedTensor input = node.in(0);
  StringRef unknown = "has a shape that only the data know";
  if (node.known())
    return reshapeToKnown(node, input, unknown);
  std::optional<TensorSizes> sizes = getReshaped(node, input);
  return sizes ? node.set(node.reshape(input, *sizes)) : node.fail(unknown);
}

static LogicalResult lowerSqueeze(Node &node) {
  SizedTensor input = node.in(0);
  SmallVector<bool> gone(input.rank(), false);
  if (node.has(1)) {
    auto axes = node.numbers(1);
    if (!axes)
      return reshapeToKnown(node, input, "has axes that are no constants");
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
    return reshapeToKnown(node, input, "has axes that are no constants");
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
    wanted = node.known();
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
  std::optional<TensorSizes> times = node.integers(1), known = node.known();
  TensorSizes sizes;
  if (times && times->size() == input.sizes.size())
    for (auto [size, count] : llvm::zip_equal(input.sizes, *times)) {
      if (SizeBuilder::getNumber(count).value_or(0) < 0)
        return node.fail("repeats a negative number of times");
      sizes.push_back(node.sizes.multiply(size, count));
    }
  else if (known && known->size() == input.sizes.size())
    sizes = *known; // the places do not need the repeats
  else
    return node.fail("has repeats that only the data know");
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

/// What lies before and behind each dim: sizes, or what only the data know.
class Pads {
public:
  explicit Pads(Node &node, const SizedTensor &input)
      : node(node), rank(input.rank()), given(node, 1), axes(node, 3) {
    auto sizes = node.integers(1);
    auto chosen = node.has(3) ? node.numbers(3)
                              : std::optional(llvm::to_vector(
                                    llvm::seq<int64_t>(0, input.rank())));
    if (sizes && chosen && sizes->size() == 2 * chosen->size())
      place(input, *sizes, *chosen);
    else if (given && given.count() % 2 == 0)
      padded = node.known();
    if (padded && static_cast<int64_t>(padded->size()) != rank)
      padded.reset();
  }

  /// The result's sizes; nothing where they are not known.
  const std::optional<TensorSizes> &sizes() const { return padded; }

  Value before(Scalars &s, int64_t dim) const {
    if (!fixed.empty())
      return fixed[dim];
    Value pad = s.index(0);
    for (int64_t k = 0; k < given.count() / 2; ++k) {
      if (!axes) {
        pad = k == dim ? given.at(s, k) : pad;
        continue;
      }
      Value isOwn = s.compare(Scalars::Relation::equal,
                              axes.placeAt(s, k, s.index(rank)), s.index(dim));
      pad = s.select(isOwn, given.at(s, k), pad);
    }
    return pad;
  }

private:
  Node &node;
  int64_t rank;
  DataIntegers given, axes;
  SmallVector<Value> fixed;
  std::optional<TensorSizes> padded;

  void place(const SizedTensor &input, const TensorSizes &pads,
             ArrayRef<int64_t> dims) {
    SizeBuilder &sizes = node.sizes;
    TensorSizes first(rank, sizes.number(0)), all = input.sizes;
    for (auto [i, axis] : llvm::enumerate(dims)) {
      auto dim = Node::axis(axis, rank);
      if (!dim)
        return;
      first[*dim] = pads[i];
      all[*dim] = sizes.add(sizes.add(input.sizes[*dim], pads[i]),
                            pads[i + dims.size()]);
    }
    for (Size size : first)
      fixed.push_back(sizes.value(size));
    padded = all;
  }
};

} // namespace

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
  Pads pads(node, input);
  if (!pads.sizes())
    return node.fail("has pads that only the data know, or beside its dims");
  StringRef mode = node.string("mode", "constant");
  const TensorSizes &padded = *pads.sizes();
  SmallVector<Value> inner;
  for (Size size : input.sizes)
    inner.push_back(node.sizes.value(size));
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
          Value place = s.subtract(s.place(d), pads.before(s, d));
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
  DataIntegers shift(node, 1);
  if (node.has(1) && (!shift || shift.count() != 1))
    return node.fail("has a diagonal that is no integer");
  bool upper = node.integer("upper", 1) != 0;
  return node.set(node.each(
      input.sizes, input.element(), {input.value}, {node.all(rank)},
      [&](Scalars &s, ValueRange x) {
        Value row = s.place(rank - 2), column = s.place(rank - 1);
        if (shift)
          row = s.add(row, shift.at(s, 0));
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
