//===- FloatCodeStrip.cpp - loads of a kernel from codes of floats ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Floats of 8 bits become halves by a shift: the exponents and mantissas of both
// lie in the same order, so even those below the least exponent are right. F16C, which
// every target has, makes halves f32 (16 of them in one instruction of AVX-512).
//===----------------------------------------------------------------------===//
#include "FloatCodeStrip.h"
#include "PanelLoads.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

Value FloatCodeStrip::loadScale() {
  Value at[] = {panel, group,
                b.mulIndex(lane, codes.getScale().getWidth() / 8)};
  Value scale = loadFloatsAs(b, matrix, at, codes.getScale(), lanes);
  if (getFloat8(codes) != Float8::e4m3)
    return scale;
  return b.mul(scale, b.constant(scale.getType(), e4m3OfHalf));
}

int64_t FloatCodeStrip::countPerLoad() const {
  if (!codes.getType())
    return drawing.perByte;
  return lanes == drawing.rows && codes.getGroup() % 2 == 0 ? 2 : 1;
}

SmallVector<Value, 2> FloatCodeStrip::load(Value first) {
  // Rows are a multiple of the codes in a byte.
  Value byte = b.mulIndex(first, drawing.rows / drawing.perByte);
  Value at[] = {panel, group,
                b.addIndex(b.addIndex(byte, lane), getCodesOffset())};
  if (codes.getType()) {
    Value halves =
        toHalves(b.loadBytesAs(matrix, at, b.bytes(countPerLoad() * lanes)));
    SmallVector<Value, 2> floats;
    for (int64_t k = 0; k < countPerLoad(); ++k) {
      Value half = vector::ExtractStridedSliceOp::create(
          b, halves, ArrayRef<int64_t>{k * lanes}, ArrayRef<int64_t>{lanes},
          ArrayRef<int64_t>{1});
      floats.push_back(arith::ExtFOp::create(b, b.f32s(lanes), half));
    }
    return floats;
  }
  Value bytes = b.loadBytesAs(matrix, at, b.bytes(lanes));
  Value low = arith::ExtUIOp::create(b, b.i32s(lanes), bytes);
  Value high = arith::ShRUIOp::create(b, low, b.constant(low.getType(), 4));
  ArrayRef<float> values = codes.getValues();
  return {lookUpFloats(b, low, values), lookUpFloats(b, high, values)};
}

/// Two k of a whole panel are shifted and masked at once.
Value FloatCodeStrip::toHalves(Value bytes) {
  int64_t count = cast<VectorType>(bytes.getType()).getNumElements();
  auto type = VectorType::get(count, b.getI16Type());
  auto number = [&](uint16_t value) {
    return b.constant(type, static_cast<int16_t>(value));
  };
  Value half;
  if (getFloat8(codes) == Float8::e5m2) {
    half = arith::ExtUIOp::create(b, type, bytes);
    half = arith::ShLIOp::create(b, half, number(8));
  } else {
    // The sign is in both of the upper bits then, and stays in one.
    half = arith::ExtSIOp::create(b, type, bytes);
    half = arith::ShLIOp::create(b, half, number(7));
    half = arith::AndIOp::create(b, half, number(0xBFFF));
  }
  return vector::BitCastOp::create(b, VectorType::get(count, b.getF16Type()),
                                   half);
}

} // namespace llmc
