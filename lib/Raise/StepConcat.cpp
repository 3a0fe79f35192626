//===- StepConcat.cpp - joined values on rows -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A graph joins what a cache holds with what is new, which the step's cache does,
// and columns of heads that were computed apart (DeepSeek's keys: a part that is
// turned by positions, which all heads share, beside one that is not).
//===----------------------------------------------------------------------===//
#include "StepConverter.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"

using namespace llmc;
using namespace mlir;

Rows StepConverter::concat(Operation *op) {
  int64_t axis = op->getAttrOfType<IntegerAttr>("axis").getInt();
  if (axis < 0)
    axis += graph.sizes(op->getResult(0))->size();
  bool isCache = op->getNumOperands() == 2 && isPast(op->getOperand(0));
  return isCache ? joinCache(op, axis) : joinColumns(op, axis);
}

/// What a cache holds and what is new: the step's cache has both.
Rows StepConverter::joinCache(Operation *op, int64_t axis) {
  Rows rows = view(op, op->getOperand(1));
  if (!rows)
    return rows;
  if (axis >= static_cast<int64_t>(rows.dims.size()) ||
      rows.dims[axis].kind != RowDim::Sequence)
    return fail(op, "joins a cache with something else than new rows");
  rows.isCache = true;
  return rows;
}

Rows StepConverter::joinColumns(Operation *op, int64_t axis) {
  SmallVector<Rows> parts;
  for (Value part : op->getOperands()) {
    parts.push_back(view(op, part));
    if (!parts.back())
      return {};
  }
  // What all heads share has no dim of heads.
  Rows joined = *llvm::max_element(parts, [](const Rows &a, const Rows &b) {
    return a.shape().size() < b.shape().size();
  });
  RowDim columns = joined.dims[axis];
  if (columns.kind != RowDim::Inner)
    return fail(op, "joins something else than columns of rows");
  SmallVector<Value> values;
  for (const Rows &part : parts) {
    values.push_back(repeatAs(part, joined));
    if (!values.back() || part.dims[axis].kind != columns.kind)
      return fail(op, "joins columns of rows whose other dims differ");
  }
  return sameAs(joined,
                tensor::ConcatOp::create(builder, loc, columns.inner, values));
}

/// Rows with all the dims that `like` has: what they have not is one, or the same as
/// often as there. Null if their dims stand in another order.
Value StepConverter::repeatAs(const Rows &rows, const Rows &like) {
  if (rows.dims.size() != like.dims.size())
    return {};
  SmallVector<int64_t> ours(like.shape().size(), 0), times(ours.size(), 1);
  for (auto [dim, wanted] : llvm::zip_equal(rows.dims, like.dims))
    if (wanted.kind == RowDim::Inner && dim.kind == RowDim::Inner)
      ours[wanted.inner] = dim.inner;
    else if (wanted.kind == RowDim::Inner && dim.kind == RowDim::Repeat)
      times[wanted.inner] = dim.inner;
    else if (dim != wanted)
      return {};
  SmallVector<int64_t> kept, shape;
  for (int64_t inner : ArrayRef(ours).drop_front()) {
    shape.push_back(inner ? rows.shape()[inner] : 1);
    if (inner)
      kept.push_back(inner);
  }
  if (!llvm::equal(kept, llvm::seq<int64_t>(1, rows.shape().size())))
    return {};
  Value value = insertOnes(rows.value, shape);
  for (auto [inner, count] : llvm::enumerate(times))
    if (count > 1)
      value = tensor::ConcatOp::create(builder, loc, inner,
                                       SmallVector<Value>(count, value));
  return value;
}

/// Rows [T, shape..], which are the same without some dims of one.
Value StepConverter::insertOnes(Value rows, ArrayRef<int64_t> shape) {
  auto from = cast<RankedTensorType>(rows.getType());
  RankedTensorType to = rowsType(shape);
  if (from == to)
    return rows;
  if (auto drop = rows.getDefiningOp<tensor::CollapseShapeOp>();
      drop && drop.getSrcType() == to)
    return drop.getSrc();
  SmallVector<OpFoldResult> sizes = {rowCount};
  for (int64_t size : shape)
    sizes.push_back(builder.getIndexAttr(size));
  return tensor::ExpandShapeOp::create(
      builder, loc, to, rows, *getReassociationIndicesForReshape(from, to),
      sizes);
}
