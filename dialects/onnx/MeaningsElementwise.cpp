//===- MeaningsElementwise.cpp - one element from one of each input -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Meanings.h"

#include "mlir/IR/BuiltinTypes.h"

#include "llvm/ADT/Sequence.h"

#include <cmath>

using namespace mlir;
using namespace mlir::onnx;

using Unary = double (*)(double);
using Binary = Scalar (*)(Scalar, Scalar);

static void broadcastAll(const Operands &operands,
                         MutableArrayRef<Sizes> results) {
  results[0] = broadcastSizes(
      operands, llvm::to_vector(llvm::seq<unsigned>(0, operands.count())));
}

static void addUnary(MeaningTable &table, StringRef name, Unary function) {
  table[name] = {sizesOfFirst,
                 [function](const Operands &in, unsigned, Index at) {
                   return Scalar::of(function(in.read(0, at).number()));
                 }};
}

/// Two inputs, or a fold over any number of them.
static void addBinary(MeaningTable &table, StringRef name, Binary function) {
  table[name] = {broadcastAll,
                 [function](const Operands &in, unsigned, Index at) {
                   Scalar result = in.readBroadcast(0, at);
                   for (unsigned i = 1; i < in.count(); ++i)
                     result = function(result, in.readBroadcast(i, at));
                   return result;
                 }};
}

/// `whole` on integers, `real` on floats.
template <auto whole, auto real> static Scalar either(Scalar a, Scalar b) {
  if (a.isInteger && b.isInteger)
    return Scalar::of(whole(a.integer, b.integer));
  return Scalar::of(real(a.number(), b.number()));
}

// Integers wrap as the machine's do.
static int64_t wrapped(uint64_t value) { return static_cast<int64_t>(value); }

static int64_t divide(int64_t a, int64_t b) {
  return b == -1 ? wrapped(0 - uint64_t(a)) : a / b; // the smallest would trap
}

/// Of the sign of b, as Python's.
static int64_t floorModulo(int64_t a, int64_t b) {
  if (b == -1)
    return 0;
  int64_t rest = a % b;
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

static double floorModulo(double a, double b) {
  double rest = std::fmod(a, b);
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

static double greater(double a, double b) {
  return std::isnan(a) || a > b ? a : b;
}
static double smaller(double a, double b) {
  return std::isnan(a) || a < b ? a : b;
}

/// A quotient or its rest; integers have none by zero. `truncated` holds where
/// the attribute `fmod` asks for it.
static void addDivision(MeaningTable &table, StringRef name, Binary function,
                        Binary truncated = nullptr) {
  table[name] = {broadcastAll, [=](const Operands &in, unsigned, Index at) {
                   Scalar a = in.readBroadcast(0, at);
                   Scalar b = in.readBroadcast(1, at);
                   if (a.isInteger && b.isInteger && b.integer == 0) {
                     in.fail("divides by zero");
                     return Scalar();
                   }
                   return truncated && in.integer("fmod", 0) ? truncated(a, b)
                                                             : function(a, b);
                 }};
}

static void addArithmetic(MeaningTable &table) {
  constexpr Binary add =
      either<[](int64_t a, int64_t b) { return wrapped(uint64_t(a) + b); },
             [](double a, double b) { return a + b; }>;
  constexpr Binary most =
      either<[](int64_t a, int64_t b) { return std::max(a, b); },
             [](double a, double b) { return greater(a, b); }>;
  constexpr Binary least =
      either<[](int64_t a, int64_t b) { return std::min(a, b); },
             [](double a, double b) { return smaller(a, b); }>;
  addBinary(table, "onnx.Add", add);
  addBinary(table, "onnx.Sum", add);
  addBinary(table, "onnx.Max", most);
  addBinary(table, "onnx.Min", least);
  addBinary(
      table, "onnx.Sub",
      either<[](int64_t a, int64_t b) { return wrapped(uint64_t(a) - b); },
             [](double a, double b) { return a - b; }>);
  addBinary(
      table, "onnx.Mul",
      either<[](int64_t a, int64_t b) { return wrapped(uint64_t(a) * b); },
             [](double a, double b) { return a * b; }>);
  addDivision(table, "onnx.Div",
              either<[](int64_t a, int64_t b) { return divide(a, b); },
                     [](double a, double b) { return a / b; }>);
  addBinary(table, "onnx.Pow", [](Scalar a, Scalar b) {
    return Scalar::of(std::pow(a.number(), b.number()));
  });
  addBinary(table, "onnx.PRelu", [](Scalar x, Scalar slope) {
    return Scalar::of(x.number() < 0 ? x.number() * slope.number()
                                     : x.number());
  });
  constexpr Binary truncated = [](Scalar a, Scalar b) {
    return Scalar::of(std::fmod(a.number(), b.number()));
  };
  constexpr Binary floored =
      either<[](int64_t a, int64_t b) { return floorModulo(a, b); },
             [](double a, double b) { return floorModulo(a, b); }>;
  addDivision(table, "onnx.Mod", floored, truncated);
}

/// A comparison or an operation on bits.
static void addRelations(MeaningTable &table) {
  addBinary(table, "onnx.Equal", [](Scalar a, Scalar b) {
    return either<[](int64_t a, int64_t b) { return a == b; },
                  [](double a, double b) { return a == b; }>(a, b);
  });
  addBinary(table, "onnx.Less", [](Scalar a, Scalar b) {
    return either<[](int64_t a, int64_t b) { return a < b; },
                  [](double a, double b) { return a < b; }>(a, b);
  });
  addBinary(table, "onnx.LessOrEqual", [](Scalar a, Scalar b) {
    return either<[](int64_t a, int64_t b) { return a <= b; },
                  [](double a, double b) { return a <= b; }>(a, b);
  });
  addBinary(table, "onnx.Greater", [](Scalar a, Scalar b) {
    return either<[](int64_t a, int64_t b) { return a > b; },
                  [](double a, double b) { return a > b; }>(a, b);
  });
  addBinary(table, "onnx.GreaterOrEqual", [](Scalar a, Scalar b) {
    return either<[](int64_t a, int64_t b) { return a >= b; },
                  [](double a, double b) { return a >= b; }>(a, b);
  });
  addBinary(table, "onnx.And", [](Scalar a, Scalar b) {
    return Scalar::of(a.truth() && b.truth());
  });
  addBinary(table, "onnx.Or", [](Scalar a, Scalar b) {
    return Scalar::of(a.truth() || b.truth());
  });
  addBinary(table, "onnx.Xor", [](Scalar a, Scalar b) {
    return Scalar::of(a.truth() != b.truth());
  });
  addBinary(table, "onnx.BitwiseAnd", [](Scalar a, Scalar b) {
    return Scalar::of(a.whole() & b.whole());
  });
  addBinary(table, "onnx.BitwiseOr", [](Scalar a, Scalar b) {
    return Scalar::of(a.whole() | b.whole());
  });
  addBinary(table, "onnx.BitwiseXor", [](Scalar a, Scalar b) {
    return Scalar::of(a.whole() ^ b.whole());
  });
}

static void addFunctions(MeaningTable &table) {
  addUnary(table, "onnx.Sqrt", std::sqrt);
  addUnary(table, "onnx.Exp", std::exp);
  addUnary(table, "onnx.Log", std::log);
  addUnary(table, "onnx.Sin", std::sin);
  addUnary(table, "onnx.Cos", std::cos);
  addUnary(table, "onnx.Tan", std::tan);
  addUnary(table, "onnx.Sinh", std::sinh);
  addUnary(table, "onnx.Cosh", std::cosh);
  addUnary(table, "onnx.Tanh", std::tanh);
  addUnary(table, "onnx.Asin", std::asin);
  addUnary(table, "onnx.Acos", std::acos);
  addUnary(table, "onnx.Atan", std::atan);
  addUnary(table, "onnx.Asinh", std::asinh);
  addUnary(table, "onnx.Acosh", std::acosh);
  addUnary(table, "onnx.Atanh", std::atanh);
  addUnary(table, "onnx.Erf", std::erf);
  addUnary(table, "onnx.Floor", std::floor);
  addUnary(table, "onnx.Ceil", std::ceil);
  addUnary(table, "onnx.Round", std::nearbyint);
  addUnary(table, "onnx.Reciprocal", [](double x) { return 1 / x; });
  addUnary(table, "onnx.Sigmoid",
           [](double x) { return 1 / (1 + std::exp(-x)); });
  addUnary(table, "onnx.Softsign",
           [](double x) { return x / (1 + std::fabs(x)); });
  addUnary(table, "onnx.Mish", [](double x) {
    return x * std::tanh(x > 30 ? x : std::log1p(std::exp(x)));
  });
  addUnary(table, "onnx.HardSwish", [](double x) {
    return x * std::fmax(0, std::fmin(1, x / 6 + 0.5));
  });
  addUnary(table, "onnx.Softplus",
           [](double x) { return x > 30 ? x : std::log1p(std::exp(x)); });
}

/// Functions that keep integers whole.
static void addWholeFunctions(MeaningTable &table) {
  auto add = [&](StringRef name, Scalar (*function)(Scalar)) {
    table[name] = {sizesOfFirst,
                   [function](const Operands &in, unsigned, Index at) {
                     return function(in.read(0, at));
                   }};
  };
  add("onnx.Identity", [](Scalar x) { return x; });
  add("onnx.Neg", [](Scalar x) {
    return x.isInteger ? Scalar::of(wrapped(0 - uint64_t(x.integer)))
                       : Scalar::of(-x.real);
  });
  add("onnx.Abs", [](Scalar x) {
    return x.isInteger
               ? Scalar::of(x.integer < 0 ? wrapped(0 - uint64_t(x.integer))
                                          : x.integer)
               : Scalar::of(std::fabs(x.real));
  });
  add("onnx.Sign", [](Scalar x) {
    return Scalar::of(
        static_cast<int64_t>((x.number() > 0) - (x.number() < 0)));
  });
  add("onnx.Relu",
      [](Scalar x) { return x.number() < 0 ? Scalar::of(int64_t{0}) : x; });
  add("onnx.Not", [](Scalar x) { return Scalar::of(!x.truth()); });
  add("onnx.BitwiseNot", [](Scalar x) { return Scalar::of(~x.whole()); });
  add("onnx.IsNaN",
      [](Scalar x) { return Scalar::of(std::isnan(x.number())); });
}

/// What attributes shape.
static void addParameterised(MeaningTable &table) {
  auto add = [&](StringRef name, double (*function)(const Operands &, double)) {
    table[name] = {sizesOfFirst,
                   [function](const Operands &in, unsigned, Index at) {
                     return Scalar::of(function(in, in.read(0, at).number()));
                   }};
  };
  add("onnx.LeakyRelu", [](const Operands &in, double x) {
    return x < 0 ? x * in.real("alpha", 0.01) : x;
  });
  add("onnx.Elu", [](const Operands &in, double x) {
    return x < 0 ? in.real("alpha", 1) * std::expm1(x) : x;
  });
  add("onnx.Celu", [](const Operands &in, double x) {
    double alpha = in.real("alpha", 1);
    return std::fmax(0, x) + std::fmin(0, alpha * std::expm1(x / alpha));
  });
  add("onnx.Selu", [](const Operands &in, double x) {
    double alpha = in.real("alpha", 1.67326319217681884765625);
    double gamma = in.real("gamma", 1.05070102214813232421875);
    return gamma * (x > 0 ? x : alpha * std::expm1(x));
  });
  add("onnx.ThresholdedRelu", [](const Operands &in, double x) {
    return x > in.real("alpha", 1) ? x : 0;
  });
  add("onnx.HardSigmoid", [](const Operands &in, double x) {
    return std::fmax(
        0, std::fmin(1, in.real("alpha", 0.2) * x + in.real("beta", 0.5)));
  });
  add("onnx.Swish", [](const Operands &in, double x) {
    return x / (1 + std::exp(-in.real("alpha", 1) * x));
  });
  add("onnx.Gelu", [](const Operands &in, double x) {
    if (in.string("approximate", "none") == "tanh")
      return x / 2 *
             (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    return x / 2 * (1 + std::erf(x / std::sqrt(2)));
  });
  add("onnx.IsInf", [](const Operands &in, double x) {
    bool wanted = x > 0 ? in.integer("detect_positive", 1)
                        : in.integer("detect_negative", 1);
    return std::isinf(x) && wanted ? 1.0 : 0.0;
  });
}

static Scalar clip(const Operands &in, unsigned, Index at) {
  Scalar x = in.read(0, at);
  if (in.has(1) && x.number() < in.scalar(1).number())
    x = in.scalar(1);
  if (in.has(2) && x.number() > in.scalar(2).number())
    x = in.scalar(2);
  return x;
}

/// Reads only the side that is chosen: the other may depend on anything.
static Scalar choose(const Operands &in, unsigned, Index at) {
  return in.readBroadcast(in.readBroadcast(0, at).truth() ? 1 : 2, at);
}

/// What leaves the type is what its sign alone makes.
static Scalar shiftBits(const Operands &in, unsigned, Index at) {
  int64_t value = in.readBroadcast(0, at).whole();
  int64_t by = in.readBroadcast(1, at).whole();
  Type type = in.elementType(0);
  bool left = in.string("direction", "LEFT") == "LEFT";
  bool isNegative = value < 0 && !type.isUnsignedInteger();
  if (by < 0 || by >= type.getIntOrFloatBitWidth())
    return Scalar::of(int64_t{!left && isNegative ? -1 : 0});
  uint64_t bits = value;
  if (left)
    return Scalar::of(static_cast<int64_t>(bits << by));
  return Scalar::of(isNegative ? value >> by
                               : static_cast<int64_t>(bits >> by));
}

double mlir::onnx::clampTo(Type type, double x) {
  double least, most;
  if (auto floating = dyn_cast<FloatType>(type)) {
    most = llvm::APFloat::getLargest(floating.getFloatSemantics())
               .convertToDouble();
    least = -most;
  } else {
    unsigned width = type.getIntOrFloatBitWidth();
    assert(width <= 32 && "its ends are exact in double");
    bool isUnsigned = type.isUnsignedInteger();
    most = std::exp2(isUnsigned ? width : width - 1) - 1;
    least = isUnsigned ? 0 : -most - 1;
  }
  return std::isnan(x) ? x : std::fmin(most, std::fmax(least, x));
}

/// The evaluator rounds to the result's type. Small floats take the greatest number
/// for whatever is beyond, infinities too, unless `saturate` is 0.
static Scalar convert(const Operands &in, unsigned, Index at) {
  Scalar x = in.read(0, at);
  auto type = dyn_cast<FloatType>(in.resultElementType());
  if (!type || type.getWidth() > 8 || !in.integer("saturate", 1) ||
      std::isnan(x.number()))
    return x;
  return Scalar::of(clampTo(type, x.number()));
}

void mlir::onnx::addElementwiseMeanings(MeaningTable &table) {
  addArithmetic(table);
  addRelations(table);
  addFunctions(table);
  addWholeFunctions(table);
  addParameterised(table);
  table["onnx.Mean"] = {broadcastAll,
                        [](const Operands &in, unsigned, Index at) {
                          double sum = 0;
                          for (unsigned i = 0; i < in.count(); ++i)
                            sum += in.readBroadcast(i, at).number();
                          return Scalar::of(sum / in.count());
                        }};
  table["onnx.Cast"] = table["onnx.CastLike"] = {sizesOfFirst, convert};
  table["onnx.Clip"] = {sizesOfFirst, clip};
  table["onnx.Where"] = {broadcastAll, choose};
  table["onnx.BitShift"] = {broadcastAll, shiftBits};
}
