//===- ByteSteps.cpp - f32s become codes of 8 bits ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "ByteSteps.h"

#include <cmath>

using namespace mlir;

namespace llmc {

static int64_t lanesOf(Value vector) {
  return cast<VectorType>(vector.getType()).getDimSize(0);
}

ByteSteps::ByteSteps(TileBuilder &b, Value magnitude, float levels)
    : ByteSteps(b, b.div(magnitude, b.f32(levels)),
                b.div(b.f32(levels), magnitude), /*isClamped=*/false) {}

ByteSteps ByteSteps::withScale(TileBuilder &b, Value scale, Value magnitude) {
  Value all = b.add(scale, b.mul(magnitude, b.f32(0)));
  return ByteSteps(b, all, b.div(b.f32(1), all), /*isClamped=*/true);
}

ByteSteps::ByteSteps(TileBuilder &b, Value scale, Value inverse, bool isClamped)
    : b(b), scale(scale), inverse(inverse), isClamped(isClamped) {
  // Out of range where all are zero, or one is an infinity or a NaN.
  isUsable = arith::AndIOp::create(
      b, b.compare(arith::CmpFPredicate::OGT, inverse, b.f32(0)),
      b.compare(arith::CmpFPredicate::OLT, inverse, b.f32(INFINITY)));
  this->inverse = b.select(isUsable, inverse, b.f32(0));
}

Value ByteSteps::getSteps(Value x) const {
  int64_t lanes = lanesOf(x);
  // x where the mask is all ones, 0 where it is 0, whatever x is.
  Value mask =
      b.broadcast(arith::ExtSIOp::create(b, b.getI32Type(), isUsable), lanes);
  Value bits = vector::BitCastOp::create(b, b.i32s(lanes), x);
  Value kept = vector::BitCastOp::create(
      b, x.getType(), Value(arith::AndIOp::create(b, bits, mask)));
  Value steps = b.mul(kept, b.broadcast(inverse, lanes));
  if (!isClamped)
    return steps;
  Value least = b.constant(x.getType(), -127);
  return arith::MinNumFOp::create(b, b.max(steps, least),
                                  b.constant(x.getType(), 127));
}

Value ByteSteps::maxBits(TileBuilder &b, ArrayRef<Value> values, Value most) {
  for (Value x : values) {
    Value magnitude = vector::BitCastOp::create(
        b, b.i32s(lanesOf(x)), Value(math::AbsFOp::create(b, x)));
    most = most ? Value(arith::MaxUIOp::create(b, most, magnitude)) : magnitude;
  }
  return most;
}

Value ByteSteps::toMagnitude(TileBuilder &b, Value bits) {
  return arith::BitcastOp::create(b, b.getF32Type(), b.maxLanes(bits));
}

/// Bits of the mantissa that a narrower float lacks are rounded away, which may carry into
/// the exponent, as it should.
static Value dropBits(TileBuilder &b, Value x, unsigned count) {
  int64_t lanes = lanesOf(x);
  auto number = [&](uint32_t value) {
    return b.constant(b.i32s(lanes), static_cast<int32_t>(value));
  };
  Value bits = vector::BitCastOp::create(b, b.i32s(lanes), x);
  Value last = arith::AndIOp::create(
      b, Value(arith::ShRUIOp::create(b, bits, number(count))), number(1));
  Value half = arith::AddIOp::create(b, last, number((1U << (count - 1)) - 1));
  Value kept = arith::AndIOp::create(
      b, Value(arith::AddIOp::create(b, bits, half)), number(~0U << count));
  return vector::BitCastOp::create(b, x.getType(), kept);
}

Value roundToCodes(TileBuilder &b, Type type, Value steps) {
  auto floats = dyn_cast<FloatType>(type);
  if (!floats)
    return math::RoundEvenOp::create(b, steps);
  const llvm::fltSemantics &semantics = floats.getFloatSemantics();
  const int bits =
                static_cast<int>(llvm::APFloat::semanticsPrecision(semantics)) -
                1,
            least = llvm::APFloat::semanticsMinExponent(semantics);
  constexpr int bitsOfF32 = 23;
  Value normal = dropBits(b, steps, bitsOfF32 - bits);
  // Below the least exponent steps are as wide as at it.
  auto constant = [&](double value) {
    return b.constant(steps.getType(), value);
  };
  Value even = math::RoundEvenOp::create(
      b, b.mul(steps, constant(std::ldexp(1, bits - least))));
  Value tiny = b.mul(even, constant(std::ldexp(1, least - bits)));
  Value isTiny = b.compare(arith::CmpFPredicate::OLT,
                           Value(math::AbsFOp::create(b, steps)),
                           constant(std::ldexp(1, least)));
  return b.select(isTiny, tiny, normal);
}

} // namespace llmc
