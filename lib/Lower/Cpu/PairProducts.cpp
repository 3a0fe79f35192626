//===- PairProducts.cpp - products of bf16 by VDPBF16PS ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   for 8 rows, for two strips
//     for a step of 32 k: 16 lines of pairs, each times a pair of every row
//
// Sums stay in 16 registers over all steps, whose products hide the latency of one
// another.
//===----------------------------------------------------------------------===//
#include "PairProducts.h"
#include "Isa.h"

using namespace mlir;

namespace llmc {

namespace {

constexpr int64_t lanes = 16, blockRows = 8;
constexpr int64_t lineBytes = 64; // of a strip
constexpr int64_t stepLines = 16; // of a step
constexpr int64_t pairBytes = 4;  // of a row

class PairProducts {
public:
  PairProducts(TileBuilder &b, const TileProducts::Operands &operands)
      : b(b), operands(operands) {}

  /// `count` strips, the first at byte `first` of each line.
  void multiply(Value row, int64_t first, int64_t count) {
    SmallVector<Value> start = b.choose(
        operands.goesOn, [&] { return loadSums(row, first, count); },
        [&] {
          return SmallVector<Value>(blockRows * count,
                                    b.constant(b.f32s(lanes), 0));
        });
    SmallVector<Value> sums =
        b.loop(b.index(0), operands.steps, 1, start,
               [&](Value step, ValueRange carried) {
                 return addStep(row, step, first, carried);
               });
    for (auto [i, sum] : llvm::enumerate(sums))
      LLVM::StoreOp::create(
          b, sum, placeSum(row, i / count, first + i % count * lineBytes),
          /*alignment=*/pairBytes);
  }

private:
  Value advance(Value pointer, Value bytes) {
    Value offset = arith::IndexCastOp::create(b, b.getI64Type(), bytes);
    return LLVM::GEPOp::create(b, pointer.getType(), b.getI8Type(), pointer,
                               ArrayRef<LLVM::GEPArg>{offset});
  }
  Value load(Type type, Value pointer) {
    return LLVM::LoadOp::create(b, type, pointer, /*alignment=*/pairBytes);
  }
  /// Row `i` of the block from `row` on.
  Value placeRow(Value start, Value stride, Value row, int64_t i) {
    return advance(start, arith::MulIOp::create(b, b.addIndex(row, i), stride));
  }
  Value placeSum(Value row, int64_t i, int64_t byte) {
    return advance(placeRow(operands.sums, operands.sumsStride, row, i),
                   b.index(byte));
  }

  SmallVector<Value> loadSums(Value row, int64_t first, int64_t count) {
    SmallVector<Value> sums;
    for (int64_t i = 0; i < blockRows * count; ++i)
      sums.push_back(
          load(b.f32s(lanes),
               placeSum(row, i / count, first + i % count * lineBytes)));
    return sums;
  }

  SmallVector<Value> addStep(Value row, Value step, int64_t first,
                             ValueRange carried) {
    SmallVector<Value> sums(carried), x;
    int64_t count = static_cast<int64_t>(sums.size()) / blockRows;
    for (int64_t r = 0; r < blockRows; ++r)
      x.push_back(advance(placeRow(operands.x, operands.stride, row, r),
                          b.mulIndex(step, stepLines * pairBytes)));
    for (int64_t line = 0; line < stepLines; ++line) {
      Value at = b.addIndex(b.mulIndex(step, stepLines), line);
      Value start =
          advance(operands.w, arith::MulIOp::create(b, at, operands.wStride));
      SmallVector<Value> w;
      for (int64_t strip = 0; strip < count; ++strip)
        w.push_back(
            load(pairs(), advance(start, b.index(first + strip * lineBytes))));
      for (int64_t r = 0; r < blockRows; ++r) {
        Value pair =
            load(b.getI32Type(), advance(x[r], b.index(line * pairBytes)));
        Value all =
            vector::BitCastOp::create(b, pairs(), b.broadcast(pair, lanes));
        for (int64_t strip = 0; strip < count; ++strip) {
          Value &sum = sums[r * count + strip];
          sum = callIntrinsic(b, "llvm.x86.avx512bf16.dpbf16ps.512",
                              b.f32s(lanes), {sum, all, w[strip]});
        }
      }
    }
    return sums;
  }

  Type pairs() { return VectorType::get(2 * lanes, b.getBF16Type()); }

  TileBuilder &b;
  TileProducts::Operands operands;
};

} // namespace

void multiplyPairs(TileBuilder &b, const TileProducts::Operands &operands,
                   int64_t strips) {
  PairProducts products(b, operands);
  b.loop(b.index(0), operands.rows, blockRows, [&](Value row) {
    for (int64_t strip = 0; strip < strips; strip += 2)
      products.multiply(row, strip * lineBytes,
                        std::min<int64_t>(2, strips - strip));
  });
}

} // namespace llmc
