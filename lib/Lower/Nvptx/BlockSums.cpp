//===- BlockSums.cpp - sums of integers over a block ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "BlockSums.h"
#include "Threads.h"

#include "../Cpu/Isa.h"

using namespace mlir;

namespace llmc {

static Value getWord(TileBuilder &b, int64_t value) {
  return b.constant(b.getI32Type(), static_cast<double>(value));
}

/// An i64 of another lane, in two words; `how` is a kind of shfl.sync and `clamp` the last
/// lane that it asks.
static Value shuffle(TileBuilder &b, StringRef how, Value number,
                     int64_t distance, int64_t clamp) {
  auto move = [&](Value word) -> Value {
    std::string intrinsic = ("llvm.nvvm.shfl.sync." + how + ".i32").str();
    return callIntrinsic(
        b, intrinsic, b.getI32Type(),
        {getWord(b, -1), word, getWord(b, distance), getWord(b, clamp)});
  };
  Type i32 = b.getI32Type(), i64 = number.getType();
  Value half = b.constant(i64, 32);
  Value low = move(arith::TruncIOp::create(b, i32, number));
  Value high = move(arith::TruncIOp::create(
      b, i32, Value(arith::ShRUIOp::create(b, number, half))));
  Value upper = arith::ShLIOp::create(
      b, Value(arith::ExtUIOp::create(b, i64, high)), half);
  return arith::OrIOp::create(b, upper,
                              Value(arith::ExtUIOp::create(b, i64, low)));
}

static Value add(TileBuilder &b, Value x, Value y) {
  return arith::AddIOp::create(b, x, y);
}

static Value sumOfWarp(TileBuilder &b, Value number) {
  for (int64_t distance = warpThreads / 2; distance; distance /= 2)
    number =
        add(b, number, shuffle(b, "bfly", number, distance, warpThreads - 1));
  return number;
}

/// What `warp` and the warps before have, stored by one lane each.
static Value shareSums(TileBuilder &b, Value ofWarp) {
  assert(b.threads % warpThreads == 0 &&
         b.threads <= warpThreads * warpThreads &&
         "a warp has a lane for each warp");
  Value sums = allocateShared(b, {b.threads / warpThreads}, ofWarp.getType());
  Value lane = b.remIndex(b.thread, warpThreads);
  b.when(b.compare(arith::CmpIPredicate::eq, lane, b.index(warpThreads - 1)),
         [&] { b.store(ofWarp, sums, b.divIndex(b.thread, warpThreads)); });
  b.meetThreads();
  return sums;
}

/// The sum of the first `warps` of what `shareSums` gave; they may be overwritten then.
static Value sumWarps(TileBuilder &b, Value sums, Value warps) {
  Value lane = b.remIndex(b.thread, warpThreads);
  Value zero = b.constant(b.getI64Type(), 0);
  Value mine = b.choose(
      b.compare(arith::CmpIPredicate::ult, lane, warps),
      [&] { return b.load(sums, lane); }, [&] { return zero; });
  Value sum = sumOfWarp(b, mine);
  b.meetThreads();
  return sum;
}

Value sumBlock(TileBuilder &b, Value number) {
  Value sums = shareSums(b, sumOfWarp(b, number));
  return sumWarps(b, sums, b.index(b.threads / warpThreads));
}

Value sumBefore(TileBuilder &b, Value number) {
  Value lane = b.remIndex(b.thread, warpThreads), sum = number;
  for (int64_t distance = 1; distance < warpThreads; distance *= 2) {
    Value before = shuffle(b, "up", sum, distance, /*clamp=*/0);
    Value isThere =
        b.compare(arith::CmpIPredicate::uge, lane, b.index(distance));
    sum = b.select(isThere, add(b, sum, before), sum);
  }
  Value sums = shareSums(b, sum);
  Value before = sumWarps(b, sums, b.divIndex(b.thread, warpThreads));
  return arith::SubIOp::create(b, add(b, before, sum), number);
}

void addShared(TileBuilder &b, Value number, Value array, Value at) {
  memref::AtomicRMWOp::create(b, arith::AtomicRMWKind::addi, number, array, at);
}

} // namespace llmc
