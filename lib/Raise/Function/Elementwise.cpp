//===- Elementwise.cpp - one element from one of each operand -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Arithmetic, relations, choices and changes of type; functions of one number are
// in Functions.cpp. Formulas as in dialects/onnx/MeaningsElementwise.cpp.
//===----------------------------------------------------------------------===//
#include "Elementwise.h"

using namespace mlir;

namespace llmc {

using Relation = Scalars::Relation;

LogicalResult lowerEach(Node &node, const ElementBody &body) {
  SmallVector<SizedTensor> tensors;
  SmallVector<Value> inputs;
  SmallVector<Type> kinds;
  for (unsigned i = 0; i < node.count(); ++i) {
    if (!node.has(i))
      continue;
    tensors.push_back(node.in(i));
    inputs.push_back(tensors.back().value);
    kinds.push_back(node.kind(i));
  }
  Type element = node.element();
  if (!element)
    return node.fail("has a result of elements that memory does not hold");
  std::optional<Broadcast> places = node.broadcast(tensors);
  if (!places)
    return node.fail("has operands of sizes that do not fit");
  SizedTensor result =
      node.each(places->sizes, element, inputs, Node::Maps(places->maps),
                [&](Scalars &s, ValueRange elements) {
                  SmallVector<Value> wide;
                  for (auto [x, kind] : llvm::zip_equal(elements, kinds))
                    wide.push_back(decode(s, x, kind));
                  return encode(s, body(s, wide), node.resultKind());
                });
  return node.set(result);
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

using Binary = Value (*)(Scalars &, Value, Value);

/// Two operands, or a fold over any number of them.
static void addBinary(LoweringTable &table, StringRef name, Binary function) {
  table[name] = [function](Node &node) {
    return lowerEach(node, [&](Scalars &s, ValueRange x) {
      Value result = x[0];
      for (Value next : x.drop_front())
        result = function(s, result, next);
      return result;
    });
  };
}

/// The rest of a division with the sign of the divisor, as Python's.
static Value floorModulo(Scalars &s, Value a, Value c) {
  Value rest = s.remainder(a, c);
  if (s.isUnsigned)
    return rest;
  Value zero = s.like(a, 0);
  Value differ = arith::XOrIOp::create(s, s.compare(Relation::less, rest, zero),
                                       s.compare(Relation::less, c, zero));
  Value isRest = s.invert(s.compare(Relation::equal, rest, zero));
  return s.select(s.both(differ, isRest), s.add(rest, c), rest);
}

/// Small whole exponents, which graphs have, are products.
static LogicalResult lowerPow(Node &node) {
  std::optional<double> exponent = node.number(1);
  return lowerEach(node, [&](Scalars &s, ValueRange x) -> Value {
    if (exponent == 2)
      return s.multiply(x[0], x[0]);
    if (exponent == 3)
      return s.multiply(s.multiply(x[0], x[0]), x[0]);
    if (exponent == 0.5 && Scalars::isFloat(x[0]))
      return s.apply<math::SqrtOp>(x[0]);
    // Integers of up to 53 bits are exact in f64.
    Type type = Scalars::isFloat(x[0]) ? x[0].getType() : s.getF64Type();
    Value base = s.convert(x[0], type);
    s.isUnsigned = node.isUnsigned(1);
    Value power = math::PowFOp::create(s, base, s.convert(x[1], type));
    s.isUnsigned = node.isUnsigned(0);
    return power;
  });
}

static void addArithmetic(LoweringTable &table) {
  auto add = [](Scalars &s, Value a, Value c) { return s.add(a, c); };
  auto most = [](Scalars &s, Value a, Value c) { return s.greatest(a, c); };
  auto least = [](Scalars &s, Value a, Value c) { return s.least(a, c); };
  addBinary(table, "onnx.Add", add);
  addBinary(table, "onnx.Sum", add);
  addBinary(table, "onnx.Max", most);
  addBinary(table, "onnx.Min", least);
  addBinary(table, "onnx.Sub",
            [](Scalars &s, Value a, Value c) { return s.subtract(a, c); });
  addBinary(table, "onnx.Mul",
            [](Scalars &s, Value a, Value c) { return s.multiply(a, c); });
  addBinary(table, "onnx.Div",
            [](Scalars &s, Value a, Value c) { return s.divide(a, c); });
  addBinary(table, "onnx.PRelu", [](Scalars &s, Value x, Value slope) {
    Value isLess = s.compare(Relation::less, x, s.like(x, 0));
    return s.select(isLess, s.multiply(x, slope), x);
  });
  table["onnx.Pow"] = lowerPow;
  table["onnx.Mod"] = [](Node &node) {
    bool truncated = node.integer("fmod", 0) != 0;
    return lowerEach(node, [&](Scalars &s, ValueRange x) {
      return truncated ? s.remainder(x[0], x[1]) : floorModulo(s, x[0], x[1]);
    });
  };
  table["onnx.Mean"] = [](Node &node) {
    return lowerEach(node, [&](Scalars &s, ValueRange x) {
      Value sum = x[0];
      for (Value next : x.drop_front())
        sum = s.add(sum, next);
      return s.divide(sum, s.like(sum, node.count()));
    });
  };
}

//===----------------------------------------------------------------------===//
// Relations and bits
//===----------------------------------------------------------------------===//

static void addRelations(LoweringTable &table) {
  addBinary(table, "onnx.Equal", [](Scalars &s, Value a, Value c) {
    return s.compare(Relation::equal, a, c);
  });
  addBinary(table, "onnx.Less", [](Scalars &s, Value a, Value c) {
    return s.compare(Relation::less, a, c);
  });
  addBinary(table, "onnx.LessOrEqual", [](Scalars &s, Value a, Value c) {
    return s.compare(Relation::lessEqual, a, c);
  });
  addBinary(table, "onnx.Greater", [](Scalars &s, Value a, Value c) {
    return s.compare(Relation::less, c, a);
  });
  addBinary(table, "onnx.GreaterOrEqual", [](Scalars &s, Value a, Value c) {
    return s.compare(Relation::lessEqual, c, a);
  });
  auto both = [](Scalars &s, Value a, Value c) { return s.both(a, c); };
  auto either = [](Scalars &s, Value a, Value c) { return s.either(a, c); };
  auto differ = [](Scalars &s, Value a, Value c) -> Value {
    return arith::XOrIOp::create(s, a, c);
  };
  for (StringRef name : {"onnx.And", "onnx.BitwiseAnd"})
    addBinary(table, name, both);
  for (StringRef name : {"onnx.Or", "onnx.BitwiseOr"})
    addBinary(table, name, either);
  for (StringRef name : {"onnx.Xor", "onnx.BitwiseXor"})
    addBinary(table, name, differ);
}

/// By less than nothing, and by as many bits as there are or more, what is left is
/// what the sign alone makes.
static LogicalResult lowerShift(Node &node) {
  bool left = node.string("direction", "LEFT") == "LEFT";
  return lowerEach(node, [&](Scalars &s, ValueRange x) -> Value {
    unsigned width = x[0].getType().getIntOrFloatBitWidth();
    Value zero = s.like(x[0], 0), last = s.like(x[0], width - 1);
    Value fits =
        arith::CmpIOp::create(s, arith::CmpIPredicate::ule, x[1], last);
    if (!left && !s.isUnsigned)
      return arith::ShRSIOp::create(s, x[0], s.select(fits, x[1], last));
    Value by = s.select(fits, x[1], zero), shifted;
    if (left)
      shifted = arith::ShLIOp::create(s, x[0], by);
    else
      shifted = arith::ShRUIOp::create(s, x[0], by);
    return s.select(fits, shifted, zero);
  });
}

//===----------------------------------------------------------------------===//
// Choices and types
//===----------------------------------------------------------------------===//

/// Bounds are tensors without dims, and may be missing.
static LogicalResult lowerClip(Node &node) {
  bool hasLeast = node.has(1), hasMost = node.has(2);
  return lowerEach(node, [&](Scalars &s, ValueRange x) {
    Value result = x[0];
    size_t next = 1;
    if (hasLeast) {
      Value bound = x[next++];
      result =
          s.select(s.compare(Relation::less, result, bound), bound, result);
    }
    if (hasMost)
      result =
          s.select(s.compare(Relation::less, x[next], result), x[next], result);
    return result;
  });
}

/// CastLike's second operand says a type.
static LogicalResult lowerCast(Node &node) {
  SizedTensor input = node.in(0);
  Type element = node.element();
  if (!element)
    return node.fail("makes elements that memory does not hold");
  Encoding encoding;
  encoding.saturate = node.integer("saturate", 1) != 0;
  StringRef rounding = node.string("round_mode", "up");
  encoding.rounding = rounding == "up"     ? Rounding::up
                      : rounding == "down" ? Rounding::down
                                           : Rounding::nearest;
  return node.set(
      node.each(input.sizes, element, {input.value}, {node.all(input.rank())},
                [&](Scalars &s, ValueRange x) {
                  Value number = decode(s, x[0], node.kind(0));
                  return encode(s, number, node.resultKind(), encoding);
                }));
}

/// The bits of an element: a bool is a byte.
static unsigned bitsOf(Type kind) {
  return kind.isInteger(1) ? 8 : kind.getIntOrFloatBitWidth();
}

static LogicalResult lowerBitCast(Node &node) {
  SizedTensor input = node.in(0);
  Type element = node.element();
  if (!element || bitsOf(node.kind(0)) != bitsOf(node.resultKind()))
    return node.fail("makes elements of another width");
  if (input.element() == element)
    return node.set(input);
  if (input.element().isInteger(1) || element.isInteger(1))
    return lowerCast(node);
  return node.set(node.each(input.sizes, element, {input.value},
                            {node.all(input.rank())},
                            [&](Scalars &s, ValueRange x) -> Value {
                              return arith::BitcastOp::create(s, element, x[0]);
                            }));
}

void addElementwiseLowerings(LoweringTable &table) {
  addArithmetic(table);
  addRelations(table);
  table["onnx.BitShift"] = lowerShift;
  table["onnx.Clip"] = lowerClip;
  table["onnx.Cast"] = table["onnx.CastLike"] = lowerCast;
  table["onnx.BitCast"] = lowerBitCast;
  table["onnx.Where"] = [](Node &node) {
    return lowerEach(node, [](Scalars &s, ValueRange x) {
      return s.select(x[0], x[1], x[2]);
    });
  };
}

} // namespace llmc
