//===- Quantization.cpp - what of --quantize can be checked early ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Quantization.h"

#include "QuantizeBudget.h"
#include "dialects/llm/SparseRows.h"
#include "llmc/Optimize/EqualizeSpec.h"
#include "llmc/Optimize/InputScaleSpec.h"
#include "llmc/Optimize/LowRankSpec.h"
#include "llmc/Optimize/QuantizeSpec.h"
#include "llmc/Optimize/ShrinkSpec.h"
#include "llmc/Optimize/SparsifySpec.h"
#include "llmc/Weights/Factoring.h"
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

/// What weights, inputs and products become together.
struct JointPreset {
  llvm::StringRef name, quantize, equalize;
  Activations activations;
  llvm::StringRef inputScales = "";
};

static const JointPreset jointPresets[] = {
    {"w8a8", "w8", "", Activations::i8},
    {"w8a8-smooth", "w8", "smooth", Activations::i8},
    // arXiv:2308.15987: inputs of little reach have one scale, those of some reach the
    // same once their columns are alike, and those of much reach one for each row.
    {"w4a8-fptq", "w4", "lae,from=15,to=150", Activations::i8Static, "to=150"}};

llvm::Error llmc::expandPreset(CompileOptions &options) {
  llvm::StringRef spec = options.quantize;
  llvm::StringRef first =
      spec.take_until([](char c) { return c == ',' || c == ';'; });
  const auto *preset =
      llvm::find_if(jointPresets, [&](const JointPreset &preset) {
        return preset.name == first;
      });
  if (preset == std::end(jointPresets))
    return llvm::Error::success();
  auto conflict = [&](llvm::StringRef option, llvm::StringRef means,
                      llvm::StringRef found) {
    return llvm::createStringError(
        "--quantize=" + first + " means " + option + "=" + means + ", found " +
        option + "=" + found + ": leave it out, or take " + preset->quantize);
  };
  if (options.activations != Activations::automatic &&
      options.activations != preset->activations)
    return conflict("--activations", getChoiceName(preset->activations),
                    getChoiceName(options.activations));
  if (!preset->equalize.empty() && !options.equalize.empty() &&
      options.equalize != preset->equalize)
    return conflict("--equalize", preset->equalize, options.equalize);
  options.activations = preset->activations;
  if (options.inputScales.empty())
    options.inputScales = preset->inputScales.str();
  if (!preset->equalize.empty())
    options.equalize = preset->equalize.str();
  options.quantize = (preset->quantize + spec.drop_front(first.size())).str();
  return llvm::Error::success();
}

bool llmc::changesWeights(const CompileOptions &options) {
  return !options.quantize.empty() || !options.equalize.empty() ||
         !options.sparsify.empty() || !options.lowRank.empty() ||
         !options.shrink.empty();
}

bool llmc::takesStatistics(const CompileOptions &options) {
  return changesWeights(options) ||
         options.activations == Activations::i8Static;
}

/// Whether `text`, rightly spelled, asks for statistics.
template <typename Spec>
static bool asksFor(llvm::StringRef text,
                    llvm::Expected<Spec> (*parse)(llvm::StringRef)) {
  auto spec = parse(text);
  if (spec)
    return needsStatistics(*spec);
  llvm::consumeError(spec.takeError());
  return false;
}

/// The option that asks for statistics; empty: none does.
static llvm::StringRef findAsking(const CompileOptions &options) {
  if (!options.equalize.empty())
    return "--equalize";
  if (asksFor(options.quantize, parseQuantizeSpec))
    return "--quantize";
  if (asksFor(options.sparsify, parseSparsifySpec))
    return "--sparsify";
  if (asksFor(options.lowRank, parseLowRankSpec))
    return "--low-rank";
  if (asksFor(options.shrink, parseShrinkSpec))
    return "--shrink";
  return options.activations == Activations::i8Static
             ? "--activations=i8-static"
             : "";
}

bool llmc::needsStatistics(const CompileOptions &options) {
  return !findAsking(options).empty();
}

/// What two options ask for together and no weight can be.
static llvm::Error checkCompany(const CompileOptions &options) {
  if (!options.quantize.empty() && options.weights == WeightMode::f32)
    return llvm::createStringError(
        "--quantize and --weights=f32 ask for opposites: leave one out");
  if (!options.equalize.empty() &&
      llvm::StringRef(options.quantize).contains("awq"))
    return llvm::createStringError(
        "--equalize and awq both scale the columns of weights: take one");
  if (!options.sparsify.empty() && !options.lowRank.empty())
    return llvm::createStringError(
        "--sparsify and --low-rank ask for opposites, the factors of a matrix "
        "have none of its zeros: leave one out");
  if (!options.shrink.empty() && !options.lowRank.empty())
    return llvm::createStringError(
        "--shrink and --low-rank both make matrices smaller: take one, or "
        "write the smaller model with llmc prune and compile that");
  return llvm::Error::success();
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
  if (llvm::Error error = checkSpec("--activations=i8-static",
                                    options.inputScales, parseInputScaleSpec))
    return error;
  if (llvm::Error error =
          checkSpec("--sparsify", options.sparsify, parseSparsifySpec))
    return error;
  if (llvm::Error error =
          checkSpec("--low-rank", options.lowRank, parseLowRankSpec))
    return error;
  if (llvm::Error error =
          checkSpec("--shrink", options.shrink, parseShrinkSpec))
    return error;
  if (llvm::Error error = checkCompany(options))
    return error;
  llvm::StringRef asking = findAsking(options);
  if (asking.empty() || !options.stats.empty())
    return llvm::Error::success();
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
      if (auto scale = llvm::dyn_cast<mlir::llm::InputScaleStepAttr>(step))
        if (llvm::StringRef of = scale.getOf().getValue();
            !weights.find(getStatisticName(of, "absmax")))
          problem =
              "there are no statistics of the input of '" + of.str() + "'";
      // Of both factors one has the columns of the matrix.
      auto factor = llvm::dyn_cast<mlir::llm::FactorStepAttr>(step);
      if (factor && factor.getPart() == "right")
        problem = checkStatistics(weights, factor, cols);
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
