//===- ProductRotation.cpp - matrices in another basis --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "ProductRotation.h"

#include "EquivalentScaling.h"
#include "llmc/Optimize/WeightReadings.h"
#include "llmc/Weights/KronRotation.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

static bool isPruned(WeightOp weight) {
  ArrayAttr recipe = weight.getRecipeAttr();
  return recipe && llvm::any_of(recipe, llvm::IsaPred<PruneStepAttr>);
}

/// Why rows of `size` numbers are not turned; empty if they are.
static std::string refuseSize(int64_t size, StringRef what) {
  return splitForRotation(size)
             ? ""
             : (what + " of " + Twine(size) + " have no two factors up to 256")
                   .str();
}

std::string ProductRotation::findObstacle(WeightOp weight,
                                          ArrayRef<ParamOp> params,
                                          RotatedSides sides) {
  ArrayRef<int64_t> shape = getMatrixShape(weight.getType());
  if (shape.size() != 2)
    return "experts and heads have a matrix each";
  if (isPruned(weight))
    return "its zeros would be none any more";
  if (isSecondFactor(weight))
    return "its input is what a first factor makes";
  for (ParamOp param : params)
    for (OpOperand &use : param.getResult().getUses()) {
      auto linear = dyn_cast<LinearOp>(use.getOwner());
      if (!linear || &use != &linear.getWeightMutable())
        return "more than products read it";
      auto rows = dyn_cast<RankedTensorType>(linear.getInput().getType());
      if (!rows || rows.getRank() != 2)
        return "its inputs are no rows of floats";
    }
  std::string problem = refuseSize(shape[1], "columns");
  if (problem.empty() && sides == RotatedSides::both)
    problem = refuseSize(shape[0], "rows");
  return problem;
}

FlatSymbolRefAttr ProductRotation::getMatrix(int64_t size) {
  WeightOp &matrix = matrices[size];
  if (!matrix) {
    auto type = RankedTensorType::get({size, size},
                                      Float32Type::get(module.getContext()));
    auto value = DenseElementsAttr::get(type, ArrayRef(makeOrthogonal(size)));
    OpBuilder builder(module.getContext());
    matrix = WeightOp::create(
        builder, module.getLoc(),
        builder.getStringAttr("rotation." + std::to_string(size)),
        TypeAttr::get(type), /*source=*/StringAttr(), /*recipe=*/ArrayAttr(),
        value, /*offset=*/IntegerAttr());
    symbols.insert(matrix, module.getBody()->begin());
  }
  return FlatSymbolRefAttr::get(matrix.getSymNameAttr());
}

KronRotateStepAttr ProductRotation::makeStep(int64_t size, bool rows) {
  auto [left, right] = *splitForRotation(size);
  FlatSymbolRefAttr matrix = getMatrix(left);
  return KronRotateStepAttr::get(module.getContext(), matrix, getMatrix(right),
                                 rows);
}

Value ProductRotation::turnRows(Value rows, KronRotateStepAttr by) {
  OpBuilder builder(module.getContext());
  builder.setInsertionPointAfterValue(rows);
  auto read = [&](FlatSymbolRefAttr name) -> Value {
    auto matrix = symbols.lookup<WeightOp>(name.getAttr());
    return ParamOp::create(builder, rows.getLoc(), matrix.getType(),
                           name.getValue(), Value());
  };
  Value left = read(by.getLeft()), right = read(by.getRight());
  return KronRotateOp::create(builder, rows.getLoc(), rows.getType(), rows,
                              left, right);
}

/// A bias is added to what is turned back.
void ProductRotation::turnResult(LinearOp linear, KronRotateStepAttr by) {
  Value product = linear.getResult(), bias = linear.getBias();
  linear.getBiasMutable().clear();
  SmallVector<OpOperand *> uses;
  for (OpOperand &use : product.getUses())
    uses.push_back(&use);
  Value result = turnRows(product, by);
  if (bias) {
    OpBuilder builder(module.getContext());
    builder.setInsertionPointAfterValue(result);
    Location loc = linear.getLoc();
    Value rows;
    if (linear.getType().isDynamicDim(0))
      rows = tensor::DimOp::create(builder, loc, result, 0);
    Value all = BroadcastOp::create(builder, loc, result.getType(), bias, rows);
    result = arith::AddFOp::create(builder, loc, result, all);
  }
  for (OpOperand *use : uses)
    use->set(result);
}

void ProductRotation::turn(WeightOp weight, ArrayRef<ParamOp> params,
                           RotatedSides sides) {
  ArrayRef<int64_t> shape = getMatrixShape(weight.getType());
  KronRotateStepAttr input = makeStep(shape[1], /*rows=*/false), result;
  appendStep(weight, input);
  if (sides == RotatedSides::both) {
    result = makeStep(shape[0], /*rows=*/true);
    appendStep(weight, result);
  }
  for (ParamOp param : params)
    for (Operation *user : param.getResult().getUsers()) {
      auto linear = cast<LinearOp>(user);
      Value &rows = turned[linear.getInput()];
      if (!rows)
        rows = turnRows(linear.getInput(), input);
      linear.getInputMutable().assign(rows);
      if (result)
        turnResult(linear, result);
    }
}

} // namespace llmc
