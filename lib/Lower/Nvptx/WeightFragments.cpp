//===- WeightFragments.cpp - a panel's codes for tensor cores ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "WeightFragments.h"
#include "TensorCores.h"

#include "../Cpu/Isa.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

/// A byte's selector is 4 bits, so a permutation of bytes looks 4 numbers up.
Value toSparseIndices(TileBuilder &b, Value patterns) {
  auto number = [&](uint32_t value) {
    return b.constant(b.getI32Type(), static_cast<int32_t>(value));
  };
  auto permute = [&](Value low, Value high, Value selectors) {
    return callIntrinsic(b, "llvm.nvvm.prmt", b.getI32Type(),
                         {low, high, selectors});
  };
  uint64_t table = 0;
  for (auto [pattern, kept] : llvm::enumerate(keptOfFour))
    table |= uint64_t(kept[0] | kept[1] << 2) << 8 * pattern;
  Value low = number(static_cast<uint32_t>(table)),
        high = number(static_cast<uint32_t>(table >> 32));
  Value halves[2];
  for (int64_t half : {0, 1}) {
    Value selectors =
        half ? Value(arith::ShRUIOp::create(b, patterns, number(16)))
             : patterns;
    Value bytes = permute(low, high, selectors);
    // Two bytes side by side are a byte.
    halves[half] = arith::OrIOp::create(
        b, bytes, Value(arith::ShRUIOp::create(b, bytes, number(4))));
  }
  return permute(halves[0], halves[1], number(0x6420));
}

bool WeightFragments::fits(PackedType weight) {
  auto grid = weight.getEncoding().getGrid();
  return grid && getPanelRows(weight) == 16 &&
         !getGridPanel(weight)->kept.hasBlocks() &&
         (grid->group == 16 || grid->group % 32 == 0);
}

WeightFragments::WeightFragments(TileBuilder &b, const GridPanel &drawing,
                                 Value matrix, Value panel, Value lane)
    : b(b), drawing(drawing), planes(drawing.grid.getPlanes()), matrix(matrix),
      panel(panel), quads(drawing.grid.group % 32 || areSparse() ? 1 : 2),
      lane(lane) {
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
  int64_t skipped = step * 4 * quads;
  Value quad = b.addIndex(getQuad(inBlock), skipped % perWord);
  Value vector =
      b.addIndex(b.divIndex(quad, perWord), skipped / perWord + word);
  Value inUnit = b.addIndex(b.mulIndex(vector, drawing.getVectorBytes()),
                            b.mulIndex(rows[half], 4));
  Value first = b.divIndex(inBlock, unit);
  Value at =
      b.addIndex(b.mulIndex(first, unit * drawing.getGroupBytes()), inUnit);
  int64_t start = drawing.getCodesOffset() + drawing.getPlace(plane, 0).offset;
  return b.loadBytesAs(matrix, {panel, block, b.addIndex(at, start)},
                       b.getI32Type());
}

/// A word of two steps, or of the last one of an odd number.
SmallVector<Value> WeightFragments::loadPatterns(Value block, Value inBlock) {
  Value row = b.addIndex(rows[0], b.mulIndex(b.remIndex(lane, 2), 8));
  Value second = b.remIndex(b.divIndex(lane, 2), 2);
  SmallVector<Value> words;
  for (int64_t step = 0; step < getSteps(); step += 2) {
    int64_t offset = drawing.getCodesOffset() +
                     drawing.getPatternPlace(step * getDepth() / 4).offset;
    Value at = b.addIndex(b.mulIndex(inBlock, drawing.getGroupBytes()),
                          b.addIndex(b.mulIndex(row, 4), offset));
    if (step + 1 < getSteps())
      at = b.addIndex(at, b.mulIndex(second, drawing.getVectorBytes()));
    words.push_back(b.loadBytesAs(matrix, {panel, block, at}, b.getI32Type()));
  }
  return words;
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
  if (areSparse())
    llvm::append_range(loaded, loadPatterns(block, inBlock));
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
  auto bytes = [&](int64_t value) {
    return b.constant(b.getI32Type(),
                      static_cast<int32_t>(value * 0x01010101u));
  };
  if (areSparse())
    codes = arith::XOrIOp::create(b, codes, bytes(grid.zero));
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
          Value mine = b.addIndex(quad, step * 4 * quads % perWord);
          Value bit = b.mulIndex(b.remIndex(mine, perWord), bits);
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
  if (areSparse())
    for (int64_t step = 0; step < getSteps(); step += 2)
      group.indices.push_back(toSparseIndices(b, loaded[next++]));
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

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// An integer below 2^22 that is added to the bits of 1.5 * 2^23 gives the bits of
/// their sum as a float: a subtraction, where a conversion takes several turns.
static constexpr int32_t magic = 0x4b400000;
static bool isSmall(const Grid &grid) { return grid.group <= 128; }

double WeightFragments::getStart() const {
  return isSmall(drawing.grid) ? magic : 0;
}

Value WeightFragments::toFloat(Value sum) {
  if (!isSmall(drawing.grid))
    return arith::SIToFPOp::create(b, b.getF32Type(), sum);
  return b.sub(arith::BitcastOp::create(b, b.getF32Type(), sum),
               b.f32(12582912.0));
}

SmallVector<Value> WeightFragments::multiply(const Group &group,
                                             Columns columns) {
  SmallVector<Value> exact(4, b.constant(b.getI32Type(), getStart()));
  int64_t together = countTogether();
  for (int64_t step = 0; step < getSteps(); step += together) {
    SmallVector<Value> codes;
    for (int64_t i = 0; i < together; ++i)
      llvm::append_range(codes, group.codes[step + i]);
    SmallVector<Value> words =
        columns(step, together * getDepth() / columnDepth);
    // Of an odd number of steps every second is said by other lanes.
    exact = areSparse()
                ? multiplySparseBytes(b, codes, isSigned(), words, exact,
                                      group.indices[step / 2], step % 2)
                : multiplyBytes(b, codes, isSigned(), words, exact);
  }
  for (Value &sum : exact)
    sum = toFloat(sum);
  return exact;
}

void WeightFragments::addScaled(const Group &group,
                                ArrayRef<SmallVector<Value>> products,
                                ArrayRef<Value> scales, ArrayRef<Value> rowSums,
                                MutableArrayRef<Value> sums) {
  for (auto [i, sum] : llvm::enumerate(sums)) {
    size_t half = i / 2, row = i % 2;
    Value exact = products[0][i];
    if (products.size() == 2)
      exact = b.fma(products[1][i], b.f32(1.0 / Int8ActEncodingAttr::fineSteps),
                    exact);
    sum = b.fma(exact, b.mul(group.scales[half], scales[row]), sum);
    if (drawing.grid.hasMin)
      sum = b.fma(group.mins[half], rowSums[row], sum);
  }
}

} // namespace llmc
