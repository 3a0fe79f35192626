//===- PanelPairs.cpp - panels as pairs of bf16 -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "PanelPairs.h"
#include "BFloat16.h"
#include "BlockColumns.h"

#include <numeric>

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

static constexpr int64_t lanes = 16;

int64_t PanelPairs::getWholeSteps(PackedType weight) {
  return std::lcm(stepDepth, getTileDepth(weight)) / stepDepth;
}

PanelPairs::PanelPairs(TileBuilder &b, const PanelProduct &operands,
                       int64_t panels, Value lines)
    : b(b), operands(operands), drawing(getGridPanel(operands.weight)),
      panels(panels), lines(lines) {
  assert(getPanelRows(operands.weight) == lanes &&
         operands.weight.getCols() % stepDepth == 0 &&
         becomesBFloats(operands.weight.getEncoding()) &&
         "rows of other products are no bf16");
}

void PanelPairs::unpack(Value panel, Value step, Value steps) {
  auto codes = dyn_cast<FloatCodesAttr>(operands.weight.getEncoding());
  int64_t depth = getTileDepth(operands.weight);
  if (auto blocks = getFloatBlocks(operands.weight)) {
    for (int64_t index = 0; index < panels; ++index)
      unpackFloatBlocks(*blocks, b.addIndex(panel, index), step, steps, index);
    return;
  }
  Value first = b.divIndex(b.mulIndex(step, stepDepth), depth);
  Value blocks = b.divIndex(b.mulIndex(steps, stepDepth), depth);
  b.loop(b.index(0), blocks, 1, [&](Value inPiece) {
    Value block = b.addIndex(first, inPiece);
    Value line = b.mulIndex(inPiece, depth / 2);
    for (int64_t index = 0; index < panels; ++index) {
      Value mine = b.addIndex(panel, index);
      if (drawing)
        unpackGrid(mine, block, index, line);
      else if (codes)
        unpackFloatCodes(codes, mine, block, index, line);
      else
        unpackFloats(mine, block, index, line);
    }
  });
}

/// A line of panel `index`.
void PanelPairs::store(Value pairs, Value line, int64_t index) {
  b.storeBytes(
      pairs, lines,
      b.addIndex(b.mulIndex(line, panels * lineBytes), index * lineBytes));
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

/// `count` lines of panel `index` become 0.
void PanelPairs::clear(Value line, Value count, int64_t index) {
  b.loop(line, b.addIndex(line, count), 1,
         [&](Value each) { store(b.constant(b.i32s(lanes), 0), each, index); });
}

/// The numbers of a unit, rounded as dense ones are: of one column in the low halves.
SmallVector<Value> PanelPairs::pairUnit(ArrayRef<Value> floats) {
  Value none = b.constant(b.f32s(lanes), 0);
  SmallVector<Value> pairs;
  for (size_t c = 0; c < floats.size(); c += 2) {
    Value next = c + 1 < floats.size() ? floats[c + 1] : none;
    pairs.push_back(drawing ? pairFiniteBFloats(b, floats[c], next)
                            : pairBFloats(b, floats[c], next));
  }
  return pairs;
}

/// Of a unit the rows of one band go to where `column`, counted from the first line on,
/// and those behind it lie.
void PanelPairs::placeBand(int64_t band, int64_t bands, Value column,
                           ArrayRef<Value> pairs, int64_t index) {
  const int64_t count = lanes / bands;
  Value line = b.divIndex(column, 2);
  for (auto [i, pair] : llvm::enumerate(pairs)) {
    Value at = b.addIndex(b.mulIndex(b.addIndex(line, i), panels * lineBytes),
                          index * lineBytes + band * lineBytes / bands);
    Value part = pair;
    if (bands > 1) {
      part = vector::ExtractStridedSliceOp::create(b, pair, band * count, count,
                                                   /*strides=*/1);
    } else { // one half, beside another
      Value bits = arith::IndexCastUIOp::create(
          b, b.getI32Type(), b.mulIndex(b.remIndex(column, 2), 16));
      part = arith::OrIOp::create(
          b, b.loadBytesAs(lines, at, b.i32s(lanes)),
          Value(arith::ShLIOp::create(b, pair, b.broadcast(bits, lanes))));
    }
    b.storeBytes(part, lines, at);
  }
}

/// All units pass by; of their blocks those in these steps are placed.
void PanelPairs::unpackFloatBlocks(const FloatBlocks &blocks, Value panel,
                                   Value step, Value steps, int64_t index) {
  clear(b.index(0), b.mulIndex(steps, stepLines), index);
  Value first = b.mulIndex(step, stepDepth),
        count = b.mulIndex(steps, stepDepth);
  BlockColumns columns(b, blocks.kept, b.index(0), lanes);
  b.loop(b.index(0), b.index(blocks.units), 1, [&](Value unit) {
    SmallVector<Value> at = columns.load(
        operands.w, {panel, placeNumber(b, blocks, unit)}, 2, b.index(0));
    SmallVector<Value> floats;
    for (int64_t c = 0; c < blocks.kept.cols; ++c)
      floats.push_back(loadFloatsAs(
          b, operands.w, {panel, placeColumn(b, blocks, unit, c)},
          cast<FloatEncodingAttr>(operands.weight.getEncoding()).getType(),
          lanes));
    SmallVector<Value> pairs = pairUnit(floats);
    for (auto [band, column] : llvm::enumerate(at)) {
      Value inSteps = arith::SubIOp::create(b, column, first); // or very large
      b.when(b.compare(arith::CmpIPredicate::ult, inSteps, count), [&] {
        placeBand(static_cast<int64_t>(band), static_cast<int64_t>(at.size()),
                  inSteps, pairs, index);
      });
    }
  });
}

/// Vector `quad` of a group's codes, as floats; the group's columns begin at `line`.
void PanelPairs::placeCodes(GridStrip &strip, GroupOfUnit group, int64_t quad,
                            Value line, ArrayRef<Value> floats, int64_t index) {
  const KeptBlocks &kept = drawing->kept;
  BlockColumns columns(b, strip);
  for (int64_t c = 0; c < 4; c += kept.cols) {
    const int64_t unit = (4 * quad + c) / kept.cols;
    Value first =
        b.addIndex(b.mulIndex(line, 2), drawing->getFirstColumn(unit));
    SmallVector<Value> at =
        columns.load(operands.w, strip.placeNumber(group, unit), 1, first);
    SmallVector<Value> pairs = pairUnit(floats.slice(c, kept.cols));
    for (auto [band, column] : llvm::enumerate(at))
      placeBand(static_cast<int64_t>(band), static_cast<int64_t>(at.size()),
                column, pairs, index);
  }
}

//===----------------------------------------------------------------------===//
// Codes of integers
//===----------------------------------------------------------------------===//

void PanelPairs::unpackGrid(Value panel, Value block, int64_t index,
                            Value line) {
  GridStrip strip(b, *drawing, operands.w, panel, block, b.index(0), lanes);
  const int64_t unit = drawing->getUnitGroups();
  b.loop(b.index(0), b.index(drawing->grid.getGroups()), unit,
         [&](Value first) {
           for (int64_t i = 0; i < unit; ++i) {
             Value inBlock =
                 b.mulIndex(b.addIndex(first, i), drawing->grid.group / 2);
             unpackGroup(strip, index, {first, i}, b.addIndex(line, inBlock));
           }
         });
}

void PanelPairs::unpackGroup(GridStrip &strip, int64_t index, GroupOfUnit group,
                             Value line) {
  const Grid &grid = drawing->grid;
  GridStrip::Scales scales = strip.loadScales(group);
  // A byte among the bits of 1.0 is 1 + byte / 256, without a conversion. f32 keeps
  // it times the scale well beyond what bf16 will.
  constexpr int64_t one = 256;
  Value scale = b.mul(scales.scale, b.constant(b.f32s(lanes), one));
  Value zero = b.constant(b.f32s(lanes), -one - grid.getByteZero());
  Value offset = scales.min ? b.fma(scales.scale, zero, scales.min)
                            : b.mul(scales.scale, zero);
  const bool hasBlocks = drawing->kept.hasBlocks();
  if (hasBlocks)
    clear(line, b.index(grid.group / 2), index);
  for (int64_t quad = 0; quad < drawing->getProductVectors(); ++quad) {
    Value words = vector::BitCastOp::create(b, b.i32s(lanes),
                                            strip.loadCodes(group, quad));
    auto constant = [&](int64_t bits) {
      return b.constant(words.getType(), bits);
    };
    auto valueOf = [&](int64_t byte) -> Value {
      constexpr int64_t first = 15; // bit of 1 / 256
      int64_t left = first - 8 * byte;
      Value bits =
          left > 0 ? Value(arith::ShLIOp::create(b, words, constant(left)))
                   : Value(arith::ShRUIOp::create(b, words, constant(-left)));
      bits = arith::AndIOp::create(b, bits, constant(0xff << first));
      bits = arith::OrIOp::create(b, bits, constant(0x3f800000));
      return b.fma(vector::BitCastOp::create(b, b.f32s(lanes), bits), scale,
                   offset);
    };
    if (hasBlocks) {
      placeCodes(strip, group, quad, line,
                 {valueOf(0), valueOf(1), valueOf(2), valueOf(3)}, index);
      continue;
    }
    for (int64_t byte : {0, 2})
      store(pairFiniteBFloats(b, valueOf(byte), valueOf(byte + 1)),
            b.addIndex(line, quad * 2 + byte / 2), index);
  }
}

//===----------------------------------------------------------------------===//
// Floats
//===----------------------------------------------------------------------===//

void PanelPairs::unpackFloats(Value panel, Value block, int64_t index,
                              Value line) {
  int64_t depth = getTileDepth(operands.weight);
  auto type = cast<MemRefType>(operands.w.getType());
  for (int64_t i = 0; i < depth; i += 2) {
    Value k = b.addIndex(b.mulIndex(block, depth), i);
    Value low[] = {panel, k, b.index(0)};
    Value high[] = {panel, b.addIndex(k, 1), b.index(0)};
    Value pairs;
    if (type.getElementType().isBF16()) { // the bits as they are
      auto load = [&](ArrayRef<Value> at) -> Value {
        Value floats = vector::LoadOp::create(
            b, VectorType::get(lanes, b.getBF16Type()), operands.w, at);
        return vector::BitCastOp::create(
            b, VectorType::get(lanes, b.getI16Type()), floats);
      };
      pairs = vector::BitCastOp::create(
          b, b.i32s(lanes),
          vector::InterleaveOp::create(b, load(low), load(high)));
    } else {
      pairs = pairBFloats(b, b.loadF32s(operands.w, low, lanes),
                          b.loadF32s(operands.w, high, lanes));
    }
    store(pairs, b.addIndex(line, i / 2), index);
  }
}

/// A tile is a group, or a piece of one.
void PanelPairs::unpackFloatCodes(FloatCodesAttr codes, Value panel,
                                  Value block, int64_t index, Value line) {
  const int64_t depth = getTileDepth(operands.weight),
                pieces = codes.getGroup() / depth;
  Value begin = b.mulIndex(b.remIndex(block, pieces), depth);
  FloatCodeStrip strip(b, codes, getPanelRows(operands.weight), operands.w,
                       panel, b.divIndex(block, pieces), b.index(0), lanes);
  Value scale = strip.loadScale();
  constexpr int64_t together = 16;
  b.loop(b.index(0), b.index(depth), together, [&](Value first) {
    SmallVector<Value> floats;
    for (int64_t k = 0; k < together; k += strip.countPerLoad())
      for (Value each : strip.load(b.addIndex(b.addIndex(begin, first), k)))
        floats.push_back(b.mul(each, scale));
    Value to = b.addIndex(line, b.divIndex(first, 2));
    for (int64_t k = 0; k < together; k += 2)
      store(pairBFloats(b, floats[k], floats[k + 1]), b.addIndex(to, k / 2),
            index);
  });
}

} // namespace llmc
