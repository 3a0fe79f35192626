//===- Avx512Vnni.cpp - integer products with AVX-512 VNNI ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// vpdpbusd adds 4 products of unsigned and signed bytes to each lane.
//===----------------------------------------------------------------------===//
#include "Isa.h"

using namespace mlir;

namespace llmc {

namespace {

class Avx512Vnni : public Isa {
  StringRef getName() const override { return "avx512-vnni"; }
  ArrayRef<StringRef> getFeatures() const override {
    static const StringRef features[] = {
        "+avx2",     "+fma",      "+f16c",       "+avx512f",       "+avx512bw",
        "+avx512dq", "+avx512vl", "+avx512vnni", "-prefer-256-bit"};
    return features;
  }
  int64_t getRegisters() const override { return 32; }
  int64_t getLanes() const override { return 16; }

  SmallVector<Value> dot(TileBuilder &b,
                         const IntegerTile &tile) const override {
    // Two chains per sum: the instruction's latency is four to five cycles.
    Value zero = b.constant(b.i32s(tile.lanes), 0);
    int64_t count = tile.rows * tile.strips;
    SmallVector<Value> sums(count, zero), odd(count, zero);
    for (int64_t at = 0; tile.zero && at < count; ++at)
      sums[at] =
          b.broadcast(tile.total(at / tile.strips, -tile.zero), tile.lanes);
    for (int64_t j = 0; j < tile.quads; ++j)
      for (int64_t s = 0; s < tile.strips; ++s) {
        Value codes = tile.codes(s, j);
        for (int64_t r = 0; r < tile.rows; ++r) {
          Value &chain = (j % 2 ? odd : sums)[r * tile.strips + s];
          chain = callIntrinsic(
              b, "llvm.x86.avx512.vpdpbusd.512", b.i32s(tile.lanes),
              {chain, codes, spreadWord(b, tile.word(r, j), tile.lanes)});
        }
      }
    for (auto [sum, other] : llvm::zip(sums, odd))
      sum = arith::AddIOp::create(b, sum, other);
    return sums;
  }
};

} // namespace

const Isa &getAvx512Vnni() {
  static const Avx512Vnni isa;
  return isa;
}

} // namespace llmc
