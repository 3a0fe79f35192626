//===- ConvertWeights.cpp - matrices stored in another float type -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For comparisons: the same model without its weight encoding.
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/Passes.h"
#include "llmc/Support/Explain.h"

namespace llmc {
#define GEN_PASS_DEF_CONVERTWEIGHTS
#include "llmc/Optimize/Passes.h.inc"

using namespace mlir;
using namespace mlir::llm;

namespace {

/// A constant has no source that a recipe could start from: its numbers change.
ElementsAttr convertValue(DenseElementsAttr value, FloatType element) {
  return value.mapValues(element, [&](const APFloat &number) {
    APFloat rounded = number;
    bool losesInfo;
    rounded.convert(element.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                    &losesInfo);
    return rounded.bitcastToAPInt();
  });
}

struct ConvertWeights : impl::ConvertWeightsBase<ConvertWeights> {
  using Base::Base;

  void runOnOperation() override {
    FloatType element = getFloatType(&getContext(), to);
    DenseMap<StringAttr, Type> converted;
    for (auto weight : getOperation().getOps<WeightOp>())
      if (succeeded(convert(weight, element)))
        converted[weight.getSymNameAttr()] = weight.getType();
    getOperation().walk([&](ParamOp param) {
      auto it = converted.find(param.getWeightAttr().getAttr());
      if (it != converted.end())
        param.getResult().setType(it->second);
    });
  }

  LogicalResult convert(WeightOp weight, FloatType element) {
    std::string name = getChoiceName(to.getValue()).str();
    auto encoding = FloatEncodingAttr::get(&getContext(), element);
    if (getEncoding(weight.getType()) == encoding)
      return leave(weight, [&] { return "stored as " + name + " already"; });
    if (getMatrixShape(weight.getType()).size() < 2)
      return leave(weight, [] { return "a vector is read once, as it is"; });
    if (ElementsAttr value = weight.getValueAttr()) {
      auto dense = dyn_cast<DenseElementsAttr>(value);
      if (!dense)
        return leave(weight, [] { return "a constant that is not dense"; });
      weight.setValueAttr(convertValue(dense, element));
    } else {
      SmallVector<Attribute> recipe;
      if (ArrayAttr steps = weight.getRecipeAttr())
        llvm::append_range(recipe, steps);
      recipe.push_back(ConvertStepAttr::get(&getContext(), encoding));
      weight.setRecipeAttr(ArrayAttr::get(&getContext(), recipe));
    }
    weight.setType(
        RankedTensorType::get(getMatrixShape(weight.getType()), element));
    applied(weight, getArgument(),
            [&] { return "a matrix is stored as " + name; });
    return success();
  }

  template <typename Reason>
  LogicalResult leave(WeightOp weight, Reason reason) {
    decline(weight, getArgument(), reason);
    return failure();
  }
};

} // namespace
} // namespace llmc
