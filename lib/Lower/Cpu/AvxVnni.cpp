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

  const Isa *getBase() const override { return &getAvx2(); }
  bool differsIn(Operation *op) const override { return makesIntegerRows(op); }

  SmallVector<Value> dot(TileBuilder &b,
                         const IntegerTile &tile) const override {
    // Two quads share a load of nibbles; codes of several planes need more room.
    return dotFours(b, tile, "llvm.x86.avx512.vpdpbusd.256",
                    tile.rows * tile.strips <= 4 ? 2 : 1, [&](int64_t j) {
                      return j % 2 == 0 || !llvm::isPowerOf2_64(tile.bits);
                    });
  }
};

} // namespace

const Isa &getAvxVnni() {
  static const AvxVnni isa;
  return isa;
}

} // namespace llmc
