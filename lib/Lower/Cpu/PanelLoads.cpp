//===- PanelLoads.cpp - loads of a kernel from packed grids -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "PanelLoads.h"

#include <numeric>

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

int64_t getPanelRows(PackedType weight) {
  return cast<PanelsLayoutAttr>(weight.getLayout()).getRows();
}

std::optional<GridPanel> getGridPanel(PackedType weight) {
  if (auto grid = weight.getEncoding().getGrid())
    return GridPanel(*grid, getPanelRows(weight));
  return std::nullopt;
}

int64_t getTileDepth(PackedType weight) {
  if (auto grid = weight.getEncoding().getGrid())
    return grid->getBlock();
  return std::gcd<int64_t>(weight.getCols(), 32);
}

//===----------------------------------------------------------------------===//
// Scales
//===----------------------------------------------------------------------===//

Value GridStrip::loadFloats(int64_t offset) {
  ScaleType type = drawing.grid.scale;
  int64_t size = getScaleBytes(type);
  Value at[] = {panel, block, b.addIndex(b.mulIndex(lane, size), offset)};
  if (type == ScaleType::f32)
    return b.loadBytesAs(matrix, at, b.f32s(lanes));
  Type narrow =
      type == ScaleType::f16 ? Type(b.getF16Type()) : Type(b.getBF16Type());
  return arith::ExtFOp::create(
      b, b.f32s(lanes),
      b.loadBytesAs(matrix, at, VectorType::get(lanes, narrow)));
}

Value GridStrip::loadSubs(int64_t offset, Value group) {
  Value row = b.addIndex(b.mulIndex(group, drawing.rows), lane);
  Value at[] = {panel, block, b.addIndex(row, offset)};
  Value bytes = b.loadBytesAs(matrix, at, b.bytes(lanes));
  // Wide first: there are no conversions from bytes to floats.
  Value wide = drawing.grid.subSigned
                   ? Value(arith::ExtSIOp::create(b, b.i32s(lanes), bytes))
                   : Value(arith::ExtUIOp::create(b, b.i32s(lanes), bytes));
  return arith::SIToFPOp::create(b, b.f32s(lanes), wide);
}

GridStrip::Scales GridStrip::loadFloats() {
  Scales floats{loadFloats(drawing.getScaleOffset()), {}};
  if (drawing.grid.hasMin)
    floats.min = loadFloats(drawing.getMinOffset());
  return floats;
}

GridStrip::Scales GridStrip::loadScales(Value group) {
  if (!drawing.grid.hasSub())
    return loadFloats();
  Scales scales{
      b.mul(shared.scale, loadSubs(drawing.getSubScalesOffset(), group)), {}};
  if (shared.min)
    scales.min = b.mul(shared.min, loadSubs(drawing.getSubMinsOffset(), group));
  return scales;
}

//===----------------------------------------------------------------------===//
// Codes
//===----------------------------------------------------------------------===//

/// Bits [from, from + bits) of every byte of `words`, moved to bit `to`. What a
/// shift carries over from the next byte is masked away.
static Value moveBits(TileBuilder &b, Value words, int64_t bits, int64_t from,
                      int64_t to) {
  Type type = words.getType();
  if (from > to)
    words = arith::ShRUIOp::create(b, words, b.constant(type, from - to));
  if (from < to)
    words = arith::ShLIOp::create(b, words, b.constant(type, to - from));
  if (bits == 8)
    return words;
  auto mask = static_cast<uint32_t>(((1 << bits) - 1) << to) * 0x01010101;
  return arith::AndIOp::create(b, words,
                               b.constant(type, static_cast<int32_t>(mask)));
}

Value GridStrip::loadCodes(Value group, int64_t i) {
  Value start = b.addIndex(b.mulIndex(group, drawing.getGroupBytes()),
                           b.mulIndex(lane, 4));
  Value codes;
  for (auto [index, plane] : llvm::enumerate(drawing.grid.getPlanes())) {
    GridPanel::Place place = drawing.getPlace(index, i);
    Value at[] = {panel, block,
                  b.addIndex(start, drawing.getCodesOffset() + place.offset)};
    Value part = moveBits(b, b.loadBytesAs(matrix, at, b.i32s(lanes)),
                          plane.bits, place.bit, plane.shift);
    codes = codes ? Value(arith::OrIOp::create(b, codes, part)) : part;
  }
  codes = vector::BitCastOp::create(b, b.bytes(4 * lanes), codes);
  return drawing.grid.table.empty() ? codes : toBytes(codes);
}

/// What codes stand for, moved above zero.
Value GridStrip::toBytes(Value codes) {
  SmallVector<uint8_t> table;
  for (int8_t value : drawing.grid.table)
    table.push_back(static_cast<uint8_t>(value + drawing.grid.getByteZero()));
  return lookUp(b, codes, table);
}

} // namespace llmc
