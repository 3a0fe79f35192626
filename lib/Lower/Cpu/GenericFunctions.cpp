//===- GenericFunctions.cpp - one function per distinct op ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "GenericFunctions.h"
#include "TileGeneric.h"

#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

using linalg::GenericOp;

/// Repeats constants of outside in the body; returns what else it takes from there.
static SmallVector<Value> findCaptured(GenericOp op) {
  llvm::SetVector<Value> outside;
  getUsedValuesDefinedAbove(op.getRegion(), op.getRegion(), outside);
  SmallVector<Value> captured;
  OpBuilder b(op.getRegion());
  for (Value value : outside) {
    Operation *source = value.getDefiningOp();
    if (!source || !source->hasTrait<OpTrait::ConstantLike>()) {
      captured.push_back(value);
      continue;
    }
    Value here = b.clone(*source)->getResult(0);
    replaceAllUsesInRegionWith(value, here, op.getRegion());
  }
  return captured;
}

GenericFunctions::Call GenericFunctions::get(GenericOp op) {
  SmallVector<Value> captured = findCaptured(op);
  func::FuncOp fresh = create(op, captured);
  for (func::FuncOp known : functions)
    if (known.getFunctionType() == fresh.getFunctionType() &&
        OperationEquivalence::isRegionEquivalentTo(
            &known.getBody(), &fresh.getBody(),
            OperationEquivalence::IgnoreLocations)) {
      fresh.erase();
      return {known, captured};
    }
  functions.push_back(fresh);
  return {fresh, captured};
}

/// What names of functions say of an op: the ops of its body, at most three.
static std::string describe(GenericOp op) {
  std::string text = op.getNumReductionLoops() ? "reduce" : "map";
  int64_t named = 0;
  for (Operation &inside : op.getBody()->without_terminator())
    if (!inside.hasTrait<OpTrait::ConstantLike>() && named++ < 3)
      text += ("_" + inside.getName().stripDialect()).str();
  return text;
}

func::FuncOp GenericFunctions::create(GenericOp op, ArrayRef<Value> captured) {
  TargetAttr target = getTarget(caller);
  SmallVector<Type> types(op->getOperandTypes());
  for (Value value : captured)
    types.push_back(value.getType());
  Type index = IndexType::get(op.getContext());
  types.append(2, index);
  OpBuilder b(caller);
  std::string name = ("g" + Twine(functions.size()) + "_" + describe(op) + "." +
                      target.getIsa())
                         .str();
  auto function = func::FuncOp::create(
      b, op.getLoc(), name, FunctionType::get(op.getContext(), types, {}));
  function.setPrivate();
  setTarget(function, target);
  Block *body = function.addEntryBlock();
  b.setInsertionPointToStart(body);
  IRMapping mapping;
  for (auto [value, argument] :
       llvm::zip(op->getOperands(), body->getArguments()))
    if (!mapping.contains(value))
      mapping.map(value, argument);
  for (auto [value, argument] : llvm::zip(
           captured, body->getArguments().drop_front(op->getNumOperands())))
    mapping.map(value, argument);
  auto clone = cast<GenericOp>(b.clone(*op, mapping));
  // Operands that are one value here may be two in another call.
  clone->setOperands(body->getArguments().take_front(op->getNumOperands()));
  func::ReturnOp::create(b, op.getLoc());
  return function;
}

LogicalResult GenericFunctions::tileAll() {
  for (func::FuncOp function : functions) {
    Block &body = function.getBody().front();
    auto op = cast<GenericOp>(body.front());
    TileBuilder b(op.getLoc(), op.getContext());
    b.setInsertionPoint(op);
    b.worker = *std::prev(body.args_end(), 2);
    b.workers = body.getArguments().back();
    if (failed(tileGeneric(b, op, getTarget(function))))
      return failure();
    op.erase();
  }
  return success();
}

} // namespace llmc
