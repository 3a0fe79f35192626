//===- PanelLoads.cpp - loads of a kernel from packed grids -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "PanelLoads.h"

#include "dialects/llm/FloatCodes.h"
#include "dialects/llm/SparseRows.h"

#include <numeric>

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

int64_t getPanelRows(PackedType weight) {
  return cast<PanelsLayoutAttr>(weight.getLayout()).getRows();
}

std::optional<GridPanel> getGridPanel(PackedType weight) {
  if (auto grid = weight.getEncoding().getGrid())
    return GridPanel(*grid, getPanelRows(weight),
                     getKept(cast<PanelsLayoutAttr>(weight.getLayout())));
  return std::nullopt;
}

int64_t getTileDepth(PackedType weight) {
  if (auto grid = weight.getEncoding().getGrid())
    return grid->getBlock();
  if (auto codes = dyn_cast<FloatCodesAttr>(weight.getEncoding()))
    return std::gcd<int64_t>(codes.getGroup(), 128);
  return std::gcd<int64_t>(weight.getCols(), 32);
}

int64_t getTileEntries(SparseEncodingAttr encoding) {
  return std::gcd<int64_t>(encoding.getEntries(), 8);
}

std::optional<FloatBlocks> getFloatBlocks(PackedType weight) {
  auto layout = cast<PanelsLayoutAttr>(weight.getLayout());
  EncodingAttrInterface encoding = weight.getEncoding();
  if (!layout.hasBlocks() || encoding.getGrid())
    return std::nullopt;
  return FloatBlocks(getKept(layout), layout.getRows(), weight.getCols(),
                     encoding.getBlockBytes());
}

Value placeNumber(TileBuilder &b, const FloatBlocks &blocks, Value unit) {
  return b.mulIndex(unit, blocks.getNumbersBytes());
}

Value placeColumn(TileBuilder &b, const FloatBlocks &blocks, Value unit,
                  int64_t c) {
  Value column = b.addIndex(b.mulIndex(unit, blocks.kept.cols), c);
  return b.addIndex(b.mulIndex(column, blocks.getColumnBytes()),
                    blocks.getFloatsOffset());
}

int64_t getTileUnits(const FloatBlocks &blocks) {
  return std::gcd<int64_t>(blocks.units, 8 / blocks.kept.cols);
}

int64_t countTiles(PackedType weight) {
  if (auto blocks = getFloatBlocks(weight))
    return blocks->units / getTileUnits(*blocks);
  if (auto sparse = dyn_cast<SparseEncodingAttr>(weight.getEncoding()))
    return sparse.getEntries() / getTileEntries(sparse);
  if (auto codes = dyn_cast<SparseCodesAttr>(weight.getEncoding()))
    return weight.getCols() / codes.getBlock();
  return weight.getCols() / getTileDepth(weight);
}

Value loadFloatsAs(TileBuilder &b, Value matrix, ValueRange at, FloatType type,
                   int64_t lanes) {
  Value floats = b.loadBytesAs(matrix, at, VectorType::get(lanes, type));
  return type.isF32() ? floats
                      : Value(arith::ExtFOp::create(b, b.f32s(lanes), floats));
}

//===----------------------------------------------------------------------===//
// Scales
//===----------------------------------------------------------------------===//

Value GridStrip::loadFloats(int64_t offset) {
  ScaleType type = drawing.grid.scale;
  int64_t size = getScaleBytes(type);
  Value at[] = {panel, block, b.addIndex(b.mulIndex(lane, size), offset)};
  FloatType stored = type == ScaleType::f32   ? FloatType(b.getF32Type())
                     : type == ScaleType::f16 ? FloatType(b.getF16Type())
                                              : FloatType(b.getBF16Type());
  return loadFloatsAs(b, matrix, at, stored, lanes);
}

Value GridStrip::loadSubs(int64_t offset, GroupOfUnit group) {
  Value index = b.addIndex(group.unit, group.number);
  Value row = b.addIndex(b.mulIndex(index, drawing.rows), lane);
  Value at[] = {panel, block, b.addIndex(row, offset)};
  Value bytes = b.loadBytesAs(matrix, at, b.bytes(lanes));
  // Wide first: there are no conversions from bytes to floats.
  Value wide = drawing.grid.subSigned
                   ? Value(arith::ExtSIOp::create(b, b.i32s(lanes), bytes))
                   : Value(arith::ExtUIOp::create(b, b.i32s(lanes), bytes));
  return arith::SIToFPOp::create(b, b.f32s(lanes), wide);
}

/// 2^(e - 128) of a byte e: e - 1 is the exponent's field, and the two least numbers,
/// which have none, are the bits 2^21 and 2^22.
Value GridStrip::loadPowers(int64_t offset) {
  Value at[] = {panel, block, b.addIndex(lane, offset)};
  Type wide = b.i32s(lanes);
  Value e = arith::ExtUIOp::create(b, wide,
                                   b.loadBytesAs(matrix, at, b.bytes(lanes)));
  auto shifted = [&](int64_t change, int64_t left) -> Value {
    Value number = arith::AddIOp::create(b, e, b.constant(wide, change));
    return arith::ShLIOp::create(b, number, b.constant(wide, left));
  };
  Value bits = arith::MaxSIOp::create(b, shifted(-1, 23), shifted(1, 21));
  return vector::BitCastOp::create(b, b.f32s(lanes), bits);
}

GridStrip::Scales GridStrip::loadFloats() {
  const int64_t first = drawing.getScaleOffset();
  Scales floats{
      drawing.grid.powerScales ? loadPowers(first) : loadFloats(first), {}};
  if (drawing.grid.hasMin)
    floats.min = loadFloats(drawing.getMinOffset());
  return floats;
}

GridStrip::Scales GridStrip::loadScales(GroupOfUnit group) {
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

/// Two codes of `kept`, the upper or the lower bytes of each word, moved to where `pattern`
/// says that they are of 4, and 0 elsewhere: the word of each `pattern`.
static Value placeKept(TileBuilder &b, Value kept, bool upper,
                       int64_t pattern) {
  Value word;
  for (int64_t i : {0, 1}) {
    int64_t from = 8 * (2 * upper + i), to = 8 * keptOfFour[pattern][i];
    Value part = arith::AndIOp::create(
        b, kept,
        b.constant(kept.getType(), static_cast<int32_t>(0xffu << from)));
    Value distance = b.constant(kept.getType(), std::abs(from - to));
    if (from > to)
      part = arith::ShRUIOp::create(b, part, distance);
    if (from < to)
      part = arith::ShLIOp::create(b, part, distance);
    word = word ? Value(arith::OrIOp::create(b, word, part)) : part;
  }
  return word;
}

/// What a byte shuffle must be told so that a word of 4 codes comes from the word that
/// keeps 2 of them: for each pattern the bytes, those that come to be 0 have their top
/// bit set.
static SmallVector<int32_t> getShuffles(bool upper, int64_t count) {
  SmallVector<int32_t> shuffles(count, static_cast<int32_t>(0x80808080));
  for (auto [pattern, kept] : llvm::enumerate(keptOfFour)) {
    uint32_t word = 0x80808080;
    for (auto [i, c] : llvm::enumerate(kept)) {
      word &= ~(0xffu << 8 * c);
      word |= static_cast<uint32_t>(2 * upper + i) << 8 * c;
    }
    shuffles[pattern] = static_cast<int32_t>(word);
  }
  return shuffles;
}

/// 4 bytes of each row, of which `kept` holds 2 in its lower or upper bytes and the
/// others are 0. The lowest 3 bits of `patterns` say which.
static Value spreadKept(TileBuilder &b, Value kept, bool upper,
                        Value patterns) {
  auto type = cast<VectorType>(kept.getType());
  int64_t lanes = type.getNumElements();
  Type bytes = b.bytes(4 * lanes);
  if (lanes != 8 && lanes != 16) {
    SmallVector<Value> words;
    for (int64_t pattern = 0; pattern < 8; ++pattern)
      words.push_back(placeKept(b, kept, upper, std::min<int64_t>(pattern, 5)));
    return vector::BitCastOp::create(b, bytes,
                                     selectByBits(b, patterns, words));
  }
  Value shuffles = permuteWords(b, getShuffles(upper, lanes), patterns);
  // Shuffles count from the 128 bits that a word lies in.
  SmallVector<int32_t> firstBytes;
  for (int32_t lane = 0; lane < lanes; ++lane)
    firstBytes.push_back(0x04040404 * (lane % 4));
  shuffles = arith::OrIOp::create(b, shuffles, constantWords(b, firstBytes));
  return shuffleBytes(b, vector::BitCastOp::create(b, bytes, kept),
                      vector::BitCastOp::create(b, bytes, shuffles));
}

/// A 32-bit word of each row, which lies `offset` bytes behind the unit's first.
Value GridStrip::loadWords(Value unit, int64_t offset) {
  Value start = b.addIndex(b.mulIndex(unit, drawing.getGroupBytes()),
                           b.mulIndex(lane, 4));
  Value at[] = {panel, block,
                b.addIndex(start, drawing.getCodesOffset() + offset)};
  return b.loadBytesAs(matrix, at, b.i32s(lanes));
}

/// Vector `i` of the codes that are there, 4 in each word.
Value GridStrip::loadKept(Value unit, int64_t i) {
  Value codes;
  for (auto [index, plane] : llvm::enumerate(drawing.grid.getPlanes())) {
    GridPanel::Place place = drawing.getPlace(index, i);
    Value part = moveBits(b, loadWords(unit, place.offset), plane.bits,
                          place.bit, plane.shift);
    codes = codes ? Value(arith::OrIOp::create(b, codes, part)) : part;
  }
  return codes;
}

Value GridStrip::loadCodes(GroupOfUnit group, int64_t i) {
  Type bytes = b.bytes(4 * lanes);
  i += group.number * drawing.getCodeVectors();
  if (!drawing.kept.isTwoOfFour()) {
    Value codes = vector::BitCastOp::create(b, bytes, loadKept(group.unit, i));
    return drawing.grid.table.empty() ? codes : toBytes(codes);
  }
  Value patterns = loadPatterns(group, i);
  return restore(spreadKept(b, loadKept(group.unit, i / 2), i % 2, patterns));
}

Value GridStrip::loadKeptCodes(GroupOfUnit group, int64_t i) {
  return restore(vector::BitCastOp::create(b, b.bytes(4 * lanes),
                                           loadKept(group.unit, i)));
}

Value GridStrip::loadPatterns(GroupOfUnit group, int64_t i) {
  GridPanel::Place place = drawing.getPatternPlace(i);
  Value patterns = loadWords(group.unit, place.offset);
  if (place.bit)
    patterns = arith::ShRUIOp::create(
        b, patterns, b.constant(patterns.getType(), place.bit));
  return patterns;
}

/// What is stored so that 0 is what is not there.
Value GridStrip::restore(Value kept) {
  return arith::XOrIOp::create(
      b, kept,
      b.constant(kept.getType(), static_cast<int8_t>(drawing.grid.zero)));
}

Value GridStrip::loadFloats(GroupOfUnit group, int64_t k,
                            const Scales &scales) {
  Value word =
      vector::BitCastOp::create(b, b.i32s(lanes), loadCodes(group, k / 4));
  if (k % 4)
    word = arith::ShRUIOp::create(b, word,
                                  b.constant(word.getType(), 8 * (k % 4)));
  word = arith::AndIOp::create(b, word, b.constant(word.getType(), 255));
  if (int64_t zero = drawing.grid.getByteZero())
    word = arith::SubIOp::create(b, word, b.constant(word.getType(), zero));
  Value value =
      b.mul(arith::SIToFPOp::create(b, b.f32s(lanes), word), scales.scale);
  return scales.min ? b.add(value, scales.min) : value;
}

SmallVector<Value> GridStrip::placeNumber(GroupOfUnit group, int64_t unit) {
  Value start =
      b.mulIndex(b.addIndex(group.unit, group.number), drawing.getGroupBytes());
  return {panel, block,
          b.addIndex(start,
                     drawing.getCodesOffset() + drawing.getNumberOffset(unit))};
}

/// What codes stand for, moved above zero.
Value GridStrip::toBytes(Value codes) {
  return lookUp(b, codes, drawing.grid.getByteTable());
}

} // namespace llmc
