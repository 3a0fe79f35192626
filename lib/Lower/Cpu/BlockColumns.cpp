//===- BlockColumns.cpp - what kept blocks are multiplied with --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "BlockColumns.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

BlockColumns::BlockColumns(TileBuilder &b, const KeptBlocks &kept, Value lane,
                           int64_t lanes)
    : b(b), kept(kept), lanes(lanes),
      bands(std::max<int64_t>(1, lanes / kept.rows)),
      firstBand(b.divIndex(lane, kept.rows)) {}

SmallVector<Value> BlockColumns::load(Value matrix, ArrayRef<Value> at,
                                      int64_t size, Value first) {
  auto type = VectorType::get(1, b.getIntegerType(8 * size));
  SmallVector<Value> columns, place(at);
  for (int64_t band = 0; band < bands; ++band) {
    place.back() =
        b.addIndex(at.back(), b.mulIndex(b.addIndex(firstBand, band), size));
    Value number = vector::ExtractOp::create(
        b, b.loadBytesAs(matrix, place, type), ArrayRef<int64_t>{0});
    number = arith::IndexCastUIOp::create(b, b.getIndexType(), number);
    columns.push_back(b.addIndex(first, b.mulIndex(number, kept.cols)));
  }
  return columns;
}

Value BlockColumns::spread(Value values, int64_t perBand, int64_t index) {
  SmallVector<int64_t> from;
  for (int64_t lane = 0; lane < lanes; ++lane)
    from.push_back(lane / kept.rows * perBand + index);
  return vector::ShuffleOp::create(b, values, values, from);
}

/// Vectors of one width, a power of two of them, one behind the other.
static Value join(TileBuilder &b, SmallVector<Value> parts) {
  while (parts.size() > 1) {
    int64_t width = cast<VectorType>(parts[0].getType()).getNumElements();
    auto order = llvm::to_vector(llvm::seq<int64_t>(2 * width));
    SmallVector<Value> joined;
    for (size_t i = 0; i < parts.size(); i += 2)
      joined.push_back(
          vector::ShuffleOp::create(b, parts[i], parts[i + 1], order));
    parts = std::move(joined);
  }
  return parts[0];
}

SmallVector<Value>
BlockColumns::loadFloats(ArrayRef<Value> columns,
                         llvm::function_ref<Value(Value, int64_t)> loadRow) {
  SmallVector<Value> floats;
  if (bands == 1) {
    for (int64_t c = 0; c < kept.cols; ++c)
      floats.push_back(
          b.broadcast(loadRow(b.addIndex(columns[0], c), 1), lanes));
    return floats;
  }
  Value all = join(b, llvm::map_to_vector(columns, [&](Value column) {
                     return loadRow(column, kept.cols);
                   }));
  for (int64_t c = 0; c < kept.cols; ++c)
    floats.push_back(spread(all, kept.cols, c));
  return floats;
}

//===----------------------------------------------------------------------===//
// Codes
//===----------------------------------------------------------------------===//

BlockColumns::BlockColumns(TileBuilder &b, GridStrip &strip)
    : BlockColumns(b, strip.getDrawing().kept, strip.getLane(),
                   strip.countLanes()) {
  this->strip = &strip;
}

Value BlockColumns::loadWord(GroupOfUnit group, int64_t j, Value first,
                             llvm::function_ref<Value(Value, Type)> loadRow) {
  const int64_t perWord = 4 / kept.cols, unit = perWord * j;
  first = b.addIndex(first, strip->getDrawing().getFirstColumn(unit));
  Value matrix = strip->getMatrix();
  SmallVector<Value> place = strip->placeNumber(group, unit);
  if (perWord == 1)
    return loadQuads(load(matrix, place, 1, first), loadRow);
  assert(bands == 1 && "blocks of one column are as high as a panel");
  if (lanes == 8 || lanes == 16)
    return shuffleWord(b.loadBytesAs(matrix, place, b.getI32Type()),
                       loadRow(first, b.bytes(16)));
  Value word;
  for (int64_t c = 0; c < perWord; ++c) {
    Value column =
        load(matrix, strip->placeNumber(group, unit + c), 1, first)[0];
    Value code = arith::ExtUIOp::create(
        b, b.getI32Type(),
        Value(vector::ExtractOp::create(b, loadRow(column, b.bytes(1)),
                                        ArrayRef<int64_t>{0})));
    code = arith::ShLIOp::create(b, code, b.constant(code.getType(), 8 * c));
    word = word ? Value(arith::OrIOp::create(b, word, code)) : code;
  }
  return word;
}

/// A unit of 4 columns is a word.
Value BlockColumns::loadQuads(ArrayRef<Value> columns,
                              llvm::function_ref<Value(Value, Type)> loadRow) {
  SmallVector<Value> words = llvm::map_to_vector(
      columns, [&](Value column) { return loadRow(column, b.getI32Type()); });
  if (bands == 1)
    return words[0];
  return spread(vector::FromElementsOp::create(b, b.i32s(bands), words), 1, 0);
}

/// The 4 bytes of 16 that the bytes of `numbers` name, in every lane.
Value BlockColumns::shuffleWord(Value numbers, Value bytes) {
  SmallVector<int64_t> from; // 16 in each 128 bits
  for (int64_t i = 0; i < 4 * lanes; ++i)
    from.push_back(i % 16);
  return vector::BitCastOp::create(
      b, b.i32s(lanes),
      shuffleBytes(b, vector::ShuffleOp::create(b, bytes, bytes, from),
                   spreadWord(b, numbers, lanes)));
}

SmallVector<Value>
addWords(TileBuilder &b, const Isa &isa, IntegerTile tile,
         llvm::function_ref<Value(int64_t, int64_t, int64_t)> word) {
  auto ones = [&](int64_t, int64_t) {
    return b.constant(b.bytes(4 * tile.lanes), 1);
  };
  tile.bits = 1;
  tile.zero = 0;
  tile.codes = ones;
  tile.word = word;
  return isa.dot(b, tile);
}

Value multiplySum(TileBuilder &b, Value sum, int64_t factor) {
  sum = arith::MulIOp::create(b, sum, b.constant(sum.getType(), factor));
  bool isVector = cast<VectorType>(sum.getType()).getNumElements() > 1;
  return isVector
             ? sum
             : Value(vector::ExtractOp::create(b, sum, ArrayRef<int64_t>{0}));
}

} // namespace llmc
