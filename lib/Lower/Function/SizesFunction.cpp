//===- SizesFunction.cpp - the function that plans a call -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "SizesFunction.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace llmc {

Value loadSize(ImplicitLocOpBuilder &b, Value sizes, int64_t place) {
  Value at = arith::ConstantIndexOp::create(b, place);
  Value size = memref::LoadOp::create(b, sizes, at);
  return arith::IndexCastOp::create(b, b.getIndexType(), size);
}

/// The module's function, or a new one that asks for nothing.
static func::FuncOp findOrCreate(ModuleOp module) {
  if (auto found = module.lookupSymbol<func::FuncOp>(sizesFunctionName))
    return found;
  ImplicitLocOpBuilder b(module.getLoc(), module.getContext());
  b.setInsertionPointToEnd(module.getBody());
  Type sizes = MemRefType::get(ShapedType::kDynamic, b.getI64Type());
  auto function =
      func::FuncOp::create(b, sizesFunctionName,
                           b.getFunctionType({sizes, sizes, b.getIndexType()},
                                             {b.getI1Type(), b.getI64Type()}));
  function.setPrivate();
  b.setInsertionPointToStart(function.addEntryBlock());
  Value fits = arith::ConstantIntOp::create(b, 1, 1);
  Value bytes = arith::ConstantIntOp::create(b, 0, 64);
  func::ReturnOp::create(b, ValueRange{fits, bytes});
  return function;
}

static Operation *getEnd(func::FuncOp function) {
  return function.getBody().front().getTerminator();
}

SizesFunction::SizesFunction(ModuleOp module, Leaf leaf)
    : function(findOrCreate(module)), b(module.getLoc(), module.getContext()),
      slices(b, [this, leaf = std::move(leaf)](Value value) {
        return leaf(b, {function.getArgument(0), function.getArgument(2)},
                    value);
      }) {
  b.setInsertionPoint(getEnd(function));
}

bool SizesFunction::setOutputSize(int64_t place, Value size) {
  Value here = slices.get(size);
  if (!here)
    return false;
  Value at = arith::ConstantIndexOp::create(b, place);
  Value number = arith::IndexCastOp::create(b, b.getI64Type(), here);
  memref::StoreOp::create(b, number, function.getArgument(1), at);
  return true;
}

void SizesFunction::require(arith::CmpIPredicate predicate, Value a, Value c) {
  Value left = slices.get(a), right = slices.get(c);
  if (!left || !right || left == right)
    return;
  Value holds = b.createOrFold<arith::CmpIOp>(predicate, left, right);
  if (isConstantIntValue(holds, 1) || isConstantIntValue(holds, -1))
    return;
  OpOperand &fits = getEnd(function)->getOpOperand(0);
  fits.set(arith::AndIOp::create(b, fits.get(), holds));
}

void SizesFunction::requireEqual(Value a, Value c) {
  require(arith::CmpIPredicate::eq, a, c);
}

void SizesFunction::requireAtMost(Value small, Value large) {
  require(arith::CmpIPredicate::sle, small, large);
}

void SizesFunction::raiseBytes(Value bytes) {
  OpOperand &most = getEnd(function)->getOpOperand(1);
  most.set(arith::MaxSIOp::create(b, most.get(), bytes));
}

bool SizesFunction::requireBytes(ArrayRef<Value> parts) {
  Value sum = arith::ConstantIndexOp::create(b, 0);
  for (Value part : parts) {
    Value here = slices.get(part);
    if (!here)
      return false;
    sum = arith::AddIOp::create(b, sum, here);
  }
  raiseBytes(arith::IndexCastOp::create(b, b.getI64Type(), sum));
  return true;
}

void SizesFunction::refuseHuge(ArrayRef<Value> sizes) {
  auto number = [&](double value) -> Value {
    return arith::ConstantOp::create(b, b.getF64FloatAttr(value));
  };
  // Floats do not wrap round.
  Value elements = number(1);
  for (Value size : sizes) {
    Value here = slices.get(size);
    if (!here)
      return;
    Value whole = arith::IndexCastOp::create(b, b.getI64Type(), here);
    elements = arith::MulFOp::create(
        b, elements, arith::SIToFPOp::create(b, b.getF64Type(), whole));
  }
  Value huge = arith::CmpFOp::create(b, arith::CmpFPredicate::OGE, elements,
                                     number(0x1p46));
  raiseBytes(arith::SelectOp::create(
      b, huge, arith::ConstantIntOp::create(b, INT64_MAX, 64),
      arith::ConstantIntOp::create(b, 0, 64)));
}

} // namespace llmc
