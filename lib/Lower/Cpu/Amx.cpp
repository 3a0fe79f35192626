//===- Amx.cpp - products with AMX ------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A tile register holds up to 16 rows of 64 bytes. TDPBSSD multiplies 16 batch rows
// with 16 output rows, whose quads lie as in a panel, and adds to 16 x 16 sums: what
// takes VPDPBUSD 128 instructions for a group of 32. Codes of batch rows are read where
// they are; those of weights are unpacked to memory, without their zero, once for all
// rows, those of some groups before the first is multiplied. LLVM chooses the registers and
// configures them.
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

/// The products of tiles with many rows. A load of a tile waits until what was stored
/// before it, sums too, has reached the cache: 89 cycles for each group of 8 rows by itself,
/// 30 for each of 18.
class AmxPhases : public IntegerPhases {
public:
  AmxPhases(TileBuilder &b, const IntegerTile &tile, int64_t groups)
      : b(b), registers(b), rows(tile.rows / tile.planes),
        codeLines(tile.strips * tile.quads),
        lines(codeLines + tile.planes * tile.strips * rows),
        memory(b.allocateAtStart({groups, lines, lineBytes}, b.getI8Type())) {}

  void unpack(const IntegerTile &tile, Value number) override {
    for (int64_t s = 0; s < tile.strips; ++s)
      for (int64_t j = 0; j < tile.quads; ++j) {
        Value bytes = tile.codes(s, j);
        if (tile.zero)
          bytes = arith::SubIOp::create(b, bytes,
                                        b.constant(bytes.getType(), tile.zero));
        vector::StoreOp::create(
            b, bytes, memory,
            ValueRange{number, b.index(s * tile.quads + j), b.index(0)});
      }
  }

  void multiply(const IntegerTile &tile, Value number) override {
    for (int64_t plane = 0; plane < tile.planes; ++plane)
      multiplyPlane(tile, number, plane);
  }

  SmallVector<Value> load(const IntegerTile &tile, Value number) override {
    SmallVector<Value> products;
    for (int64_t r = 0; r < tile.rows; ++r)
      for (int64_t s = 0; s < tile.strips; ++s) {
        int64_t line = sumLine(tile, r % tile.planes, s) + r / tile.planes;
        Value place[] = {number, b.index(line), b.index(0)};
        products.push_back(b.loadBytesAs(memory, place, b.i32s(tile.lanes)));
      }
    return products;
  }

private:
  /// The first line of the sums of a plane and a strip.
  int64_t sumLine(const IntegerTile &tile, int64_t plane, int64_t strip) {
    return codeLines + (plane * tile.strips + strip) * rows;
  }

  /// Line `line` of those of group `number`.
  Value addressOf(Value number, int64_t line) {
    return b.addressOf(memory, b.addIndex(b.mulIndex(number, lines * lineBytes),
                                          line * lineBytes));
  }

  void multiplyPlane(const IntegerTile &tile, Value number, int64_t plane) {
    SmallVector<Value> totals(tile.strips, registers.zero(rows));
    for (int64_t j = 0; j < tile.quads; j += mostRows) {
      int64_t quads = std::min(mostRows, tile.quads - j);
      Value x = registers.load(rows, 4 * quads, tile.address(plane, 4 * j),
                               registers.wide(tile.stride));
      for (int64_t s = 0; s < tile.strips; ++s) {
        Value y = registers.load(quads, lineBytes,
                                 addressOf(number, s * tile.quads + j),
                                 registers.wide(lineBytes));
        totals[s] = registers.multiply(rows, 4 * quads, totals[s], x, y,
                                       /*isSigned=*/tile.zero != 0);
      }
    }
    for (int64_t s = 0; s < tile.strips; ++s)
      registers.store(rows, totals[s],
                      addressOf(number, sumLine(tile, plane, s)),
                      registers.wide(lineBytes));
  }

  TileBuilder &b;
  TileRegisters registers;
  int64_t rows; // of the batch
  // [groups, lines, 64] bytes: of each group the codes of its weights, [strips, quads],
  // then its sums, [planes, strips, rows]. Apart, sums would be stored where the lowest 12
  // bits of the address are those of codes to be loaded next, which then wait.
  int64_t codeLines, lines;
  Value memory;
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
           (attention && BFloat16Attention::handles(attention, *this));
  }
  bool multipliesBFloat16() const override { return true; }
  bool multipliesTilesOfBFloat16() const override { return true; }
  bool narrowsPrompts(llm::EncodingAttrInterface rows) const override {
    return true;
  }

  SmallVector<Value> dot(TileBuilder &b,
                         const IntegerTile &tile) const override {
    return getAvx512Vnni().dot(b, tile);
  }
  std::unique_ptr<IntegerPhases> startPhases(TileBuilder &b,
                                             const IntegerTile &tile,
                                             int64_t groups) const override {
    constexpr int64_t leastRows = 8; // fewer are as fast by VPDPBUSD
    int64_t rows = tile.rows / tile.planes;
    int64_t most = (int64_t(1) << tile.bits) - 1 - tile.zero;
    bool fits = tile.zero == 0 || (tile.zero <= 128 && most <= 127);
    if (rows < leastRows || rows > mostRows || 4 * tile.lanes != lineBytes ||
        !fits)
      return nullptr;
    return std::make_unique<AmxPhases>(b, tile, groups);
  }
};

} // namespace

const Isa &getAmx() {
  static const Amx isa;
  return isa;
}

} // namespace llmc
