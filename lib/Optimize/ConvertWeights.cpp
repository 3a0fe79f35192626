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

struct ConvertWeights : impl::ConvertWeightsBase<ConvertWeights> {
  using Base::Base;

  void runOnOperation() override {
    FloatType element = getFloatType(&getContext(), to);
    if (!element) {
      getOperation().emitError(
          "llm-convert-weights: to is f32, f16 or bf16, found ")
          << to;
      return signalPassFailure();
    }
    DenseMap<StringAttr, Type> converted;
    for (auto weight : getOperation().getOps<WeightOp>())
      if (getMatrixShape(weight.getType()).size() >= 2 &&
          getEncoding(weight.getType()) !=
              FloatEncodingAttr::get(&getContext(), element))
        converted[weight.getSymNameAttr()] = convert(weight, element);
    getOperation().walk([&](ParamOp param) {
      auto it = converted.find(param.getWeightAttr().getAttr());
      if (it != converted.end())
        param.getResult().setType(it->second);
    });
  }

  Type convert(WeightOp weight, FloatType element) {
    auto type =
        RankedTensorType::get(getMatrixShape(weight.getType()), element);
    SmallVector<Attribute> recipe;
    if (ArrayAttr steps = weight.getRecipeAttr())
      llvm::append_range(recipe, steps);
    recipe.push_back(ConvertStepAttr::get(
        &getContext(), FloatEncodingAttr::get(&getContext(), element)));
    weight.setType(type);
    weight.setRecipeAttr(ArrayAttr::get(&getContext(), recipe));
    explainApplied(weight.getLoc(), getArgument(), [&] {
      return (weight.getSymName() + " is stored as " + to).str();
    });
    return type;
  }
};

} // namespace
} // namespace llmc
