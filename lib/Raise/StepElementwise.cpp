//===- StepElementwise.cpp - elementwise ops and moves on rows ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "StepConverter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace llmc;
using namespace mlir;

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

/// A constant as rows like `rows`: a number in every place, or one per column.
Rows StepConverter::constantLike(Operation *op, const Rows &rows,
                                 Value constant, ArrayRef<int64_t> result) {
  auto type = cast<RankedTensorType>(rows.value.getType());
  Value count = rowCount;
  if (behindHead.contains(op)) {
    Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
    count = tensor::DimOp::create(builder, loc, rows.value, zero);
  }
  if (auto number = getScalar(graph, constant)) {
    Value scalar = arith::ConstantOp::create(
        builder, loc, builder.getF32FloatAttr(static_cast<float>(*number)));
    return sameAs(rows, tensor::SplatOp::create(builder, loc, scalar, type,
                                                ValueRange{count}));
  }
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
                llm::BroadcastOp::create(builder, loc, type, vector, count));
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
    rows[side] = constantLike(op, other, values[side], *result);
    if (!rows[side])
      return fail(op, "joins rows with something that is neither rows, a "
                      "number, one per column, nor a table of positions");
  }
  if (rows[0].dims != rows[1].dims || rows[0].shape() != rows[1].shape())
    return fail(op, "joins rows whose dims differ");
  return sameAs(rows[0],
                createBinary(builder, loc, op, rows[0].value, rows[1].value));
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
  return sameAs(rows, math::AbsFOp::create(builder, loc, x));
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
  auto function = findFunction(op);
  if (!function)
    return fail(op, "is an activation that has no form on rows");
  if (!rows)
    return rows;
  return sameAs(rows, llm::ActOp::create(builder, loc, rows.value.getType(),
                                         *function, rows.value));
}

//===----------------------------------------------------------------------===//
// Moves
//===----------------------------------------------------------------------===//

Rows StepConverter::forward(Operation *op) {
  return view(op, op->getOperand(0));
}

Rows StepConverter::reshape(Operation *op) {
  Rows rows = view(op, op->getOperand(0));
  const Graph::Sizes *from = graph.sizes(op->getOperand(0));
  const Graph::Sizes *to = graph.sizes(op->getResult(0));
  if (!rows)
    return rows;
  if (!from || !to || rows.isCache ||
      !RowsReshape(builder, loc, rowCount).reshape(rows, *from, *to))
    return fail(op, "mixes rows with their columns");
  return rows;
}

Rows StepConverter::transpose(Operation *op) {
  Rows rows = view(op, op->getOperand(0));
  auto order = op->getAttrOfType<DenseI64ArrayAttr>("perm");
  if (!rows)
    return rows;
  if (!order || order.size() != static_cast<int64_t>(rows.dims.size()))
    return fail(op, "turns dims without saying how");
  Rows result = rows;
  for (auto [dim, from] : llvm::zip_equal(result.dims, order.asArrayRef()))
    dim = rows.dims[from];
  return result;
}

/// What a cache holds and what is new: the step's cache has both.
Rows StepConverter::concat(Operation *op) {
  bool isCache = op->getNumOperands() == 2 &&
                 llvm::is_contained(graph.past, op->getOperand(0));
  if (!isCache)
    return fail(op, "joins columns, which has no form on rows yet");
  Rows rows = view(op, op->getOperand(1));
  if (!rows)
    return rows;
  int64_t axis = op->getAttrOfType<IntegerAttr>("axis").getInt();
  if (axis < 0)
    axis += rows.dims.size();
  if (axis >= static_cast<int64_t>(rows.dims.size()) ||
      rows.dims[axis].kind != RowDim::Sequence)
    return fail(op, "joins a cache with something else than new rows");
  rows.isCache = true;
  return rows;
}

/// Columns `begin` to `end` of one inner dim; of a linear they are rows of its
/// matrix.
Rows StepConverter::takeColumns(Operation *op, const Rows &rows, int64_t dim,
                                int64_t begin, int64_t end) {
  RowDim word = rows.dims[dim];
  if (word.kind != RowDim::Inner)
    return fail(op, "takes a part of the rows themselves");
  Linear linear = linears.lookup(rows.value);
  if (linear.input) {
    linear.weight = StepWeights::rows(linear.weight, begin, end);
    if (linear.bias) {
      linear.biasEnd = linear.biasBegin + end;
      linear.biasBegin += begin;
    }
    return sameAs(rows, createLinear(linear));
  }
  SmallVector<OpFoldResult> offsets, sizes, strides;
  for (auto [i, size] : llvm::enumerate(rows.shape())) {
    bool cut = static_cast<int64_t>(i) == word.inner;
    offsets.push_back(builder.getIndexAttr(cut ? begin : 0));
    strides.push_back(builder.getIndexAttr(1));
    sizes.push_back(i == 0 ? OpFoldResult(rowCount)
                           : builder.getIndexAttr(cut ? end - begin : size));
  }
  return sameAs(rows, tensor::ExtractSliceOp::create(builder, loc, rows.value,
                                                     offsets, sizes, strides));
}

Rows StepConverter::split(Operation *op) {
  Rows rows = view(op, op->getOperand(0));
  if (!rows)
    return rows;
  int64_t axis = op->getAttrOfType<IntegerAttr>("axis").getInt();
  if (axis < 0)
    axis += rows.dims.size();
  int64_t begin = 0;
  for (Value result : op->getResults()) {
    const Graph::Sizes *sizes = graph.sizes(result);
    if (!sizes)
      return fail(op, "has parts whose sizes are not known");
    int64_t end = begin + (*sizes)[axis];
    if (!result.use_empty())
      views[result] = takeColumns(op, rows, axis, begin, end);
    begin = end;
  }
  return views.lookup(op->getResult(0));
}

Rows StepConverter::slice(Operation *op) {
  Rows rows = view(op, op->getOperand(0));
  const Graph::Sizes *from = graph.sizes(op->getOperand(0));
  const Graph::Sizes *to = graph.sizes(op->getResult(0));
  if (!rows || !from || !to)
    return {};
  // Where the parts begin shows in what an evaluator reads.
  int64_t dim = -1;
  for (auto [i, sizes] : llvm::enumerate(llvm::zip_equal(*from, *to)))
    if (std::get<0>(sizes) != std::get<1>(sizes)) {
      if (dim >= 0)
        return fail(op, "takes a part of several dims");
      dim = i;
    }
  if (dim < 0)
    return rows;
  onnx::Evaluator evaluator = graph.evaluator(graph.lengths());
  evaluator.bind(op->getOperand(0), *from, [dim](onnx::Index at) {
    return onnx::Scalar::of(static_cast<double>(at[dim]));
  });
  Graph::Sizes first(to->size(), 0), last = first;
  last[dim] = (*to)[dim] - 1;
  auto begin = evaluator.element(op->getResult(0), first);
  auto end = evaluator.element(op->getResult(0), last);
  if (!begin || !end || end->whole() - begin->whole() != last[dim])
    return fail(op, "takes every so many columns");
  return takeColumns(op, rows, dim, begin->whole(), end->whole() + 1);
}
