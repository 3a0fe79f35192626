//===- Quantization.cpp - what of --quantize can be checked early ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Quantization.h"

#include "QuantizeBudget.h"
#include "dialects/llm/SparseRows.h"
#include "llmc/Optimize/EqualizeSpec.h"
#include "llmc/Optimize/QuantizeSpec.h"
#include "llmc/Optimize/ShrinkSpec.h"
#include "llmc/Optimize/SparsifySpec.h"
#include "llmc/Weights/Pruning.h"
#include "llmc/Weights/Rounding.h"
#include "llmc/Weights/Selecting.h"
#include "llmc/Weights/Statistics.h"

using namespace llmc;

/// The spec of an option, or its error.
template <typename Spec>
static llvm::Error checkSpec(llvm::StringRef option, llvm::StringRef text,
                             llvm::Expected<Spec> (*parse)(llvm::StringRef)) {
  if (text.empty())
    return llvm::Error::success();
  if (auto spec = parse(text); !spec)
    return llvm::createStringError(option + ": " +
                                   llvm::toString(spec.takeError()));
  return llvm::Error::success();
}

bool llmc::changesWeights(const CompileOptions &options) {
  return !options.quantize.empty() || !options.equalize.empty() ||
         !options.sparsify.empty() || !options.shrink.empty();
}

bool llmc::needsStatistics(const CompileOptions &options) {
  auto quantize = parseQuantizeSpec(options.quantize);
  auto sparsify = parseSparsifySpec(options.sparsify);
  auto shrink = parseShrinkSpec(options.shrink);
  bool needs = !options.equalize.empty() ||
               (quantize && needsStatistics(*quantize)) ||
               (sparsify && needsStatistics(*sparsify)) ||
               (shrink && needsStatistics(*shrink));
  llvm::consumeError(quantize.takeError());
  llvm::consumeError(sparsify.takeError());
  llvm::consumeError(shrink.takeError());
  return needs;
}

llvm::Error llmc::checkWeightOptions(const CompileOptions &options) {
  if (llvm::Error error = readBudget(options).takeError())
    return error;
  if (llvm::Error error =
          checkSpec("--quantize", options.quantize, parseQuantizeSpec))
    return error;
  if (llvm::Error error =
          checkSpec("--equalize", options.equalize, parseEqualizeSpec))
    return error;
  if (llvm::Error error =
          checkSpec("--sparsify", options.sparsify, parseSparsifySpec))
    return error;
  if (llvm::Error error =
          checkSpec("--shrink", options.shrink, parseShrinkSpec))
    return error;
  if (!options.quantize.empty() && options.weights == WeightMode::f32)
    return llvm::createStringError(
        "--quantize and --weights=f32 ask for opposites: leave one out");
  if (!options.equalize.empty() &&
      llvm::StringRef(options.quantize).contains("awq"))
    return llvm::createStringError(
        "--equalize and awq both scale the columns of weights: take one");
  if (!needsStatistics(options) || !options.stats.empty())
    return llvm::Error::success();
  llvm::StringRef asking = !options.equalize.empty()   ? "--equalize"
                           : !options.quantize.empty() ? "--quantize"
                           : !options.sparsify.empty() ? "--sparsify"
                                                       : "--shrink";
  return llvm::createStringError(
      asking + " needs statistics of the model's activations: llmc calibrate "
               "MODEL --text FILE -o model.stats, then --stats=model.stats");
}

std::string llmc::describeGrids(mlir::ModuleOp module) {
  int64_t count = 0;
  for (auto weight : module.getOps<mlir::llm::WeightOp>())
    if (auto encoding = mlir::llm::getEncoding(weight.getType()))
      count += encoding.getGrid().has_value() ||
               llvm::isa<mlir::llm::FloatCodesAttr>(encoding);
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
      const int64_t cols = countObservedColumns(weight);
      std::string problem;
      if (auto round = llvm::dyn_cast<mlir::llm::RoundStepAttr>(step))
        problem = checkStatistics(weights, round, cols);
      if (auto prune = llvm::dyn_cast<mlir::llm::PruneStepAttr>(step))
        problem = checkStatistics(weights, prune, cols);
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
    if (!mlir::llm::isLowRankFactor(weight) &&
        !mlir::llm::holdsOutliers(weight))
      elements += count;
    bytes += static_cast<double>(mlir::llm::getWeightBytes(weight.getType()));
  }
  return elements > 0 ? 8 * bytes / elements : 0;
}
