//===- QuantiserSteps.cpp - steps that make other numbers of a model's ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "LowRank/LowRank.h"
#include "Pruning/Pruning.h"
#include "Recipe.h"
#include "Rounding/Outliers.h"
#include "Rounding/Rounding.h"

#include <cmath>

using namespace llvm;
using namespace llmc;
using namespace mlir::llm;

std::string llmc::roundStep(Material &material, RoundStepAttr step,
                            const WeightStore &store) {
  if (material.shape.size() < 2)
    return "only a matrix is rounded to a grid, found shape " +
           spellShape(material.shape);
  std::vector<uint8_t> made;
  std::string problem =
      roundMatrix(step, store, material.dequantize(), material.shape.back(),
                  material.columnScale, material.isPruned, made);
  material.encoding = step.getGrid();
  material.replace(std::move(made));
  return problem;
}

std::string llmc::pruneStep(Material &material, PruneStepAttr step,
                            const WeightStore &store) {
  if (material.shape.size() != 2)
    return "only a matrix is pruned, found shape " + spellShape(material.shape);
  std::vector<float> values = material.dequantize();
  std::string problem = pruneMatrix(step, store, material.shape.back(),
                                    material.columnScale, values);
  material.encodeFloats(values);
  material.isPruned = true;
  return problem;
}

std::string llmc::outliersStep(Material &material, OutliersStepAttr step,
                               const WeightStore &store) {
  if (material.shape.size() != 2)
    return "only a matrix has outliers, found shape " +
           spellShape(material.shape);
  std::vector<float> values = material.dequantize();
  if (!llvm::all_of(values, [](float value) { return std::isfinite(value); }))
    return "has numbers that are not finite";
  std::vector<bool> isOutlier;
  std::string problem =
      chooseOutliers(step, store, values, material.shape.back(),
                     material.columnScale, isOutlier);
  if (!problem.empty())
    return problem;
  const bool keeps = step.getPart() == "kept";
  for (auto [i, value] : enumerate(values))
    if (isOutlier[i] != keeps)
      value = 0;
  material.encodeFloats(values);
  return "";
}

/// What the parts of a weight's factors have in common.
static mlir::Attribute getLowRankKey(WeightOp weight, LowRankStepAttr step) {
  mlir::MLIRContext *context = step.getContext();
  SmallVector<mlir::Attribute> key{weight.getSourceAttr()};
  for (mlir::Attribute earlier : weight.getRecipeAttr()) {
    if (earlier == step)
      break;
    key.push_back(earlier);
  }
  key.push_back(LowRankStepAttr::get(
      context, mlir::StringAttr::get(context, "rest"), step.getRank(),
      step.getRound(), step.getIterations()));
  return mlir::ArrayAttr::get(context, key);
}

std::string llmc::lowRankStep(Material &material, LowRankStepAttr step,
                              WeightOp weight, const WeightStore &store) {
  if (material.shape.size() != 2)
    return "only a matrix has factors, found shape " +
           spellShape(material.shape);
  const int64_t rows = material.shape[0], cols = material.shape[1],
                rank = step.getRank();
  std::vector<float> values = material.dequantize(), numbers;
  std::string problem = store.derive(
      getLowRankKey(weight, step), numbers, [&](std::vector<float> &made) {
        Compensation all;
        std::string problem =
            compensateRounding(step, store, values, cols, material.columnScale,
                               material.isPruned, all);
        made = std::move(all.before.numbers);
        llvm::append_range(made, all.factors.numbers);
        return problem;
      });
  if (!problem.empty())
    return problem;
  auto before = numbers.begin(), factors = before + rank * (rows + cols);
  if (step.getPart() == "rest") {
    takeOff({rows, cols, rank, {before, factors}}, material.isPruned, values);
  } else {
    const bool isLeft = step.getPart() == "left";
    auto middle = factors + rows * rank;
    values.assign(isLeft ? factors : middle, isLeft ? middle : numbers.end());
    material.shape = isLeft ? SmallVector<int64_t>{rows, rank}
                            : SmallVector<int64_t>{rank, cols};
    material.isPruned = false; // factors of a pruned matrix have no zeros
    material.columnScale.clear();
  }
  material.encodeFloats(values);
  return "";
}
