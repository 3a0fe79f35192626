//===- FittedValues.cpp - --quantize=values=kmeans ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A table is part of a weight's type, and kernels are made for types: one for all
// weights of a choice keeps their kernels shared, and the SPEC says all that a build is
// made of. Patterns that name kmeans have tables of their own.
//===----------------------------------------------------------------------===//
#include "FittedValues.h"

#include "Quantization.h"
#include "llmc/Driver/Commands.h"
#include "llmc/Driver/Compiler.h"
#include "llmc/Driver/Isolation.h"
#include "llmc/Optimize/QuantizeSpec.h"
#include "llmc/Optimize/RoundSteps.h"
#include "llmc/Weights/ValueFit.h"

#include "llvm/ADT/StringExtras.h"

using namespace llmc;
using llvm::StringRef;
using mlir::llm::WeightOp;

/// The part of the spec whose table a weight gets; `choice` becomes that of the weight.
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

/// Groups where nobody says.
static bool settleGroup(QuantizeChoice &choice, int64_t cols) {
  for (int64_t usual : usualGroups)
    if (!choice.group && refuseGroup(choice.bits, usual, cols).empty())
      choice.group = usual;
  if (!choice.group)
    return false;
  return *choice.group ? refuseGroup(choice.bits, *choice.group, cols).empty()
                       : findWidestGroup(choice.bits, cols) != 0;
}

/// The weights that each part of the spec fits a table to: not those that stay as they
/// are. What has no such groups is refused once it is to be rounded.
static std::vector<std::vector<FittedWeight>>
findFitted(mlir::ModuleOp module, const QuantizeSpec &spec,
           llvm::ArrayRef<StringRef> parts) {
  std::vector<std::vector<FittedWeight>> fitted(parts.size());
  mlir::SymbolTable symbols(module);
  for (auto &[name, reading] : findReadings(module)) {
    auto weight = symbols.lookup<WeightOp>(name);
    QuantizeChoice choice;
    size_t part = findPart(name, reading, spec, choice);
    if (choice.keep || !choice.fitsValues || reading.obstacle ||
        !weight.getSource())
      continue;
    const int64_t cols = mlir::llm::getMatrixShape(weight.getType()).back();
    std::optional<mlir::llm::Grid> grid =
        mlir::llm::getEncoding(weight.getType()).getGrid();
    if ((grid && grid->bits <= choice.bits) || !settleGroup(choice, cols))
      continue;
    if (spellValues(parts[part], {}) == parts[part])
      part = 0; // inherited
    fitted[part].push_back({weight, makeRoundStep(weight, choice)});
  }
  return fitted;
}

llvm::Error llmc::chooseValues(StringRef model, bool explain,
                               CompileOptions &options) {
  if (options.quantize.empty())
    return llvm::Error::success();
  auto spec = parseQuantizeSpec(options.quantize);
  if (!spec)
    return llvm::createStringError("--quantize: " +
                                   llvm::toString(spec.takeError()));
  if (!fitsValues(*spec))
    return llvm::Error::success();
  if (isModuleFile(model))
    return llvm::createStringError(
        "values=kmeans fits values to a model, and " + model +
        " is IR: give the SPEC that llmc compile MODEL --explain names");
  noteActivity("fitting values to weights");
  Compiler compiler;
  compiler.keepQuiet();
  if (llvm::Error error = compiler.import(model, options))
    return error;
  llvm::SmallVector<StringRef> parts;
  StringRef(options.quantize).split(parts, ';');
  auto fitted = findFitted(compiler.getModule(), *spec, parts);
  std::vector<std::string> made;
  for (auto [part, weights] : llvm::zip_equal(parts, fitted)) {
    // A table that no weight has is any.
    ValueTable values = {-8, -7, -6, -5, -4, -3, -2, -1,
                         0,  1,  2,  3,  4,  5,  6,  7};
    if (!weights.empty()) {
      auto found = fitValues(weights, compiler.getModel().weights);
      if (!found)
        return found.takeError();
      values = *found;
    }
    made.push_back(spellValues(part, values));
  }
  options.quantize = llvm::join(made, ";");
  if (explain)
    llvm::errs() << "llmc: values=kmeans: --quantize='" << options.quantize
                 << "'\n";
  return llvm::Error::success();
}
