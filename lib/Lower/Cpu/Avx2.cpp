//===- Avx2.cpp - integer products with AVX2 --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// vpmaddubsw adds pairs of products into 16 bits, vpmaddwd pairs of those into
// 32. With 16 registers there is room for four rows' sums and little else, so
// each quad of codes is loaded, multiplied with every row, and forgotten.
//===----------------------------------------------------------------------===//
#include "Isa.h"

#include "llmrt/abi.h"

using namespace mlir;

namespace llmc {

namespace {

class Avx2 : public Isa {
  StringRef getName() const override { return "avx2"; }
  ArrayRef<StringRef> getFeatures() const override {
    static const StringRef features[] = {"+avx2", "+fma", "+f16c"};
    return features;
  }
  uint64_t getCpuBits() const override { return LLMRT_CPU_AVX2; }
  int64_t getRegisters() const override { return 16; }
  int64_t getLanes() const override { return 8; }

  SmallVector<Value> dot(TileBuilder &b,
                         const IntegerTile &tile) const override {
    return tile.bits <= 4 ? dotNibbles(b, tile) : dotBytes(b, tile);
  }

  /// Codes up to 15: eight products of pairs stay below 15 * 127 * 16 < 2^15.
  static SmallVector<Value> dotNibbles(TileBuilder &b,
                                       const IntegerTile &tile) {
    SmallVector<Value> sums(tile.rows);
    for (int64_t j = 0; j < tile.quads; ++j) {
      Value codes = tile.codes(j);
      for (int64_t r = 0; r < tile.rows; ++r)
        addTo(b, sums[r],
              multiply(b, codes, spreadWord(b, tile.word(r, j), tile.lanes)));
    }
    for (auto [r, sum] : llvm::enumerate(sums)) {
      sum = addPairs(b, sum);
      if (tile.zero)
        addTo(b, sum, b.broadcast(tile.correction(r), tile.lanes));
    }
    return sums;
  }

  /// Codes up to 255 would saturate: |w| and sign(w) * x give the same products
  /// of signed weights w = code - 128, each pair below 128 * 127 * 2 < 2^15.
  static SmallVector<Value> dotBytes(TileBuilder &b, const IntegerTile &tile) {
    int64_t width = 4 * tile.lanes;
    Value bias = b.constant(b.bytes(width), static_cast<int8_t>(tile.zero));
    SmallVector<Value> sums(tile.rows);
    for (int64_t j = 0; j < tile.quads; ++j) {
      Value weight = arith::SubIOp::create(b, tile.codes(j), bias);
      Value magnitude = math::AbsIOp::create(b, weight);
      for (int64_t r = 0; r < tile.rows; ++r) {
        Value x =
            callIntrinsic(b, "llvm.x86.avx2.psign.b", b.bytes(width),
                          {spreadWord(b, tile.word(r, j), tile.lanes), weight});
        addTo(b, sums[r], addPairs(b, multiply(b, magnitude, x)));
      }
    }
    return sums;
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
