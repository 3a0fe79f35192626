//===- ByteSteps.cpp - f32s become codes of 8 bits ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "ByteSteps.h"

using namespace mlir;

namespace llmc {

static int64_t lanesOf(Value vector) {
  return cast<VectorType>(vector.getType()).getDimSize(0);
}

ByteSteps::ByteSteps(TileBuilder &b, Value magnitude)
    : b(b), scale(b.div(magnitude, b.f32(127))),
      inverse(b.div(b.f32(127), magnitude)) {
  // Out of range where all are zero, or one is an infinity or a NaN.
  isUsable = arith::AndIOp::create(
      b, b.compare(arith::CmpFPredicate::OGT, inverse, b.f32(0)),
      b.compare(arith::CmpFPredicate::OLT, inverse, b.f32(INFINITY)));
  inverse = b.select(isUsable, inverse, b.f32(0));
}

Value ByteSteps::getSteps(Value x) const {
  int64_t lanes = lanesOf(x);
  // x where the mask is all ones, 0 where it is 0, whatever x is.
  Value mask =
      b.broadcast(arith::ExtSIOp::create(b, b.getI32Type(), isUsable), lanes);
  Value bits = vector::BitCastOp::create(b, b.i32s(lanes), x);
  Value kept = vector::BitCastOp::create(
      b, x.getType(), Value(arith::AndIOp::create(b, bits, mask)));
  return b.mul(kept, b.broadcast(inverse, lanes));
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

} // namespace llmc
