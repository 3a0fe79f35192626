//===- Elementwise.cpp - arith and math on scalars and tensors ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One function per op, computed in f64 and rounded once: for + - * / and sqrt
// of f32 that is exactly the f32 operation.
//===----------------------------------------------------------------------===//
#include "Evaluation.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <cmath>

using namespace llmc;
using namespace llmc::reference;
using namespace mlir;

namespace {
/// An operand of an elementwise op: a scalar meets every element.
class Elements {
public:
  explicit Elements(const RuntimeValue &value) : value(value) {
    if (auto *ref = std::get_if<TensorRef>(&value))
      tensor = ref->get();
  }
  double floatAt(size_t i) const {
    assert((!tensor || i < tensor->floats.size()) && "operands are one shape");
    return tensor ? tensor->floats[i] : std::get<double>(value);
  }
  int64_t intAt(size_t i) const {
    assert((!tensor || i < tensor->ints.size()) && "operands are one shape");
    return tensor ? tensor->ints[i] : std::get<int64_t>(value);
  }
  const Tensor *tensor = nullptr;

private:
  const RuntimeValue &value;
};

/// Either kind of number, as an element function takes and gives it.
struct Number {
  double real = 0;
  int64_t integer = 0;
};
using ElementFunction =
    std::function<Number(Operation *, llvm::ArrayRef<Number>)>;
} // namespace

static bool isFloat(Type type) {
  return isa<FloatType>(getElementTypeOrSelf(type));
}

/// Wraps to the type's width; i1 is 0 or 1, wider integers are signed.
static int64_t wrap(int64_t value, Type type) {
  auto integer = dyn_cast<IntegerType>(getElementTypeOrSelf(type));
  if (!integer || integer.getWidth() >= 64)
    return value;
  if (integer.getWidth() == 1)
    return value & 1;
  unsigned drop = 64 - integer.getWidth();
  return static_cast<int64_t>(static_cast<uint64_t>(value) << drop) >> drop;
}

/// The shape that all tensor operands share, or an error.
static llvm::Expected<const Tensor *>
findShape(Operation *op, llvm::ArrayRef<Elements> operands) {
  const Tensor *shaped = nullptr;
  for (const Elements &operand : operands) {
    if (operand.tensor && shaped && operand.tensor->shape != shaped->shape)
      return opError(op, "operands differ in shape");
    shaped = operand.tensor ? operand.tensor : shaped;
  }
  return shaped;
}

static llvm::Error evalElements(Evaluation &eval, Operation *op,
                                const ElementFunction &function) {
  std::vector<Elements> operands;
  for (Value operand : op->getOperands())
    operands.emplace_back(eval.get(operand));
  auto shaped = findShape(op, operands);
  if (!shaped)
    return shaped.takeError();
  Type type = op->getResult(0).getType();
  Rounder round(type);
  auto evalAt = [&](size_t i) {
    llvm::SmallVector<Number, 3> numbers;
    for (auto [operand, value] : llvm::zip_equal(operands, op->getOperands()))
      numbers.push_back(isFloat(value.getType()) ? Number{operand.floatAt(i), 0}
                                                 : Number{0, operand.intAt(i)});
    Number result = function(op, numbers);
    return isFloat(type) ? result : Number{0, wrap(result.integer, type)};
  };
  if (!*shaped) {
    Number result = evalAt(0);
    bool wide = type.isF64();
    eval.set(op->getResult(0),
             isFloat(type)
                 ? RuntimeValue(wide ? result.real : round(result.real))
                 : RuntimeValue(result.integer));
    return llvm::Error::success();
  }
  size_t count = std::max((*shaped)->floats.size(), (*shaped)->ints.size());
  Tensor result{(*shaped)->shape, {}, {}};
  for (size_t i = 0; i < count; ++i) {
    Number number = evalAt(i);
    if (isFloat(type))
      result.floats.push_back(round(number.real));
    else
      result.ints.push_back(number.integer);
  }
  eval.set(op->getResult(0), std::move(result));
  return llvm::Error::success();
}

static void add(OpTable &table, llvm::StringRef name,
                ElementFunction function) {
  table.add(name,
            [function = std::move(function)](Evaluation &eval, Operation *op) {
              return evalElements(eval, op, function);
            });
}

using Unary = double (*)(double);
using Binary = double (*)(double, double);
using IntBinary = int64_t (*)(int64_t, int64_t);

static void addUnary(OpTable &table, llvm::StringRef name, Unary function) {
  add(table, name, [function](Operation *, llvm::ArrayRef<Number> x) {
    return Number{function(x[0].real), 0};
  });
}
static void addBinary(OpTable &table, llvm::StringRef name, Binary function) {
  add(table, name, [function](Operation *, llvm::ArrayRef<Number> x) {
    return Number{function(x[0].real, x[1].real), 0};
  });
}
static void addIntBinary(OpTable &table, llvm::StringRef name,
                         IntBinary function) {
  add(table, name, [function](Operation *, llvm::ArrayRef<Number> x) {
    return Number{0, function(x[0].integer, x[1].integer)};
  });
}
/// Division fails on zero, and on the one quotient that overflows.
static void addDivision(OpTable &table, llvm::StringRef name,
                        IntBinary function) {
  table.add(name, [function](Evaluation &eval, Operation *op) -> llvm::Error {
    Elements divisor(eval.get(op->getOperand(1)));
    size_t count = divisor.tensor ? divisor.tensor->ints.size() : 1;
    for (size_t i = 0; i < count; ++i)
      if (divisor.intAt(i) == 0)
        return opError(op, "divides by zero");
    return evalElements(
        eval, op, [function](Operation *, llvm::ArrayRef<Number> x) {
          return Number{0, function(x[0].integer, x[1].integer)};
        });
  });
}

static uint64_t asUnsigned(int64_t value) {
  return static_cast<uint64_t>(value);
}

/// Functions of a library that kernels call.
static void addLibraryFunctions(OpTable &table) {
  addUnary(table, "math.acos", [](double a) { return std::acos(a); });
  addUnary(table, "math.acosh", [](double a) { return std::acosh(a); });
  addUnary(table, "math.asin", [](double a) { return std::asin(a); });
  addUnary(table, "math.asinh", [](double a) { return std::asinh(a); });
  addUnary(table, "math.atan", [](double a) { return std::atan(a); });
  addUnary(table, "math.atanh", [](double a) { return std::atanh(a); });
  addUnary(table, "math.cosh", [](double a) { return std::cosh(a); });
  addUnary(table, "math.expm1", [](double a) { return std::expm1(a); });
  addUnary(table, "math.sinh", [](double a) { return std::sinh(a); });
  addUnary(table, "math.tan", [](double a) { return std::tan(a); });
}

static void addFloatOps(OpTable &table) {
  addUnary(table, "arith.negf", [](double a) { return -a; });
  addUnary(table, "arith.extf", [](double a) { return a; });
  addUnary(table, "arith.truncf", [](double a) { return a; });
  addUnary(table, "math.absf", [](double a) { return std::fabs(a); });
  addUnary(table, "math.ceil", [](double a) { return std::ceil(a); });
  addUnary(table, "math.cos", [](double a) { return std::cos(a); });
  addUnary(table, "math.erf", [](double a) { return std::erf(a); });
  addUnary(table, "math.exp", [](double a) { return std::exp(a); });
  addUnary(table, "math.exp2", [](double a) { return std::exp2(a); });
  addUnary(table, "math.floor", [](double a) { return std::floor(a); });
  addUnary(table, "math.log", [](double a) { return std::log(a); });
  addUnary(table, "math.log1p", [](double a) { return std::log1p(a); });
  addUnary(table, "math.log2", [](double a) { return std::log2(a); });
  addUnary(table, "math.round", [](double a) { return std::round(a); });
  addUnary(table, "math.roundeven", [](double a) { return std::nearbyint(a); });
  addUnary(table, "math.rsqrt", [](double a) { return 1 / std::sqrt(a); });
  addUnary(table, "math.sin", [](double a) { return std::sin(a); });
  addUnary(table, "math.sqrt", [](double a) { return std::sqrt(a); });
  addUnary(table, "math.tanh", [](double a) { return std::tanh(a); });
  addBinary(table, "arith.addf", [](double a, double b) { return a + b; });
  addBinary(table, "arith.subf", [](double a, double b) { return a - b; });
  addBinary(table, "arith.mulf", [](double a, double b) { return a * b; });
  addBinary(table, "arith.divf", [](double a, double b) { return a / b; });
  addBinary(table, "arith.maxnumf",
            [](double a, double b) { return std::fmax(a, b); });
  addBinary(table, "arith.minnumf",
            [](double a, double b) { return std::fmin(a, b); });
  addBinary(table, "math.powf",
            [](double a, double b) { return std::pow(a, b); });
  // Unlike maxnumf and minnumf, NaN wins.
  addBinary(table, "arith.maximumf", [](double a, double b) {
    return std::isnan(a) || std::isnan(b) ? NAN : std::fmax(a, b);
  });
  addBinary(table, "arith.minimumf", [](double a, double b) {
    return std::isnan(a) || std::isnan(b) ? NAN : std::fmin(a, b);
  });
  add(table, "math.fma", [](Operation *, llvm::ArrayRef<Number> x) {
    return Number{std::fma(x[0].real, x[1].real, x[2].real), 0};
  });
}

static void addIntOps(OpTable &table) {
  // Unsigned inside: two's complement wraps, signed overflow is undefined.
  addIntBinary(table, "arith.addi", [](int64_t a, int64_t b) {
    return int64_t(asUnsigned(a) + asUnsigned(b));
  });
  addIntBinary(table, "arith.subi", [](int64_t a, int64_t b) {
    return int64_t(asUnsigned(a) - asUnsigned(b));
  });
  addIntBinary(table, "arith.muli", [](int64_t a, int64_t b) {
    return int64_t(asUnsigned(a) * asUnsigned(b));
  });
  addIntBinary(table, "arith.andi", [](int64_t a, int64_t b) { return a & b; });
  addIntBinary(table, "arith.ori", [](int64_t a, int64_t b) { return a | b; });
  addIntBinary(table, "arith.xori", [](int64_t a, int64_t b) { return a ^ b; });
  addIntBinary(table, "arith.maxsi",
               [](int64_t a, int64_t b) { return std::max(a, b); });
  addIntBinary(table, "arith.minsi",
               [](int64_t a, int64_t b) { return std::min(a, b); });
  addDivision(table, "arith.divsi", [](int64_t a, int64_t b) {
    return b == -1 ? int64_t(-asUnsigned(a)) : a / b;
  });
  addDivision(table, "arith.remsi", [](int64_t a, int64_t b) {
    return b == -1 ? int64_t(0) : a % b;
  });
  for (llvm::StringRef cast :
       {"arith.index_cast", "arith.extsi", "arith.trunci"})
    add(table, cast,
        [](Operation *, llvm::ArrayRef<Number> x) { return x[0]; });
}

/// The bits of an operand as a number without a sign.
static uint64_t bitsOf(Operation *op, unsigned operand, int64_t value) {
  Type type = getElementTypeOrSelf(op->getOperand(operand).getType());
  unsigned width = isa<IndexType>(type) ? 64 : type.getIntOrFloatBitWidth();
  return asUnsigned(value) & (~uint64_t{0} >> (64 - width));
}

/// `function` of two numbers without a sign.
static void addUnsigned(OpTable &table, llvm::StringRef name,
                        uint64_t (*function)(uint64_t, uint64_t)) {
  add(table, name, [function](Operation *op, llvm::ArrayRef<Number> x) {
    return Number{0, int64_t(function(bitsOf(op, 0, x[0].integer),
                                      bitsOf(op, 1, x[1].integer)))};
  });
}

static void addUnsignedOps(OpTable &table) {
  addUnsigned(table, "arith.maxui",
              [](uint64_t a, uint64_t b) { return std::max(a, b); });
  addUnsigned(table, "arith.minui",
              [](uint64_t a, uint64_t b) { return std::min(a, b); });
  // By 0, and by more bits than there are, nothing may be undefined here.
  addUnsigned(table, "arith.divui",
              [](uint64_t a, uint64_t b) { return b ? a / b : 0; });
  addUnsigned(table, "arith.remui",
              [](uint64_t a, uint64_t b) { return b ? a % b : 0; });
  addUnsigned(table, "arith.shli",
              [](uint64_t a, uint64_t b) { return b < 64 ? a << b : 0; });
  addUnsigned(table, "arith.shrui",
              [](uint64_t a, uint64_t b) { return b < 64 ? a >> b : 0; });
  add(table, "arith.fptoui", [](Operation *, llvm::ArrayRef<Number> x) {
    bool inRange = x[0].real > -1 && x[0].real < 18e18; // else no meaning
    return Number{0, inRange ? int64_t(static_cast<uint64_t>(x[0].real)) : 0};
  });
  for (llvm::StringRef name : {"arith.extui", "arith.index_castui"})
    add(table, name, [](Operation *op, llvm::ArrayRef<Number> x) {
      return Number{0, int64_t(bitsOf(op, 0, x[0].integer))};
    });
  add(table, "arith.uitofp", [](Operation *op, llvm::ArrayRef<Number> x) {
    return Number{static_cast<double>(bitsOf(op, 0, x[0].integer)), 0};
  });
}

/// The same bits as another type. Numbers are kept as f64 and i64: they are spelled
/// in their own type and read in the result's.
static Number bitcast(Operation *op, llvm::ArrayRef<Number> x) {
  Type from = getElementTypeOrSelf(op->getOperand(0).getType()),
       to = getElementTypeOrSelf(op->getResult(0).getType());
  APInt bits(from.getIntOrFloatBitWidth(), bitsOf(op, 0, x[0].integer));
  bool inexact;
  if (auto type = dyn_cast<FloatType>(from)) {
    APFloat number(x[0].real);
    number.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                   &inexact);
    bits = number.bitcastToAPInt();
  }
  auto type = dyn_cast<FloatType>(to);
  if (!type)
    return Number{0, bits.getSExtValue()};
  APFloat number(type.getFloatSemantics(), bits);
  number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &inexact);
  return Number{number.convertToDouble(), 0};
}

static bool compare(arith::CmpIPredicate predicate, int64_t a, int64_t b) {
  using P = arith::CmpIPredicate;
  switch (predicate) {
  case P::eq:
    return a == b;
  case P::ne:
    return a != b;
  case P::slt:
    return a < b;
  case P::sle:
    return a <= b;
  case P::sgt:
    return a > b;
  case P::sge:
    return a >= b;
  case P::ult:
    return asUnsigned(a) < asUnsigned(b);
  case P::ule:
    return asUnsigned(a) <= asUnsigned(b);
  case P::ugt:
    return asUnsigned(a) > asUnsigned(b);
  case P::uge:
    return asUnsigned(a) >= asUnsigned(b);
  }
  llvm_unreachable("every predicate has a meaning");
}

static void addMixedOps(OpTable &table) {
  add(table, "arith.bitcast", bitcast);
  add(table, "arith.shrsi", [](Operation *, llvm::ArrayRef<Number> x) {
    int64_t by = x[1].integer; // beyond the width it has no meaning
    return Number{0, x[0].integer >> (by < 0 || by > 63 ? 63 : by)};
  });
  add(table, "arith.sitofp", [](Operation *, llvm::ArrayRef<Number> x) {
    return Number{static_cast<double>(x[0].integer), 0};
  });
  add(table, "arith.fptosi", [](Operation *, llvm::ArrayRef<Number> x) {
    // Out of range has no meaning in arith; it must not be undefined here.
    bool inRange = std::fabs(x[0].real) < 9.0e18;
    return Number{0, inRange ? static_cast<int64_t>(x[0].real) : 0};
  });
  add(table, "arith.cmpi", [](Operation *op, llvm::ArrayRef<Number> x) {
    auto predicate = cast<arith::CmpIOp>(op).getPredicate();
    return Number{0, compare(predicate, x[0].integer, x[1].integer)};
  });
  add(table, "arith.cmpf", [](Operation *op, llvm::ArrayRef<Number> x) {
    llvm::APFloat a(x[0].real), b(x[1].real);
    return Number{0, arith::applyCmpPredicate(
                         cast<arith::CmpFOp>(op).getPredicate(), a, b)};
  });
  add(table, "arith.select", [](Operation *, llvm::ArrayRef<Number> x) {
    return x[0].integer ? x[1] : x[2];
  });
}

void reference::addElementwiseOps(OpTable &table) {
  addFloatOps(table);
  addLibraryFunctions(table);
  addIntOps(table);
  addUnsignedOps(table);
  addMixedOps(table);
}
