//===- StepElementwise.cpp - elementwise ops and moves on rows ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "StepConverter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <cmath>

using namespace llmc;
using namespace mlir;

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

/// How many rows `op` computes. That is not asked of the rows that it reads, which
/// it would need whole then, apart from the kernel that makes them.
Value StepConverter::countRows(Operation *op) {
  if (!behindHead.contains(op) || !askedRows)
    return rowCount;
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
  return tensor::DimOp::create(builder, loc, askedRows, zero);
}

/// A number in every place of rows like `rows`.
Value StepConverter::splat(Operation *op, const Rows &rows, double number) {
  Value count = countRows(op);
  Value scalar = arith::ConstantOp::create(
      builder, loc, builder.getF32FloatAttr(static_cast<float>(number)));
  return tensor::SplatOp::create(builder, loc, scalar, rows.value.getType(),
                                 ValueRange{count});
}

/// A constant as rows like `rows`: a number in every place, or one per column.
Rows StepConverter::constantLike(Operation *op, const Rows &rows,
                                 Value constant, ArrayRef<int64_t> result) {
  if (auto number = getScalar(graph, constant))
    return sameAs(rows, splat(op, rows, *number));
  bool lastIsLast = rows.dims.size() == result.size() &&
                    rows.find(rows.shape().size() - 1) ==
                        static_cast<int64_t>(rows.dims.size()) - 1;
  const Graph::Sizes *sizes = graph.sizes(constant);
  if (!lastIsLast || !sizes || sizes->empty() || sizes->back() != result.back())
    return {};
  Value vector = made.vector(builder, constant);
  if (!vector)
    return {};
  return sameAs(rows,
                llm::BroadcastOp::create(builder, loc, rows.value.getType(),
                                         vector, countRows(op)));
}

static Value createBinary(OpBuilder &builder, Location loc, Operation *op,
                          Value a, Value b) {
  if (isa<onnx::AddOp>(op))
    return arith::AddFOp::create(builder, loc, a, b);
  if (isa<onnx::SubOp>(op))
    return arith::SubFOp::create(builder, loc, a, b);
  if (isa<onnx::MulOp>(op))
    return arith::MulFOp::create(builder, loc, a, b);
  if (isa<onnx::DivOp>(op))
    return arith::DivFOp::create(builder, loc, a, b);
  if (isa<onnx::MaxOp>(op))
    return arith::MaximumFOp::create(builder, loc, a, b);
  return arith::MinimumFOp::create(builder, loc, a, b);
}

Rows StepConverter::binary(Operation *op) {
  if (op->getNumOperands() != 2)
    return fail(op, "has other than two inputs");
  const Graph::Sizes *result = graph.sizes(op->getResult(0));
  Value values[] = {op->getOperand(0), op->getOperand(1)};
  if (chosen.contains(values[0]) || chosen.contains(values[1]))
    return expertBias(op);
  Rows rows[2];
  for (unsigned side : {0, 1})
    if (graph.isData(values[side]))
      rows[side] = view(op, values[side]);
    else if (!graph.isConstant(values[side]))
      rows[side] = embedPositions(values[side].getDefiningOp());
  if (culprit)
    return {};
  for (unsigned side : {0, 1}) {
    if (rows[side])
      continue;
    const Rows &other = rows[1 - side];
    // A bias is the linear's own.
    Linear linear = other ? linears.lookup(other.value) : Linear();
    const Graph::Sizes *sizes = graph.sizes(values[side]);
    bool isBias =
        linear.input && !linear.bias && isa<onnx::AddOp>(op) && sizes &&
        sizes->size() == 1 && result && sizes->back() == result->back() &&
        graph.isConstant(values[side]) && values[1 - side].hasOneUse();
    if (isBias) {
      linear.bias = values[side];
      return sameAs(other, createLinear(linear));
    }
    if (other && isa<onnx::MulOp>(op))
      if (Value scaled = scaleHeads(values[1 - side], other, values[side]))
        return sameAs(other, scaled);
    if (side == 1 && isa<onnx::DivOp>(op))
      if (auto number = getScalar(graph, values[1]); number && *number != 0)
        return sameAs(other, divide(op, other, *number));
    rows[side] = constantLike(op, other, values[side], *result);
    if (!rows[side])
      return fail(op, "joins rows with something that is neither rows, a "
                      "number, one per column, nor a table of positions");
  }
  if (isa<onnx::MulOp>(op)) {
    if (weighs(op, rows[0], rows[1]) || weighs(op, rows[1], rows[0]))
      return {};
    for (unsigned side : {0, 1})
      if (Value gated = gate(rows[side], rows[1 - side]))
        return sameAs(rows[side], gated);
  }
  if (rows[0].dims != rows[1].dims || rows[0].shape() != rows[1].shape())
    return fail(op, "joins rows whose dims differ");
  if (isa<onnx::MulOp>(op) && rows[0].value == rows[1].value)
    return sameAs(rows[0], square(rows[0].value));
  return sameAs(rows[0],
                createBinary(builder, loc, op, rows[0].value, rows[1].value));
}

/// By a number: a product with its reciprocal, which costs a tenth of the cycles.
Value StepConverter::divide(Operation *op, const Rows &rows, double number) {
  return arith::MulFOp::create(builder, loc, rows.value,
                               splat(op, rows, 1 / number));
}

/// The square of what a ReLU leaves is an activation of its own.
Value StepConverter::square(Value x) {
  auto act = x.getDefiningOp<llm::ActOp>();
  if (act && act.getFn() == llm::ActFn::Relu)
    return llm::ActOp::create(builder, loc, x.getType(), llm::ActFn::Relu2,
                              act.getInput());
  return arith::MulFOp::create(builder, loc, x, x);
}

Rows StepConverter::power(Operation *op) {
  Rows rows = view(op, op->getOperand(0));
  auto exponent = getScalar(graph, op->getOperand(1));
  if (!rows)
    return rows;
  if (exponent == 0.5)
    return sameAs(rows, math::SqrtOp::create(builder, loc, rows.value));
  if (exponent != 2.0 && exponent != 3.0)
    return fail(op, "raises to a power other than 0.5, 2 and 3, which has no "
                    "form on rows");
  Value result = square(rows.value);
  if (exponent == 3.0)
    result = arith::MulFOp::create(builder, loc, result, rows.value);
  return sameAs(rows, result);
}

Rows StepConverter::unary(Operation *op) {
  Rows rows = view(op, op->getOperand(0));
  if (!rows)
    return rows;
  Value x = rows.value;
  if (isa<onnx::NegOp>(op))
    return sameAs(rows, arith::NegFOp::create(builder, loc, x));
  if (isa<onnx::ExpOp>(op))
    return sameAs(rows, math::ExpOp::create(builder, loc, x));
  if (isa<onnx::SqrtOp>(op))
    return sameAs(rows, math::SqrtOp::create(builder, loc, x));
  if (isa<onnx::RoundOp>(op))
    return sameAs(rows, math::RoundEvenOp::create(builder, loc, x));
  return sameAs(rows, math::AbsFOp::create(builder, loc, x));
}

std::optional<StepConverter::RowScale>
StepConverter::findRowScale(Operation *op) {
  Value zeroPoint = op->getOperand(2);
  auto scale = getScalar(graph, op->getOperand(1));
  auto zero = isa<NoneType>(zeroPoint.getType()) ? std::optional(0.0)
                                                 : getScalar(graph, zeroPoint);
  if (scale && zero)
    return RowScale{*scale, *zero};
  fail(op, "has other than one constant scale and zero for its rows");
  return std::nullopt;
}

/// Rows as codes: whole numbers in f32, which hold those of 16 bits exactly.
Rows StepConverter::quantize(Operation *op) {
  Rows rows = view(op, op->getOperand(0));
  auto type =
      dyn_cast<IntegerType>(getElementTypeOrSelf(op->getResult(0).getType()));
  auto scale = findRowScale(op);
  if (!rows || !scale)
    return {};
  if (!type || type.getWidth() > 16)
    return fail(op, "makes no integers of up to 16 bits");
  double most = std::ldexp(1.0, type.getWidth() - !type.isUnsigned());
  double least = type.isUnsigned() ? 0 : -most;
  Value x = arith::DivFOp::create(builder, loc, rows.value,
                                  splat(op, rows, scale->scale));
  x = math::RoundEvenOp::create(builder, loc, x);
  if (scale->zero != 0)
    x = arith::AddFOp::create(builder, loc, x, splat(op, rows, scale->zero));
  x = arith::MaximumFOp::create(builder, loc, x, splat(op, rows, least));
  x = arith::MinimumFOp::create(builder, loc, x, splat(op, rows, most - 1));
  return sameAs(rows, x);
}

Rows StepConverter::dequantize(Operation *op) {
  Rows rows = view(op, op->getOperand(0));
  auto scale = findRowScale(op);
  if (!rows || !scale)
    return {};
  Value x = rows.value;
  if (scale->zero != 0)
    x = arith::SubFOp::create(builder, loc, x, splat(op, rows, scale->zero));
  return sameAs(rows, arith::MulFOp::create(builder, loc, x,
                                            splat(op, rows, scale->scale)));
}

Rows StepConverter::clip(Operation *op) {
  Rows rows = view(op, op->getOperand(0));
  const Graph::Sizes *sizes = graph.sizes(op->getResult(0));
  if (!rows || !sizes)
    return rows;
  // The least that is allowed, then the most: ONNX lets the latter win.
  for (unsigned bound : {1, 2}) {
    if (isa<NoneType>(op->getOperand(bound).getType()))
      continue;
    Rows limit = constantLike(op, rows, op->getOperand(bound), *sizes);
    if (!limit)
      return fail(op, "has a bound that is no constant");
    rows.value =
        bound == 1
            ? Value(arith::MaximumFOp::create(builder, loc, rows.value,
                                              limit.value))
            : arith::MinimumFOp::create(builder, loc, rows.value, limit.value);
  }
  return rows;
}

static std::optional<llm::ActFn> findFunction(Operation *op) {
  if (auto swish = dyn_cast<onnx::SwishOp>(op)) {
    if (swish.getAlpha() == 1.0f)
      return llm::ActFn::Silu;
    if (swish.getAlpha() == 1.702f)
      return llm::ActFn::QuickGelu;
    return std::nullopt;
  }
  if (auto gelu = dyn_cast<onnx::GeluOp>(op))
    return gelu.getApproximate() == "tanh" ? llm::ActFn::GeluTanh
                                           : llm::ActFn::GeluErf;
  if (isa<onnx::ReluOp>(op))
    return llm::ActFn::Relu;
  if (isa<onnx::SigmoidOp>(op))
    return llm::ActFn::Sigmoid;
  if (isa<onnx::TanhOp>(op))
    return llm::ActFn::Tanh;
  return llm::ActFn::Softplus;
}

Rows StepConverter::activation(Operation *op) {
  Rows rows = view(op, op->getOperand(0));
  if (!rows)
    return rows;
  Type type = rows.value.getType();
  if (auto function = findFunction(op))
    return sameAs(
        rows, llm::ActOp::create(builder, loc, type, *function, rows.value));
  // A swish of any other factor.
  Value factor = splat(op, rows, cast<onnx::SwishOp>(op).getAlpha());
  Value inner = arith::MulFOp::create(builder, loc, rows.value, factor);
  Value gate =
      llm::ActOp::create(builder, loc, type, llm::ActFn::Sigmoid, inner);
  return sameAs(rows, arith::MulFOp::create(builder, loc, rows.value, gate));
}

//===----------------------------------------------------------------------===//
// Moves
//===----------------------------------------------------------------------===//

/// The value before changes of its type: halves inside, floats outside.
static Value lookThroughCasts(Value value) {
  while (isa_and_nonnull<onnx::CastOp, onnx::IdentityOp>(value.getDefiningOp()))
    value = value.getDefiningOp()->getOperand(0);
  return value;
}

/// Whether a value is what a cache holds.
bool StepConverter::isPast(Value value) const {
  return llvm::is_contained(graph.past, lookThroughCasts(value));
}

Rows StepConverter::forward(Operation *op) {
  if (isPast(op->getOperand(0)))
    return {}; // `concat` looks for it
  return view(op, op->getOperand(0));
}
