//===- BFloat16.cpp - vectors of bf16 ---------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "BFloat16.h"
#include "Isa.h"

using namespace mlir;

namespace llmc {

static constexpr int64_t lanes = 16; // f32 of a vector

Value roundToBFloats(TileBuilder &b, Value low, Value high) {
  Value both =
      callIntrinsic(b, "llvm.x86.avx512bf16.cvtne2ps2bf16.512",
                    VectorType::get(2 * lanes, b.getBF16Type()), {high, low});
  return vector::BitCastOp::create(b, b.i32s(lanes), both);
}

Value pairBFloats(TileBuilder &b, Value low, Value high) {
  auto halves = VectorType::get(2 * lanes, b.getI16Type());
  Value both =
      vector::BitCastOp::create(b, halves, roundToBFloats(b, low, high));
  SmallVector<int64_t> order;
  for (int64_t lane = 0; lane < lanes; ++lane)
    order.append({lane, lanes + lane});
  return vector::BitCastOp::create(
      b, b.i32s(lanes), vector::ShuffleOp::create(b, both, both, order));
}

Value pairFiniteBFloats(TileBuilder &b, Value low, Value high) {
  Type words = b.i32s(lanes);
  auto constant = [&](int64_t bits) { return b.constant(words, bits); };
  auto round = [&](Value x) -> Value {
    return arith::AddIOp::create(b, vector::BitCastOp::create(b, words, x),
                                 constant(0x8000));
  };
  Value first = arith::ShRUIOp::create(b, round(low), constant(16));
  Value second = arith::AndIOp::create(b, round(high), constant(-0x10000));
  return arith::OrIOp::create(b, first, second);
}

/// Four times, the first half of the rows is interleaved with the second: a number's place
/// is then written with its row's bits and its lane's in the other order.
SmallVector<Value> transpose(TileBuilder &b, ArrayRef<Value> rows) {
  assert(rows.size() == lanes && "as many rows as lanes");
  SmallVector<Value> now(rows);
  for (int64_t done = 1; done < lanes; done *= 2) {
    SmallVector<Value> next;
    for (int64_t row = 0; row < lanes / 2; ++row)
      for (int64_t first : {int64_t(0), lanes / 2}) {
        SmallVector<int64_t> order;
        for (int64_t lane = first; lane < first + lanes / 2; ++lane)
          order.append({lane, lanes + lane});
        next.push_back(vector::ShuffleOp::create(b, now[row],
                                                 now[row + lanes / 2], order));
      }
    now = std::move(next);
  }
  return now;
}

} // namespace llmc
