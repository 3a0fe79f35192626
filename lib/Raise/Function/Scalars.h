//===- Scalars.h - the bodies of a function's loops -------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One element at a time, as the loops of linalg.generic compute it: lowerings read
// like the formulas of dialects/onnx/Meanings*.cpp. Floats are f32 or f64 here, the
// narrow ones are widened and rounded once; what is true of integers and floats
// alike is spelled once.
//===----------------------------------------------------------------------===//
#ifndef LLMC_LIB_RAISE_FUNCTION_SCALARS_H
#define LLMC_LIB_RAISE_FUNCTION_SCALARS_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace llmc {

class Scalars : public mlir::ImplicitLocOpBuilder {
public:
  using Value = mlir::Value;

  /// `isUnsigned` says how integers are compared, divided and widened.
  Scalars(mlir::OpBuilder &builder, mlir::Location loc, bool isUnsigned)
      : ImplicitLocOpBuilder(loc, builder), isUnsigned(isUnsigned) {}

  bool isUnsigned;

  static bool isFloat(Value x) {
    return mlir::isa<mlir::FloatType>(x.getType());
  }
  /// Whether its bits are a number without a sign. Places have one.
  bool isPlain(Value x) const {
    return x.getType().isInteger(1) ||
           (isUnsigned && !mlir::isa<mlir::IndexType>(x.getType()));
  }
  /// A number of a type: floats are rounded to it, integers cut off.
  Value number(mlir::Type type, double value);
  /// A number of the type of `x`.
  Value like(Value x, double value) { return number(x.getType(), value); }
  Value index(int64_t value);
  /// The place of the element along a loop.
  Value place(int64_t loop);

  Value add(Value a, Value c);
  Value subtract(Value a, Value c);
  Value multiply(Value a, Value c);
  /// Integers: towards zero; by 0, and of the least by -1, it is 0: nothing traps.
  Value divide(Value a, Value c);
  /// The rest of that.
  Value remainder(Value a, Value c);
  Value negate(Value a);
  /// The greater or the less, NaN where one is.
  Value greatest(Value a, Value c);
  Value least(Value a, Value c);

  enum class Relation { equal, less, lessEqual };
  /// Ordered: false where one is NaN.
  Value compare(Relation relation, Value a, Value c);
  Value isNaN(Value x);
  Value both(Value a, Value c);
  Value either(Value a, Value c);
  Value invert(Value condition);
  Value select(Value condition, Value a, Value c);

  template <typename Op> Value apply(Value x) { return Op::create(*this, x); }
  Value exp(Value x) { return apply<mlir::math::ExpOp>(x); }

  /// f16 and bf16 as f32; others as they are.
  Value widen(Value x);
  /// As another type of ONNX: bool is "not 0", floats lose what is behind the
  /// point as integers. `toUnsigned` is of the type.
  Value convert(Value x, mlir::Type type, bool toUnsigned = false);
  /// An integer as an index.
  Value toIndex(Value integer);
  /// An index as an integer or a float.
  Value fromIndex(Value index, mlir::Type type);
};

} // namespace llmc

#endif // LLMC_LIB_RAISE_FUNCTION_SCALARS_H
