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
    return dotFours(b, tile, "llvm.x86.avx512.vpdpbusd.512", /*chains=*/2,
                    [](int64_t) { return false; });
  }
};

} // namespace

const Isa &getAvx512Vnni() {
  static const Avx512Vnni isa;
  return isa;
}

} // namespace llmc
