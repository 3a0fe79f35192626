//===- Quantization.cpp - numbers as steps of a scale ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Formulas as in dialects/onnx/MeaningsQuantization.cpp: y = round(x / scale) +
// zero, within the range of its type; integers of up to 24 bits are exact in f32.
//===----------------------------------------------------------------------===//
#include "Contraction.h"
#include "Reductions.h"

#include <cmath>

using namespace mlir;

namespace llmc {

namespace {

/// Scales or zeros: one, one for each place of an axis, or of each block along it.
class Parameters {
public:
  /// `reason` says why the operand cannot be them.
  Parameters(Node &node, unsigned operand, const SizedTensor &data,
             std::string &reason)
      : node(node), kind(node.kind(operand)), tensor(node.in(operand)) {
    auto axis = Node::axis(node.integer("axis", 1), data.rank());
    block = node.integer("block_size", 0);
    int64_t rank = tensor.rank();
    bool isOne = rank == 0 ||
                 (rank == 1 && SizeBuilder::getNumber(tensor.sizes[0]) == 1);
    if (isOne)
      return;
    isBlocked = rank == data.rank() && block > 0;
    if (!axis || (!isBlocked && rank != 1))
      reason = "has scales or zeros that are neither one nor along its axis";
    dim = axis.value_or(0);
  }

  /// The one of the place where the loops are, decoded.
  Value at(Scalars &s) const {
    SmallVector<Value> places;
    for (int64_t d = 0; d < tensor.rank(); ++d)
      places.push_back(placeOf(s, d));
    return decode(s, node.extract(s, tensor.value, places), kind);
  }

private:
  Node &node;
  Type kind;
  SizedTensor tensor;
  int64_t dim = -1, block = 0; // -1: one for all
  bool isBlocked = false;

  Value placeOf(Scalars &s, int64_t d) const {
    if (dim < 0)
      return s.index(0);
    if (!isBlocked)
      return s.place(dim);
    if (d != dim)
      return s.place(d);
    return arith::DivUIOp::create(s, s.place(d), s.index(block));
  }
};

/// Integers as i32, whatever sign their type has.
Value toWhole(Scalars &s, Value x, Type kind) {
  bool isUnsigned = s.isUnsigned;
  s.isUnsigned = kind.isUnsignedInteger();
  Value whole = s.convert(x, s.getI32Type());
  s.isUnsigned = isUnsigned;
  return whole;
}

/// `number` to the nearest integer, shifted by `zero` (i32, or null), as an element
/// of an integer type.
Value toStep(Scalars &s, Value number, Value zero, Type kind) {
  // Beyond every type, and not beyond i32.
  constexpr double most = 1 << 24;
  auto type = cast<IntegerType>(kind);
  unsigned width = type.getWidth() - (type.isUnsigned() ? 0 : 1);
  s.isUnsigned = false;
  Value step = s.convert(s.apply<math::RoundEvenOp>(number), s.getF32Type());
  step = s.select(s.isNaN(step), s.like(step, 0), step);
  step = s.least(s.greatest(step, s.like(step, -most)), s.like(step, most));
  Value whole = s.convert(step, s.getI32Type());
  if (zero)
    whole = s.add(whole, zero);
  double end = std::ldexp(1, width);
  whole = s.greatest(whole, s.like(whole, type.isUnsigned() ? 0 : -end));
  return encode(s, s.least(whole, s.like(whole, end - 1)), kind);
}

} // namespace

/// A weight of codes is one of the numbers that they stand for; what multiplies by it
/// goes back to the codes.
static LogicalResult lowerDequantizeWeight(Node &node,
                                           const WeightSource &source) {
  SizedTensor numbers{node.weights().matrix(node.b, source), {}};
  for (int64_t size : source.shape())
    numbers.sizes.push_back(node.sizes.number(size));
  return node.set(convertTo(node, numbers, node.element()));
}

static LogicalResult lowerDequantize(Node &node) {
  if (auto weight = node.weights().trace(node.op->getResult(0)))
    return lowerDequantizeWeight(node, *weight);
  if (isa_and_nonnull<llm::ParamOp>(node.op->getOperand(0).getDefiningOp()) &&
      !isa<FloatType>(node.kind(0)))
    return node.fail("reads codes by scales or zeros of a form that has no "
                     "lowering");
  SizedTensor input = node.in(0);
  std::string reason;
  Parameters scale(node, 1, input, reason);
  std::optional<Parameters> zero;
  if (node.has(2) && !isa<FloatType>(node.kind(2))) // floats have none but 0
    zero.emplace(node, 2, input, reason);
  if (!reason.empty())
    return node.fail(reason);
  return node.set(node.each(
      input.sizes, node.element(), {input.value}, {node.all(input.rank())},
      [&](Scalars &s, ValueRange x) {
        Value number = decode(s, x[0], node.kind(0));
        if (isa<IntegerType>(number.getType()))
          number = toWhole(s, number, node.kind(0));
        if (zero)
          number = s.subtract(number, toWhole(s, zero->at(s), node.kind(2)));
        s.isUnsigned = false;
        number = s.convert(number, s.getF32Type());
        Value wide = s.multiply(number, s.convert(scale.at(s), s.getF32Type()));
        return encode(s, wide, node.resultKind());
      }));
}

/// A quotient in the type that the standard computes it in, and wide again.
static Value divideIn(Scalars &s, Value x, Value scale, Type narrow) {
  Value quotient =
      s.divide(s.convert(x, s.getF32Type()), s.convert(scale, s.getF32Type()));
  return narrow ? s.widen(s.convert(quotient, narrow)) : quotient;
}

static LogicalResult lowerQuantize(Node &node) {
  SizedTensor input = node.in(0);
  std::string reason;
  Parameters scale(node, 1, input, reason);
  std::optional<Parameters> zero;
  if (node.has(2))
    zero.emplace(node, 2, input, reason);
  if (!reason.empty() || !node.element())
    return node.fail(reason.empty() ? "makes elements of no known type"
                                    : reason);
  Type kind = node.resultKind();
  bool isWhole = isa<IntegerType>(kind);
  Encoding encoding;
  encoding.saturate = node.integer("saturate", 1) != 0;
  // Halves are divided as halves, unless the node says a precision.
  Type narrow;
  if (node.kind(0) == node.kind(1) && !node.integer("precision", 0) &&
      node.kind(0).getIntOrFloatBitWidth() == 16)
    narrow = node.kind(0);
  return node.set(node.each(
      input.sizes, node.element(), {input.value}, {node.all(input.rank())},
      [&](Scalars &s, ValueRange x) {
        s.isUnsigned = false;
        Value number = s.widen(x[0]);
        if (!Scalars::isFloat(number))
          number = s.convert(number, s.getF32Type());
        number = divideIn(s, number, scale.at(s), narrow);
        if (isWhole)
          return toStep(s, number,
                        zero ? toWhole(s, zero->at(s), node.kind(2)) : Value(),
                        kind);
        if (zero)
          number = s.add(number, s.convert(zero->at(s), number.getType()));
        return encode(s, number, kind, encoding);
      }));
}

/// Bytes, their scale and their zero, which the least and the greatest element say.
static LogicalResult lowerDynamicQuantize(Node &node) {
  SizedTensor input = node.in(0);
  Type f32 = node.b.getF32Type(), byte = node.resultKind(0);
  SmallVector<bool> all(input.rank(), true);
  TypedAttr none = node.b.getZeroAttr(f32); // it lies between them
  auto fold = [&](bool most) {
    return reduceDims(node, {input}, all, none, [=](Scalars &s, ValueRange x) {
      return most ? s.greatest(x[1], x[0]) : s.least(x[1], x[0]);
    });
  };
  SizedTensor least = fold(false), most = fold(true);
  AffineMap one = node.map(0, {});
  SizedTensor scale =
      node.each({}, f32, {least.value, most.value}, {one, one},
                [&](Scalars &s, ValueRange x) {
                  Value width = s.subtract(x[1], x[0]);
                  Value isNone = s.compare(Scalars::Relation::equal, width,
                                           s.like(width, 0));
                  width = s.select(isNone, s.like(width, 1), width);
                  return s.divide(width, s.like(width, 255));
                });
  SizedTensor zero = node.each(
      {}, node.element(2), {least.value, scale.value}, {one, one},
      [&](Scalars &s, ValueRange x) {
        return toStep(s, s.negate(s.divide(x[0], x[1])), Value(), byte);
      });
  AffineMap same = node.map(input.rank(), {});
  SizedTensor steps = node.each(
      input.sizes, node.element(), {input.value, scale.value, zero.value},
      {node.all(input.rank()), same, same}, [&](Scalars &s, ValueRange x) {
        return toStep(s, s.divide(x[0], x[1]), toWhole(s, x[2], byte), byte);
      });
  if (failed(node.set(steps)) || (node.wants(1) && failed(node.set(scale, 1))))
    return failure();
  return node.wants(2) ? node.set(zero, 2) : success();
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// An operand as i32 without its zero: one, or one for each row (columns: each
/// column).
static std::optional<SizedTensor> centre(Node &node, unsigned operand,
                                         unsigned zeros, bool byColumns) {
  SizedTensor input = node.in(operand);
  int64_t rank = input.rank();
  SmallVector<Value> inputs = {input.value};
  Node::Maps maps = {node.all(rank)};
  if (node.has(zeros)) {
    SizedTensor zero = node.in(zeros);
    bool isOne =
        zero.rank() == 0 || SizeBuilder::getNumber(zero.sizes.back()) == 1;
    if (zero.rank() > 1)
      return std::nullopt;
    SmallVector<int64_t> place = {isOne ? -1 : byColumns ? rank - 1 : rank - 2};
    place.resize(zero.rank());
    inputs.push_back(zero.value);
    maps.push_back(node.map(rank, place));
  }
  Type kind = node.kind(operand);
  return node.each(input.sizes, node.b.getI32Type(), inputs, maps,
                   [&](Scalars &s, ValueRange x) {
                     Value whole = toWhole(s, x[0], kind);
                     return x.size() == 1
                                ? whole
                                : s.subtract(whole, toWhole(s, x[1], kind));
                   });
}

/// i32, of operands `a` and `c`, whose zeros are operands, too.
static std::optional<SizedTensor> multiplySteps(Node &node, unsigned a,
                                                unsigned zeroA, unsigned c,
                                                unsigned zeroC) {
  if (node.in(a).rank() < 2 || node.in(c).rank() < 2)
    return std::nullopt;
  auto left = centre(node, a, zeroA, false),
       right = centre(node, c, zeroC, true);
  int64_t kept = 0;
  auto factors =
      left && right ? pairMatrices(node, *left, *right, kept) : std::nullopt;
  return factors ? contract(node, *factors, kept) : std::nullopt;
}

static LogicalResult lowerMatMulInteger(Node &node) {
  std::optional<SizedTensor> product = multiplySteps(node, 0, 2, 1, 3);
  return product ? node.set(*product)
                 : node.fail("multiplies what are no matrices that fit, or has "
                             "zeros that are neither one nor of rows");
}

static LogicalResult lowerQLinearMatMul(Node &node) {
  std::optional<SizedTensor> product = multiplySteps(node, 0, 2, 3, 5);
  if (!product)
    return node.fail("multiplies what are no matrices that fit, or has zeros "
                     "that are neither one nor of rows");
  SmallVector<Value> inputs = {product->value};
  Node::Maps maps = {node.all(product->rank())};
  for (unsigned i : {1, 4, 6, 7}) {
    SizedTensor one = node.in(i);
    if (one.rank() > 1 ||
        (one.rank() == 1 && SizeBuilder::getNumber(one.sizes[0]) != 1))
      return node.fail("has a scale or a zero for each row or column");
    inputs.push_back(one.value);
    maps.push_back(
        node.map(product->rank(), SmallVector<int64_t>(one.rank(), -1)));
  }
  Type kind = node.resultKind();
  return node.set(node.each(
      product->sizes, node.element(), inputs, maps,
      [&](Scalars &s, ValueRange x) {
        s.isUnsigned = false;
        auto wide = [&](Value number) {
          return s.convert(number, s.getF32Type());
        };
        Value scale = s.divide(s.multiply(wide(x[1]), wide(x[2])), wide(x[3]));
        return toStep(s, s.multiply(wide(x[0]), scale),
                      toWhole(s, x[4], node.kind(7)), kind);
      }));
}

void addQuantizationLowerings(LoweringTable &table) {
  table["onnx.DequantizeLinear"] = lowerDequantize;
  table["onnx.QuantizeLinear"] = lowerQuantize;
  table["onnx.DynamicQuantizeLinear"] = lowerDynamicQuantize;
  table["onnx.MatMulInteger"] = lowerMatMulInteger;
  table["onnx.QLinearMatMul"] = lowerQLinearMatMul;
}

} // namespace llmc
