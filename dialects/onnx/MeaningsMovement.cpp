//===- MeaningsMovement.cpp - elements that only change their place -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Meanings.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;
using namespace mlir::onnx;

//===----------------------------------------------------------------------===//
// The same elements in the same order
//===----------------------------------------------------------------------===//

static Scalar readFlat(const Operands &in, unsigned, Index at,
                       const Sizes &of) {
  return in.read(0, unflatten(flatten(at, of), in.sizes(0)));
}

/// Meaning of an op that keeps the row-major order.
static Meaning keepsOrder(void (*sizes)(const Operands &, Sizes &)) {
  return {[sizes](const Operands &in, MutableArrayRef<Sizes> results) {
            sizes(in, results[0]);
          },
          [sizes](const Operands &in, unsigned result, Index at) {
            Sizes own;
            sizes(in, own);
            if (own.size() != at.size()) {
              in.fail("changed its rank");
              return Scalar();
            }
            return readFlat(in, result, at, own);
          }};
}

static void reshapeSizes(const Operands &in, Sizes &result) {
  const Sizes &from = in.sizes(0);
  result = in.integers(1);
  bool zeroMeansZero = in.integer("allowzero", 0) != 0;
  int64_t known = 1, unknown = -1;
  for (auto [i, size] : llvm::enumerate(result)) {
    if (size == 0 && !zeroMeansZero)
      size = i < from.size() ? from[i] : 0;
    if (size == -1 && unknown < 0)
      unknown = i;
    else
      known = boundedProduct(known, size);
  }
  int64_t count = countOf(from);
  if (unknown >= 0)
    result[unknown] = known > 0 ? count / known : 0;
  if (countOf(result) != count)
    in.fail("reshapes " + llvm::Twine(count) + " elements into " +
            llvm::Twine(countOf(result)));
}

static void squeezeSizes(const Operands &in, Sizes &result) {
  const Sizes &from = in.sizes(0);
  SmallVector<bool> gone(from.size());
  if (in.has(1))
    for (int64_t axis : in.integers(1)) {
      if (from.empty())
        return in.fail("squeezes a scalar");
      gone[in.axis(axis, from.size())] = true;
    }
  else
    for (auto [i, size] : llvm::enumerate(from))
      gone[i] = size == 1;
  for (auto [i, size] : llvm::enumerate(from)) {
    if (gone[i] && size != 1)
      in.fail("squeezes a dim of " + llvm::Twine(size));
    if (!gone[i])
      result.push_back(size);
  }
}

static void unsqueezeSizes(const Operands &in, Sizes &result) {
  const Sizes &from = in.sizes(0);
  Sizes axes = in.integers(1);
  int64_t rank = from.size() + axes.size();
  SmallVector<bool> isNew(rank);
  for (int64_t axis : axes)
    isNew[in.axis(axis, rank)] = true;
  if (llvm::count(isNew, true) != static_cast<int64_t>(axes.size()))
    return in.fail("names an axis twice");
  auto next = from.begin();
  for (bool one : isNew)
    result.push_back(one ? 1 : *next++);
}

static void flattenSizes(const Operands &in, Sizes &result) {
  const Sizes &from = in.sizes(0);
  int64_t axis = in.integer("axis", 1);
  if (axis < 0)
    axis += from.size();
  if (axis < 0 || axis > static_cast<int64_t>(from.size()))
    return in.fail("flattens at an axis that is not there");
  result = {countOf(ArrayRef(from).take_front(axis)),
            countOf(ArrayRef(from).drop_front(axis))};
}

//===----------------------------------------------------------------------===//
// Another order
//===----------------------------------------------------------------------===//

static Sizes getPermutation(const Operands &in) {
  Sizes order = in.integerList("perm");
  if (order.empty() && !in.hasAttribute("perm"))
    for (int64_t i = in.rank(0); i-- > 0;)
      order.push_back(i);
  SmallVector<bool> seen(in.rank(0));
  for (int64_t from : order)
    if (from >= 0 && from < in.rank(0))
      seen[from] = true;
  if (static_cast<int64_t>(order.size()) != in.rank(0) ||
      llvm::is_contained(seen, false)) {
    in.fail("has a perm that is no permutation");
    order.assign(in.rank(0), 0);
  }
  return order;
}

static void transposeSizes(const Operands &in, MutableArrayRef<Sizes> results) {
  for (int64_t from : getPermutation(in))
    results[0].push_back(in.sizes(0)[from]);
}

static Scalar transposed(const Operands &in, unsigned, Index at) {
  Sizes place(at.size());
  for (auto [to, from] : llvm::enumerate(getPermutation(in)))
    place[from] = at[to];
  return in.read(0, place);
}

static void expandSizes(const Operands &in, MutableArrayRef<Sizes> results) {
  Sizes wanted = in.integers(1);
  const Sizes &from = in.sizes(0);
  if (wanted.size() < from.size())
    wanted.insert(wanted.begin(), from.size() - wanted.size(), 1);
  size_t skipped = wanted.size() - from.size();
  for (auto [i, size] : llvm::enumerate(from)) {
    int64_t &all = wanted[skipped + i];
    if (all == 1)
      all = size;
    else if (size != 1 && size != all)
      in.fail("expands " + llvm::Twine(size) + " to " + llvm::Twine(all));
  }
  results[0] = wanted;
}

static Scalar expanded(const Operands &in, unsigned, Index at) {
  return in.readBroadcast(0, at);
}

static void tileSizes(const Operands &in, MutableArrayRef<Sizes> results) {
  Sizes repeats = in.integers(1);
  if (repeats.size() != in.sizes(0).size())
    return in.fail("has another number of repeats than dims");
  for (auto [size, times] : llvm::zip_equal(in.sizes(0), repeats))
    results[0].push_back(boundedProduct(size, times));
}

static Scalar tiled(const Operands &in, unsigned, Index at) {
  Sizes place(at);
  for (auto [i, size] : llvm::zip_equal(place, in.sizes(0)))
    i = size ? i % size : 0;
  return in.read(0, place);
}

//===----------------------------------------------------------------------===//
// Parts and wholes
//===----------------------------------------------------------------------===//

namespace {
struct DimSlice {
  int64_t start = 0, step = 1, count = 0;
};
} // namespace

/// `start:end:step` of a dim, bounded as Python bounds it.
static DimSlice boundSlice(const Operands &in, int64_t size, int64_t start,
                           int64_t end, int64_t step) {
  if (step == 0) {
    in.fail("slices with step 0");
    return {};
  }
  auto bound = [&](int64_t place) {
    if (place < 0)
      place = place < -size ? -1 - size : place; // -size-1: before the first
    int64_t counted = place < 0 ? place + size : place;
    return step > 0 ? std::clamp<int64_t>(counted, 0, size)
                    : std::clamp<int64_t>(counted, -1, size - 1);
  };
  DimSlice range{bound(start), step, 0};
  int64_t distance =
      step > 0 ? bound(end) - range.start : range.start - bound(end);
  uint64_t width = step > 0 ? step : 0 - static_cast<uint64_t>(step);
  if (distance > 0)
    range.count = (static_cast<uint64_t>(distance) - 1) / width + 1;
  return range;
}

static SmallVector<DimSlice> getSlices(const Operands &in) {
  SmallVector<DimSlice> slices;
  for (int64_t size : in.sizes(0))
    slices.push_back({0, 1, size});
  Sizes starts = in.integers(1), ends = in.integers(2), axes, steps;
  if (in.has(3))
    axes = in.integers(3);
  else
    for (size_t i = 0; i < starts.size(); ++i)
      axes.push_back(i);
  steps = in.has(4) ? in.integers(4) : Sizes(starts.size(), 1);
  if (ends.size() != starts.size() || axes.size() != starts.size() ||
      steps.size() != starts.size() || starts.size() > slices.size()) {
    in.fail("has starts, ends, axes and steps of different lengths");
    return slices;
  }
  for (auto [start, end, axis, step] :
       llvm::zip_equal(starts, ends, axes, steps)) {
    int64_t dim = in.axis(axis, in.rank(0));
    slices[dim] = boundSlice(in, in.sizes(0)[dim], start, end, step);
  }
  return slices;
}

static void sliceSizes(const Operands &in, MutableArrayRef<Sizes> results) {
  for (const DimSlice &range : getSlices(in))
    results[0].push_back(range.count);
}

static Scalar sliced(const Operands &in, unsigned, Index at) {
  SmallVector<DimSlice> slices = getSlices(in);
  if (slices.size() != at.size())
    return {};
  Sizes place;
  for (auto [range, i] : llvm::zip_equal(slices, at))
    place.push_back(range.start + i * range.step);
  return in.read(0, place);
}

static void concatSizes(const Operands &in, MutableArrayRef<Sizes> results) {
  int64_t axis = in.axis(in.integer("axis", 0), in.rank(0));
  if (in.hasFailed())
    return;
  Sizes &sizes = results[0] = in.sizes(0);
  for (unsigned i = 1; i < in.count(); ++i) {
    const Sizes &more = in.sizes(i);
    if (more.size() != sizes.size())
      return in.fail("joins tensors of different ranks");
    for (auto [dim, size] : llvm::enumerate(more))
      if (static_cast<int64_t>(dim) != axis && size != sizes[dim])
        in.fail("joins tensors of different sizes");
    sizes[axis] = boundedSum(sizes[axis], more[axis]);
  }
}

static Scalar concatenated(const Operands &in, unsigned, Index at) {
  int64_t axis = in.axis(in.integer("axis", 0), in.rank(0));
  Sizes place(at);
  for (unsigned i = 0; i < in.count(); ++i) {
    if (place[axis] < in.sizes(i)[axis])
      return in.read(i, place);
    place[axis] -= in.sizes(i)[axis];
  }
  in.fail("reads behind its last part");
  return {};
}

static Sizes getParts(const Operands &in, size_t results) {
  int64_t axis = in.axis(in.integer("axis", 0), in.rank(0));
  int64_t size = in.sizes(0).empty() ? 0 : in.sizes(0)[axis];
  Sizes parts;
  if (in.has(1)) {
    parts = in.integers(1);
  } else { // equal ones, the last may be shorter
    int64_t count = in.integer("num_outputs", results);
    int64_t each = count > 0 ? llvm::divideCeil(size, count) : 0;
    for (int64_t rest = size; parts.size() < results; rest -= parts.back())
      parts.push_back(std::min(each, rest));
  }
  int64_t sum = 0;
  for (int64_t part : parts)
    sum = boundedSum(sum, part);
  if (parts.size() != results || sum != size)
    in.fail("splits " + llvm::Twine(size) + " into parts of " +
            llvm::Twine(sum) + " in all");
  parts.resize(results);
  return parts;
}

static void splitSizes(const Operands &in, MutableArrayRef<Sizes> results) {
  if (in.rank(0) == 0)
    return in.fail("splits a scalar");
  int64_t axis = in.axis(in.integer("axis", 0), in.rank(0));
  for (auto [result, part] :
       llvm::zip_equal(results, getParts(in, results.size()))) {
    result = in.sizes(0);
    result[axis] = part;
  }
}

static Scalar splitOff(const Operands &in, unsigned result, Index at) {
  int64_t axis = in.axis(in.integer("axis", 0), in.rank(0));
  Sizes parts = getParts(in, in.op->getNumResults());
  Sizes place(at);
  for (unsigned i = 0; i < result; ++i)
    place[axis] += parts[i];
  return in.read(0, place);
}

//===----------------------------------------------------------------------===//
// Padding and triangles
//===----------------------------------------------------------------------===//

/// Per dim: elements before and behind.
static SmallVector<std::pair<int64_t, int64_t>> getPads(const Operands &in) {
  constexpr int64_t most = int64_t{1} << 48; // places stay far from overflows
  SmallVector<std::pair<int64_t, int64_t>> result(in.rank(0));
  Sizes pads = in.integers(1), axes;
  if (in.has(3))
    axes = in.integers(3);
  else
    for (int64_t i = 0; i < in.rank(0); ++i)
      axes.push_back(i);
  if (pads.size() != 2 * axes.size()) {
    in.fail("wants two pads per axis");
    return result;
  }
  for (int64_t pad : pads)
    if (pad < -most || pad > most)
      in.fail("pads by " + llvm::Twine(pad));
  for (auto [i, axis] : llvm::enumerate(axes))
    if (int64_t dim = in.axis(axis, in.rank(0)); !in.hasFailed())
      result[dim] = {pads[i], pads[i + axes.size()]};
  return result;
}

static void padSizes(const Operands &in, MutableArrayRef<Sizes> results) {
  for (auto [size, pad] : llvm::zip_equal(in.sizes(0), getPads(in)))
    results[0].push_back(boundedSum(size, pad.first + pad.second));
}

/// The place that stands for one outside of 0 .. size, by mode; -1: none does.
static int64_t foldPlace(StringRef mode, int64_t place, int64_t size) {
  if (place >= 0 && place < size)
    return place;
  if (mode == "constant" || size == 0)
    return -1;
  if (mode == "edge")
    return std::clamp<int64_t>(place, 0, size - 1);
  if (mode == "wrap")
    return ((place % size) + size) % size;
  int64_t period = std::max<int64_t>(1, 2 * (size - 1)); // reflect
  int64_t folded = ((place % period) + period) % period;
  return folded < size ? folded : period - folded;
}

static Scalar padded(const Operands &in, unsigned, Index at) {
  StringRef mode = in.string("mode", "constant");
  Sizes place;
  for (auto [i, size, pad] : llvm::zip_equal(at, in.sizes(0), getPads(in))) {
    place.push_back(foldPlace(mode, i - pad.first, size));
    if (place.back() < 0)
      return in.has(2) ? in.scalar(2) : Scalar::of(int64_t{0});
  }
  return in.read(0, place);
}

static Scalar triangle(const Operands &in, unsigned, Index at) {
  if (at.size() < 2) {
    in.fail("wants a matrix");
    return {};
  }
  int64_t shift = in.has(1) ? in.scalar(1).whole() : 0;
  int64_t col = at.back(), diagonal = boundedSum(at[at.size() - 2], shift);
  bool kept = in.integer("upper", 1) ? col >= diagonal : col <= diagonal;
  return kept ? in.read(0, at) : Scalar::of(int64_t{0});
}

void mlir::onnx::addMovementMeanings(MeaningTable &table) {
  table["onnx.Reshape"] = keepsOrder(reshapeSizes);
  table["onnx.Squeeze"] = keepsOrder(squeezeSizes);
  table["onnx.Unsqueeze"] = keepsOrder(unsqueezeSizes);
  table["onnx.Flatten"] = keepsOrder(flattenSizes);
  table["onnx.Transpose"] = {transposeSizes, transposed};
  table["onnx.Expand"] = {expandSizes, expanded};
  table["onnx.Tile"] = {tileSizes, tiled};
  table["onnx.Slice"] = {sliceSizes, sliced};
  table["onnx.Concat"] = {concatSizes, concatenated};
  table["onnx.Split"] = {splitSizes, splitOff};
  table["onnx.Pad"] = {padSizes, padded};
  table["onnx.Trilu"] = {sizesOfFirst, triangle};
}
