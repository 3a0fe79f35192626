//===- ElementwiseTile.cpp - elementwise ops on one tile --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A fused body is evaluated backwards from its result: region arguments are
// loaded at the tile's place, arith and math ops are cloned onto vectors, and
// what the anchor computed comes from the tiler. Nothing is stored in between.
//===----------------------------------------------------------------------===//
#include "Tilers.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

/// 1 / (1 + exp(-x))
static Value sigmoid(TileBuilder &b, Value x) {
  Value one = b.constant(x.getType(), 1);
  Value negative = arith::NegFOp::create(b, x);
  return b.div(one, b.add(one, b.exp(negative)));
}

Value applyAct(TileBuilder &b, ActFn fn, Value x) {
  Type type = x.getType();
  auto constant = [&](double value) { return b.constant(type, value); };
  switch (fn) {
  case ActFn::Silu: {
    Value negative = arith::NegFOp::create(b, x);
    return b.div(x, b.add(constant(1), b.exp(negative)));
  }
  case ActFn::GeluErf: {
    Value erf = math::ErfOp::create(b, b.mul(x, constant(0.70710678118654752)));
    return b.mul(b.mul(x, constant(0.5)), b.add(constant(1), erf));
  }
  case ActFn::GeluTanh: {
    Value cube = b.mul(b.mul(x, x), x);
    Value inner = b.mul(b.fma(cube, constant(0.044715), x),
                        constant(0.79788456080286536));
    Value tanh = math::TanhOp::create(b, inner);
    return b.mul(b.mul(x, constant(0.5)), b.add(constant(1), tanh));
  }
  case ActFn::QuickGelu:
    return b.mul(x, sigmoid(b, b.mul(x, constant(1.702))));
  case ActFn::Relu:
    return b.max(constant(0), x);
  case ActFn::Relu2: {
    Value positive = b.max(constant(0), x);
    return b.mul(positive, positive);
  }
  case ActFn::Sigmoid:
    return sigmoid(b, x);
  case ActFn::Tanh:
    return math::TanhOp::create(b, x);
  case ActFn::Softplus: {
    // max(x, 0) + log(1 + exp(-|x|)) does not overflow.
    Value magnitude = math::AbsFOp::create(b, x);
    Value rest = b.exp(arith::NegFOp::create(b, magnitude));
    return b.add(b.max(constant(0), x),
                 math::LogOp::create(b, b.add(constant(1), rest)));
  }
  }
  llvm_unreachable("all activation functions are handled");
}

namespace {

struct ActTile : CpuElementwiseOpInterface::ExternalModel<ActTile, ActOp> {
  Value evaluate(Operation *op, TileBuilder &b, const TilePlace &,
                 ValueRange operands) const {
    return applyAct(b, cast<ActOp>(op).getFn(), operands[0]);
  }
};

/// A constant in every lane.
struct SplatTile
    : CpuElementwiseOpInterface::ExternalModel<SplatTile, tensor::SplatOp> {
  Value evaluate(Operation *op, TileBuilder &b, const TilePlace &place,
                 ValueRange) const {
    auto number =
        cast<tensor::SplatOp>(op).getInput().getDefiningOp<arith::ConstantOp>();
    assert(number && "kernels repeat the constants that they spread");
    return b.constant(b.f32s(place.lanes),
                      cast<FloatAttr>(number.getValue()).getValueAsDouble());
  }
};

struct BroadcastTile
    : CpuElementwiseOpInterface::ExternalModel<BroadcastTile, BroadcastOp> {
  Value evaluate(Operation *op, TileBuilder &b, const TilePlace &place,
                 ValueRange) const {
    Value input = cast<BroadcastOp>(op).getInput();
    ArrayRef<int64_t> shape = getMatrixShape(input.getType());
    SmallVector<Value> at;
    for (auto [size, index] :
         llvm::zip(shape, place.at.take_back(shape.size())))
      at.push_back(size == 1 ? b.index(0) : index);
    Value memref = place.args.get(input);
    if (shape.back() == 1)
      return b.broadcast(b.load(memref, at), place.lanes);
    return b.loadF32s(memref, at, place.lanes, place.mask);
  }
};

} // namespace

void attachElementwiseTiles(MLIRContext *context) {
  ActOp::attachInterface<ActTile>(*context);
  BroadcastOp::attachInterface<BroadcastTile>(*context);
  tensor::SplatOp::attachInterface<SplatTile>(*context);
}

namespace {

/// The values of a body at one place. Each is computed once, however many read
/// it: sixteen squarings in a row are sixteen products, not 65,535.
class PlaceEvaluator {
public:
  PlaceEvaluator(TileBuilder &b, const TilePlace &place,
                 llvm::function_ref<Value(Value)> leaf)
      : b(b), place(place), leaf(leaf) {}

  Value get(Value value) {
    if (Value known = values.lookup(value))
      return known;
    Value computed = compute(value);
    values[value] = computed;
    return computed;
  }

private:
  Value compute(Value value) {
    if (Value given = leaf(value))
      return given;
    if (isa<BlockArgument>(value))
      return b.loadF32s(place.args.get(value), place.at, place.lanes,
                        place.mask);
    Operation *op = value.getDefiningOp();
    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(isSpread(op) ? Value() : get(operand));
    if (auto tile = dyn_cast<CpuElementwiseOpInterface>(op))
      return tile.evaluate(b, place, operands);
    assert(op->hasTrait<OpTrait::Elementwise>() &&
           "kernel formation let it in");
    OperationState state(b.getLoc(), op->getName());
    state.addOperands(operands);
    state.addTypes(VectorType::get(
        place.lanes, cast<ShapedType>(value.getType()).getElementType()));
    state.attributes = op->getAttrDictionary();
    return b.create(state)->getResult(0);
  }

  TileBuilder &b;
  const TilePlace &place;
  llvm::function_ref<Value(Value)> leaf;
  DenseMap<Value, Value> values;
};

} // namespace

Value evaluateElementwise(TileBuilder &b, const TilePlace &place, Value value,
                          llvm::function_ref<Value(Value)> leaf) {
  return PlaceEvaluator(b, place, leaf).get(value);
}

} // namespace llmc
