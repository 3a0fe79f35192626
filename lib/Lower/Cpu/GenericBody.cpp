//===- GenericBody.cpp - the body of a linalg.generic at one place --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "GenericBody.h"
#include "GenericPlan.h"

#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace llmc {

Value GenericBody::spread(Value scalar, int64_t lanes) {
  return lanes == 1 ? scalar : b.broadcast(scalar, lanes);
}

Value GenericBody::makeMask(const GenericPlace &place) {
  if (!place.count)
    return {};
  auto type = VectorType::get(place.lanes, b.getI1Type());
  // No lane of a strip behind the end exists: the count is negative there.
  Value count = arith::MaxSIOp::create(b, place.count, b.index(0));
  return vector::CreateMaskOp::create(b, type, count);
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

/// Where an operand's element of the place, or of one of its lanes, lies.
SmallVector<Value> GenericBody::locate(OpOperand &operand,
                                       const GenericPlace &place, Value lane) {
  SmallVector<Value> indices = place.indices;
  if (lane)
    indices[place.laneDim] = b.addIndex(indices[place.laneDim], lane);
  SmallVector<Value> at;
  for (AffineExpr expr : op.getMatchingIndexingMap(&operand).getResults())
    at.push_back(affine::expandAffineExpr(b, b.getLoc(), expr, indices, {}));
  return at;
}

Value GenericBody::load(OpOperand &operand, const GenericPlace &place) {
  if (!isa<MemRefType>(operand.get().getType()))
    return spread(operand.get(), place.lanes);
  LaneAccess access = place.lanes == 1
                          ? LaneAccess::same
                          : getLaneAccess(op, operand, place.laneDim);
  if (access == LaneAccess::same)
    return spread(b.load(operand.get(), locate(operand, place)), place.lanes);
  if (access == LaneAccess::apart)
    return loadApart(operand, place);
  Type element = cast<MemRefType>(operand.get().getType()).getElementType();
  auto type = VectorType::get(place.lanes, element);
  SmallVector<Value> at = locate(operand, place);
  Value mask = makeMask(place);
  if (!mask)
    return vector::LoadOp::create(b, type, operand.get(), at);
  Value nothing = arith::ConstantOp::create(b, b.getZeroAttr(type));
  return vector::MaskedLoadOp::create(b, type, operand.get(), at, mask,
                                      nothing);
}

/// Lane by lane; those that do not exist read the last one that does.
Value GenericBody::loadApart(OpOperand &operand, const GenericPlace &place) {
  Type element = cast<MemRefType>(operand.get().getType()).getElementType();
  auto type = VectorType::get(place.lanes, element);
  Value last;
  if (place.count)
    last = b.addIndex(place.count, -1);
  SmallVector<Value> elements;
  for (int64_t i = 0; i < place.lanes; ++i) {
    Value lane = b.index(i);
    // A strip of which no lane exists reads before its begin, where one does.
    if (last)
      lane = arith::MinSIOp::create(b, lane, last);
    elements.push_back(b.load(operand.get(), locate(operand, place, lane)));
  }
  return vector::FromElementsOp::create(b, type, elements);
}

void GenericBody::store(Value value, OpOperand &operand,
                        const GenericPlace &place) {
  SmallVector<Value> at = locate(operand, place);
  if (!isa<VectorType>(value.getType()))
    return b.store(value, operand.get(), at);
  Value mask = makeMask(place);
  if (mask)
    vector::MaskedStoreOp::create(b, operand.get(), at, mask, value);
  else
    vector::StoreOp::create(b, value, operand.get(), at);
}

//===----------------------------------------------------------------------===//
// Computing
//===----------------------------------------------------------------------===//

SmallVector<Value> GenericBody::yield(const GenericPlace &place,
                                      ValueRange outputs) {
  IRMapping values;
  for (auto [argument, value] : llvm::zip(op.getRegionOutputArgs(), outputs))
    values.map(argument, value);
  for (OpOperand *input : op.getDpsInputOperands()) {
    BlockArgument argument = op.getMatchingBlockArgument(input);
    if (!argument.use_empty())
      values.map(argument, load(*input, place));
  }
  for (Operation &inside : op.getBody()->without_terminator())
    values.map(inside.getResult(0), clone(&inside, place, values));
  SmallVector<Value> results;
  for (Value operand : op.getBody()->getTerminator()->getOperands())
    results.push_back(values.contains(operand) ? values.lookup(operand)
                                               : spread(operand, place.lanes));
  return results;
}

Value GenericBody::evaluate(Value value, const GenericPlace &place) {
  IRMapping values;
  std::function<Value(Value)> get = [&](Value wanted) -> Value {
    if (Value known = values.lookupOrNull(wanted))
      return known;
    Value result;
    if (auto argument = dyn_cast<BlockArgument>(wanted);
        argument && argument.getOwner() == op.getBody()) {
      result = load(*op.getMatchingOpOperand(argument), place);
    } else if (Operation *inside = wanted.getDefiningOp();
               inside && inside->getBlock() == op.getBody()) {
      for (Value operand : inside->getOperands())
        get(operand);
      result = clone(inside, place, values);
    } else {
      result = spread(wanted, place.lanes);
    }
    values.map(wanted, result);
    return result;
  };
  return get(value);
}

/// An op of the body on values of the place.
Value GenericBody::clone(Operation *inside, const GenericPlace &place,
                         IRMapping &values) {
  if (auto index = dyn_cast<linalg::IndexOp>(inside)) {
    int64_t dim = index.getDim();
    Value first = spread(place.indices[dim], place.lanes);
    if (place.lanes == 1 || dim != place.laneDim)
      return first;
    auto type = VectorType::get(place.lanes, b.getIndexType());
    return arith::AddIOp::create(b, first, vector::StepOp::create(b, type));
  }
  if (isa<arith::ConstantOp>(inside))
    return spread(b.clone(*inside)->getResult(0), place.lanes);
  for (Value operand : inside->getOperands())
    if (!values.contains(operand) && !isa<MemRefType>(operand.getType()))
      values.map(operand, spread(operand, place.lanes));
  if (isa<memref::LoadOp>(inside))
    return loadInside(inside, values);
  if (Value result = multiplyAdd(inside, values))
    return result;
  if (place.lanes == 1)
    return b.clone(*inside, values)->getResult(0);
  OperationState state(b.getLoc(), inside->getName());
  for (Value operand : inside->getOperands())
    state.addOperands(values.lookup(operand));
  state.addTypes(VectorType::get(place.lanes, inside->getResult(0).getType()));
  state.attributes = inside->getAttrDictionary();
  return b.create(state)->getResult(0);
}

/// a * b + sum, rounded once, where a loop adds up products; null: `sum` is
/// another op.
Value GenericBody::multiplyAdd(Operation *sum, IRMapping &values) {
  Type type = sum->getResult(0).getType();
  if (!isa<arith::AddFOp>(sum) || !op.getNumReductionLoops() ||
      !(type.isF32() || type.isF64()))
    return {};
  for (unsigned i : {0, 1}) {
    auto product = sum->getOperand(i).getDefiningOp<arith::MulFOp>();
    auto carried = dyn_cast<BlockArgument>(sum->getOperand(1 - i));
    if (product && product->getBlock() == op.getBody() && carried &&
        llvm::is_contained(op.getRegionOutputArgs(), carried))
      return b.fma(values.lookup(product.getLhs()),
                   values.lookup(product.getRhs()), values.lookup(carried));
  }
  return {};
}

/// An element that another one chooses. A place beside the tensor is one of a
/// wrong input: it reads the nearest element, and nothing of others.
Value GenericBody::loadInside(Operation *inside, IRMapping &values) {
  auto load = cast<memref::LoadOp>(inside);
  SmallVector<Value> at;
  for (auto [d, index] : llvm::enumerate(load.getIndices())) {
    Value last = b.addIndex(b.dim(load.getMemRef(), d), -1);
    Value nearest = arith::MinSIOp::create(b, values.lookup(index), last);
    at.push_back(arith::MaxSIOp::create(b, nearest, b.index(0)));
  }
  return b.load(load.getMemRef(), at);
}

} // namespace llmc
