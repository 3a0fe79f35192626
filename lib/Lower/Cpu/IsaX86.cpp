//===- IsaX86.cpp - integer dot products of x86-64 --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Isa.h"

#include "llmc/Lower/Passes.h"
#include "llmrt/abi.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

Value callIntrinsic(TileBuilder &b, StringRef name, Type result,
                    ValueRange arguments) {
  return LLVM::CallIntrinsicOp::create(b, result, b.getStringAttr(name),
                                       arguments)
      ->getResult(0);
}

/// One activation word (4 signed codes) in every 32-bit lane, as bytes.
Value spreadWord(TileBuilder &b, Value word, int64_t lanes) {
  return vector::BitCastOp::create(b, b.bytes(4 * lanes),
                                   b.broadcast(word, lanes));
}

/// AVX-512 VNNI: vpdpbusd adds 4 products of unsigned and signed bytes per lane.
class Avx512Vnni : public Isa {
  StringRef getName() const override { return "avx512-vnni"; }
  ArrayRef<StringRef> getFeatures() const override {
    static const StringRef features[] = {
        "+avx2",     "+fma",      "+f16c",       "+avx512f",       "+avx512bw",
        "+avx512dq", "+avx512vl", "+avx512vnni", "-prefer-256-bit"};
    return features;
  }
  uint64_t getCpuBits() const override {
    return LLMRT_CPU_AVX2 | LLMRT_CPU_AVX512 | LLMRT_CPU_AVX512_VNNI;
  }

  Value dot(TileBuilder &b, AffineGrid, ArrayRef<Value> codes,
            ArrayRef<Value> words, Value correction) const override {
    // Two chains: the instruction's latency is four to five cycles.
    Value zero = b.constant(b.i32s(panelRows), 0);
    Value chains[] = {correction ? b.broadcast(correction, panelRows) : zero,
                      zero};
    for (size_t j = 0; j < codes.size(); ++j)
      chains[j % 2] = callIntrinsic(
          b, "llvm.x86.avx512.vpdpbusd.512", b.i32s(panelRows),
          {chains[j % 2], codes[j], spreadWord(b, words[j], panelRows)});
    return arith::AddIOp::create(b, chains[0], chains[1]);
  }
};

/// AVX2: vpmaddubsw adds pairs into 16 bits, vpmaddwd pairs of those into 32.
class Avx2 : public Isa {
  StringRef getName() const override { return "avx2"; }
  ArrayRef<StringRef> getFeatures() const override {
    static const StringRef features[] = {"+avx2", "+fma", "+f16c"};
    return features;
  }
  uint64_t getCpuBits() const override { return LLMRT_CPU_AVX2; }

  Value dot(TileBuilder &b, AffineGrid grid, ArrayRef<Value> codes,
            ArrayRef<Value> words, Value correction) const override {
    SmallVector<Value> halves;
    for (int64_t half = 0; half < 2; ++half)
      halves.push_back(grid.bits == 4 ? dotNibbles(b, codes, words, half)
                                      : dotBytes(b, grid, codes, words, half));
    SmallVector<int64_t> order =
        llvm::to_vector(llvm::seq<int64_t>(0, panelRows));
    Value sum = vector::ShuffleOp::create(b, halves[0], halves[1], order);
    if (grid.bits == 4 && correction)
      sum = arith::AddIOp::create(b, sum, b.broadcast(correction, panelRows));
    return sum;
  }

  static Value takeHalf(TileBuilder &b, Value codes, int64_t half) {
    return vector::ExtractStridedSliceOp::create(
        b, codes, ArrayRef<int64_t>{32 * half}, ArrayRef<int64_t>{32},
        ArrayRef<int64_t>{1});
  }

  static Value addPairs(TileBuilder &b, Value pairs) {
    auto type = VectorType::get(16, b.getI16Type());
    return callIntrinsic(b, "llvm.x86.avx2.pmadd.wd", b.i32s(8),
                         {pairs, b.constant(type, 1)});
  }

  /// Codes up to 15: eight products of pairs stay below 15 * 127 * 16 < 2^15.
  static Value dotNibbles(TileBuilder &b, ArrayRef<Value> codes,
                          ArrayRef<Value> words, int64_t half) {
    auto type = VectorType::get(16, b.getI16Type());
    Value sum;
    for (size_t j = 0; j < codes.size(); ++j) {
      Value products = callIntrinsic(
          b, "llvm.x86.avx2.pmadd.ub.sw", type,
          {takeHalf(b, codes[j], half), spreadWord(b, words[j], 8)});
      sum = sum ? Value(arith::AddIOp::create(b, sum, products)) : products;
    }
    return addPairs(b, sum);
  }

  /// Codes up to 255 would saturate: |w| and sign(w) * x give the same products
  /// of signed weights w = code - 128, each pair below 128 * 127 * 2 < 2^15.
  static Value dotBytes(TileBuilder &b, AffineGrid grid, ArrayRef<Value> codes,
                        ArrayRef<Value> words, int64_t half) {
    auto type = VectorType::get(16, b.getI16Type());
    Value bias = b.constant(b.bytes(32), static_cast<int8_t>(grid.zero));
    Value sum;
    for (size_t j = 0; j < codes.size(); ++j) {
      Value weight =
          arith::SubIOp::create(b, takeHalf(b, codes[j], half), bias);
      Value magnitude = math::AbsIOp::create(b, weight);
      Value signedX = callIntrinsic(b, "llvm.x86.avx2.psign.b", b.bytes(32),
                                    {spreadWord(b, words[j], 8), weight});
      Value products = callIntrinsic(b, "llvm.x86.avx2.pmadd.ub.sw", type,
                                     {magnitude, signedX});
      Value wide = addPairs(b, products);
      sum = sum ? Value(arith::AddIOp::create(b, sum, wide)) : wide;
    }
    return sum;
  }
};

} // namespace

ArrayRef<const Isa *> getIsas() {
  static const Avx512Vnni avx512Vnni;
  static const Avx2 avx2;
  static const Isa *const isas[] = {&avx512Vnni, &avx2};
  return isas;
}

ArrayRef<StringRef> getKnownIsas() {
  static const SmallVector<StringRef> names = llvm::map_to_vector(
      getIsas(), [](const Isa *isa) { return isa->getName(); });
  return names;
}

} // namespace llmc
