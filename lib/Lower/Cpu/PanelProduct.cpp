//===- PanelProduct.cpp - rows times panels, as loops -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "PanelProduct.h"
#include "PanelLoads.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

SmallVector<Value> PanelProduct::dot(TileBuilder &b, Value row, int64_t rows,
                                     Strips strips, bool prefetch) const {
  return dotBlocks(b, row, rows, strips, prefetch, b.index(0),
                   b.index(countTiles(weight)));
}

SmallVector<Value> PanelProduct::dotBlocks(TileBuilder &b, Value row,
                                           int64_t rows, Strips strips,
                                           bool prefetch, Value begin,
                                           Value end) const {
  SmallVector<Value> zeros(rows * strips.count,
                           b.constant(b.f32s(strips.lanes), 0));
  return b.loop(begin, end, 1, zeros, [&](Value block, ValueRange accs) {
    auto tile = TileDotOp::create(
        b, accs.getTypes(), accs, x, row, w, strips.panel, block, strips.thread,
        b.getI64IntegerAttr(rows), b.getI64IntegerAttr(strips.count),
        b.getI64IntegerAttr(strips.lane), TypeAttr::get(weight),
        input ? TypeAttr::get(input) : TypeAttr(),
        prefetch ? b.getUnitAttr() : UnitAttr());
    return SmallVector<Value>(tile.getResults());
  });
}

int64_t countPanels(PackedType weight) {
  return llvm::divideCeil(weight.getRows(), getPanelRows(weight));
}

Value maskColumns(TileBuilder &b, PackedType weight, Value column,
                  int64_t lanes) {
  if (weight.getRows() % getPanelRows(weight) == 0)
    return {};
  Value left = arith::SubIOp::create(b, b.index(weight.getRows()), column);
  return vector::CreateMaskOp::create(b, VectorType::get(lanes, b.getI1Type()),
                                      left);
}

/// `count` rows of the last dimension of `rows`, `stride` apart from `offset` on.
static Value viewRows(TileBuilder &b, Value rows, OpFoldResult offset,
                      Value count, int64_t stride) {
  auto type = cast<MemRefType>(rows.getType());
  int64_t columns = type.getShape().back();
  int64_t start = isa<Value>(offset) ? ShapedType::kDynamic : 0;
  auto layout =
      StridedLayoutAttr::get(b.getContext(), start, {stride, int64_t(1)});
  auto view = MemRefType::get({ShapedType::kDynamic, columns},
                              type.getElementType(), layout);
  return memref::ReinterpretCastOp::create(
      b, view, rows, offset,
      ArrayRef<OpFoldResult>{count, b.getIndexAttr(columns)},
      ArrayRef<OpFoldResult>{b.getIndexAttr(stride), b.getIndexAttr(1)});
}

Value flattenHeads(TileBuilder &b, Value rows) {
  ArrayRef<int64_t> shape = cast<MemRefType>(rows.getType()).getShape();
  assert(shape.size() == 3 && "rows of heads");
  Value count = b.mulIndex(b.dim(rows, 0), shape[1]);
  return viewRows(b, rows, b.getIndexAttr(0), count, shape[2]);
}

Value viewHead(TileBuilder &b, Value rows, Value head) {
  ArrayRef<int64_t> shape = cast<MemRefType>(rows.getType()).getShape();
  assert(shape.size() == 3 && "rows of heads");
  return viewRows(b, rows, b.mulIndex(head, shape[2]), b.dim(rows, 0),
                  shape[1] * shape[2]);
}

void storeYields(TileBuilder &b, const TilePlace &place,
                 llvm::function_ref<Value(Value)> leaf) {
  for (auto [value, result] :
       llvm::zip(place.args.getYield().getValues(), place.args.results))
    b.storeVector(evaluateElementwise(b, place, value, leaf), result, place.at,
                  place.mask);
}

} // namespace llmc
