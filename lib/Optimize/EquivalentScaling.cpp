//===- EquivalentScaling.cpp - where a scaled input can be made -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "EquivalentScaling.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::llm;

namespace llmc {

/// Adds the parameter behind `value`, if it is a vector or matrix of its own.
static bool addMaker(Value value, ScalingSite &site) {
  if (!value)
    return true; // a bias that is not there
  auto param = value.getDefiningOp<ParamOp>();
  if (!param || param.getIndex() || !param->hasOneUse())
    return false;
  site.makers.push_back(param);
  return true;
}

static bool addLinear(Value rows, ScalingSite &site) {
  auto linear = rows.getDefiningOp<LinearOp>();
  site.maker = linear;
  return linear && rows.hasOneUse() &&
         getMatrixShape(linear.getWeight().getType()).size() == 2 &&
         addMaker(linear.getWeight(), site) && addMaker(linear.getBias(), site);
}

/// The linear that makes the values which `attention` averages.
static bool addValues(AttentionOp attention, ScalingSite &site) {
  auto write = attention.getCache()
                   ? attention.getCache().getDefiningOp<KVWriteOp>()
                   : KVWriteOp();
  if (!write || !write.getValue())
    return false;
  auto split = write.getValue().getDefiningOp<tensor::ExpandShapeOp>();
  if (!split || !split->hasOneUse())
    return false;
  auto query = dyn_cast<RankedTensorType>(attention.getResult().getType());
  auto value = split.getResultType();
  if (query.getRank() != 3 || value.getRank() != 3 ||
      query.getDimSize(2) != value.getDimSize(2))
    return false;
  site.repeat = query.getDimSize(1) / value.getDimSize(1);
  site.head = value.getDimSize(2);
  // What averages of values plus z are is averages of values, plus z.
  if (attention.getSinks())
    site.unshifted = "a sink has a part in its averages";
  return addLinear(split.getSrc(), site);
}

std::string findScalingSite(Value input, ScalingSite &site) {
  Operation *op = input.getDefiningOp();
  site.maker = op;
  if (auto norm = dyn_cast_or_null<NormOp>(op))
    return norm.getWeight() && addMaker(norm.getWeight(), site) &&
                   addMaker(norm.getBias(), site)
               ? ""
               : "the weights of its norm have other readers";
  if (auto product = dyn_cast_or_null<arith::MulFOp>(op)) {
    site.unshifted = "it is a product of two";
    for (Value factor : {product.getRhs(), product.getLhs()}) {
      site.makers.clear();
      if (addLinear(factor, site))
        return "";
    }
    return "neither factor is a product with a weight of its own";
  }
  auto merge = dyn_cast_or_null<tensor::CollapseShapeOp>(op);
  auto attention =
      merge ? merge.getSrc().getDefiningOp<AttentionOp>() : AttentionOp();
  if (attention && attention->hasOneUse() && addValues(attention, site))
    return "";
  return attention ? "the values of its attention have other readers"
                   : "nothing with weights of its own makes it";
}

void appendStep(WeightOp weight, Attribute step) {
  SmallVector<Attribute> recipe;
  if (ArrayAttr known = weight.getRecipeAttr())
    llvm::append_range(recipe, known);
  recipe.push_back(step);
  weight.setRecipeAttr(ArrayAttr::get(weight.getContext(), recipe));
}

InputScaling::InputScaling(ModuleOp module) : module(module), symbols(module) {
  module.walk([&](Operation *op) {
    if (auto param = dyn_cast<ParamOp>(op))
      ++readers[param.getWeight()];
    if (auto linear = dyn_cast<LinearOp>(op))
      linearsByInput[linear.getInput()].push_back(linear);
  });
}

WeightOp InputScaling::getOwnWeight(LinearOp linear) {
  auto param = linear.getWeight().getDefiningOp<ParamOp>();
  if (!param || !param->hasOneUse() || readers[param.getWeight()] != 1)
    return {};
  return symbols.lookup<WeightOp>(param.getWeight());
}

std::string InputScaling::findSite(Value input, ArrayRef<LinearOp> linears,
                                   function_ref<bool(WeightOp)> mayScale,
                                   ScalingSite &site) {
  if (linears.size() < static_cast<size_t>(llvm::range_size(input.getUses())))
    return "its input has readers that are not scaled";
  if (std::string problem = findScalingSite(input, site); !problem.empty())
    return problem;
  for (ParamOp maker : site.makers) {
    auto weight = symbols.lookup<WeightOp>(maker.getWeight());
    bool isVector = isa<RankedTensorType>(weight.getType()) &&
                    getMatrixShape(weight.getType()).size() == 1;
    if (readers[weight.getSymName()] != 1 ||
        !(isVector || (weight.getSource() && mayScale(weight))))
      return "what makes its input keeps its numbers";
  }
  return "";
}

EqualizeAttr InputScaling::makeFactors(ArrayRef<LinearOp> linears,
                                       const EqualizeRequest &request,
                                       const ScalingSite &site) {
  MLIRContext *context = module.getContext();
  SmallVector<Attribute> names;
  for (LinearOp linear : linears)
    names.push_back(
        FlatSymbolRefAttr::get(getOwnWeight(linear).getSymNameAttr()));
  return EqualizeAttr::get(context, StringAttr::get(context, request.method),
                           ArrayAttr::get(context, names),
                           getOwnWeight(linears.front()).getSymNameAttr(),
                           request.grid, request.alpha, site.repeat,
                           site.repeat > 1 ? site.head : 0);
}

void InputScaling::apply(ArrayRef<LinearOp> linears, const ScalingSite &site,
                         EqualizeAttr factors) {
  MLIRContext *context = module.getContext();
  for (LinearOp linear : linears)
    appendStep(getOwnWeight(linear),
               ScaleStepAttr::get(context, factors, /*rows=*/false,
                                  /*inverse=*/false));
  for (ParamOp maker : site.makers)
    appendStep(symbols.lookup<WeightOp>(maker.getWeight()),
               ScaleStepAttr::get(context, factors, /*rows=*/true,
                                  /*inverse=*/true));
}

std::string InputScaling::scale(Value input, ArrayRef<LinearOp> linears,
                                const EqualizeRequest &request,
                                function_ref<bool(WeightOp)> mayScale) {
  ScalingSite site;
  std::string problem = findSite(input, linears, mayScale, site);
  if (problem.empty())
    apply(linears, site, makeFactors(linears, request, site));
  return problem;
}

} // namespace llmc
