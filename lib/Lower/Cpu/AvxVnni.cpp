//===- AvxVnni.cpp - integer products with AVX-VNNI -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// vpdpbusd of 256 bits in its VEX encoding, of processors without AVX-512: 4
// products of unsigned and signed bytes are added to each lane. With 16 registers
// each quad of codes is loaded, multiplied with every row, and forgotten.
//===----------------------------------------------------------------------===//
#include "Isa.h"

using namespace mlir;

namespace llmc {

namespace {

class AvxVnni : public Isa {
  StringRef getName() const override { return "avx-vnni"; }
  ArrayRef<StringRef> getFeatures() const override {
    static const StringRef features[] = {"+avx2", "+fma", "+f16c", "+avxvnni"};
    return features;
  }
  int64_t getRegisters() const override { return 16; }
  int64_t getLanes() const override { return 8; }

  SmallVector<Value> dot(TileBuilder &b,
                         const IntegerTile &tile) const override {
    // The instruction's latency is four to five cycles: few sums go in two chains.
    int64_t count = tile.rows * tile.strips;
    int64_t chains = count <= 4 ? 2 : 1;
    SmallVector<Value> sums(chains * count, b.constant(b.i32s(tile.lanes), 0));
    for (int64_t at = 0; tile.zero && at < count; ++at)
      sums[at] =
          b.broadcast(tile.total(at / tile.strips, -tile.zero), tile.lanes);
    SmallVector<Value *> running;
    for (Value &sum : sums)
      running.push_back(&sum);
    for (int64_t j = 0; j < tile.quads; ++j) {
      // Two quads share a load of nibbles; codes of several planes need more room.
      if (j && (j % 2 == 0 || !llvm::isPowerOf2_64(tile.bits)))
        keepInOrder(b, running);
      for (int64_t s = 0; s < tile.strips; ++s) {
        Value codes = tile.codes(s, j);
        for (int64_t r = 0; r < tile.rows; ++r) {
          Value &sum = sums[j % chains * count + r * tile.strips + s];
          sum = callIntrinsic(
              b, "llvm.x86.avx512.vpdpbusd.256", b.i32s(tile.lanes),
              {sum, codes, spreadWord(b, tile.word(r, j), tile.lanes)});
        }
      }
    }
    for (int64_t at = 0; chains == 2 && at < count; ++at)
      sums[at] = arith::AddIOp::create(b, sums[at], sums[count + at]);
    sums.truncate(count);
    return sums;
  }
};

} // namespace

const Isa &getAvxVnni() {
  static const AvxVnni isa;
  return isa;
}

} // namespace llmc
