//===- Powers.cpp - powers of two of vectors --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Powers.h"

using namespace mlir;

namespace llmc {

/// Adding 1.5 * 2^23 rounds to an integer, which is left in the lowest bits.
static constexpr double roundingShift = 12582912;

/// Where it is below that, 2^x is no normal number.
static constexpr double leastPower = -126;

/// 2^n times 2^f with |f| <= 1/2, whose polynomial ends in 1: 2^0 is 1, so a state whose
/// maximum stays is not shrunk.
Value powerOfNegative(TileBuilder &b, Value x) {
  auto type = cast<VectorType>(x.getType());
  auto constant = [&](double value) { return b.constant(type, value); };
  Value shifted = b.add(x, constant(roundingShift));
  Value f = b.sub(x, b.sub(shifted, constant(roundingShift)));
  Value sum = constant(1.32647272e-3);
  for (double factor :
       {9.67151264e-3, 5.55073374e-2, 0.240222421, 0.693146978, 1.0})
    sum = b.fma(sum, f, constant(factor));
  auto bitsType = b.i32s(type.getDimSize(0));
  auto bits = [&](Value value) -> Value {
    return vector::BitCastOp::create(b, bitsType, value);
  };
  Value exponent =
      arith::ShLIOp::create(b, bits(shifted), b.constant(bitsType, 23));
  Value result = vector::BitCastOp::create(
      b, type, arith::AddIOp::create(b, bits(sum), exponent));
  Value isTiny = b.compare(arith::CmpFPredicate::OLT, x, constant(leastPower));
  return b.select(isTiny, constant(0), result);
}

/// The bits of a bf16, read as an integer, are 128 * (log2 of it + 127) where its fraction
/// is zero. 128 * (x + 127) = 128 * e + f is them too there, and elsewhere too large by
/// 128 * (1 + f / 128 - 2^(f / 128)), nearly a parabola with its zeros at 0 and 128.
Value bfloatPowersOfNegatives(TileBuilder &b, Value low, Value high) {
  constexpr int64_t bias = 127, steps = 128;
  // Of the parabola, in 65536ths: that with the least root mean square.
  constexpr int64_t factor = 172;
  auto type = cast<VectorType>(low.getType());
  int64_t lanes = type.getDimSize(0);
  auto halves = VectorType::get(2 * lanes, b.getI16Type());
  auto round = [&](Value x) -> Value {
    x = b.max(x, b.constant(type, -bias)); // whose bits are those of 0
    Value shifted = b.fma(x, b.constant(type, steps),
                          b.constant(type, roundingShift + bias * steps));
    return vector::BitCastOp::create(b, halves, shifted);
  };
  SmallVector<int64_t> lowHalves;
  for (int64_t half = 0; half < 4 * lanes; half += 2)
    lowHalves.push_back(half);
  Value all = vector::ShuffleOp::create(b, round(low), round(high), lowHalves);
  Value f = arith::AndIOp::create(b, all, b.constant(halves, steps - 1));
  Value parabola = arith::MulIOp::create(
      b, f, arith::SubIOp::create(b, b.constant(halves, steps), f));
  Value excess =
      arith::MulUIExtendedOp::create(b, parabola, b.constant(halves, factor))
          .getHigh();
  return vector::BitCastOp::create(b, b.i32s(lanes),
                                   arith::SubIOp::create(b, all, excess));
}

} // namespace llmc
