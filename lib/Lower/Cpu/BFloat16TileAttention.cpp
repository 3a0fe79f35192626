//===- BFloat16TileAttention.cpp - attention in tiles of bf16 ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "BFloat16TileAttention.h"
#include "BFloat16.h"
#include "TileProducts.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

static constexpr int64_t slotPairs = pageTokens / 2;
static constexpr int64_t word = 4;       // bytes of an f32 and of a pair
static constexpr int64_t stepPairs = 16; // of what a tile multiplies at once

void BFloat16TileAttention::allocate(int64_t pages) {
  // Lines an odd number of cache lines apart: a tile's 16 are in different sets.
  constexpr int64_t apart = 16;
  products =
      b.allocate({groupQueries, pages * pageTokens + apart}, b.getF32Type());
  groupPairs =
      b.allocate({groupQueries, pages * slotPairs + apart}, b.getI32Type());
  others = b.allocate({lanes}, b.getI32Type());
}

static int64_t getLineBytes(Value memory) {
  return cast<MemRefType>(memory.getType()).getDimSize(1) * word;
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

void BFloat16TileAttention::multiplyGroup(Value first, Value rows, Value begin,
                                          Value end) {
  firstOfGroup = first;
  TileProducts tiles(b, vectors);
  int64_t queryBytes = getLineBytes(queryPairs), bytes = getLineBytes(products);
  int64_t lineBytes = pageTokens * word;
  b.loop(begin, end, 1, [&](Value place) {
    int64_t pageBytes = layout.keyDim / 2 * lineBytes;
    tiles.multiply({b.addressOf(queryPairs, b.mulIndex(first, queryBytes)),
                    b.index(queryBytes), rows,
                    b.addressOf(keyPairs, b.mulIndex(place, pageBytes)),
                    b.index(lineBytes), b.index(layout.keyDim / 2 / stepPairs),
                    b.addressOf(products, b.mulIndex(place, lineBytes)),
                    b.index(bytes), b.constant(b.getI1Type(), 0)});
  });
}

void BFloat16TileAttention::addGroup(Value rows, Value begin, Value end,
                                     Value states) {
  TileProducts tiles(b, layout.channels / lanes);
  int64_t bytes = getLineBytes(states), pairBytes = getLineBytes(groupPairs);
  int64_t valueBytes = layout.channels * word;
  Value first = b.mulIndex(begin, slotPairs);
  Value pages = arith::SubIOp::create(b, end, begin);
  tiles.multiply({b.addressOf(groupPairs, b.mulIndex(first, word)),
                  b.index(pairBytes), rows,
                  b.addressOf(valuePairs, b.mulIndex(first, valueBytes)),
                  b.index(valueBytes), b.mulIndex(pages, slotPairs / stepPairs),
                  b.addressOf(states, b.mulIndex(firstOfGroup, bytes)),
                  b.index(bytes), b.constant(b.getI1Type(), 1)});
}

Value BFloat16TileAttention::getLine(int64_t index) {
  return b.addIndex(arith::SubIOp::create(b, firstQuery, firstOfGroup), index);
}

SmallVector<Value> BFloat16TileAttention::multiplyKeys(const Page &page) {
  SmallVector<Value> scores;
  Value first = b.mulIndex(page.place, pageTokens);
  for (int64_t i = 0; i < count(); ++i)
    for (int64_t v = 0; v < vectors; ++v)
      scores.push_back(b.loadF32s(
          products, {getLine(i), b.addIndex(first, v * lanes)}, lanes));
  return scores;
}

//===----------------------------------------------------------------------===//
// Values that are not finite
//===----------------------------------------------------------------------===//

void BFloat16TileAttention::startPages() {
  Value none = b.constant(b.i32s(lanes), 0);
  vector::StoreOp::create(b, none, others, ValueRange{b.index(0)});
}

/// Whether a number is infinite or none.
Value BFloat16TileAttention::isOther(Value values) {
  Type bits = b.i32s(cast<VectorType>(values.getType()).getDimSize(0));
  Value exponent =
      arith::AndIOp::create(b, vector::BitCastOp::create(b, bits, values),
                            b.constant(bits, 0x7f800000));
  return b.compare(arith::CmpIPredicate::eq, exponent,
                   b.constant(bits, 0x7f800000));
}

Value BFloat16TileAttention::takeValues(Value values) {
  Value isNone = isOther(values);
  Value zero = b.constant(b.i32s(lanes), 0), at = b.index(0);
  Value before = vector::LoadOp::create(b, b.i32s(lanes), others, at);
  Value found = b.select(isNone, b.constant(b.i32s(lanes), 1), zero);
  vector::StoreOp::create(b, arith::OrIOp::create(b, before, found), others,
                          ValueRange{at});
  return b.select(isNone, b.constant(b.f32s(lanes), 0), values);
}

Value BFloat16TileAttention::hasOthers() {
  Value found = vector::LoadOp::create(b, b.i32s(lanes), others, b.index(0));
  return vector::ReductionOp::create(
      b, vector::CombiningKind::OR,
      b.compare(arith::CmpIPredicate::ne, found, b.constant(b.i32s(lanes), 0)));
}

void BFloat16TileAttention::addOthers(const Page &page, Value states) {
  Value values = layout.values(b, keys);
  b.loop(b.index(0), b.index(pageTokens), 1, [&](Value slot) {
    Value line = b.addIndex(values, b.mulIndex(slot, layout.valueStride()));
    Value place =
        b.addIndex(b.mulIndex(page.place, slotPairs), b.divIndex(slot, 2));
    // The half of the pair that is the slot's, where an f32 has its first bits.
    Value isOdd = arith::TruncIOp::create(
        b, b.getI1Type(), arith::IndexCastOp::create(b, b.getI32Type(), slot));
    Value shift = b.select(isOdd, b.constant(b.getI32Type(), 0),
                           b.constant(b.getI32Type(), 16));
    for (int64_t i = 0; i < count(); ++i)
      b.when(sees(i, page, slot), [&] {
        Value pair = b.load(groupPairs, {getLine(i), place});
        Value bits =
            arith::AndIOp::create(b, arith::ShLIOp::create(b, pair, shift),
                                  b.constant(b.getI32Type(), -0x10000));
        Value p = b.broadcast(arith::BitcastOp::create(b, b.getF32Type(), bits),
                              width);
        b.loop(b.index(0), b.index(layout.channels), width, [&](Value c) {
          Value v =
              b.loadF32s(cache, {page.number, b.addIndex(line, c)}, width);
          v = scaleValue(v, page, slot);
          v = b.select(isOther(v), v, b.constant(b.f32s(width), 0));
          Value at[] = {b.addIndex(firstQuery, i), c};
          Value sum = b.loadF32s(states, at, width);
          b.storeVector(b.fma(p, v, sum), states, at);
        });
      });
  });
}

} // namespace llmc
