//===- UnitGroups.cpp - weights that lose units together ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "UnitGroups.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

namespace {

/// Goes from a value to all that have the same units.
class Walk {
public:
  Walk(const UnitGroups &groups, const llvm::StringMap<int> &readers,
       UnitGroup &group)
      : groups(groups), readers(readers), group(group) {}

  void run(Value first) {
    add(first);
    // The set grows while it is walked.
    for (size_t i = 0; group.obstacle.empty() && i < group.values.size(); ++i) {
      Value value = group.values[i];
      visitMaker(value);
      for (OpOperand &use : value.getUses())
        visitUse(use);
    }
  }

private:
  void add(Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!type || type.getRank() < 2 || type.getRank() > 3 ||
        type.isDynamicDim(1) || type.getDimSize(1) % group.units)
      return stop(value.getDefiningOp(), "units are no part of its columns");
    group.values.insert(value);
  }
  void stop(Operation *op, const Twine &obstacle) {
    if (!group.obstacle.empty())
      return;
    group.obstacle = obstacle.str();
    group.where = op;
  }

  void visitMaker(Value value);
  void visitUse(OpOperand &use);
  void visitElementwise(Operation *op);
  void visitNorm(NormOp norm);
  void visitAttention(AttentionOp attention);
  ParamOp getOwn(Value value);
  void addMaker(Value value);
  void addReader(LinearOp linear);

  const UnitGroups &groups;
  const llvm::StringMap<int> &readers;
  UnitGroup &group;
};

} // namespace

/// What a value that only passes units on reads them from; or null.
static Value getPassed(Operation *op) {
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(
          [](auto shape) { return shape.getSrc(); })
      .Case<RopeOp, RotateOp>([](auto rope) { return rope.getInput(); })
      .Default(Value());
}

/// The parameter behind `value`, if its units can go; else null, and an obstacle.
ParamOp Walk::getOwn(Value value) {
  auto param = value.getDefiningOp<ParamOp>();
  if (!param || param.getIndex() || !param->hasOneUse() ||
      readers.lookup(param.getWeight()) != 1)
    stop(value.getDefiningOp(), "its weights have other readers");
  else if (!groups.getWeight(param).getSource())
    stop(param, "its weights are a constant of the graph");
  return group.obstacle.empty() ? param : ParamOp();
}

void Walk::addMaker(Value value) {
  if (ParamOp param = value ? getOwn(value) : ParamOp())
    group.makers.insert(param);
}

void Walk::addReader(LinearOp linear) {
  ParamOp param = getOwn(linear.getWeight());
  if (!param)
    return;
  ArrayRef<int64_t> shape = getMatrixShape(param.getType());
  const int64_t block = getEncoding(param.getType()).getBlockElems();
  if (shape.size() != 2)
    return stop(linear, "each head has a matrix of its own");
  if (shape[1] / group.units % block)
    return stop(linear, "its numbers are on a grid already, with a scale for " +
                            Twine(block) +
                            " columns together: take a model of floats, or "
                            "--weights=f32");
  group.readers.insert(linear);
}

void Walk::visitMaker(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op)
    return stop(op, "an argument makes them");
  if (Value passed = getPassed(op))
    return add(passed);
  if (isElementwise(op))
    return visitElementwise(op);
  if (auto norm = dyn_cast<NormOp>(op))
    return visitNorm(norm);
  if (auto attention = dyn_cast<AttentionOp>(op))
    return visitAttention(attention);
  auto linear = dyn_cast<LinearOp>(op);
  if (!linear || getMatrixShape(linear.getWeight().getType()).size() != 2)
    return stop(op, op->getName().getStringRef() + " makes them");
  addMaker(linear.getWeight());
  addMaker(linear.getBias());
}

void Walk::visitElementwise(Operation *op) {
  add(op->getResult(0));
  for (OpOperand &operand : op->getOpOperands())
    if (operand.get().getDefiningOp<tensor::SplatOp>())
      group.spreads.insert(&operand);
    else
      add(operand.get());
}

/// Of each head, or of the rows of a product that makes heads.
void Walk::visitNorm(NormOp norm) {
  const bool isOfHeads = cast<RankedTensorType>(norm.getType()).getRank() == 3;
  if (!isOfHeads && !norm.getInput().getDefiningOp<LinearOp>())
    return stop(norm, "a norm of other rows makes them");
  add(norm.getInput());
  add(norm.getResult());
  for (Value weight : {norm.getWeight(), norm.getBias()})
    if (weight && !(isOfHeads && getMatrixShape(weight.getType()).size() == 1))
      addMaker(weight);
}

void Walk::visitAttention(AttentionOp attention) {
  if (!group.attentions.insert(attention))
    return;
  auto write = attention.getCache()
                   ? attention.getCache().getDefiningOp<KVWriteOp>()
                   : KVWriteOp();
  if (!write || write.getLayer() != attention.getLayer())
    return stop(attention, "it reads the keys of another layer, or no cache");
  if (!write.getValue())
    return stop(attention, "its heads share one key");
  if (attention.getSlopes() || attention.getSinks() || attention.getRel())
    return stop(attention,
                "slopes, sinks or distances of heads would be others");
  for (Value value : {attention.getQuery(), attention.getResult(),
                      write.getKey(), write.getValue()})
    add(value);
}

void Walk::visitUse(OpOperand &use) {
  Operation *op = use.getOwner();
  if (isa<tensor::DimOp>(op))
    return;
  if (getPassed(op) == use.get())
    return add(op->getResult(0));
  if (isElementwise(op))
    return visitElementwise(op);
  if (auto norm = dyn_cast<NormOp>(op))
    return visitNorm(norm);
  if (auto attention = dyn_cast<AttentionOp>(op))
    return visitAttention(attention);
  if (auto write = dyn_cast<KVWriteOp>(op)) {
    // Who reads them says with which queries they go.
    for (Operation *reader : write.getResult().getUsers())
      if (auto attention = dyn_cast<AttentionOp>(reader))
        visitAttention(attention);
    return;
  }
  auto linear = dyn_cast<LinearOp>(op);
  if (!linear || use.get() != linear.getInput())
    return stop(op, op->getName().getStringRef() + " reads them");
  addReader(linear);
}

UnitGroups::UnitGroups(ModuleOp module) : symbols(module) {
  module.walk([&](ParamOp param) { ++readers[param.getWeight()]; });
}

WeightOp UnitGroups::getWeight(ParamOp param) const {
  return symbols.lookup<WeightOp>(param.getWeight());
}

UnitGroup UnitGroups::findChannels(ActOp act) const {
  UnitGroup group;
  ArrayRef<int64_t> shape = getMatrixShape(act.getType());
  group.units = shape.size() < 2 ? 1 : shape[1];
  Walk(*this, readers, group).run(act.getResult());
  if (group.obstacle.empty() && group.readers.empty())
    group.obstacle = "no product reads them";
  if (!group.where)
    group.where = act;
  return group;
}

UnitGroup UnitGroups::findHeads(AttentionOp attention) const {
  UnitGroup group;
  auto kv = attention.getCache() ? cast<KVType>(attention.getCache().getType())
                                 : KVType();
  group.units = kv ? kv.getHeads() : 1;
  Walk(*this, readers, group).run(attention.getResult());
  if (!group.where)
    group.where = attention;
  return group;
}

} // namespace llmc
