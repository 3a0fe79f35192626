//===- Functions.cpp - functions of one number ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Formulas as in dialects/onnx/MeaningsElementwise.cpp.
//===----------------------------------------------------------------------===//
#include "Elementwise.h"

#include <cmath>

using namespace mlir;

namespace llmc {

using Relation = Scalars::Relation;
using Unary = Value (*)(Scalars &, Value);

static void addUnary(LoweringTable &table, StringRef name, Unary function) {
  table[name] = [function](Node &node) {
    return lowerEach(
        node, [&](Scalars &s, ValueRange x) { return function(s, x[0]); });
  };
}

template <typename Op> static Value applyOp(Scalars &s, Value x) {
  return s.apply<Op>(x);
}

static void addMath(LoweringTable &table) {
  addUnary(table, "onnx.Sqrt", applyOp<math::SqrtOp>);
  addUnary(table, "onnx.Exp", applyOp<math::ExpOp>);
  addUnary(table, "onnx.Log", applyOp<math::LogOp>);
  addUnary(table, "onnx.Sin", applyOp<math::SinOp>);
  addUnary(table, "onnx.Cos", applyOp<math::CosOp>);
  addUnary(table, "onnx.Tan", applyOp<math::TanOp>);
  addUnary(table, "onnx.Sinh", applyOp<math::SinhOp>);
  addUnary(table, "onnx.Cosh", applyOp<math::CoshOp>);
  addUnary(table, "onnx.Tanh", applyOp<math::TanhOp>);
  addUnary(table, "onnx.Asin", applyOp<math::AsinOp>);
  addUnary(table, "onnx.Acos", applyOp<math::AcosOp>);
  addUnary(table, "onnx.Atan", applyOp<math::AtanOp>);
  addUnary(table, "onnx.Erf", applyOp<math::ErfOp>);
  addUnary(table, "onnx.Floor", applyOp<math::FloorOp>);
  addUnary(table, "onnx.Ceil", applyOp<math::CeilOp>);
  addUnary(table, "onnx.Round", applyOp<math::RoundEvenOp>);
}

//===----------------------------------------------------------------------===//
// Of integers, too
//===----------------------------------------------------------------------===//

static Value absolute(Scalars &s, Value x) {
  if (Scalars::isFloat(x))
    return s.apply<math::AbsFOp>(x);
  if (s.isUnsigned)
    return x;
  Value isLess = s.compare(Relation::less, x, s.like(x, 0));
  return s.select(isLess, s.negate(x), x);
}

/// NaN has none: 0.
static Value signOf(Scalars &s, Value x) {
  Value zero = s.like(x, 0), one = s.like(x, 1);
  Value positive = s.select(s.compare(Relation::less, zero, x), one, zero);
  if (s.isUnsigned)
    return positive;
  return s.select(s.compare(Relation::less, x, zero), s.like(x, -1), positive);
}

static void addWhole(LoweringTable &table) {
  addUnary(table, "onnx.Identity", [](Scalars &, Value x) { return x; });
  addUnary(table, "onnx.Neg", [](Scalars &s, Value x) { return s.negate(x); });
  addUnary(table, "onnx.Abs", absolute);
  addUnary(table, "onnx.Sign", signOf);
  addUnary(table, "onnx.Relu", [](Scalars &s, Value x) {
    return s.select(s.compare(Relation::less, x, s.like(x, 0)), s.like(x, 0),
                    x);
  });
  for (StringRef name : {"onnx.Not", "onnx.BitwiseNot"})
    addUnary(table, name, [](Scalars &s, Value x) { return s.invert(x); });
  addUnary(table, "onnx.IsNaN", [](Scalars &s, Value x) { return s.isNaN(x); });
}

//===----------------------------------------------------------------------===//
// Inverse hyperbolic functions: by log1p, which is exact near 0 as they are
//===----------------------------------------------------------------------===//

/// log(|x| + sqrt(x^2 + 1)), of the sign of x.
static Value inverseSinh(Scalars &s, Value x) {
  Value one = s.like(x, 1), size = absolute(s, x);
  Value square = s.multiply(x, x);
  Value root = s.apply<math::SqrtOp>(s.add(square, one));
  Value sum = s.add(size, s.divide(square, s.add(one, root)));
  // The square of what is larger overflows.
  Value isLarge = s.compare(Relation::less, s.like(x, 1e18), size);
  Value twice = s.add(s.apply<math::LogOp>(size), s.like(x, M_LN2));
  Value log = s.select(isLarge, twice, s.apply<math::Log1pOp>(sum));
  Value isLess = s.compare(Relation::less, x, s.like(x, 0));
  return s.select(isLess, s.negate(log), log);
}

/// log(x + sqrt(x^2 - 1)), from 1 on.
static Value inverseCosh(Scalars &s, Value x) {
  Value above = s.subtract(x, s.like(x, 1));
  Value root = s.multiply(s.apply<math::SqrtOp>(above),
                          s.apply<math::SqrtOp>(s.add(above, s.like(x, 2))));
  return s.apply<math::Log1pOp>(s.add(above, root));
}

/// log((1 + x) / (1 - x)) / 2.
static Value inverseTanh(Scalars &s, Value x) {
  Value twice = s.multiply(x, s.like(x, 2));
  Value ratio = s.divide(twice, s.subtract(s.like(x, 1), x));
  return s.multiply(s.like(x, 0.5), s.apply<math::Log1pOp>(ratio));
}

static void addInverses(LoweringTable &table) {
  addUnary(table, "onnx.Asinh", inverseSinh);
  addUnary(table, "onnx.Acosh", inverseCosh);
  addUnary(table, "onnx.Atanh", inverseTanh);
}

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

/// 1 / (1 + exp(-x)).
static Value sigmoid(Scalars &s, Value x) {
  Value one = s.like(x, 1);
  return s.divide(one, s.add(one, s.exp(s.negate(x))));
}

/// log(1 + exp(x)), of what overflows x.
static Value softplus(Scalars &s, Value x) {
  Value isLarge = s.compare(Relation::less, s.like(x, 30), x);
  Value sum = s.apply<math::Log1pOp>(s.exp(x));
  return s.select(isLarge, x, sum);
}

static Value clamp(Scalars &s, Value x, double least, double most) {
  return s.least(s.greatest(x, s.like(x, least)), s.like(x, most));
}

static void addActivations(LoweringTable &table) {
  addUnary(table, "onnx.Reciprocal",
           [](Scalars &s, Value x) { return s.divide(s.like(x, 1), x); });
  addUnary(table, "onnx.Sigmoid", sigmoid);
  addUnary(table, "onnx.Softplus", softplus);
  addUnary(table, "onnx.Softsign", [](Scalars &s, Value x) {
    return s.divide(x, s.add(s.like(x, 1), absolute(s, x)));
  });
  addUnary(table, "onnx.Mish", [](Scalars &s, Value x) {
    return s.multiply(x, s.apply<math::TanhOp>(softplus(s, x)));
  });
  addUnary(table, "onnx.HardSwish", [](Scalars &s, Value x) {
    Value part = s.add(s.divide(x, s.like(x, 6)), s.like(x, 0.5));
    return s.multiply(x, clamp(s, part, 0, 1));
  });
}

using Parameterised = Value (*)(const Node &, Scalars &, Value);

static void addParameterised(LoweringTable &table, StringRef name,
                             Parameterised function) {
  table[name] = [function](Node &node) {
    return lowerEach(node, [&](Scalars &s, ValueRange x) {
      return function(node, s, x[0]);
    });
  };
}

/// x where it is above 0, else `below`.
static Value above(Scalars &s, Value x, Value below) {
  return s.select(s.compare(Relation::less, s.like(x, 0), x), x, below);
}

static void addExponentials(LoweringTable &table) {
  addParameterised(
      table, "onnx.Elu", [](const Node &node, Scalars &s, Value x) {
        Value alpha = s.like(x, node.real("alpha", 1));
        return above(s, x, s.multiply(alpha, s.apply<math::ExpM1Op>(x)));
      });
  addParameterised(
      table, "onnx.Celu", [](const Node &node, Scalars &s, Value x) {
        Value alpha = s.like(x, node.real("alpha", 1));
        Value below =
            s.multiply(alpha, s.apply<math::ExpM1Op>(s.divide(x, alpha)));
        return above(s, x, below);
      });
  addParameterised(
      table, "onnx.Selu", [](const Node &node, Scalars &s, Value x) {
        Value alpha = s.like(x, node.real("alpha", 1.67326319217681884765625));
        Value gamma = s.like(x, node.real("gamma", 1.05070102214813232421875));
        return s.multiply(
            gamma, above(s, x, s.multiply(alpha, s.apply<math::ExpM1Op>(x))));
      });
  addParameterised(table, "onnx.Swish",
                   [](const Node &node, Scalars &s, Value x) {
                     Value alpha = s.like(x, node.real("alpha", 1));
                     return s.multiply(x, sigmoid(s, s.multiply(alpha, x)));
                   });
  table["onnx.SwiGLU"] = [](Node &node) {
    return lowerEach(node, [&](Scalars &s, ValueRange x) {
      Value inner = s.multiply(s.like(x[0], node.real("alpha", 1)), x[0]);
      return s.multiply(s.multiply(x[0], sigmoid(s, inner)), x[1]);
    });
  };
  addParameterised(
      table, "onnx.Gelu", [](const Node &node, Scalars &s, Value x) {
        Value half = s.multiply(x, s.like(x, 0.5)), inner;
        if (node.string("approximate", "none") == "tanh") {
          Value cube = s.multiply(s.multiply(x, x), x);
          Value sum = s.add(x, s.multiply(s.like(x, 0.044715), cube));
          inner = s.apply<math::TanhOp>(
              s.multiply(s.like(x, std::sqrt(2 / M_PI)), sum));
        } else {
          inner = s.apply<math::ErfOp>(s.multiply(x, s.like(x, M_SQRT1_2)));
        }
        return s.multiply(half, s.add(s.like(x, 1), inner));
      });
}

static void addThresholds(LoweringTable &table) {
  addParameterised(table, "onnx.LeakyRelu",
                   [](const Node &node, Scalars &s, Value x) {
                     Value alpha = s.like(x, node.real("alpha", 0.01));
                     Value isLess = s.compare(Relation::less, x, s.like(x, 0));
                     return s.select(isLess, s.multiply(alpha, x), x);
                   });
  addParameterised(
      table, "onnx.ThresholdedRelu", [](const Node &node, Scalars &s, Value x) {
        Value alpha = s.like(x, node.real("alpha", 1));
        return s.select(s.compare(Relation::less, alpha, x), x, s.like(x, 0));
      });
  addParameterised(
      table, "onnx.HardSigmoid", [](const Node &node, Scalars &s, Value x) {
        Value scaled = s.multiply(s.like(x, node.real("alpha", 0.2)), x);
        return clamp(s, s.add(scaled, s.like(x, node.real("beta", 0.5))), 0, 1);
      });
  addParameterised(
      table, "onnx.IsInf", [](const Node &node, Scalars &s, Value x) {
        Value none = s.number(s.getI1Type(), 0), found = none;
        if (node.integer("detect_positive", 1))
          found = s.compare(Relation::equal, x, s.like(x, INFINITY));
        if (!node.integer("detect_negative", 1))
          return found;
        return s.either(found,
                        s.compare(Relation::equal, x, s.like(x, -INFINITY)));
      });
}

void addFunctionLowerings(LoweringTable &table) {
  addMath(table);
  addWhole(table);
  addInverses(table);
  addActivations(table);
  addExponentials(table);
  addThresholds(table);
}

} // namespace llmc
