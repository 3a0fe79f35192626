//===- Parts.cpp - parts of tensors, and tensors of parts -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parts are views, joins copies into one tensor.
//===----------------------------------------------------------------------===//
#include "DataIntegers.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace llmc {

namespace {
/// `begin`, and every `step`-th from there.
struct DimSlice {
  Size begin, count;
  int64_t step = 1;
};

/// Places of Slice as Python bounds them, of sizes that may be known to a call only.
class SliceBounds {
public:
  SliceBounds(Node &node, Size size, int64_t step)
      : sizes(node.sizes), b(node.b), size(size), step(step) {}

  DimSlice find(Size start, Size end) {
    Size from = bound(start), to = bound(end);
    int64_t width = step > 0 ? step : -step;
    Size distance =
        step > 0 ? sizes.subtract(to, from) : sizes.subtract(from, to);
    Size count = sizes.divide(sizes.add(distance, sizes.number(width - 1)),
                              sizes.number(width));
    return {from, sizes.greatest(count, sizes.number(0)), step};
  }

private:
  SizeBuilder &sizes;
  ImplicitLocOpBuilder &b;
  Size size;
  int64_t step;

  Size bound(Size place) {
    Size least = sizes.number(step > 0 ? 0 : -1);
    Size most = step > 0 ? size : sizes.subtract(size, sizes.number(1));
    constexpr int64_t end = int64_t{1} << 31; // of every size
    std::optional<int64_t> number = SizeBuilder::getNumber(place);
    if (number && *number <= -end)
      return least;
    if (number ? *number >= 0 : sizes.isNatural(place))
      return sizes.least(place, most);
    Size behind = sizes.add(place, size); // counted from the end
    if (!number) {
      Value isBehind = arith::CmpIOp::create(b, arith::CmpIPredicate::slt,
                                             sizes.value(place),
                                             sizes.value(sizes.number(0)));
      behind = Value(arith::SelectOp::create(b, isBehind, sizes.value(behind),
                                             sizes.value(place)));
      behind = sizes.least(behind, most);
    }
    return sizes.greatest(behind, least);
  }
};
} // namespace

/// Per dim; nothing where the data decide, or operands do not fit.
static std::optional<SmallVector<DimSlice>> getSlices(Node &node,
                                                      ArrayRef<Size> sizes) {
  SmallVector<DimSlice> slices;
  for (Size size : sizes)
    slices.push_back({node.sizes.number(0), size});
  auto starts = node.integers(1), ends = node.integers(2);
  if (!starts || !ends || starts->size() != ends->size())
    return std::nullopt;
  auto axes =
      std::optional(llvm::to_vector(llvm::seq<int64_t>(0, starts->size())));
  auto steps = std::optional(SmallVector<int64_t>(starts->size(), 1));
  if (node.has(3))
    axes = node.numbers(3);
  if (node.has(4))
    steps = node.numbers(4);
  if (!axes || !steps || axes->size() != starts->size() ||
      steps->size() != starts->size())
    return std::nullopt;
  for (auto [start, end, axis, step] :
       llvm::zip_equal(*starts, *ends, *axes, *steps)) {
    auto dim = Node::axis(axis, sizes.size());
    constexpr int64_t mostStep = int64_t{1} << 31;
    if (!dim || step == 0)
      return std::nullopt;
    step = std::clamp(step, -mostStep, mostStep);
    slices[*dim] = SliceBounds(node, sizes[*dim], step).find(start, end);
  }
  return slices;
}

/// Elements one by one, where a dim runs backwards.
static SizedTensor reverse(Node &node, const SizedTensor &input,
                           ArrayRef<DimSlice> slices) {
  TensorSizes counts;
  SmallVector<Value> begins;
  for (const DimSlice &slice : slices) {
    counts.push_back(slice.count);
    begins.push_back(node.sizes.value(slice.begin));
  }
  return node.each(
      counts, input.element(), {}, {}, [&](Scalars &s, ValueRange) {
        SmallVector<Value> places;
        for (auto [d, slice] : llvm::enumerate(slices))
          places.push_back(
              s.add(begins[d], s.multiply(s.place(d), s.index(slice.step))));
        return node.extract(s, input.value, places);
      });
}

/// Cut at places that only the data know, into as many as the graph says.
static LogicalResult cutByData(Node &node, const SizedTensor &input) {
  std::optional<TensorSizes> counts = node.known();
  DataIntegers starts(node, 1), axes(node, 3), steps(node, 4);
  int64_t rank = input.rank();
  if (!counts || counts->size() != input.sizes.size() || !starts)
    return node.fail("is cut at places that only the data know");
  for (unsigned i : {3, 4})
    if (const DataIntegers &given = i == 3 ? axes : steps;
        node.has(i) && (!given || given.count() != starts.count()))
      return node.fail("has not one axis and one step for each start");
  SmallVector<Value> ends;
  for (Size size : input.sizes)
    ends.push_back(node.sizes.value(size));
  return node.set(
      node.each(*counts, input.element(), {}, {}, [&](Scalars &s, ValueRange) {
        using Relation = Scalars::Relation;
        SmallVector<Value> places;
        for (int64_t d = 0; d < rank; ++d) {
          Value begin = s.index(0), step = s.index(1);
          for (int64_t k = 0; k < starts.count(); ++k) {
            Value isOwn =
                axes ? s.compare(Relation::equal,
                                 axes.placeAt(s, k, s.index(rank)), s.index(d))
                     : s.number(s.getI1Type(), k == d);
            // From the front, and within: what is beyond is as good as the end.
            Value start = starts.placeAt(s, k, ends[d]);
            Value last = s.subtract(ends[d], s.index(1));
            start = s.greatest(s.least(start, last), s.index(0));
            begin = s.select(isOwn, start, begin);
            if (steps)
              step = s.select(isOwn, steps.at(s, k), step);
          }
          places.push_back(s.add(begin, s.multiply(s.place(d), step)));
        }
        return node.extract(s, input.value, places);
      }));
}

static LogicalResult lowerSlice(Node &node) {
  SizedTensor input = node.in(0);
  auto slices = getSlices(node, input.sizes);
  if (!slices)
    return cutByData(node, input);
  if (llvm::any_of(*slices, [](const DimSlice &s) { return s.step < 0; }))
    return node.set(reverse(node, input, *slices));
  for (auto [d, part] : llvm::enumerate(*slices))
    if (part.step != 1 || !node.sizes.areEqual(part.count, input.sizes[d]))
      input = node.slice(input, d, part.begin, part.count, part.step);
  return node.set(input);
}

static LogicalResult lowerConcat(Node &node) {
  SmallVector<Value> parts;
  SizedTensor all = node.in(0);
  auto axis = Node::axis(node.integer("axis", 0), all.rank());
  if (!axis)
    return node.fail("has an axis beside its dims");
  parts.push_back(all.value);
  for (unsigned i = 1; i < node.count(); ++i) {
    SizedTensor part = node.in(i);
    if (part.rank() != all.rank())
      return node.fail("joins tensors of different ranks");
    parts.push_back(part.value);
    for (auto [d, size] : llvm::enumerate(part.sizes))
      if (int64_t(d) == *axis)
        all.sizes[d] = node.sizes.add(all.sizes[d], size);
      else if (!SizeBuilder::getNumber(all.sizes[d]))
        all.sizes[d] = size;
      else if (SizeBuilder::getNumber(size) &&
               !node.sizes.areEqual(size, all.sizes[d]))
        return node.fail("joins tensors of different sizes");
  }
  auto type = tensor::ConcatOp::inferResultType(
      *axis, llvm::to_vector(ValueRange(parts).getTypes()));
  all.value = tensor::ConcatOp::create(node.b, type, *axis, parts);
  return node.set(all);
}

/// Those that the graph says.
static std::optional<TensorSizes> getKnownParts(Node &node) {
  TensorSizes parts;
  for (unsigned i = 0; i < node.op->getNumResults(); ++i) {
    auto sizes = node.known(i);
    auto axis = sizes ? Node::axis(node.integer("axis", 0), sizes->size())
                      : std::nullopt;
    if (!axis)
      return std::nullopt;
    parts.push_back((*sizes)[*axis]);
  }
  return parts;
}

/// Sizes of the parts of Split, along its axis.
static std::optional<TensorSizes> getParts(Node &node, Size size) {
  size_t count = node.op->getNumResults();
  if (node.has(1)) {
    auto parts = node.integers(1);
    if (!parts)
      parts = getKnownParts(node);
    return parts && parts->size() == count ? parts : std::nullopt;
  }
  SizeBuilder &sizes = node.sizes;
  // Equal ones, the last may be shorter.
  Size each = sizes.divide(sizes.add(size, sizes.number(count - 1)),
                           sizes.number(count));
  TensorSizes parts(count, each);
  Size before = sizes.multiply(each, sizes.number(count - 1));
  parts.back() = sizes.greatest(sizes.subtract(size, before), sizes.number(0));
  return parts;
}

static LogicalResult lowerSplit(Node &node) {
  SizedTensor input = node.in(0);
  auto axis = Node::axis(node.integer("axis", 0), input.rank());
  auto parts = axis ? getParts(node, input.sizes[*axis]) : std::nullopt;
  if (!parts)
    return node.fail("has an axis, or parts, that it cannot have");
  Size whole = node.sizes.number(0), begin = whole;
  for (Size part : *parts)
    whole = node.sizes.add(whole, part);
  if (node.sizes.areDifferent(whole, input.sizes[*axis]))
    return node.fail("splits a dim into parts of another size in all");
  for (auto [i, part] : llvm::enumerate(*parts)) {
    if (node.wants(i) &&
        failed(node.set(node.slice(input, *axis, begin, part), i)))
      return failure();
    begin = node.sizes.add(begin, part);
  }
  return success();
}

void addPartLowerings(LoweringTable &table) {
  table["onnx.Slice"] = lowerSlice;
  table["onnx.Concat"] = lowerConcat;
  table["onnx.Split"] = lowerSplit;
}

} // namespace llmc
