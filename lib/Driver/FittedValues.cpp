//===- FittedValues.cpp - values that a model's weights decide ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A table is part of a weight's type, and kernels are made for types: one for all
// weights of a choice keeps their kernels shared, and the SPEC says all that a build is
// made of. Patterns that name kmeans, or have other bits, have tables of their own.
//===----------------------------------------------------------------------===//
#include "FittedValues.h"

#include "Quantization.h"
#include "llmc/Driver/Commands.h"
#include "llmc/Driver/Compiler.h"
#include "llmc/Driver/Isolation.h"
#include "llmc/Optimize/RoundSteps.h"
#include "llmc/Weights/ValueFit.h"

#include "llvm/ADT/StringExtras.h"

using namespace llmc;
using llvm::StringRef;
using mlir::llm::WeightOp;

namespace {
struct Fitter {
  StringRef values;
  llvm::Expected<std::string> (*spell)(const ValueRequest &request);
};
} // namespace

static const Fitter fitters[] = {{"kmeans", fitTables}, {"mofq", mixFormats}};

//===----------------------------------------------------------------------===//
// Which weights
//===----------------------------------------------------------------------===//

/// The part of the spec that decides what a weight becomes, which is `choice`.
static size_t findPart(StringRef name, const Reading &reading,
                       const QuantizeSpec &spec, QuantizeChoice &choice) {
  size_t part = 0;
  choice = reading.isTable ? spec.embeddings : spec.linears;
  for (auto [i, entry] : llvm::enumerate(spec.overrides))
    if (entry.pattern.match(name)) {
      choice = entry.choice;
      part = i + 1;
    }
  settleMethod(reading, choice);
  return part;
}

static int64_t getCols(WeightOp weight) {
  return mlir::llm::getMatrixShape(weight.getType()).back();
}

static bool hasGroups(const QuantizeChoice &choice, int64_t cols) {
  return *choice.group ? refuseGroup(choice.bits, *choice.group, cols,
                                     choice.subBits != 0)
                             .empty()
                       : findWidestGroup(choice.bits, cols) != 0;
}

/// The weights that the spec rounds, with groups as the pass chooses them. What has no
/// such groups is refused once it is to be rounded.
static std::vector<ChosenWeight> findChosen(mlir::ModuleOp module,
                                            const QuantizeSpec &spec) {
  std::vector<ChosenWeight> chosen;
  llvm::SmallVector<OpenGroup> open;
  mlir::SymbolTable symbols(module);
  for (auto &[name, reading] : findReadings(module)) {
    auto weight = symbols.lookup<WeightOp>(name);
    QuantizeChoice choice;
    const size_t part = findPart(name, reading, spec, choice);
    if (reading.obstacle || !findRoundObstacle(weight, choice).empty())
      continue;
    if (!choice.group)
      open.push_back({choice.bits, getCols(weight)});
    chosen.push_back({weight, choice, part});
  }
  const int64_t usual = findUsualGroup(open);
  llvm::erase_if(chosen, [&](ChosenWeight &entry) {
    if (!entry.choice.group && usual)
      entry.choice.group = usual;
    return !entry.choice.group ||
           !hasGroups(entry.choice, getCols(entry.weight));
  });
  return chosen;
}

//===----------------------------------------------------------------------===//
// values=kmeans
//===----------------------------------------------------------------------===//

/// A table that no weight has is any.
static ValueTable makeAnyTable(int64_t bits) {
  auto numbers = llvm::seq(-(1 << (bits - 1)), 1 << (bits - 1));
  return {numbers.begin(), numbers.end()};
}

static FittedWeight makeFitted(WeightOp weight, const QuantizeChoice &choice) {
  FittedWeight fitted{weight, makeRoundStep(weight, choice), {}, {}};
  llvm::ArrayRef<int64_t> shape = mlir::llm::getMatrixShape(weight.getType());
  auto turns = [&](size_t dim) {
    return shape.size() == 2 && splitForRotation(shape[dim]);
  };
  if (choice.rotated != RotatedSides::none && turns(1))
    fitted.input = makeRotation(shape[1]);
  if (choice.rotated == RotatedSides::both && turns(0))
    fitted.result = makeRotation(shape[0]);
  return fitted;
}

llvm::Expected<std::string> llmc::fitTables(const ValueRequest &request) {
  const size_t parts = request.parts.size();
  std::vector<size_t> owners(parts); // the part whose table each has
  for (size_t part = 1; part < parts; ++part)
    if (const QuantizeChoice &choice = request.getChoice(part);
        choice.fitsValues && (saysValues(request.parts[part], "kmeans") ||
                              choice.bits != request.spec.linears.bits))
      owners[part] = part;
  std::vector<std::vector<FittedWeight>> fitted(parts);
  for (const ChosenWeight &entry : request.weights)
    fitted[owners[entry.part]].push_back(
        makeFitted(entry.weight, entry.choice));
  std::vector<std::string> made;
  for (auto [part, text] : llvm::enumerate(request.parts)) {
    ValueTable values = makeAnyTable(request.getChoice(part).bits);
    if (!fitted[part].empty())
      if (llvm::Error error =
              fitValues(fitted[part], request.store).moveInto(values))
        return error;
    const std::string spelled = spellTable(values);
    made.push_back(spellValues(text, "kmeans", spelled));
    // By its preset, or inherited where bits are others.
    if (owners[part] == part && made.back() == text &&
        request.getChoice(part).fitsValues)
      made.back() += ",values=" + spelled;
  }
  return llvm::join(made, ";");
}

//===----------------------------------------------------------------------===//
// The SPEC
//===----------------------------------------------------------------------===//

llvm::Expected<std::string> llmc::spellFittedValues(StringRef text,
                                                    mlir::ModuleOp module,
                                                    const WeightStore &store,
                                                    bool explain) {
  auto spec = parseQuantizeSpec(text);
  if (!spec)
    return llvm::createStringError("--quantize: " +
                                   llvm::toString(spec.takeError()));
  const std::string values = findFittedValues(*spec);
  if (values.empty())
    return text.str();
  const auto *fitter = llvm::find_if(
      fitters, [&](const Fitter &known) { return known.values == values; });
  assert(fitter != std::end(fitters) && "each has who decides");
  ValueRequest request{module, store, *spec, {}, {}, explain};
  text.split(request.parts, ';');
  request.weights = findChosen(module, *spec);
  llvm::erase_if(request.weights, [&](const ChosenWeight &entry) {
    return entry.choice.valuesName != values;
  });
  auto made = fitter->spell(request);
  if (!made)
    return made;
  assert(*made != text && "or they would be fitted for ever");
  if (explain)
    llvm::errs() << "llmc: values=" << values << ": --quantize='" << *made
                 << "'\n";
  return spellFittedValues(*made, module, store, explain);
}

llvm::Error llmc::chooseValues(StringRef model, bool explain,
                               CompileOptions &options) {
  if (options.quantize.empty())
    return llvm::Error::success();
  auto spec = parseQuantizeSpec(options.quantize);
  if (!spec)
    return llvm::createStringError("--quantize: " +
                                   llvm::toString(spec.takeError()));
  const std::string values = findFittedValues(*spec);
  if (values.empty())
    return llvm::Error::success();
  if (isModuleFile(model))
    return llvm::createStringError(
        "values=" + values + " looks at a model's weights, and " + model +
        " is IR: give the SPEC that llmc compile MODEL --explain names");
  noteActivity("fitting values to weights");
  Compiler compiler;
  compiler.keepQuiet();
  if (llvm::Error error = compiler.import(model, options))
    return error;
  return spellFittedValues(options.quantize, compiler.getModule(),
                           compiler.getModel().weights, explain)
      .moveInto(options.quantize);
}
