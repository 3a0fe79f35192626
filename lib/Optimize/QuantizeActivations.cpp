//===- QuantizeActivations.cpp - integer weights meet int8 rows -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Dequantising 4-bit weights to multiply floats costs an fma per weight and row;
// on int8 rows one instruction does 4 products per lane. The rounding is an op,
// so the reference computes exactly what the integer kernel means. Where 8 bits
// cost too much accuracy, rows get a second plane of codes for the rest.
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/Passes.h"
#include "llmc/Support/Explain.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include "llvm/ADT/SetVector.h"

namespace llmc {
#define GEN_PASS_DEF_QUANTIZEACTIVATIONS
#include "llmc/Optimize/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

/// Why `linear` keeps its float rows; null if it takes integers.
const char *findObstacle(LinearOp linear) {
  auto input = dyn_cast<RankedTensorType>(linear.getInput().getType());
  if (!input)
    return "the rows are integers already";
  auto weight = dyn_cast<PackedType>(linear.getWeight().getType());
  if (!weight || !weight.getEncoding().getGrid())
    return "the weight is no integer grid";
  if (input.getRank() != 2 || weight.getShape().size() != 2)
    return "each head has a matrix of its own";
  if (!input.getElementType().isF32())
    return "the rows are not f32";
  return nullptr;
}

/// What adds to a row of another kernel: what is added is one of many there. Products
/// that are added up are one, with a weight and factors beside it.
bool isResidual(Operation *op) {
  return isa<arith::AddFOp>(op) &&
         !llvm::all_of(
             op->getOperands(),
             [](Value operand) { return operand.getDefiningOp<LinearOp>(); }) &&
         llvm::none_of(op->getOperands(), [](Value operand) {
           return isa_and_nonnull<arith::ConstantOp, tensor::SplatOp,
                                  BroadcastOp>(operand.getDefiningOp());
         });
}

/// Whether rows are written to a cache or returned, at most turned, normalised
/// and computed with on the way.
bool areKept(Value rows) {
  llvm::SetVector<Value> seen;
  seen.insert(rows);
  for (size_t i = 0; i < seen.size(); ++i)
    for (Operation *user : seen[i].getUsers()) {
      if (isa<KVWriteOp, func::ReturnOp>(user))
        return true;
      bool passesOn =
          isa<RopeOp, NormOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp>(
              user) ||
          (user->hasTrait<OpTrait::Elementwise>() && !isResidual(user));
      if (passesOn)
        seen.insert(user->getResult(0));
    }
  return false;
}

/// Whether each element of the result is made of those in its place.
bool isElementwise(Operation *op) {
  if (auto generic = dyn_cast<linalg::GenericOp>(op))
    return generic.getNumReductionLoops() == 0;
  return op->hasTrait<OpTrait::Elementwise>() && !isResidual(op);
}

bool isNonlinearity(Operation *op) {
  auto generic = dyn_cast<linalg::GenericOp>(op);
  return isa<ActOp>(op) ||
         (generic && llvm::any_of(*generic.getBody(), [](Operation &inner) {
            return isa<math::ErfOp, math::ExpOp, math::TanhOp,
                       arith::MaximumFOp>(inner);
          }));
}

/// Whether rows are what a nonlinearity made of others, gated or not: few large
/// numbers, which are what a group's scale follows.
bool areActivated(Value rows) {
  llvm::SetVector<Value> seen;
  seen.insert(rows);
  for (size_t i = 0; i < seen.size(); ++i) {
    Operation *op = seen[i].getDefiningOp();
    if (!op)
      continue;
    if (isElementwise(op) && isNonlinearity(op))
      return true;
    if (isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op))
      seen.insert(op->getOperand(0));
    else if (isElementwise(op))
      seen.insert_range(op->getOperands());
  }
  return false;
}

struct QuantizeActivations
    : impl::QuantizeActivationsBase<QuantizeActivations> {
  using Base::Base;

  void runOnOperation() override {
    // By input and encoding.
    DenseMap<std::pair<Value, Attribute>, Value> quantised;
    getOperation().walk([&](LinearOp linear) {
      if (const char *obstacle = findObstacle(linear))
        return decline(linear, getArgument(), obstacle);
      // One scale of the activations for each of the weights.
      int64_t group =
          getEncoding(linear.getWeight().getType()).getGrid()->group;
      bool isFine = readsFineRows(linear);
      auto encoding = Int8ActEncodingAttr::get(&getContext(), group, isFine);
      Value &q = quantised[{linear.getInput(), encoding}];
      if (!q)
        q = quantise(linear.getInput(), encoding);
      linear.getInputMutable().assign(q);
      applied(linear, getArgument(), [&] {
        return std::string("linear takes int8 activations") +
               (isFine ? " in two planes" : "") + ", one scale per " +
               std::to_string(group);
      });
    });
  }

  bool readsFineRows(LinearOp linear) const {
    switch (fine) {
    case FineRows::none:
      return false;
    case FineRows::sensitive:
      return areKept(linear.getResult()) || areActivated(linear.getInput());
    case FineRows::all:
      return true;
    }
    llvm_unreachable("every choice is a case");
  }

  /// Places the quantisation right after its input, before every reader.
  Value quantise(Value input, Int8ActEncodingAttr encoding) {
    OpBuilder builder(&getContext());
    builder.setInsertionPointAfterValue(input);
    auto shape = cast<RankedTensorType>(input.getType()).getShape();
    return QuantizeActOp::create(builder, input.getLoc(),
                                 PackedType::get(shape, encoding), input);
  }
};

} // namespace

ArrayRef<Choice<FineRows>> getChoices(FineRows) {
  static const Choice<FineRows> choices[] = {{"none", FineRows::none},
                                             {"sensitive", FineRows::sensitive},
                                             {"all", FineRows::all}};
  return choices;
}

} // namespace llmc
