//===- Amx.cpp - products with AMX ------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A tile register holds up to 16 rows of 64 bytes. TDPBSSD multiplies 16 batch rows
// with 16 output rows, whose quads lie as in a panel, and adds to 16 x 16 sums: what
// takes VPDPBUSD 128 instructions for a group of 32. Codes of batch rows are read where
// they are; those of weights are unpacked to memory, without their zero, once for all
// rows. LLVM chooses the registers and configures them.
//
//       rows of x          quads of a strip            sums
//     rows x 4q bytes  x  q rows of 16 x 4 bytes  ->  rows x 16 i32
//
// Few rows are multiplied by VPDPBUSD, to the same sums. Rows of prompts that may be
// bf16 are, and stay in tiles over all of k: see BFloat16Product.h.
//===----------------------------------------------------------------------===//
#include "BFloat16Attention.h"
#include "TileRegisters.h"

using namespace mlir;

namespace llmc {

namespace {

constexpr int64_t mostRows = TileRegisters::mostRows,
                  lineBytes = TileRegisters::lineBytes;

/// The products of one IntegerTile with many rows.
class AmxProduct {
public:
  AmxProduct(TileBuilder &b, const IntegerTile &tile)
      : b(b), tile(tile), registers(b), rows(tile.rows / tile.planes) {}

  SmallVector<Value> run() {
    unpack();
    allocateSums();
    for (int64_t plane = 0; plane < tile.planes; ++plane)
      multiply(plane);
    SmallVector<Value> products;
    for (int64_t r = 0; r < tile.rows; ++r)
      for (int64_t s = 0; s < tile.strips; ++s)
        products.push_back(loadSums(r, s));
    return products;
  }

private:
  Value addressOf(Value memory, int64_t byte) {
    return b.addressOf(memory, b.index(byte));
  }

  void unpack() {
    codes =
        b.allocateAtStart({tile.strips, tile.quads, lineBytes}, b.getI8Type());
    for (int64_t s = 0; s < tile.strips; ++s)
      for (int64_t j = 0; j < tile.quads; ++j) {
        Value bytes = tile.codes(s, j);
        if (tile.zero)
          bytes = arith::SubIOp::create(b, bytes,
                                        b.constant(bytes.getType(), tile.zero));
        vector::StoreOp::create(b, bytes, codes,
                                ValueRange{b.index(s), b.index(j), b.index(0)});
      }
  }

  void allocateSums() {
    sums = b.allocateAtStart({tile.planes, tile.strips, rows, tile.lanes},
                             b.getI32Type());
  }

  void multiply(int64_t plane) {
    SmallVector<Value> totals(tile.strips, registers.zero(rows));
    for (int64_t j = 0; j < tile.quads; j += mostRows) {
      int64_t quads = std::min(mostRows, tile.quads - j);
      Value x = registers.load(rows, 4 * quads, tile.address(plane, 4 * j),
                               registers.wide(tile.stride));
      for (int64_t s = 0; s < tile.strips; ++s) {
        Value y =
            registers.load(quads, lineBytes,
                           addressOf(codes, (s * tile.quads + j) * lineBytes),
                           registers.wide(lineBytes));
        totals[s] = registers.multiply(rows, 4 * quads, totals[s], x, y,
                                       /*isSigned=*/tile.zero != 0);
      }
    }
    for (int64_t s = 0; s < tile.strips; ++s)
      registers.store(
          rows, totals[s],
          addressOf(sums, (plane * tile.strips + s) * rows * lineBytes),
          registers.wide(lineBytes));
  }

  Value loadSums(int64_t r, int64_t s) {
    return vector::LoadOp::create(
        b, b.i32s(tile.lanes), sums,
        ValueRange{b.index(r % tile.planes), b.index(s),
                   b.index(r / tile.planes), b.index(0)});
  }

  TileBuilder &b;
  const IntegerTile &tile;
  TileRegisters registers;
  int64_t rows; // of the batch
  // Codes of weights, [strips, quads, 64] bytes; sums, [planes, strips, rows, 16].
  Value codes, sums;
};

class Amx : public Isa {
  StringRef getName() const override { return "amx"; }
  ArrayRef<StringRef> getFeatures() const override {
    static const SmallVector<StringRef> features = [] {
      SmallVector<StringRef> all(getAvx512Bf16().getFeatures());
      all.append({"+amx-tile", "+amx-int8", "+amx-bf16"});
      return all;
    }();
    return features;
  }
  int64_t getRegisters() const override {
    return getAvx512Bf16().getRegisters();
  }
  int64_t getLanes() const override { return getAvx512Bf16().getLanes(); }
  int64_t getTileRows() const override { return mostRows; }

  const Isa *getBase() const override { return &getAvx512Bf16(); }
  bool differsIn(Operation *op) const override {
    auto attention = dyn_cast<llm::AttentionOp>(op);
    return makesIntegerRows(op) || makesNarrowPrompts(op) ||
           (attention &&
            BFloat16Attention::handles(attention, /*hasTiles=*/true));
  }
  bool multipliesBFloat16() const override { return true; }
  bool multipliesTilesOfBFloat16() const override { return true; }
  bool narrowsPrompts(llm::EncodingAttrInterface rows) const override {
    return true;
  }

  SmallVector<Value> dot(TileBuilder &b,
                         const IntegerTile &tile) const override {
    constexpr int64_t leastRows = 8; // fewer are as fast by VPDPBUSD
    int64_t rows = tile.rows / tile.planes;
    int64_t most = (int64_t(1) << tile.bits) - 1 - tile.zero;
    bool fits = tile.zero == 0 || (tile.zero <= 128 && most <= 127);
    if (rows < leastRows || rows > mostRows || 4 * tile.lanes != lineBytes ||
        !fits)
      return getAvx512Vnni().dot(b, tile);
    return AmxProduct(b, tile).run();
  }
};

} // namespace

const Isa &getAmx() {
  static const Amx isa;
  return isa;
}

} // namespace llmc
