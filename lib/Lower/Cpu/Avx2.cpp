//===- Avx2.cpp - integer products with AVX2 --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// vpmaddubsw adds pairs of products into 16 bits, vpmaddwd pairs of those into
// 32. With 16 registers there is room for a few sums and little else, so each
// quad of codes is loaded, multiplied with every row, and forgotten.
//===----------------------------------------------------------------------===//
#include "Isa.h"

using namespace mlir;

namespace llmc {

namespace {

class Avx2 : public Isa {
  StringRef getName() const override { return "avx2"; }
  ArrayRef<StringRef> getFeatures() const override {
    static const StringRef features[] = {"+avx2", "+fma", "+f16c"};
    return features;
  }
  int64_t getRegisters() const override { return 16; }
  int64_t getLanes() const override { return 8; }

  /// Pairs of products add up in 16 bits while they fit, then in 32. Codes of 8
  /// bits fit not even once: |w| and sign(w) * x give the same products of the
  /// signed weights w = code - 128, each pair below 128 * 127 * 2 < 2^15.
  SmallVector<Value> dot(TileBuilder &b,
                         const IntegerTile &tile) const override {
    bool isSigned = tile.bits == 8;
    int64_t centre = isSigned ? 128 : 0;
    int64_t most = getPairsPerSum(isSigned ? 128 : (1 << tile.bits) - 1);
    assert(most > 0 && "a pair of products fits into 16 bits");
    int64_t count = tile.rows * tile.strips;
    SmallVector<Value> pairs(count), sums(count);
    for (int64_t j = 0; j < tile.quads; ++j) {
      // Two quads share a load of nibbles; codes of several planes need more room.
      if (j && (j % 2 == 0 || !llvm::isPowerOf2_64(tile.bits)))
        keepInOrder(b, getRunning(pairs, sums));
      SmallVector<Weights> weights;
      for (int64_t s = 0; s < tile.strips; ++s)
        weights.push_back(prepare(b, tile.codes(s, j), isSigned));
      bool full = (j + 1) % most == 0 || j + 1 == tile.quads;
      for (int64_t at = 0; at < count; ++at) {
        const Weights &w = weights[at % tile.strips];
        Value x = spreadWord(
            b, tile.word(at / tile.strips, at % tile.strips, j), tile.lanes);
        addTo(b, pairs[at], multiply(b, w.magnitude, sign(b, x, w.sign)));
        if (!full)
          continue;
        addTo(b, sums[at], addPairs(b, pairs[at]));
        pairs[at] = {};
      }
    }
    for (auto [at, sum] : llvm::enumerate(sums))
      if (tile.zero != centre)
        addTo(b, sum,
              spreadOverLanes(b,
                              tile.total(at / tile.strips, at % tile.strips,
                                         centre - tile.zero),
                              tile.lanes));
    return sums;
  }

  /// The values that products are being added to.
  static SmallVector<Value *> getRunning(MutableArrayRef<Value> pairs,
                                         MutableArrayRef<Value> sums) {
    SmallVector<Value *> running;
    for (MutableArrayRef<Value> values : {pairs, sums})
      for (Value &value : values)
        if (value)
          running.push_back(&value);
    return running;
  }

  /// Unsigned bytes and, where weights may be negative, what has their sign.
  struct Weights {
    Value magnitude, sign;
  };
  static Weights prepare(TileBuilder &b, Value codes, bool isSigned) {
    if (!isSigned)
      return {codes, {}};
    Value bias = b.constant(codes.getType(), static_cast<int8_t>(128));
    Value weights = arith::SubIOp::create(b, codes, bias);
    return {math::AbsIOp::create(b, weights), weights};
  }

  /// How many sums of two products `weight * 127` fit into 16 bits.
  static int64_t getPairsPerSum(int64_t weight) {
    return INT16_MAX / (2 * 127 * weight);
  }

  /// x, negated where the weight is negative.
  static Value sign(TileBuilder &b, Value x, Value weights) {
    if (!weights)
      return x;
    return callIntrinsic(b, "llvm.x86.avx2.psign.b", x.getType(), {x, weights});
  }

  static Value multiply(TileBuilder &b, Value codes, Value x) {
    return callIntrinsic(b, "llvm.x86.avx2.pmadd.ub.sw",
                         VectorType::get(16, b.getI16Type()), {codes, x});
  }
  static Value addPairs(TileBuilder &b, Value pairs) {
    auto type = VectorType::get(16, b.getI16Type());
    return callIntrinsic(b, "llvm.x86.avx2.pmadd.wd", b.i32s(8),
                         {pairs, b.constant(type, 1)});
  }
  static void addTo(TileBuilder &b, Value &sum, Value term) {
    sum = sum ? Value(arith::AddIOp::create(b, sum, term)) : term;
  }
};

} // namespace

const Isa &getAvx2() {
  static const Avx2 isa;
  return isa;
}

} // namespace llmc
