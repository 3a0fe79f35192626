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
      const int64_t unit = drawing.getUnitGroups();
      b.loop(b.index(0), b.index(drawing.grid.getGroups()), unit,
             [&](Value first) {
               for (int64_t i = 0; i < unit; ++i) {
                 Value inBlock = b.mulIndex(b.addIndex(first, i),
                                            drawing.grid.group / 2);
                 unpackGroup(strip, index, {first, i},
                             b.addIndex(line, inBlock));
               }
             });
    }
  });
}

/// Lines from `line` on: pairs of k and k+1 of the 16 output rows of panel `index`.
void BFloat16Product::unpackGroup(GridStrip &strip, int64_t index,
                                  GroupOfUnit group, Value line) {
  const Grid &grid = drawing.grid;
  GridStrip::Scales scales = strip.loadScales(group);
  // A byte among the bits of 1.0 is 1 + byte / 256, without a conversion. f32 keeps
  // it times the scale well beyond what bf16 will.
  constexpr int64_t one = 256;
  Value scale = b.mul(scales.scale, b.constant(b.f32s(lanes), one));
  Value zero = b.constant(b.f32s(lanes), -one - grid.getByteZero());
  Value offset = scales.min ? b.fma(scales.scale, zero, scales.min)
                            : b.mul(scales.scale, zero);
  for (int64_t quad = 0; quad < grid.group / 4; ++quad) {
    Value words = vector::BitCastOp::create(b, b.i32s(lanes),
                                            strip.loadCodes(group, quad));
    auto constant = [&](int64_t bits) {
      return b.constant(words.getType(), bits);
    };
    auto valueOf = [&](int64_t byte) -> Value {
      constexpr int64_t first = 15; // bit of 1 / 256
      int64_t left = first - 8 * byte;
      Value bits =
          left > 0 ? Value(arith::ShLIOp::create(b, words, constant(left)))
                   : Value(arith::ShRUIOp::create(b, words, constant(-left)));
      bits = arith::AndIOp::create(b, bits, constant(0xff << first));
      bits = arith::OrIOp::create(b, bits, constant(0x3f800000));
      return b.fma(vector::BitCastOp::create(b, b.f32s(lanes), bits), scale,
                   offset);
    };
    for (int64_t byte : {0, 2}) {
      Value pairs = pairFiniteBFloats(b, valueOf(byte), valueOf(byte + 1));
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
