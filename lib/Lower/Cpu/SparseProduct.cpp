//===- SparseProduct.cpp - products of rows with few numbers ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Of each entry there are a column and a number of every output row, so x is gathered for
// them and nothing is summed across lanes.
//===----------------------------------------------------------------------===//
#include "SparseProduct.h"

#include "PanelLoads.h"

#include "dialects/llm/SparseRows.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

/// One entry of as many rows as there are lanes.
struct Entry {
  Value columns, numbers; // i32s and f32s
};

class SparseProduct {
public:
  SparseProduct(TileBuilder &b, TileDotOp op, ArrayRef<SparseStrip> strips,
                MutableArrayRef<Value> sums)
      : b(b), op(op), weight(cast<PackedType>(op.getWeightType())),
        strips(strips), sums(sums), lanes(op.getLanes()),
        panelRows(getPanelRows(weight)) {}

  void dotFloats(SparseEncodingAttr floats);
  void dotCodes(SparseCodesAttr codes);

private:
  Entry loadFloats(SparseEncodingAttr floats, const SparseStrip &strip,
                   Value entry);
  Entry loadCodes(const SparseCodePanel &panel, const SparseStrip &strip,
                  Value entry);
  /// sums of the strip += number * x[., first + column].
  void addProducts(const Entry &entry, size_t strip, Value first);
  void takeCodes(const SparseCodePanel &panel, Value first, int64_t count,
                 Value column);

  TileBuilder &b;
  TileDotOp op;
  PackedType weight;
  ArrayRef<SparseStrip> strips;
  MutableArrayRef<Value> sums;
  int64_t lanes, panelRows;
};

} // namespace

void SparseProduct::addProducts(const Entry &entry, size_t strip, Value first) {
  for (int64_t r = 0; r < static_cast<int64_t>(op.getRows()); ++r) {
    Value &sum = sums[r * strips.size() + strip];
    Value x =
        b.gather(op.getX(), b.addIndex(op.getRow(), r), entry.columns, first);
    sum = b.fma(entry.numbers, x, sum);
  }
}

//===----------------------------------------------------------------------===//
// Floats
//===----------------------------------------------------------------------===//

Entry SparseProduct::loadFloats(SparseEncodingAttr floats,
                                const SparseStrip &strip, Value entry) {
  Value columns[] = {strip.panel, entry, b.mulIndex(strip.lane, 2)};
  Value numbers[] = {strip.panel, entry,
                     b.addIndex(b.mulIndex(strip.lane, floats.getValueBytes()),
                                2 * panelRows)};
  Value at =
      b.loadBytesAs(op.getW(), columns, VectorType::get(lanes, b.getI16Type()));
  return {arith::ExtUIOp::create(b, b.i32s(lanes), at),
          loadFloatsAs(b, op.getW(), numbers, floats.getType(), lanes)};
}

void SparseProduct::dotFloats(SparseEncodingAttr floats) {
  const int64_t count = getTileEntries(floats);
  Value first = b.mulIndex(op.getBlock(), count);
  for (int64_t i = 0; i < count; ++i) {
    Value entry = b.addIndex(first, i);
    for (auto [s, strip] : llvm::enumerate(strips))
      addProducts(loadFloats(floats, strip, entry), s, {});
  }
}

//===----------------------------------------------------------------------===//
// Codes
//===----------------------------------------------------------------------===//

Entry SparseProduct::loadCodes(const SparseCodePanel &panel,
                               const SparseStrip &strip, Value entry) {
  Value byte = b.addIndex(b.mulIndex(entry, 2 * panelRows), strip.lane);
  auto load = [&](int64_t offset) {
    Value at[] = {strip.panel, op.getBlock(), b.addIndex(byte, offset)};
    return b.loadBytesAs(op.getW(), at, b.bytes(lanes));
  };
  const int64_t columns = panel.getEntryOffset(0);
  Value wide =
      arith::ExtSIOp::create(b, b.i32s(lanes), load(columns + panelRows));
  return {arith::ExtUIOp::create(b, b.i32s(lanes), load(columns)),
          arith::SIToFPOp::create(b, b.f32s(lanes), wide)};
}

void SparseProduct::takeCodes(const SparseCodePanel &panel, Value first,
                              int64_t count, Value column) {
  for (int64_t i = 0; i < count; ++i)
    for (auto [s, strip] : llvm::enumerate(strips))
      addProducts(loadCodes(panel, strip, b.addIndex(first, i)), s, column);
}

/// A block's scale is a factor of all that its codes make of x.
void SparseProduct::dotCodes(SparseCodesAttr codes) {
  constexpr int64_t unrolled = 4;
  const SparseCodePanel panel(codes, panelRows);
  const int64_t whole = panel.entries / unrolled * unrolled;
  Value column = b.mulIndex(op.getBlock(), codes.getBlock());
  SmallVector<Value> before(sums);
  llvm::fill(sums, b.constant(b.f32s(lanes), 0));
  if (whole) {
    auto own = b.loop(b.index(0), b.index(whole), unrolled, sums,
                      [&](Value first, ValueRange carried) {
                        llvm::copy(carried, sums.begin());
                        takeCodes(panel, first, unrolled, column);
                        return SmallVector<Value>(sums);
                      });
    llvm::copy(own, sums.begin());
  }
  takeCodes(panel, b.index(whole), panel.entries - whole, column);
  for (auto [s, strip] : llvm::enumerate(strips)) {
    Value at[] = {strip.panel, op.getBlock(),
                  b.mulIndex(strip.lane, panel.scaleBytes)};
    Value scales = loadFloatsAs(b, op.getW(), at, codes.getScale(), lanes);
    for (size_t i = s; i < sums.size(); i += strips.size())
      sums[i] = b.fma(scales, sums[i], before[i]);
  }
}

void dotSparseRows(TileBuilder &b, TileDotOp op, ArrayRef<SparseStrip> strips,
                   MutableArrayRef<Value> sums) {
  SparseProduct product(b, op, strips, sums);
  auto weight = cast<PackedType>(op.getWeightType());
  if (auto codes = dyn_cast<SparseCodesAttr>(weight.getEncoding()))
    return product.dotCodes(codes);
  product.dotFloats(cast<SparseEncodingAttr>(weight.getEncoding()));
}

} // namespace llmc
