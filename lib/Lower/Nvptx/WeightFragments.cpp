//===- WeightFragments.cpp - a panel's codes for tensor cores ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "WeightFragments.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

bool WeightFragments::fits(PackedType weight) {
  auto grid = weight.getEncoding().getGrid();
  return grid && getPanelRows(weight) == 16 &&
         !getGridPanel(weight)->kept.skipsZeros() &&
         (grid->group == 16 || grid->group % 32 == 0);
}

WeightFragments::WeightFragments(TileBuilder &b, const GridPanel &drawing,
                                 Value matrix, Value panel, Value lane)
    : b(b), drawing(drawing), planes(drawing.grid.getPlanes()), matrix(matrix),
      panel(panel), quads(drawing.grid.group % 32 ? 1 : 2) {
  rows[0] = b.divIndex(lane, 4);
  rows[1] = b.addIndex(rows[0], 8);
  firstQuad = b.mulIndex(b.remIndex(lane, 4), quads);
}

/// Words of a lane's row in a step: all its quads lie in one, or each in its own.
int64_t WeightFragments::countWords(int64_t plane) const {
  return planes[plane].bits == 8 ? quads : 1;
}

/// Of the quads of a group's unit, the lane's first.
Value WeightFragments::getQuad(Value inBlock) {
  if (drawing.getUnitGroups() == 1)
    return firstQuad;
  Value number = b.remIndex(inBlock, drawing.getUnitGroups());
  return b.addIndex(firstQuad, b.mulIndex(number, drawing.getCodeVectors()));
}

Value WeightFragments::loadWord(Value block, Value inBlock, int64_t half,
                                int64_t plane, int64_t step, int64_t word) {
  int64_t perWord = 8 / planes[plane].bits, unit = drawing.getUnitGroups();
  Value vector = b.addIndex(b.divIndex(getQuad(inBlock), perWord),
                            step * 4 * quads / perWord + word);
  Value inUnit = b.addIndex(b.mulIndex(vector, drawing.getVectorBytes()),
                            b.mulIndex(rows[half], 4));
  Value first = b.divIndex(inBlock, unit);
  Value at =
      b.addIndex(b.mulIndex(first, unit * drawing.getGroupBytes()), inUnit);
  int64_t start = drawing.getCodesOffset() + drawing.getPlace(plane, 0).offset;
  return b.loadBytesAs(matrix, {panel, block, b.addIndex(at, start)},
                       b.getI32Type());
}

SmallVector<Value> WeightFragments::load(Value group) {
  int64_t groups = drawing.grid.getGroups();
  Value block = b.divIndex(group, groups), inBlock = b.remIndex(group, groups);
  SmallVector<Value> loaded;
  for (int64_t step = 0; step < getSteps(); ++step)
    for (int64_t half : {0, 1})
      for (size_t plane = 0; plane < planes.size(); ++plane)
        for (int64_t word = 0; word < countWords(plane); ++word)
          loaded.push_back(loadWord(block, inBlock, half, plane, step, word));
  for (Value row : rows) {
    GridStrip strip(b, drawing, matrix, panel, block, row, /*lanes=*/1);
    GridStrip::Scales scales = strip.loadScales({inBlock});
    loaded.push_back(scales.scale);
    if (scales.min)
      loaded.push_back(scales.min);
  }
  return loaded;
}

/// Bits [from, from + bits) of every byte, moved to bit `to`.
static Value moveBits(TileBuilder &b, Value word, int64_t bits, int64_t from,
                      int64_t to) {
  auto number = [&](uint32_t value) {
    return b.constant(b.getI32Type(), static_cast<int32_t>(value));
  };
  if (bits == 8)
    return word;
  if (from)
    word = arith::ShRUIOp::create(b, word, number(from));
  word =
      arith::AndIOp::create(b, word, number(((1 << bits) - 1) * 0x01010101u));
  return to ? Value(arith::ShLIOp::create(b, word, number(to))) : word;
}

/// What codes stand for: four bytes, unsigned where nothing is subtracted.
Value WeightFragments::toBytes(Value codes) {
  const Grid &grid = drawing.grid;
  int64_t zero = grid.getByteZero();
  if (!grid.table.empty()) {
    Value bytes =
        vector::BitCastOp::create(b, b.bytes(4), b.broadcast(codes, 1));
    Value found = vector::BitCastOp::create(
        b, b.i32s(1), lookUp(b, bytes, grid.getByteTable()));
    codes = vector::ExtractOp::create(b, found, ArrayRef<int64_t>{0});
  }
  if (!zero)
    return codes;
  // code - zero = (code + 128 - zero) - 128, where the sum is a byte: the carries of
  // one byte never reach the next.
  auto bytes = [&](int64_t value) {
    return b.constant(b.getI32Type(),
                      static_cast<int32_t>(value * 0x01010101u));
  };
  if (zero != 128)
    codes = arith::AddIOp::create(b, codes, bytes(128 - zero));
  return arith::XOrIOp::create(b, codes, bytes(128));
}

WeightFragments::Group WeightFragments::unpack(Value index, ValueRange loaded) {
  Value quad = getQuad(b.remIndex(index, drawing.grid.getGroups()));
  size_t next = 0;
  Group group;
  for (int64_t step = 0; step < getSteps(); ++step) {
    SmallVector<Value> &codes = group.codes.emplace_back(2 * quads);
    for (int64_t half : {0, 1})
      for (size_t plane = 0; plane < planes.size(); ++plane) {
        auto [bits, shift] = planes[plane];
        int64_t perWord = 8 / bits, words = countWords(plane);
        ValueRange mine = loaded.slice(next, words);
        next += words;
        Value first = mine[0];
        if (perWord > quads) { // the lane's quads begin anywhere in the word
          Value bit = b.mulIndex(b.remIndex(quad, perWord), bits);
          bit = arith::IndexCastOp::create(b, b.getI32Type(), bit);
          first = arith::ShRUIOp::create(b, first, bit);
        }
        for (int64_t q = 0; q < quads; ++q) {
          Value word = words > 1 ? mine[q] : first;
          Value part = moveBits(b, word, bits, words > 1 ? 0 : q * bits, shift);
          // The rows of one half of k stand before the other half's.
          Value &all = codes[2 * q + half];
          all = all ? Value(arith::OrIOp::create(b, all, part)) : part;
        }
      }
    for (Value &word : codes)
      word = toBytes(word);
  }
  auto scalar = [&](Value vector) {
    return vector::ExtractOp::create(b, vector, ArrayRef<int64_t>{0});
  };
  for (int64_t half : {0, 1}) {
    group.scales[half] = scalar(loaded[next++]);
    if (drawing.grid.hasMin)
      group.mins[half] = scalar(loaded[next++]);
  }
  assert(next == loaded.size() && "what was loaded was unpacked");
  return group;
}

} // namespace llmc
