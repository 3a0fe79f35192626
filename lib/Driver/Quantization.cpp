//===- Quantization.cpp - what of --quantize can be checked early ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Quantization.h"

#include "llmc/Optimize/QuantizeSpec.h"
#include "llmc/Weights/Rounding.h"
#include "llmc/Weights/Statistics.h"

using namespace llmc;

llvm::Error llmc::checkQuantization(const CompileOptions &options) {
  if (options.quantize.empty())
    return llvm::Error::success();
  auto spec = parseQuantizeSpec(options.quantize);
  if (!spec)
    return llvm::createStringError("--quantize: " +
                                   llvm::toString(spec.takeError()));
  if (options.weights == WeightMode::f32)
    return llvm::createStringError(
        "--quantize and --weights=f32 ask for opposites: leave one out");
  if (needsStatistics(*spec) && options.stats.empty())
    return llvm::createStringError(
        "--quantize=" + options.quantize +
        " needs statistics of the model's activations: llmc calibrate MODEL "
        "--text FILE -o model.stats, then --stats=model.stats");
  return llvm::Error::success();
}

std::string llmc::describeGrids(mlir::ModuleOp module) {
  int64_t count = 0;
  for (auto weight : module.getOps<mlir::llm::WeightOp>())
    if (auto encoding = mlir::llm::getEncoding(weight.getType()))
      count += encoding.getGrid().has_value();
  if (!count)
    return "";
  return std::to_string(count) +
         " weights are quantised already; those of more bits than --quantize "
         "asks for are rounded again, and lose more than a model of floats "
         "would";
}

llvm::Error llmc::checkRecipes(mlir::ModuleOp module,
                               const WeightStore &weights) {
  for (auto weight : module.getOps<mlir::llm::WeightOp>()) {
    mlir::ArrayAttr recipe = weight.getRecipeAttr();
    for (mlir::Attribute step :
         recipe ? recipe.getValue() : llvm::ArrayRef<mlir::Attribute>()) {
      auto round = llvm::dyn_cast<mlir::llm::RoundStepAttr>(step);
      if (!round)
        continue;
      std::string problem = llmc::checkStatistics(
          weights, round, mlir::llm::getMatrixShape(weight.getType()).back());
      if (!problem.empty())
        return llvm::createStringError("weight '" + weight.getSymName() +
                                       "': " + problem);
    }
  }
  return llvm::Error::success();
}

double llmc::countBitsPerWeight(mlir::ModuleOp module) {
  double bytes = 0, elements = 0;
  for (auto weight : module.getOps<mlir::llm::WeightOp>()) {
    double count = 1;
    for (int64_t size : mlir::llm::getMatrixShape(weight.getType()))
      count *= static_cast<double>(size);
    elements += count;
    bytes += static_cast<double>(mlir::llm::getWeightBytes(weight.getType()));
  }
  return elements > 0 ? 8 * bytes / elements : 0;
}
