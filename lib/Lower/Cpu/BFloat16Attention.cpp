//===- BFloat16Attention.cpp - attention with products of bf16 --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "BFloat16Attention.h"
#include "BFloat16.h"
#include "Isa.h"
#include "Powers.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

static constexpr int64_t slotPairs = pageTokens / 2;

bool BFloat16Attention::handles(AttentionOp op, const Isa &isa) {
  if (!isa.multipliesBFloat16() || !op.getCache() || !op.getNarrow())
    return false;
  PageLayout layout(op.getCache().getType());
  return (layout.valueDim || isa.multipliesTilesOfBFloat16()) &&
         layout.keyDim % (2 * lanes) == 0 && layout.channels % lanes == 0;
}

int64_t BFloat16Attention::getMostPages(const PageLayout &layout) {
  constexpr int64_t nearBytes = 128 << 10;
  int64_t bytes = pageTokens * (layout.keyDim + layout.channels) * 2;
  return std::clamp<int64_t>(nearBytes / bytes, 1, 8);
}

BFloat16Attention::BFloat16Attention(TileBuilder &b, const KernelArgs &args,
                                     AttentionOp op, int64_t mostQueries,
                                     int64_t pages, int64_t tileQueries)
    : AttentionPart(b, args, op, mostQueries, pages) {
  Type word = b.getI32Type();
  queryPairs = b.allocate({tileQueries, layout.keyDim / 2}, word);
  keyPairs = b.allocate({pages, layout.keyDim / 2, pageTokens}, word);
  valuePairs = b.allocate({pages, slotPairs, layout.channels}, word);
  probabilityPairs = b.allocate({mostQueries, pages * slotPairs}, word);
}

//===----------------------------------------------------------------------===//
// Pairs
//===----------------------------------------------------------------------===//

static VectorType getNarrow(TileBuilder &b, int64_t lanes) {
  return VectorType::get(lanes, b.getBF16Type());
}

Value BFloat16Attention::addProducts(Value sum, Value x, Value y) {
  auto narrow = [&](Value pairs) -> Value {
    return vector::BitCastOp::create(b, getNarrow(b, 2 * lanes), pairs);
  };
  return callIntrinsic(b, "llvm.x86.avx512bf16.dpbf16ps.512", b.f32s(lanes),
                       {sum, narrow(x), narrow(y)});
}

Value BFloat16Attention::loadPairs(Value copies, ValueRange at) {
  return vector::LoadOp::create(b, b.i32s(lanes), copies, at);
}
/// One pair in every lane.
Value BFloat16Attention::spreadPair(Value copies, ValueRange at) {
  return b.broadcast(b.load(copies, at), lanes);
}

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

void BFloat16Attention::copyQuery(const Query &one, Value number) {
  b.loop(b.index(0), b.index(layout.keyDim / 2), lanes, [&](Value at) {
    Value d = b.mulIndex(at, 2);
    Value low = b.loadF32s(query, {one.row, one.head, d}, lanes);
    Value high =
        b.loadF32s(query, {one.row, one.head, b.addIndex(d, lanes)}, lanes);
    vector::StoreOp::create(b, roundToBFloats(b, low, high), queryPairs,
                            ValueRange{number, at});
  });
}

void BFloat16Attention::copyPage(const Page &page, Value kvHead) {
  keys = layout.keys(b, args.get(op.getLayer()), kvHead);
  if (layout.valueDim)
    copyKeys(page);
  else
    copyKeyRows(page);
  copyValues(page);
}

/// Two lines of a dimension of all slots become one of pairs; of codes their numbers.
void BFloat16Attention::copyKeys(const Page &page) {
  b.loop(b.index(0), b.index(layout.keyDim / 2), 1, [&](Value line) {
    Value first = b.addIndex(keys, b.mulIndex(line, 2 * pageTokens));
    for (int64_t slot = 0; slot < pageTokens; slot += lanes) {
      Value pair[2];
      for (int64_t half : {0, 1}) {
        Value at = b.addIndex(first, half * pageTokens + slot);
        pair[half] = b.loadF32s(cache, {page.number, at}, lanes);
        if (layout.hasScales)
          pair[half] =
              b.mul(pair[half], loadKeyScales(page.number, b.index(slot)));
      }
      vector::StoreOp::create(b, pairBFloats(b, pair[0], pair[1]), keyPairs,
                              ValueRange{page.place, line, b.index(slot)});
    }
  });
}

/// The same of keys that lie in rows: pairs of 16 slots are transposed.
void BFloat16Attention::copyKeyRows(const Page &page) {
  b.loop(b.index(0), b.index(pageTokens), lanes, [&](Value slot) {
    b.loop(b.index(0), b.index(layout.keyDim / 2), lanes, [&](Value line) {
      SmallVector<Value> rows;
      for (int64_t i = 0; i < lanes; ++i) {
        Value mine = b.addIndex(slot, i), dim = b.mulIndex(line, 2);
        rows.push_back(
            roundToBFloats(b, loadKeys(page, mine, dim),
                           loadKeys(page, mine, b.addIndex(dim, lanes))));
      }
      for (auto [i, pairs] : llvm::enumerate(transpose(b, rows)))
        vector::StoreOp::create(
            b, pairs, keyPairs,
            ValueRange{page.place, b.addIndex(line, i), slot});
    });
  });
}

/// Dimensions from `dim` on of the key in `slot`, of keys that lie in rows.
Value BFloat16Attention::loadKeys(const Page &page, Value slot, Value dim) {
  Value row = b.addIndex(keys, b.mulIndex(slot, layout.keyDim));
  return scaleValue(
      b.loadF32s(cache, {page.number, b.addIndex(row, dim)}, lanes), page,
      slot);
}

/// The values of two slots become one line of pairs.
void BFloat16Attention::copyValues(const Page &page) {
  Value values = layout.values(b, keys);
  b.loop(b.index(0), b.index(slotPairs), 1, [&](Value line) {
    Value slots[2] = {b.mulIndex(line, 2), b.addIndex(b.mulIndex(line, 2), 1)};
    for (int64_t channel = 0; channel < layout.channels; channel += lanes) {
      Value pair[2];
      for (int64_t half : {0, 1}) {
        Value row =
            b.addIndex(values, b.mulIndex(slots[half], layout.valueStride()));
        pair[half] = takeValues(scaleValue(
            b.loadF32s(cache, {page.number, b.addIndex(row, channel)}, lanes),
            page, slots[half]));
      }
      vector::StoreOp::create(b, pairBFloats(b, pair[0], pair[1]), valuePairs,
                              ValueRange{page.place, line, b.index(channel)});
    }
  });
}

Value BFloat16Attention::scaleValue(Value value, const Page &page, Value slot) {
  if (!layout.hasScales)
    return value;
  return b.mul(value, b.broadcast(loadValueScale(page.number, slot), lanes));
}

/// The sum is that of what is kept, so that errors which all have cancel out. Those of a
/// page add up by themselves: from one page to the next an addition is all that waits.
Value BFloat16Attention::keepPowers(int64_t index, const Page &page,
                                    ArrayRef<Value> powers, Value sum) {
  auto [pairs, line] = getPairLine(index);
  Value first = b.mulIndex(page.place, slotPairs);
  constexpr int32_t twoOnes = 0x3f803f80;
  Value mine = b.constant(b.f32s(lanes), 0);
  for (int64_t v = 0; v < vectors; v += 2) {
    Value both = bfloatPowersOfNegatives(b, powers[v], powers[v + 1]);
    mine = addProducts(mine, both, b.constant(b.i32s(lanes), twoOnes));
    vector::StoreOp::create(b, both, pairs,
                            ValueRange{line, b.addIndex(first, v / 2 * lanes)});
  }
  return b.add(sum, mine);
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

SmallVector<Value> BFloat16Attention::multiplyKeys(const Page &page) {
  SmallVector<Value> sums(count() * vectors);
  int64_t together = countTogether(vectors, lanes);
  SmallVector<Value> zeros(count() * together, b.constant(b.f32s(lanes), 0));
  for (int64_t first = 0; first < vectors; first += together) {
    auto part = b.loop(
        b.index(0), b.index(layout.keyDim / 2), 1, zeros,
        [&](Value d, ValueRange carried) {
          SmallVector<Value> next(carried), loaded;
          for (int64_t v = first; v < first + together; ++v)
            loaded.push_back(
                loadPairs(keyPairs, {page.place, d, b.index(v * lanes)}));
          for (int64_t i = 0; i < count(); ++i) {
            Value q = spreadPair(queryPairs, {b.addIndex(firstQuery, i), d});
            for (int64_t v = 0; v < together; ++v)
              next[i * together + v] =
                  addProducts(next[i * together + v], q, loaded[v]);
          }
          return next;
        });
    for (int64_t i = 0; i < count(); ++i)
      for (int64_t v = 0; v < together; ++v)
        sums[i * vectors + first + v] = part[i * together + v];
  }
  return sums;
}

/// The bits of a pair of slots that query `index` sees.
Value BFloat16Attention::seesPair(int64_t index, const Page &page, Value pair) {
  Value slot = b.mulIndex(pair, 2), none = b.constant(b.getI32Type(), 0);
  auto bits = [&](Value seen, int32_t half) {
    return b.select(seen, b.constant(b.getI32Type(), half), none);
  };
  return arith::OrIOp::create(
      b, bits(sees(index, page, slot), 0xffff),
      bits(sees(index, page, b.addIndex(slot, 1)), -0x10000));
}

/// Both bounds of the slots become those of pairs: a pair that only begins before
/// the end is whole, and what is not seen of it adds nothing.
SmallVector<Value> BFloat16Attention::addValues(const Page &page, Value first,
                                                Value end, int64_t channel,
                                                ValueRange start,
                                                bool mayHide) {
  int64_t each = start.size() / count();
  Value low = b.divIndex(first, 2);
  Value high = b.divIndex(mayHide ? b.addIndex(end, 1) : end, 2);
  return b.loop(low, high, 1, start, [&](Value pair, ValueRange carried) {
    SmallVector<Value> next(carried), loaded;
    for (int64_t c = 0; c < each; ++c)
      loaded.push_back(loadPairs(
          valuePairs, {page.place, pair, b.index(channel + c * width)}));
    Value place = b.addIndex(b.mulIndex(page.place, slotPairs), pair);
    for (int64_t i = 0; i < count(); ++i) {
      Value p = spreadPair(probabilityPairs, {b.index(i), place});
      Value seen;
      if (mayHide)
        seen = b.broadcast(seesPair(i, page, pair), lanes);
      for (int64_t c = 0; c < each; ++c) {
        Value value = loaded[c];
        if (seen)
          value = arith::AndIOp::create(b, value, seen);
        next[i * each + c] = addProducts(next[i * each + c], p, value);
      }
    }
    return next;
  });
}

} // namespace llmc
