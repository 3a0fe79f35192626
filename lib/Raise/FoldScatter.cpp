//===- FoldScatter.cpp - assignments to slices as what they leave ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A script that fills a tensor slice by slice is exported as a ScatterND per slice,
// between transposes where the slice is one of columns (DeepSeek's keys): an index
// per row, and a copy of the whole tensor for every part of it.
//===----------------------------------------------------------------------===//
#include "FoldScatter.h"

#include "dialects/onnx/Create.h"

using namespace llmc;
using namespace mlir;

/// Some places of a tensor: all corners of few dims, and others.
static SmallVector<onnx::Sizes> choosePlaces(ArrayRef<int64_t> sizes) {
  SmallVector<onnx::Sizes> places;
  for (uint64_t corner = 0; corner < (uint64_t(1) << sizes.size()); ++corner) {
    onnx::Sizes place;
    for (auto [dim, size] : llvm::enumerate(sizes))
      place.push_back(corner >> dim & 1 ? size - 1 : 0);
    places.push_back(place);
  }
  constexpr int64_t steps[] = {3, 5, 7, 11, 13, 17, 19, 23};
  for (int64_t step : steps) {
    onnx::Sizes place;
    for (auto [dim, size] : llvm::enumerate(sizes))
      place.push_back((step * (2 * dim + 3) + step * step) % size);
    places.push_back(place);
  }
  return places;
}

/// Whether the indices of a scatter are those of the places where they stand, and of
/// all places of the tensor: what a script's assignment to a slice becomes.
static bool writesAllInOrder(onnx::Evaluator &evaluator, onnx::ScatterNDOp op) {
  constexpr size_t mostDims = 6;
  auto sizesOf = [&](Value value) {
    const onnx::Sizes *sizes = evaluator.sizes(value);
    return sizes ? *sizes : onnx::Sizes{-1};
  };
  onnx::Sizes data = sizesOf(op.getData()), updates = sizesOf(op.getUpdates());
  onnx::Sizes indices = sizesOf(op.getIndices());
  size_t dims = indices.back() < 0 ? 0 : indices.back();
  if (data != updates || dims == 0 || dims > mostDims ||
      indices.size() != dims + 1 || dims > data.size() ||
      llvm::is_contained(data, 0) ||
      ArrayRef(indices).drop_back() != ArrayRef(data).take_front(dims))
    return false;
  return llvm::all_of(choosePlaces(ArrayRef(data).take_front(dims)),
                      [&](onnx::Sizes place) {
                        for (size_t dim = 0; dim < dims; ++dim) {
                          onnx::Sizes at(place);
                          at.push_back(dim);
                          auto index = evaluator.element(op.getIndices(), at);
                          if (!index || index->whole() != place[dim])
                            return false;
                        }
                        return true;
                      });
}

namespace {
/// Rows of a value: its places `begin` to `end` along the first dim.
struct RowRange {
  Value value;
  int64_t begin, end;
};
} // namespace

/// The size of a value's first dim; -1 if it is open.
static int64_t countRows(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getRank() > 0 && !type.isDynamicDim(0)
             ? type.getDimSize(0)
             : -1;
}

/// The first of the rows that a scatter writes, one after the other; nothing if it
/// writes others, or something smaller than rows.
static std::optional<int64_t>
findFirstRow(onnx::ScatterNDOp op,
             MutableArrayRef<onnx::Evaluator> evaluators) {
  int64_t rows = countRows(op.getData()), count = countRows(op.getIndices());
  constexpr int64_t mostRows = 1 << 14; // of heads, not of texts
  if (rows < 0 || count < 1 || count > std::min(rows, mostRows) ||
      countRows(op.getUpdates()) != count)
    return std::nullopt;
  std::optional<int64_t> first;
  for (onnx::Evaluator &evaluator : evaluators) {
    const onnx::Sizes *sizes = evaluator.sizes(op.getIndices());
    if (!sizes || *sizes != onnx::Sizes{count, 1})
      return std::nullopt;
    for (int64_t i = 0; i < count; ++i) {
      auto index = evaluator.element(op.getIndices(), {i, 0});
      if (!index || first.value_or(index->whole() - i) != index->whole() - i)
        return std::nullopt;
      first = index->whole() - i;
    }
  }
  return *first >= 0 && *first + count <= rows ? first : std::nullopt;
}

/// The value that two transposes around it, each undoing the other, leave as it is.
static Value lookThroughTransposes(Value value) {
  auto outer = value.getDefiningOp<onnx::TransposeOp>();
  auto inner =
      outer ? outer.getData().getDefiningOp<onnx::TransposeOp>() : nullptr;
  if (!inner || !inner.getPerm() || !outer.getPerm() ||
      inner.getPerm()->size() != outer.getPerm()->size())
    return value;
  for (auto [dim, between] : llvm::enumerate(*outer.getPerm()))
    if ((*inner.getPerm())[between] != static_cast<int64_t>(dim))
      return value;
  return inner.getData();
}

/// What the rows of a value are joined of.
static SmallVector<RowRange> findRows(Value value) {
  value = lookThroughTransposes(value);
  SmallVector<RowRange> ranges;
  auto concat = value.getDefiningOp<onnx::ConcatOp>();
  if (concat && concat.getAxis() == 0)
    for (Value part : concat->getOperands())
      ranges.push_back({part, 0, countRows(part)});
  if (ranges.empty() ||
      llvm::any_of(ranges, [](const RowRange &range) { return range.end < 0; }))
    return {{value, 0, countRows(value)}};
  return ranges;
}

/// Of rows that stand one behind the other those from `begin` to `end`.
static void takeRows(ArrayRef<RowRange> all, int64_t begin, int64_t end,
                     SmallVectorImpl<RowRange> &taken) {
  int64_t at = 0;
  for (const RowRange &range : all) {
    int64_t from = std::max(at, begin);
    int64_t to = std::min(at + range.end - range.begin, end);
    if (from < to)
      taken.push_back(
          {range.value, range.begin + from - at, range.begin + to - at});
    at += range.end - range.begin;
  }
}

static Value createRows(onnx::GraphWriter &writer, const RowRange &range) {
  if (range.begin == 0 && range.end == countRows(range.value))
    return range.value;
  auto type = cast<RankedTensorType>(range.value.getType());
  SmallVector<int64_t> shape(type.getShape());
  shape[0] = range.end - range.begin;
  Value slice = writer.make(
      "Slice", {range.value, writer.integers({range.begin}),
                writer.integers({range.end}), writer.integers({0})});
  slice.setType(type.clone(shape));
  return slice;
}

Value llmc::foldScatter(onnx::ScatterNDOp op,
                        MutableArrayRef<onnx::Evaluator> evaluators) {
  auto reduction = op->getAttrOfType<StringAttr>("reduction");
  if (reduction && reduction.getValue() != "none")
    return {};
  if (llvm::all_of(evaluators, [&](onnx::Evaluator &evaluator) {
        return writesAllInOrder(evaluator, op);
      }))
    return op.getUpdates();
  std::optional<int64_t> first = findFirstRow(op, evaluators);
  if (!first)
    return {};
  int64_t rows = countRows(op.getData()), count = countRows(op.getIndices());
  SmallVector<RowRange> old = findRows(op.getData()), ranges;
  takeRows(old, 0, *first, ranges);
  ranges.push_back({op.getUpdates(), 0, count});
  takeRows(old, *first + count, rows, ranges);
  OpBuilder builder(op);
  onnx::GraphWriter writer(builder, op.getLoc());
  SmallVector<Value> parts;
  for (const RowRange &range : ranges)
    parts.push_back(createRows(writer, range));
  if (parts.size() == 1)
    return parts[0];
  Value joined =
      writer.make("Concat", parts, writer.attribute("axis", int64_t{0}));
  joined.setType(op.getType());
  return joined;
}
