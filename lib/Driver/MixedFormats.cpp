//===- MixedFormats.cpp - --quantize=values=mofq --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A mixture of formats (arXiv:2305.12356): each matrix gets codes of integers, or of
// floats of the same width, whichever leave it the smaller mean squared error in the
// same groups with the same scales. What most weights of a part of the SPEC get is said
// there; others follow as patterns of their own, which must not match anything else.
//===----------------------------------------------------------------------===//
#include "FittedValues.h"

#include "llmc/Optimize/RoundSteps.h"
#include "llmc/Weights/RoundingError.h"

#include "mlir/IR/Threading.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"

#include <map>

using namespace llmc;
using llvm::StringRef;

/// Matrices at once: each is a copy of floats, twice.
static constexpr size_t workers = 4;

namespace {

/// What a weight gets, and what it loses as either.
struct Decision {
  const ChosenWeight *entry;
  double integerError = 0, floatError = 0; // mean squares

  StringRef getName() const {
    mlir::llm::WeightOp weight = entry->weight;
    return weight.getSymName();
  }
  bool takesFloats() const { return floatError < integerError; }
};

using Decisions = llvm::SmallVector<const Decision *>;

} // namespace

static constexpr StringRef integerValues = "uniform";

static StringRef getFloatValues(int64_t bits) {
  return bits == 8 ? "e4m3" : "fp4";
}

//===----------------------------------------------------------------------===//
// What weights lose
//===----------------------------------------------------------------------===//

static llvm::Expected<double> measureValues(const ChosenWeight &entry,
                                            StringRef values,
                                            const WeightStore &store) {
  mlir::llm::WeightOp weight = entry.weight;
  QuantizeChoice choice = withValues(entry.choice, values);
  // Of the format alone, whoever chooses codes of it later.
  choice.rounding = "rtn";
  choice.scaled = false;
  mlir::MLIRContext *context = weight.getContext();
  llvm::ArrayRef<int64_t> shape = mlir::llm::getMatrixShape(weight.getType());
  mlir::Attribute step;
  if (choice.float8)
    step = mlir::llm::ConvertStepAttr::get(
        context, makeFloatCodes(context, choice, shape.back()));
  else
    step = makeRoundStep(weight, choice);
  auto error = measureCodes(weight, step, store);
  if (!error)
    return error;
  for (int64_t size : shape)
    *error /= static_cast<double>(size);
  return error;
}

static llvm::Error decide(const WeightStore &store, Decision &decision) {
  const ChosenWeight &entry = *decision.entry;
  for (auto [values, error] :
       {std::pair(integerValues, &decision.integerError),
        std::pair(getFloatValues(entry.choice.bits), &decision.floatError)})
    if (llvm::Error problem =
            measureValues(entry, values, store).moveInto(*error))
      return problem;
  return llvm::Error::success();
}

static llvm::Expected<std::vector<Decision>>
decideAll(const ValueRequest &request) {
  std::vector<Decision> decisions;
  for (const ChosenWeight &entry : request.weights)
    decisions.push_back({&entry});
  std::vector<std::string> problems(decisions.size());
  mlir::ModuleOp module = request.module;
  mlir::parallelFor(module.getContext(), 0, workers, [&](size_t first) {
    for (size_t i = first; i < decisions.size(); i += workers)
      if (llvm::Error error = decide(request.store, decisions[i]))
        problems[i] = llvm::toString(std::move(error));
  });
  for (const std::string &problem : problems)
    if (!problem.empty())
      return llvm::createStringError(problem);
  return decisions;
}

static void explainDecisions(llvm::ArrayRef<Decision> decisions) {
  for (const Decision &decision : decisions) {
    StringRef floats = getFloatValues(decision.entry->choice.bits);
    llvm::errs() << "  mofq: " << decision.getName() << ": "
                 << (decision.takesFloats() ? floats : integerValues)
                 << ", mean squared error of " << integerValues << " "
                 << llvm::format("%.4g", decision.integerError) << ", of "
                 << floats << " " << llvm::format("%.4g", decision.floatError)
                 << "\n";
  }
}

//===----------------------------------------------------------------------===//
// How the SPEC says it
//===----------------------------------------------------------------------===//

/// Whether more of them take floats than integers.
static bool mostTakeFloats(llvm::ArrayRef<const Decision *> decisions) {
  return 2 * llvm::count_if(decisions,
                            [](const Decision *decision) {
                              return decision->takesFloats();
                            }) >
         static_cast<int64_t>(decisions.size());
}

/// `blk.*.ffn_up.weight`: a pattern for what has this name but for its numbers.
static std::string spellNumbersAsAny(StringRef name) {
  std::string pattern;
  for (char c : spellName(name))
    if (!llvm::isDigit(c))
      pattern += c;
    else if (!StringRef(pattern).ends_with("*"))
      pattern += '*';
  return pattern;
}

/// Whether a pattern matches so many of the weights that a SPEC may name.
static bool matchesOnly(StringRef pattern, size_t count,
                        mlir::ModuleOp module) {
  auto glob = llvm::cantFail(llvm::GlobPattern::create(pattern));
  return llvm::count_if(findReadings(module), [&](auto &reading) {
           return glob.match(reading.first.getValue());
         }) == static_cast<int64_t>(count);
}

namespace {

/// A part of the SPEC, with its values said.
class SpelledPart {
public:
  SpelledPart(const ValueRequest &request, size_t part,
              llvm::ArrayRef<const Decision *> decisions)
      : module(request.module), text(request.parts[part]),
        bits(request.getChoice(part).bits), usual(mostTakeFloats(decisions)) {
    if (part)
      how = llvm::cantFail(splitOverride(text)).second;
    for (const Decision *decision : decisions)
      alike[spellNumbersAsAny(decision->getName())].push_back(decision);
  }
  std::string spell() const { return spell(text, usual); }
  /// Of weights that differ from most, ";PATTERN:CHOICE" each.
  std::string spellOthers() const {
    std::string others;
    for (const auto &[pattern, decisions] : alike) {
      bool expected = usual;
      if (decisions.size() > 1 &&
          matchesOnly(pattern, decisions.size(), module))
        expected = mostTakeFloats(decisions);
      if (expected != usual)
        others += ";" + pattern + ":" + spell(how, expected);
      for (const Decision *decision : decisions)
        if (decision->takesFloats() != expected)
          others += ";" + spellName(decision->getName()) + ":" +
                    spell(how, !expected);
    }
    return others;
  }

private:
  std::string spell(StringRef choice, bool floats) const {
    StringRef values = floats ? getFloatValues(bits) : integerValues;
    std::string said = spellValues(choice, "mofq", values);
    if (said != choice)
      return said;
    return (choice + (choice.empty() ? "" : ",") + "values=" + values).str();
  }

  mlir::ModuleOp module;
  StringRef text;
  // Of a pattern: its choice, which others repeat, for they inherit of the first alone.
  StringRef how;
  int64_t bits;
  bool usual;                             // whether most take floats
  std::map<std::string, Decisions> alike; // by their names but for numbers
};

} // namespace

llvm::Expected<std::string> llmc::mixFormats(const ValueRequest &request) {
  auto decisions = decideAll(request);
  if (!decisions)
    return decisions.takeError();
  if (request.explain)
    explainDecisions(*decisions);
  std::vector<Decisions> ofPart(request.parts.size());
  for (const Decision &decision : *decisions)
    ofPart[decision.entry->part].push_back(&decision);
  std::vector<std::string> made;
  std::string others;
  for (auto [i, text] : llvm::enumerate(request.parts)) {
    const QuantizeChoice &choice = request.getChoice(i);
    if (choice.keep || choice.valuesName != "mofq") {
      made.push_back(text.str());
      continue;
    }
    const SpelledPart part(request, i, ofPart[i]);
    made.push_back(part.spell());
    others += part.spellOthers();
  }
  return llvm::join(made, ";") + others;
}
