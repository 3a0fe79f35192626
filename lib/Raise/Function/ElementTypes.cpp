//===- ElementTypes.cpp - elements of ONNX in memory ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Floats of eight bits and less are computed with as f32. Their bits become a float,
// and a float their bits, by shifts: no processor has instructions for all of them.
//===----------------------------------------------------------------------===//
#include "ElementTypes.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;

namespace llmc {

using Relation = Scalars::Relation;
using llvm::APFloat;

static bool isSmallFloat(Type element) {
  auto type = dyn_cast<FloatType>(element);
  return type && type.getWidth() <= 8;
}

static bool isSmallInteger(Type element) {
  return element.isIntOrFloat() && isa<IntegerType>(element) &&
         llvm::is_contained({2u, 4u}, element.getIntOrFloatBitWidth());
}

bool isNarrow(Type element) {
  return isSmallFloat(element) || isSmallInteger(element);
}

Type getStorageType(Type element) {
  if (element.isF16() || element.isBF16() || element.isF32() || element.isF64())
    return element;
  if (isNarrow(element))
    return IntegerType::get(element.getContext(), 8);
  auto integer = dyn_cast<IntegerType>(element);
  if (!integer || !llvm::is_contained({1, 8, 16, 32, 64}, integer.getWidth()))
    return {};
  return IntegerType::get(element.getContext(), integer.getWidth());
}

StringRef getNumpyName(Type element) {
  if (element.isUnsignedInteger())
    switch (element.getIntOrFloatBitWidth()) {
    case 2:
      return "uint2";
    case 4:
      return "uint4";
    case 8:
      return "uint8";
    case 16:
      return "uint16";
    case 32:
      return "uint32";
    default:
      return "uint64";
    }
  if (isSmallInteger(element))
    return element.isInteger(2) ? "int2" : "int4";
  return llvm::TypeSwitch<Type, StringRef>(element)
      .Case<Float8E4M3FNType>([](Type) { return "float8_e4m3fn"; })
      .Case<Float8E4M3FNUZType>([](Type) { return "float8_e4m3fnuz"; })
      .Case<Float8E5M2Type>([](Type) { return "float8_e5m2"; })
      .Case<Float8E5M2FNUZType>([](Type) { return "float8_e5m2fnuz"; })
      .Case<Float8E8M0FNUType>([](Type) { return "float8_e8m0fnu"; })
      .Case<Float6E2M3FNType>([](Type) { return "float6_e2m3fn"; })
      .Case<Float6E3M2FNType>([](Type) { return "float6_e3m2fn"; })
      .Case<Float4E2M1FNType>([](Type) { return "float4_e2m1fn"; })
      .Default([](Type) { return ""; });
}

DenseElementsAttr toStorage(DenseElementsAttr constant) {
  Type element = constant.getElementType(), storage = getStorageType(element);
  assert(storage && "memory holds the elements");
  if (!isNarrow(element))
    return storage == element ? constant : constant.bitcast(storage);
  SmallVector<APInt> bytes;
  auto add = [&](const APInt &bits) {
    bool extends = element.isSignlessInteger();
    bytes.push_back(extends ? bits.sext(8) : bits.zext(8));
  };
  if (isSmallFloat(element))
    for (const APFloat &number : constant.getValues<APFloat>())
      add(number.bitcastToAPInt());
  else
    for (const APInt &number : constant.getValues<APInt>())
      add(number);
  return DenseElementsAttr::get(constant.getType().clone(storage), bytes);
}

//===----------------------------------------------------------------------===//
// Floats of eight bits and less
//===----------------------------------------------------------------------===//

namespace {

/// The bits of a small float with a sign: sign, exponent, fraction.
struct Layout {
  unsigned fraction, magnitude; // bits
  int bias;
  int64_t largest; // code of the greatest number
  bool hasInfinity, hasNaN;
  bool isNaNMinusZero; // and zero has no sign

  explicit Layout(const llvm::fltSemantics &semantics) {
    fraction = APFloat::semanticsPrecision(semantics) - 1;
    magnitude = APFloat::semanticsSizeInBits(semantics) - 1;
    bias = 1 - APFloat::semanticsMinExponent(semantics);
    largest = APFloat::getLargest(semantics).bitcastToAPInt().getZExtValue();
    hasInfinity = APFloat::semanticsHasInf(semantics);
    hasNaN = APFloat::semanticsHasNaN(semantics);
    isNaNMinusZero =
        hasNaN && APFloat::getNaN(semantics).bitcastToAPInt().getZExtValue() ==
                      uint64_t{1} << magnitude;
  }

  int64_t sign() const { return int64_t{1} << magnitude; }
  /// Of f32's exponents.
  int rebias() const { return 127 - bias; }
  int64_t notANumber() const { return isNaNMinusZero ? sign() : sign() - 1; }
  int64_t beyond() const {
    return hasInfinity ? largest + 1 : (hasNaN ? notANumber() : largest);
  }
};

/// Code and f32, both i32 or f32 in the loops.
class SmallFloat {
public:
  SmallFloat(Scalars &s, FloatType type)
      : s(s), layout(type.getFloatSemantics()), i32(s.getI32Type()),
        f32(s.getF32Type()) {}

  Value decode(Value code) {
    Value magnitude = s.both(code, whole(layout.sign() - 1));
    // Shifted into place it is too small by 2^rebias, subnormal numbers as well.
    Value bits = shiftLeft(magnitude, 23 - layout.fraction);
    Value number = s.multiply(asFloat(bits),
                              s.number(f32, std::ldexp(1.0, layout.rebias())));
    Value isLarger =
        s.compare(Relation::less, whole(layout.largest), magnitude);
    if (layout.isNaNMinusZero) {
      Value isNaN = s.compare(Relation::equal, code, whole(layout.sign()));
      number = s.select(isNaN, s.number(f32, NAN), number);
    } else if (layout.hasInfinity) {
      Value isInfinite =
          s.compare(Relation::equal, magnitude, whole(layout.largest + 1));
      Value special =
          s.select(isInfinite, s.number(f32, INFINITY), s.number(f32, NAN));
      number = s.select(isLarger, special, number);
    } else if (layout.hasNaN) {
      number = s.select(isLarger, s.number(f32, NAN), number);
    }
    Value isNegative =
        s.compare(Relation::less, whole(layout.sign() - 1), code);
    return s.select(isNegative, s.negate(number), number);
  }

  Value encode(Value number, bool saturate) {
    Value bits = arith::BitcastOp::create(s, i32, number);
    Value magnitude = s.both(bits, whole(0x7fffffff));
    Value code = round(magnitude);
    Value isNaN = s.compare(Relation::less, whole(0x7f800000), magnitude);
    Value isBeyond = s.compare(Relation::less, whole(layout.largest), code);
    int64_t beyond = saturate ? layout.largest : layout.beyond();
    code = s.select(isBeyond, whole(beyond), code);
    code =
        s.select(isNaN, whole(layout.hasNaN ? layout.notANumber() : 0), code);
    Value isSigned = s.compare(Relation::less, bits, whole(0));
    if (layout.isNaNMinusZero) // which has its own sign, and zero none
      isSigned =
          s.both(isSigned,
                 s.both(s.compare(Relation::less, whole(0), code),
                        s.compare(Relation::less, code, whole(layout.sign()))));
    return s.select(isSigned, s.either(code, whole(layout.sign())), code);
  }

private:
  Scalars &s;
  Layout layout;
  Type i32, f32;

  Value whole(int64_t number) { return s.number(i32, double(number)); }
  Value asFloat(Value bits) { return arith::BitcastOp::create(s, f32, bits); }
  Value shiftLeft(Value bits, int64_t by) {
    return arith::ShLIOp::create(s, bits, whole(by));
  }
  Value shiftRight(Value bits, int64_t by) {
    return arith::ShRUIOp::create(s, bits, whole(by));
  }

  /// The nearest code, ties to even, of a magnitude's bits; too large ones are
  /// codes beyond all.
  Value round(Value magnitude) {
    unsigned cut = 23 - layout.fraction;
    Value odd = s.both(shiftRight(magnitude, cut), whole(1));
    Value half = s.add(whole((int64_t{1} << (cut - 1)) - 1), odd);
    Value normal = shiftRight(s.add(magnitude, half), cut);
    normal =
        s.subtract(normal, whole(int64_t{layout.rebias()} << layout.fraction));
    // Below the least normal number codes are multiples of one quantum.
    double quanta = std::ldexp(1.0, layout.bias - 1 + int(layout.fraction));
    Value count = s.multiply(asFloat(magnitude), s.number(f32, quanta));
    Value isNormal =
        s.compare(Relation::lessEqual,
                  whole(int64_t{layout.rebias() + 1} << 23), magnitude);
    count = s.select(isNormal, s.number(f32, 0), count);
    Value subnormal =
        arith::FPToSIOp::create(s, i32, s.apply<math::RoundEvenOp>(count));
    return s.select(isNormal, normal, subnormal);
  }
};

} // namespace

/// 2^(code - 127); 255 is NaN.
static Value decodePower(Scalars &s, Value code) {
  Type i32 = s.getI32Type();
  Value bits = arith::ShLIOp::create(s, code, s.number(i32, 23));
  Value isLeast = s.compare(Relation::equal, code, s.number(i32, 0));
  bits = s.select(isLeast, s.number(i32, 0x00400000), bits);
  Value power = arith::BitcastOp::create(s, s.getF32Type(), bits);
  Value isNaN = s.compare(Relation::equal, code, s.number(i32, 255));
  return s.select(isNaN, s.number(s.getF32Type(), NAN), power);
}

/// Its exponent, rounded by its fraction. Signs are lost.
static Value encodePower(Scalars &s, Value number, const Encoding &encoding) {
  Type i32 = s.getI32Type();
  auto whole = [&](int64_t n) { return s.number(i32, double(n)); };
  Value bits = arith::BitcastOp::create(s, i32, number);
  Value magnitude = s.both(bits, whole(0x7fffffff));
  Value exponent = arith::ShRUIOp::create(s, magnitude, whole(23));
  Value fraction = s.both(bits, whole(0x7fffff)), next = exponent;
  // A tie goes up, but that of the least exponent, which is even.
  int64_t most = encoding.rounding == Rounding::nearest ? 0x3fffff : 0;
  if (encoding.rounding != Rounding::down) {
    Value isUp = s.compare(Relation::less, whole(most), fraction);
    if (most) {
      Value isTie = s.compare(Relation::equal, fraction, whole(most + 1));
      Value isLeast = s.compare(Relation::equal, exponent, whole(0));
      isUp = s.both(isUp, s.invert(s.both(isTie, isLeast)));
    }
    next = s.add(exponent, arith::ExtUIOp::create(s, i32, isUp));
  }
  if (encoding.saturate)
    next = s.least(next, whole(0xfe));
  Value isSpecial = s.compare(Relation::equal, exponent, whole(0xff));
  return s.select(isSpecial, whole(0xff), next);
}

//===----------------------------------------------------------------------===//
// Any element
//===----------------------------------------------------------------------===//

/// The low bits of a byte, whatever lies above them.
static Value extendLow(Scalars &s, Value byte, Type element) {
  unsigned width = element.getIntOrFloatBitWidth();
  if (element.isUnsignedInteger())
    return s.both(byte, s.like(byte, (1 << width) - 1));
  Value by = s.like(byte, 8 - width);
  return arith::ShRSIOp::create(s, arith::ShLIOp::create(s, byte, by), by);
}

Value decode(Scalars &s, Value stored, Type element) {
  if (isSmallInteger(element))
    return extendLow(s, stored, element);
  if (!isSmallFloat(element))
    return s.widen(stored);
  bool isUnsigned = s.isUnsigned;
  s.isUnsigned = false;
  auto type = cast<FloatType>(element);
  Value code = arith::ExtUIOp::create(s, s.getI32Type(), stored);
  code = s.both(code, s.like(code, (1 << type.getWidth()) - 1));
  Value number = isa<Float8E8M0FNUType>(type)
                     ? decodePower(s, code)
                     : SmallFloat(s, type).decode(code);
  s.isUnsigned = isUnsigned;
  return number;
}

Value encode(Scalars &s, Value number, Type element, const Encoding &encoding) {
  if (isSmallInteger(element)) {
    // Through 32 bits: what is beyond the type is cut off, not clamped.
    Value wide =
        Scalars::isFloat(number) ? s.convert(number, s.getI32Type()) : number;
    return extendLow(s, s.convert(wide, s.getI8Type()), element);
  }
  if (!isSmallFloat(element))
    return s.convert(number, getStorageType(element),
                     element.isUnsignedInteger());
  Value single = s.convert(number, s.getF32Type());
  bool isUnsigned = s.isUnsigned;
  s.isUnsigned = false;
  auto type = cast<FloatType>(element);
  Value code = isa<Float8E8M0FNUType>(type)
                   ? encodePower(s, single, encoding)
                   : SmallFloat(s, type).encode(single, encoding.saturate);
  s.isUnsigned = isUnsigned;
  return arith::TruncIOp::create(s, s.getI8Type(), code);
}

} // namespace llmc
