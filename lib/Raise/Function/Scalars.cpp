//===- Scalars.cpp - the bodies of a function's loops ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Scalars.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;

namespace llmc {

Value Scalars::number(Type type, double value) {
  if (isa<FloatType>(type))
    return arith::ConstantOp::create(*this, getFloatAttr(type, value));
  auto whole = static_cast<int64_t>(value);
  if (isa<IndexType>(type))
    return index(whole);
  APInt bits(type.getIntOrFloatBitWidth(), whole, /*isSigned=*/true,
             /*implicitTrunc=*/true);
  return arith::ConstantOp::create(*this, getIntegerAttr(type, bits));
}

Value Scalars::index(int64_t value) {
  return arith::ConstantIndexOp::create(*this, value);
}

Value Scalars::place(int64_t loop) {
  return linalg::IndexOp::create(*this, loop);
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

Value Scalars::add(Value a, Value c) {
  if (isFloat(a))
    return arith::AddFOp::create(*this, a, c);
  return arith::AddIOp::create(*this, a, c);
}

Value Scalars::subtract(Value a, Value c) {
  if (isFloat(a))
    return arith::SubFOp::create(*this, a, c);
  return arith::SubIOp::create(*this, a, c);
}

Value Scalars::multiply(Value a, Value c) {
  if (isFloat(a))
    return arith::MulFOp::create(*this, a, c);
  return arith::MulIOp::create(*this, a, c);
}

Value Scalars::negate(Value a) {
  if (isFloat(a))
    return arith::NegFOp::create(*this, a);
  return subtract(like(a, 0), a);
}

Value Scalars::divide(Value a, Value c) {
  if (isFloat(a))
    return arith::DivFOp::create(*this, a, c);
  Value zero = like(a, 0), one = like(a, 1);
  Value isZero = compare(Relation::equal, c, zero);
  if (isPlain(a)) {
    Value quotient = arith::DivUIOp::create(*this, a, select(isZero, one, c));
    return select(isZero, zero, quotient);
  }
  // By -1 it is the negative, which wraps.
  Value isMinus = compare(Relation::equal, c, like(a, -1));
  Value safe = select(either(isZero, isMinus), one, c);
  Value quotient = arith::DivSIOp::create(*this, a, safe);
  return select(isZero, zero, select(isMinus, negate(a), quotient));
}

Value Scalars::remainder(Value a, Value c) {
  if (isFloat(a))
    return arith::RemFOp::create(*this, a, c);
  Value isZero = compare(Relation::equal, c, like(a, 0));
  Value rest = subtract(a, multiply(divide(a, c), c));
  return select(isZero, like(a, 0), rest);
}

Value Scalars::greatest(Value a, Value c) {
  if (isFloat(a))
    return arith::MaximumFOp::create(*this, a, c);
  if (isPlain(a))
    return arith::MaxUIOp::create(*this, a, c);
  return arith::MaxSIOp::create(*this, a, c);
}

Value Scalars::least(Value a, Value c) {
  if (isFloat(a))
    return arith::MinimumFOp::create(*this, a, c);
  if (isPlain(a))
    return arith::MinUIOp::create(*this, a, c);
  return arith::MinSIOp::create(*this, a, c);
}

//===----------------------------------------------------------------------===//
// Conditions
//===----------------------------------------------------------------------===//

Value Scalars::compare(Relation relation, Value a, Value c) {
  using F = arith::CmpFPredicate;
  using I = arith::CmpIPredicate;
  bool isUnsigned = isPlain(a);
  F real = F::OEQ;
  I whole = I::eq;
  if (relation == Relation::less) {
    real = F::OLT;
    whole = isUnsigned ? I::ult : I::slt;
  } else if (relation == Relation::lessEqual) {
    real = F::OLE;
    whole = isUnsigned ? I::ule : I::sle;
  }
  if (isFloat(a))
    return arith::CmpFOp::create(*this, real, a, c);
  return arith::CmpIOp::create(*this, whole, a, c);
}

Value Scalars::isNaN(Value x) {
  return arith::CmpFOp::create(*this, arith::CmpFPredicate::UNO, x, x);
}

Value Scalars::both(Value a, Value c) {
  return arith::AndIOp::create(*this, a, c);
}

Value Scalars::either(Value a, Value c) {
  return arith::OrIOp::create(*this, a, c);
}

Value Scalars::invert(Value condition) {
  return arith::XOrIOp::create(*this, condition, like(condition, -1));
}

Value Scalars::select(Value condition, Value a, Value c) {
  return arith::SelectOp::create(*this, condition, a, c);
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

Value Scalars::widen(Value x) {
  auto type = dyn_cast<FloatType>(x.getType());
  if (!type || type.getWidth() >= 32)
    return x;
  return arith::ExtFOp::create(*this, getF32Type(), x);
}

Value Scalars::convert(Value x, Type type, bool toUnsigned) {
  Type from = x.getType();
  if (from == type)
    return x;
  if (type.isInteger(1)) {
    if (isFloat(x))
      return arith::CmpFOp::create(*this, arith::CmpFPredicate::UNE, x,
                                   like(x, 0));
    return invert(compare(Relation::equal, x, like(x, 0)));
  }
  unsigned width = type.getIntOrFloatBitWidth(),
           had = from.getIntOrFloatBitWidth();
  bool wasUnsigned = isPlain(x);
  if (isFloat(x) && isa<FloatType>(type)) {
    if (width == had) // f16 and bf16
      return convert(widen(x), type);
    // Processors and the runtime know the way from f32 only; a number that lies
    // within 2^-29 of a tie may then be rounded to the other side.
    if (had == 64 && width < 32)
      return convert(convert(x, getF32Type()), type);
    if (width > had)
      return arith::ExtFOp::create(*this, type, x);
    return arith::TruncFOp::create(*this, type, x);
  }
  if (isFloat(x)) {
    if (toUnsigned)
      return arith::FPToUIOp::create(*this, type, x);
    return arith::FPToSIOp::create(*this, type, x);
  }
  if (isa<FloatType>(type)) {
    if (wasUnsigned)
      return arith::UIToFPOp::create(*this, type, x);
    return arith::SIToFPOp::create(*this, type, x);
  }
  if (width < had)
    return arith::TruncIOp::create(*this, type, x);
  if (wasUnsigned)
    return arith::ExtUIOp::create(*this, type, x);
  return arith::ExtSIOp::create(*this, type, x);
}

Value Scalars::toIndex(Value integer) {
  if (isPlain(integer))
    return arith::IndexCastUIOp::create(*this, getIndexType(), integer);
  return arith::IndexCastOp::create(*this, getIndexType(), integer);
}

Value Scalars::fromIndex(Value index, Type type) {
  if (isa<IntegerType>(type))
    return arith::IndexCastOp::create(*this, type, index);
  Value whole = arith::IndexCastOp::create(*this, getI64Type(), index);
  return arith::SIToFPOp::create(*this, type, whole);
}

} // namespace llmc
