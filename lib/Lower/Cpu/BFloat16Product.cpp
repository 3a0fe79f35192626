//===- BFloat16Product.cpp - rows of bf16 times panels ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "BFloat16Product.h"
#include "TileProducts.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

static constexpr int64_t lanes = 16, tileRows = 16;
static constexpr int64_t stepDepth = PanelPairs::stepDepth;
static constexpr int64_t stepBytes = 2 * stepDepth; // of a row
static constexpr int64_t lineBytes = PanelPairs::lineBytes;

/// Steps of a piece of k: few pieces, each of whole blocks, whose weights and rows stay
/// in the second cache.
static int64_t getPiece(PackedType weight) {
  constexpr int64_t most = 48;
  int64_t steps = weight.getCols() / stepDepth;
  int64_t pieces = llvm::divideCeil(steps, most);
  return llvm::alignTo(llvm::divideCeil(steps, pieces),
                       PanelPairs::getWholeSteps(weight));
}

BFloat16Buffers BFloat16Product::allocate(TileBuilder &b,
                                          ArrayRef<PanelProduct> products,
                                          int64_t panels) {
  int64_t steps = 0;
  for (const PanelProduct &product : products)
    steps = std::max(steps, getPiece(product.weight));
  return {b.allocate({steps * PanelPairs::stepLines * panels * lineBytes},
                     b.getI8Type()),
          b.allocate({tileRows * steps * stepBytes}, b.getI8Type())};
}

BFloat16Product::BFloat16Product(TileBuilder &b, PanelProduct operands,
                                 int64_t panels, BFloat16Buffers buffers)
    : b(b), operands(operands), pairs(b, operands, panels, buffers.weights),
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
    pairs.unpack(panel, step, here);
    multiplySteps(first, rows, step, here);
  });
}

Value BFloat16Product::loadSums(Value row, int64_t index) {
  return b.loadF32s(sums, {row, b.index(index * lanes)}, lanes);
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
