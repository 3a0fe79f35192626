//===- EncodingSearch.cpp - --quantize=auto -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One unit of weights after the other is rounded at a few bits, and the divergence of
// the output is measured. What other encodings would do is that times the ratio of the
// errors that they leave of the product; what several do is added up. The SPEC that
// is cheapest by these numbers takes the place of auto. Errors add up to less than they
// do together, so what is chosen is measured once more, as a whole.
//===----------------------------------------------------------------------===//
#include "EncodingSearch.h"

#include "Calibration.h"
#include "FittedValues.h"
#include "LayerChoice.h"
#include "ProbedModel.h"
#include "Quantization.h"
#include "QuantizeBudget.h"
#include "Report.h"
#include "llmc/Driver/Commands.h"
#include "llmc/Driver/Isolation.h"
#include "llmc/Emit/WeightStream.h"
#include "llmc/Lower/Signature.h"
#include "llmc/Optimize/BudgetAllocation.h"
#include "llmc/Weights/RoundingError.h"

#include "mlir/IR/Threading.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace llmc;
using mlir::llm::RoundStepAttr;
using mlir::llm::WeightOp;

/// Units whose errors are measured at once: factors of a wide input take gigabytes.
static constexpr size_t errorWorkers = 2;
/// How often a budget of divergence is tried again with costs that are nearer to what was
/// measured.
static constexpr int mostCorrections = 6;
/// Where a weight may begin.
static constexpr int64_t placeBytes = 64;

namespace {

class EncodingSearch {
public:
  EncodingSearch(llvm::StringRef model, const SearchManner &manner,
                 const CompileOptions &options, QuantizeBudget budget)
      : model(model), manner(manner), options(options),
        budget(std::move(budget)) {}

  llvm::Error run();
  /// The SPEC; empty if nothing needs to be rounded.
  std::string takeSpec() const;

private:
  llvm::Error openTarget();
  llvm::Error countFixed();
  int64_t countBytes(const EncodingUnit &unit, const EncodingOption &option);
  int64_t countBytes(mlir::Type type) const;
  llvm::Error measureErrors();
  llvm::Error measureUnit(size_t unit);
  llvm::Error measureDivergences(ProbedModel &floats);
  llvm::Error measureProbe(size_t probe, ProbedModel &floats);
  llvm::Error measureChoice(ProbedModel &floats);
  llvm::Error correct(ProbedModel &floats);
  void planProbes(const ProbedModel &floats,
                  llvm::function_ref<size_t(size_t unit)> option);
  llvm::Error makeProbes(ProbedModel &floats,
                         llvm::function_ref<llvm::Error(size_t probe)> made);
  void addProbe(size_t unit, WeightOp weight, RoundStepAttr step,
                const ProbedModel::Place &place);
  AllocationTable makeTable();
  llvm::Error choose();
  llvm::Error refuse(const BudgetAllocation &best) const;
  void say() const;
  void explain() const;

  const llvm::StringRef model;
  const SearchManner &manner;
  const CompileOptions &options;
  const QuantizeBudget budget;
  Compiler target; // what will be compiled, with other choices
  mlir::OwningOpRef<mlir::ModuleOp> imported; // that the units are of
  EncodingSpace space;
  double elements = 0;
  int64_t fixedBytes = 0;                  // of what is no unit's
  std::vector<std::vector<double>> errors; // of the units' options
  mlir::OwningOpRef<mlir::ModuleOp> probes;
  std::vector<PlannedWeight>
      probed; // weights of `probes`, in the floats' places
  std::vector<size_t> unitOfProbe;
  std::vector<double> divergences; // of the units' probes
  AllocationTable table;
  BudgetAllocation chosen;
  double correction = 1; // of the costs, by what was measured of a choice
  double measured = 0;   // the divergence of what is chosen
};

} // namespace

//===----------------------------------------------------------------------===//
// What there is to choose, and its bytes
//===----------------------------------------------------------------------===//

llvm::Error EncodingSearch::openTarget() {
  target.keepQuiet();
  if (llvm::Error error = target.import(model, options))
    return error;
  imported = target.getModule().clone();
  auto found = findEncodingUnits(*imported, options.quantize, manner.formats);
  if (!found)
    return llvm::createStringError("--quantize: " +
                                   llvm::toString(found.takeError()));
  space = std::move(*found);
  noteActivity("fitting values to weights");
  if (llvm::Error error =
          fitOptionValues(space, [&](llvm::ArrayRef<FittedWeight> weights) {
            return fitValues(weights, target.getModel().weights);
          }))
    return error;
  // What is wrong with patterns is said now, and what lies beside the units counted.
  CompileOptions plain = options;
  plain.bitsBudget = plain.sizeBudget = plain.klBudget = "";
  plain.quantize = spellSpec(space, std::vector<size_t>(space.units.size()));
  if (llvm::Error error = target.settle(plain))
    return error;
  if (llvm::Error error = target.runUntil(Stage::schedule))
    return error;
  return countFixed();
}

int64_t EncodingSearch::countBytes(mlir::Type type) const {
  int64_t bytes = mlir::llm::getWeightBytes(type);
  return budget.kind == QuantizeBudget::bits
             ? bytes
             : static_cast<int64_t>(llvm::alignTo(bytes, placeBytes));
}

/// As they are packed.
int64_t EncodingSearch::countBytes(const EncodingUnit &unit,
                                   const EncodingOption &option) {
  int64_t bytes = 0;
  for (WeightOp weight : unit.weights) {
    mlir::Type type = weight.getType();
    mlir::llm::EncodingAttrInterface encoding = mlir::llm::getEncoding(type);
    if (RoundStepAttr step = findRoundStep(unit, weight, option))
      encoding = step.getGrid();
    auto panels = mlir::llm::PanelsLayoutAttr::get(type.getContext());
    bool isPacked = panels.refuse(encoding).empty();
    bytes += countBytes(mlir::llm::PackedType::get(
        mlir::llm::getMatrixShape(type), encoding,
        isPacked ? mlir::llm::LayoutAttrInterface(panels)
                 : mlir::llm::LayoutAttrInterface()));
  }
  return bytes;
}

llvm::Error EncodingSearch::countFixed() {
  for (auto weight : target.getModule().getOps<WeightOp>()) {
    fixedBytes += countBytes(weight.getType());
    double count = 1;
    for (int64_t size : mlir::llm::getMatrixShape(weight.getType()))
      count *= static_cast<double>(size);
    elements += count;
  }
  for (const EncodingUnit &unit : space.units)
    fixedBytes -= countBytes(unit, unit.options.front());
  return fixedBytes >= 0
             ? llvm::Error::success()
             : llvm::createStringError("internal error: the weights of units "
                                       "are more than those of the model");
}

//===----------------------------------------------------------------------===//
// Errors of products
//===----------------------------------------------------------------------===//

llvm::Error EncodingSearch::measureUnit(size_t number) {
  const EncodingUnit &unit = space.units[number];
  std::vector<double> &sums = errors[number];
  sums.assign(unit.options.size(), 0);
  for (WeightOp weight : unit.weights) {
    std::vector<RoundStepAttr> steps;
    for (const EncodingOption &option : unit.options)
      steps.push_back(findRoundStep(unit, weight, option));
    auto found = measureRounding(weight, steps, target.getModel().weights);
    if (!found)
      return found.takeError();
    for (auto [sum, error] : llvm::zip_equal(sums, *found))
      sum += error;
  }
  return llvm::Error::success();
}

llvm::Error EncodingSearch::measureErrors() {
  errors.resize(space.units.size());
  std::vector<std::string> problems(space.units.size());
  mlir::parallelFor(imported->getContext(), 0, errorWorkers, [&](size_t first) {
    for (size_t unit = first; unit < errors.size(); unit += errorWorkers)
      if (llvm::Error error = measureUnit(unit))
        problems[unit] = llvm::toString(std::move(error));
  });
  for (const std::string &problem : problems)
    if (!problem.empty())
      return llvm::createStringError(problem);
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Divergences of the output
//===----------------------------------------------------------------------===//

/// The weight rounded by `step`, as floats that lie as those at `place` do.
void EncodingSearch::addProbe(size_t unit, WeightOp weight, RoundStepAttr step,
                              const ProbedModel::Place &place) {
  mlir::MLIRContext *context = weight.getContext();
  auto builder = mlir::OpBuilder::atBlockEnd(probes->getBody());
  auto probe = llvm::cast<WeightOp>(builder.clone(*weight));
  llvm::SmallVector<mlir::Attribute> recipe;
  if (mlir::ArrayAttr steps = weight.getRecipeAttr())
    llvm::append_range(recipe, steps);
  recipe.push_back(step);
  probe.setRecipeAttr(builder.getArrayAttr(recipe));
  llvm::ArrayRef<int64_t> shape = mlir::llm::getMatrixShape(weight.getType());
  if (place.isPacked)
    probe.setType(mlir::llm::PackedType::get(
        shape, mlir::llm::FloatEncodingAttr::get(context, builder.getF32Type()),
        mlir::llm::PanelsLayoutAttr::get(context)));
  else
    probe.setType(mlir::RankedTensorType::get(shape, builder.getF32Type()));
  probed.push_back({probe, place.offset, place.bytes});
  unitOfProbe.push_back(unit);
}

/// The weights of all units, rounded by the option of each.
void EncodingSearch::planProbes(
    const ProbedModel &floats, llvm::function_ref<size_t(size_t unit)> option) {
  probes = mlir::ModuleOp::create(imported->getLoc());
  probed.clear();
  unitOfProbe.clear();
  for (auto [number, unit] : llvm::enumerate(space.units))
    for (WeightOp weight : unit.weights) {
      RoundStepAttr step =
          findRoundStep(unit, weight, unit.options[option(number)]);
      const ProbedModel::Place *place = floats.find(weight.getSymName());
      if (step && place)
        addProbe(number, weight, step, *place);
    }
}

/// Gives the weights of the probes their places, `made` after each.
llvm::Error
EncodingSearch::makeProbes(ProbedModel &floats,
                           llvm::function_ref<llvm::Error(size_t probe)> made) {
  size_t done = 0;
  return streamWeights(
      probed,
      [&](WeightOp weight) {
        return makeWeight(weight, target.getModel().weights);
      },
      [&](const PlannedWeight &weight, llvm::ArrayRef<uint8_t> bytes) {
        floats.replace(weight.offset, bytes);
        return made(done++);
      });
}

llvm::Error EncodingSearch::measureDivergences(ProbedModel &floats) {
  planProbes(floats, [&](size_t unit) { return space.units[unit].probe; });
  divergences.assign(space.units.size(), 0);
  noteActivity("measuring what layers matter");
  return makeProbes(floats,
                    [&](size_t probe) { return measureProbe(probe, floats); });
}

/// Once the last weight of its unit has other numbers.
llvm::Error EncodingSearch::measureProbe(size_t probe, ProbedModel &floats) {
  const size_t unit = unitOfProbe[probe];
  if (probe + 1 < probed.size() && unitOfProbe[probe + 1] == unit)
    return llvm::Error::success();
  auto measured = floats.measure();
  if (!measured)
    return measured.takeError();
  divergences[unit] = *measured;
  floats.restore();
  noteActivity(llvm::formatv("measuring what layers matter: {0} of {1}",
                             unit + 1, space.units.size())
                   .str());
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// The choice
//===----------------------------------------------------------------------===//

AllocationTable EncodingSearch::makeTable() {
  AllocationTable made;
  for (auto [number, unit] : llvm::enumerate(space.units)) {
    std::vector<AllocationEntry> &row = made.emplace_back();
    const double probe = errors[number][unit.probe];
    for (auto [option, error] : llvm::zip_equal(unit.options, errors[number]))
      row.push_back(
          {countBytes(unit, option),
           probe > 0 ? correction * divergences[number] * error / probe : 0});
  }
  return made;
}

/// The number behind the point that still keeps to what is asked.
static std::string spellLeast(double number, int digits) {
  const double scale = std::pow(10.0, digits);
  std::string text;
  llvm::raw_string_ostream(text)
      << llvm::format("%.*f", digits, std::ceil(number * scale) / scale);
  return text;
}

llvm::Error EncodingSearch::refuse(const BudgetAllocation &best) const {
  const auto bytes = static_cast<double>(fixedBytes + best.bytes);
  std::string least;
  switch (budget.kind) {
  case QuantizeBudget::bits:
    least = "--bits-budget=" + spellLeast(8 * bytes / elements, 2);
    break;
  case QuantizeBudget::size:
    least = bytes < 1e6 ? "--size-budget=" + spellLeast(bytes / 1e3, 1) + "kB"
                        : "--size-budget=" + spellLeast(bytes / 1e6, 1) + "MB";
    break;
  case QuantizeBudget::divergence:
    least = "--kl-budget=" + spellLeast(best.divergence, 6);
    break;
  }
  return llvm::createStringError(budget.text +
                                 " is less than --quantize=auto reaches with "
                                 "this model: the least is " +
                                 least);
}

llvm::Error EncodingSearch::choose() {
  table = makeTable();
  std::optional<BudgetAllocation> found;
  if (budget.kind == QuantizeBudget::divergence) {
    found = allocateDivergence(table, budget.limit);
    if (!found)
      return refuse(findNearest(table));
  } else {
    const double bytes = budget.kind == QuantizeBudget::bits
                             ? budget.limit * elements / 8
                             : budget.limit;
    found = allocateBytes(table, static_cast<int64_t>(std::min(bytes, 0x1p62)) -
                                     fixedBytes);
    if (!found)
      return refuse(findSmallest(table));
  }
  chosen = std::move(*found);
  return llvm::Error::success();
}

/// The output with all that is chosen.
llvm::Error EncodingSearch::measureChoice(ProbedModel &floats) {
  noteActivity("measuring the choice");
  planProbes(floats, [&](size_t unit) { return chosen.chosen[unit]; });
  measured = 0;
  if (probed.empty())
    return llvm::Error::success();
  if (llvm::Error error =
          makeProbes(floats, [](size_t) { return llvm::Error::success(); }))
    return error;
  auto found = floats.measure();
  if (!found)
    return found.takeError();
  measured = *found;
  floats.restore();
  return llvm::Error::success();
}

/// A budget of divergence is one of what is measured.
llvm::Error EncodingSearch::correct(ProbedModel &floats) {
  for (int tried = 0; tried < mostCorrections && measured > budget.limit;
       ++tried) {
    correction *= measured / chosen.divergence;
    if (llvm::Error error = choose())
      return error;
    if (llvm::Error error = measureChoice(floats))
      return error;
  }
  return llvm::Error::success();
}

/// Whether the option gives any weight other numbers than it has.
static bool isRounded(const EncodingUnit &unit, size_t option) {
  return llvm::any_of(unit.weights, [&](WeightOp weight) {
    return findRoundStep(unit, weight, unit.options[option]);
  });
}

std::string EncodingSearch::takeSpec() const {
  for (auto [unit, option] : llvm::zip_equal(space.units, chosen.chosen))
    if (isRounded(unit, option))
      return spellSpec(space, chosen.chosen);
  return "";
}

static std::string spellGrid(const QuantizeChoice &choice) {
  return std::to_string(choice.bits) + " bits" +
         (choice.hasMin           ? " above a minimum"
          : choice.values.empty() ? ""
                                  : " of fitted values");
}

void EncodingSearch::explain() const {
  for (auto [number, unit] : llvm::enumerate(space.units)) {
    const size_t option = chosen.chosen[number];
    const size_t others = unit.weights.size() - 1;
    const AllocationEntry &cost = table[number][option];
    WeightOp first = unit.weights.front();
    llvm::errs() << "  auto: " << first.getSymName()
                 << (others ? " and " + std::to_string(others) + " beside it"
                            : "")
                 << ": ";
    if (isRounded(unit, unit.probe))
      llvm::errs() << "KL " << llvm::format("%.6f", divergences[number])
                   << " at " << spellGrid(unit.options[unit.probe].choice)
                   << "; ";
    llvm::errs() << (unit.isNamed ? "by its pattern " : "");
    if (isRounded(unit, option))
      llvm::errs() << "takes " << spellGrid(unit.options[option].choice) << ", "
                   << formatBytes(cost.bytes) << ", KL "
                   << llvm::format("%.6f", cost.divergence) << "\n";
    else
      llvm::errs() << "stays as it is, " << formatBytes(cost.bytes) << "\n";
  }
}

void EncodingSearch::say() const {
  if (manner.explain)
    explain();
  if (manner.quiet && !manner.explain)
    return;
  const auto bytes = fixedBytes + chosen.bytes;
  llvm::errs() << "llmc: auto: "
               << llvm::format("%.2f",
                               8 * static_cast<double>(bytes) / elements)
               << " bits per weight, " << formatBytes(bytes) << ", KL "
               << llvm::format("%.4f", measured) << " (costs add up to "
               << llvm::format("%.4f)", chosen.divergence) << ": "
               << (manner.explain ? "--quantize='" + takeSpec() + "'"
                                  : "--explain lists the choices")
               << "\n";
}

llvm::Error EncodingSearch::run() {
  if (llvm::Error error = openTarget())
    return error;
  noteActivity("measuring what rounding changes");
  if (llvm::Error error = measureErrors())
    return error;
  auto floats = ProbedModel::create(model, options);
  if (!floats)
    return floats.takeError();
  if (llvm::Error error = measureDivergences(**floats))
    return error;
  if (llvm::Error error = choose())
    return error;
  if (llvm::Error error = measureChoice(**floats))
    return error;
  if (budget.kind == QuantizeBudget::divergence)
    if (llvm::Error error = correct(**floats))
      return error;
  noteActivity("");
  say();
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// For commands
//===----------------------------------------------------------------------===//

/// What no search is for is said before a calibration is waited for.
static llvm::Error refuseOthers(llvm::StringRef model,
                                const CompileOptions &options) {
  if (isModuleFile(model))
    return llvm::createStringError(
        "--quantize=auto measures a model, and " + model +
        " is IR: give the SPEC that llmc compile MODEL --explain names");
  Compiler compiler;
  compiler.keepQuiet();
  CompileOptions plain;
  plain.preTokenizer = options.preTokenizer;
  if (llvm::Error error = compiler.import(model, plain))
    return error;
  if (!isFunctionProgram(compiler.getModule()))
    return llvm::Error::success();
  return llvm::createStringError(
      "--quantize=auto is for models that complete text, whose next token it "
      "looks at, and " +
      model + " is a function: give a SPEC, like --quantize=w8");
}

llvm::Error llmc::chooseEncodings(llvm::StringRef model,
                                  const SearchManner &manner,
                                  CompileOptions &options) {
  auto budget = readBudget(options);
  if (!budget)
    return budget.takeError();
  if (llvm::Error error = chooseValues(model, manner.explain, options))
    return error;
  if (!*budget)
    return llvm::Error::success();
  if (llvm::Error error = checkWeightOptions(options))
    return error;
  if (!manner.quiet)
    llvm::errs() << "llmc: measuring which layers matter, for "
                 << (*budget)->text << "\n";
  EncodingSearch search(model, manner, options, **budget);
  if (llvm::Error error = search.run())
    return error;
  options.quantize = search.takeSpec();
  options.bitsBudget = options.sizeBudget = options.klBudget = "";
  if (options.quantize.empty()) // and what needed statistics
    options.stats = "";
  return llvm::Error::success();
}

llvm::Error llmc::prepareQuantizing(llvm::StringRef model,
                                    const SearchManner &manner,
                                    CompileOptions &options,
                                    llvm::FileRemover &file) {
  auto budget = readBudget(options);
  if (!budget)
    return budget.takeError();
  if (*budget)
    if (llvm::Error error = refuseOthers(model, options))
      return error;
  if (llvm::Error error =
          chooseLayers(model, manner.explain, manner.quiet, options))
    return error;
  if (llvm::Error error = calibrateIfNeeded(model, manner.quiet, options, file))
    return error;
  return chooseEncodings(model, manner, options);
}
