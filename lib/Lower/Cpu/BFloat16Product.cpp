//===- BFloat16Product.cpp - rows of bf16 times panels ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "BFloat16Product.h"
#include "BFloat16.h"
#include "TileProducts.h"

#include <numeric>

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

static constexpr int64_t lanes = 16, tileRows = 16;
static constexpr int64_t stepDepth = 32; // k of a step
static constexpr int64_t stepBytes = 64; // of a row
static constexpr int64_t stepLines = 16; // of pairs
static constexpr int64_t lineBytes = 64; // of a panel

bool BFloat16Product::handles(LinearOp op) {
  auto weight = cast<PackedType>(op.getWeight().getType());
  return op.getBatch() && getPanelRows(weight) == lanes;
}

/// Steps of a piece of k: few pieces, each of whole blocks, whose weights and rows stay
/// in the second cache.
static int64_t getPiece(PackedType weight) {
  constexpr int64_t most = 48;
  int64_t steps = weight.getCols() / stepDepth;
  int64_t whole = std::lcm(stepDepth, getTileDepth(weight)) / stepDepth;
  int64_t pieces = llvm::divideCeil(steps, most);
  return llvm::alignTo(llvm::divideCeil(steps, pieces), whole);
}

BFloat16Buffers BFloat16Product::allocate(TileBuilder &b,
                                          ArrayRef<PanelProduct> products,
                                          int64_t panels) {
  int64_t steps = 0;
  for (const PanelProduct &product : products)
    steps = std::max(steps, getPiece(product.weight));
  return {b.allocate({steps * stepLines * panels * lineBytes}, b.getI8Type()),
          b.allocate({tileRows * steps * stepBytes}, b.getI8Type())};
}

BFloat16Product::BFloat16Product(TileBuilder &b, PanelProduct operands,
                                 int64_t panels, BFloat16Buffers buffers)
    : b(b), operands(operands), drawing(*getGridPanel(operands.weight)),
      panels(panels), buffers(buffers) {
  rowBytes = cast<MemRefType>(operands.x.getType()).getDimSize(1);
  sums = b.allocate({mostRows, panels * lanes}, b.getF32Type());
}

void BFloat16Product::multiply(Value first, Value rows, Value panel) {
  int64_t steps = operands.weight.getCols() / stepDepth;
  int64_t piece = getPiece(operands.weight);
  b.loop(b.index(0), b.index(steps), piece, [&](Value step) {
    Value left = arith::SubIOp::create(b, b.index(steps), step);
    Value here = arith::MinUIOp::create(b, left, b.index(piece));
    unpack(panel, step, here);
    multiplySteps(first, rows, step, here);
  });
}

Value BFloat16Product::loadSums(Value row, int64_t index) {
  return b.loadF32s(sums, {row, b.index(index * lanes)}, lanes);
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

void BFloat16Product::unpack(Value panel, Value step, Value steps) {
  int64_t depth = getTileDepth(operands.weight);
  Value first = b.divIndex(b.mulIndex(step, stepDepth), depth);
  Value blocks = b.divIndex(b.mulIndex(steps, stepDepth), depth);
  b.loop(b.index(0), blocks, 1, [&](Value block) {
    for (int64_t index = 0; index < panels; ++index) {
      GridStrip strip(b, drawing, operands.w, b.addIndex(panel, index),
                      b.addIndex(first, block), b.index(0), lanes);
      Value line = b.mulIndex(block, depth / 2);
      b.loop(b.index(0), b.index(drawing.grid.getGroups()), 1,
             [&](Value group) {
               Value inBlock = b.mulIndex(group, drawing.grid.group / 2);
               unpackGroup(strip, index, group, b.addIndex(line, inBlock));
             });
    }
  });
}

/// Lines from `line` on: pairs of k and k+1 of the 16 output rows of panel `index`.
void BFloat16Product::unpackGroup(GridStrip &strip, int64_t index, Value group,
                                  Value line) {
  const Grid &grid = drawing.grid;
  GridStrip::Scales scales = strip.loadScales(group);
  int64_t zero = grid.getByteZero();
  for (int64_t quad = 0; quad < grid.group / 4; ++quad) {
    Value codes = strip.loadCodes(group, quad);
    if (zero)
      codes =
          arith::SubIOp::create(b, codes, b.constant(codes.getType(), zero));
    Value words = vector::BitCastOp::create(b, b.i32s(lanes), codes);
    auto valueOf = [&](int64_t byte) -> Value {
      Value code = arith::ShLIOp::create(
          b, words, b.constant(words.getType(), 24 - 8 * byte));
      Value shift = b.constant(words.getType(), 24);
      code = zero ? Value(arith::ShRSIOp::create(b, code, shift))
                  : Value(arith::ShRUIOp::create(b, code, shift));
      Value number = arith::SIToFPOp::create(b, b.f32s(lanes), code);
      return scales.min ? b.fma(number, scales.scale, scales.min)
                        : b.mul(number, scales.scale);
    };
    for (int64_t byte : {0, 2}) {
      Value pairs = pairBFloats(b, valueOf(byte), valueOf(byte + 1));
      Value at = b.addIndex(line, quad * 2 + byte / 2);
      b.storeBytes(
          pairs, buffers.weights,
          b.addIndex(b.mulIndex(at, panels * lineBytes), index * lineBytes));
    }
  }
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

void BFloat16Product::multiplySteps(Value first, Value rows, Value step,
                                    Value steps) {
  TileProducts products(b, panels);
  Value goesOn = b.compare(arith::CmpIPredicate::ne, step, b.index(0));
  Value whole = b.mulIndex(b.divIndex(rows, tileRows), tileRows);
  Value byte =
      b.addIndex(b.mulIndex(first, rowBytes), b.mulIndex(step, stepBytes));
  int64_t sumBytes = panels * lanes * sizeof(float);
  auto multiply = [&](Value x, Value stride, Value count, Value row) {
    products.multiply({x, stride, count,
                       b.addressOf(buffers.weights, b.index(0)),
                       b.index(panels * lineBytes), steps,
                       b.addressOf(sums, b.mulIndex(row, sumBytes)),
                       b.index(sumBytes), goesOn});
  };
  multiply(b.addressOf(operands.x, byte), b.index(rowBytes), whole, b.index(0));
  Value left = arith::SubIOp::create(b, rows, whole);
  b.when(b.compare(arith::CmpIPredicate::ne, left, b.index(0)), [&] {
    copyRows(b.addIndex(first, whole), left, step, steps);
    multiply(b.addressOf(buffers.padded, b.index(0)),
             b.mulIndex(steps, stepBytes), b.index(tileRows), whole);
  });
}

void BFloat16Product::copyRows(Value first, Value rows, Value step,
                               Value steps) {
  b.loop(b.index(0), rows, 1, [&](Value row) {
    b.loop(b.index(0), steps, 1, [&](Value i) {
      Value from[] = {b.addIndex(first, row),
                      b.mulIndex(b.addIndex(step, i), stepBytes)};
      Value line = b.loadBytesAs(operands.x, from, b.i32s(lanes));
      Value to = b.addIndex(b.mulIndex(row, steps), i);
      b.storeBytes(line, buffers.padded, b.mulIndex(to, stepBytes));
    });
  });
}

} // namespace llmc
