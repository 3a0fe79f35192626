//===- EncodingUnits.cpp - what --quantize=auto chooses between -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/EncodingUnits.h"

#include "llmc/Optimize/RoundSteps.h"

#include <map>

using namespace llmc;
using namespace mlir::llm;
using llvm::StringRef;
using mlir::StringAttr;

namespace {

/// Codes that kernels read as fast as any of their bits.
struct Codes {
  int64_t bits;
  enum { even, fitted, aboveMinimum } values;
};

} // namespace

// With 2 bits a symmetric grid has three values: a minimum is worth its bytes. Of 3 and 4
// values that weights decide leave a good part of the error less.
static const Codes panelCodes[] = {{2, Codes::aboveMinimum}, {3, Codes::fitted},
                                   {3, Codes::aboveMinimum}, {4, Codes::fitted},
                                   {5, Codes::even},         {6, Codes::even},
                                   {8, Codes::even}};
// Each row of a table is rounded by itself: minimums make up for some of that.
static const Codes panelTableCodes[] = {{4, Codes::aboveMinimum},
                                        {5, Codes::aboveMinimum},
                                        {6, Codes::aboveMinimum},
                                        {8, Codes::even}};
// Q4_0, Q4_1, Q5_0, Q5_1, Q8_0.
static const Codes ggmlCodes[] = {{4, Codes::even},
                                  {4, Codes::aboveMinimum},
                                  {5, Codes::even},
                                  {5, Codes::aboveMinimum},
                                  {8, Codes::even}};
// Of GGML's types; and of panels, with whose scales of a byte it costs less than it keeps.
static constexpr int64_t narrowGroup = 32;
// Zeros of pack-quantized are codes, a minimum is none; tables and heads have no codes.
static const Codes packCodes[] = {{3, Codes::even},
                                  {4, Codes::even},
                                  {5, Codes::even},
                                  {6, Codes::even},
                                  {8, Codes::even}};

// What is measured: few enough bits that it shows, not so few that it says nothing of
// more.
static constexpr int64_t probeBits = 3, probeTableBits = 4;

static llvm::ArrayRef<Codes> getCodes(CodeFormats formats, bool isTable) {
  if (formats == CodeFormats::ggml)
    return ggmlCodes;
  if (formats == CodeFormats::packQuantized)
    return isTable ? llvm::ArrayRef<Codes>() : llvm::ArrayRef(packCodes);
  return isTable ? llvm::ArrayRef(panelTableCodes) : llvm::ArrayRef(panelCodes);
}

static bool fits(int64_t group, int64_t cols, bool hasByteScales = false) {
  return llvm::all_of(panelCodes, [&](const Codes &codes) {
    return refuseGroup(codes.bits, group, cols, hasByteScales).empty();
  });
}

static int64_t getCols(WeightOp weight) {
  return getMatrixShape(weight.getType()).back();
}

RoundStepAttr llmc::findRoundStep(const EncodingUnit &unit, WeightOp weight,
                                  const EncodingOption &option) {
  QuantizeChoice choice = option.choice;
  if (choice.keep || !weight.getSource())
    return {};
  std::optional<Grid> grid = getEncoding(weight.getType()).getGrid();
  if (grid && grid->bits <= choice.bits)
    return {};
  settleMethod(unit.reading, choice);
  return makeRoundStep(weight, choice);
}

namespace {

class UnitFinder {
public:
  UnitFinder(mlir::ModuleOp module, CodeFormats formats)
      : module(module), formats(formats) {}

  llvm::Expected<EncodingSpace> run(StringRef text);

private:
  void findInputs();
  void chooseGroup();
  llvm::Error addNamed(WeightOp weight, const Reading &reading,
                       const SpecOverride<QuantizeChoice> &entry);
  void add(WeightOp weight, const Reading &reading);
  std::vector<EncodingOption> listOptions(const EncodingUnit &unit,
                                          const QuantizeChoice &base);
  void chooseProbe(EncodingUnit &unit);

  mlir::ModuleOp module;
  const CodeFormats formats;
  EncodingSpace space;
  int64_t group = 0; // of all, if there is one
  llvm::MapVector<StringAttr, Reading> readings;
  llvm::DenseMap<StringAttr, mlir::Value> inputs; // of what one product reads
  // Of inputs without statistics, and of those with them.
  llvm::DenseMap<mlir::Value, size_t> unitsByInput[2];
};

} // namespace

void UnitFinder::findInputs() {
  module.walk([&](ParamOp param) {
    for (mlir::Operation *user : param.getResult().getUsers()) {
      bool isProduct = llvm::isa<LinearOp, ExpertLinearOp>(user);
      StringAttr name = param.getWeightAttr().getAttr();
      auto [it, isFirst] = inputs.try_emplace(
          name, isProduct ? user->getOperand(0) : mlir::Value());
      if (!isFirst)
        it->second = {};
    }
  });
}

/// One for all where there is one: less to say, and fewer kernels.
void UnitFinder::chooseGroup() {
  mlir::SymbolTable symbols(module);
  auto fitsAll = [&](int64_t tried, bool hasByteScales) {
    return llvm::all_of(readings, [&](auto &entry) {
      return entry.second.obstacle ||
             fits(tried, getCols(symbols.lookup<WeightOp>(entry.first)),
                  hasByteScales);
    });
  };
  space.hasByteScales =
      formats == CodeFormats::panels && fitsAll(narrowGroup, true);
  if (formats == CodeFormats::packQuantized || !space.hasByteScales)
    for (int64_t usual : usualGroups)
      if (!group && fitsAll(usual, false))
        group = usual;
  if (formats == CodeFormats::ggml || !group)
    group = narrowGroup;
}

llvm::Error UnitFinder::addNamed(WeightOp weight, const Reading &reading,
                                 const SpecOverride<QuantizeChoice> &entry) {
  if (entry.choice.scaled || entry.choice.rank || entry.choice.outliers > 0)
    return llvm::createStringError("auto;" + entry.text +
                                   ":...: what awq, rank= and outliers= leave "
                                   "of a product is not measured: give "
                                   "another method, or a SPEC without auto");
  EncodingUnit unit{{weight}, reading, {{entry.choice, ""}}, 0, true};
  std::optional<int64_t> &own = unit.options.front().choice.group;
  own = own.value_or(group);
  space.units.push_back(std::move(unit));
  return llvm::Error::success();
}

void UnitFinder::add(WeightOp weight, const Reading &reading) {
  mlir::Value input = inputs.lookup(weight.getSymNameAttr());
  if (reading.isTable || !input) {
    space.units.push_back({{weight}, reading, {}, 0, false});
    return;
  }
  auto [it, isFirst] =
      unitsByInput[reading.isObserved].try_emplace(input, space.units.size());
  if (isFirst)
    space.units.push_back({{}, reading, {}, 0, false});
  space.units[it->second].weights.push_back(weight);
}

std::vector<EncodingOption>
UnitFinder::listOptions(const EncodingUnit &unit, const QuantizeChoice &base) {
  const int64_t cols = getCols(unit.weights.front());
  int64_t own = group;
  for (int64_t narrower : {32, 16})
    if (formats != CodeFormats::ggml && !fits(own, cols, space.hasByteScales))
      own = narrower;
  std::vector<EncodingOption> options;
  for (const Codes &codes : getCodes(formats, unit.reading.isTable)) {
    if (!refuseGroup(codes.bits, own, cols, space.hasByteScales).empty())
      continue;
    EncodingOption option{base, "bits=" + std::to_string(codes.bits)};
    option.choice.bits = codes.bits;
    option.choice.hasMin = codes.values == Codes::aboveMinimum;
    option.choice.fitsValues = codes.values == Codes::fitted;
    option.choice.group = own;
    if (option.choice.hasMin)
      option.text += ",zero=asym";
    if (own != group)
      option.text += ",group=" + std::to_string(own);
    if (unit.reading.isTable) {
      option.choice.rounding = "rtn";
      option.text += ",method=rtn";
    }
    options.push_back(std::move(option));
  }
  if (options.empty()) {
    options.push_back({base, "keep"});
    options.back().choice.keep = true;
  }
  return options;
}

void UnitFinder::chooseProbe(EncodingUnit &unit) {
  const int64_t wanted = unit.reading.isTable ? probeTableBits : probeBits;
  auto changes = [&](size_t option) {
    return llvm::any_of(unit.weights, [&](WeightOp weight) {
      return findRoundStep(unit, weight, unit.options[option]);
    });
  };
  while (unit.probe + 1 < unit.options.size() &&
         unit.options[unit.probe].choice.bits < wanted)
    ++unit.probe;
  while (unit.probe > 0 && !changes(unit.probe))
    --unit.probe;
}

static std::string spellBase(const EncodingSpace &space, StringRef method) {
  return spellSearched(method) + ",group=" + std::to_string(space.group) +
         (space.hasByteScales ? ",scale=i8" : "");
}

llvm::Expected<EncodingSpace> UnitFinder::run(StringRef text) {
  readings = findReadings(module);
  findInputs();
  chooseGroup();
  assert(text.starts_with("auto") && "who searches was asked to");
  const size_t end = std::min(text.find(';'), text.size());
  StringRef method = text.take_front(end).split(",method=").second;
  space.method = (method.empty() ? searchedMethod : method).str();
  space.patterns = text.drop_front(end).str();
  space.group = group;
  auto spec =
      parseQuantizeSpec(spellBase(space, searchedMethod) + space.patterns);
  if (!spec)
    return spec.takeError();
  mlir::SymbolTable symbols(module);
  for (auto &[name, reading] : readings) {
    auto weight = symbols.lookup<WeightOp>(name);
    const SpecOverride<QuantizeChoice> *named = nullptr;
    for (const SpecOverride<QuantizeChoice> &entry : spec->overrides)
      if (entry.pattern.match(name.getValue()))
        named = &entry;
    if (reading.obstacle || !weight.getSource())
      continue;
    if (!named)
      add(weight, reading);
    else if (llvm::Error error = addNamed(weight, reading, *named))
      return error;
  }
  for (EncodingUnit &unit : space.units)
    if (!unit.isNamed) {
      unit.options = listOptions(unit, spec->linears);
      chooseProbe(unit);
    }
  return std::move(space);
}

llvm::Expected<EncodingSpace> llmc::findEncodingUnits(mlir::ModuleOp module,
                                                      StringRef spec,
                                                      CodeFormats formats) {
  return UnitFinder(module, formats).run(spec);
}

llvm::Error llmc::fitOptionValues(
    EncodingSpace &space,
    llvm::function_ref<llvm::Expected<ValueTable>(llvm::ArrayRef<FittedWeight>)>
        fit) {
  std::map<int64_t, std::vector<FittedWeight>> weights; // by their bits
  std::map<int64_t, std::vector<EncodingOption *>> options;
  for (EncodingUnit &unit : space.units)
    for (EncodingOption &option : unit.options) {
      if (!option.choice.fitsValues)
        continue;
      options[option.choice.bits].push_back(&option);
      for (WeightOp weight : unit.weights)
        if (RoundStepAttr step = findRoundStep(unit, weight, option))
          weights[option.choice.bits].push_back({weight, step, {}, {}});
    }
  for (auto &[bits, fitted] : weights) {
    auto table = fit(fitted);
    if (!table)
      return table.takeError();
    const std::string values = spellTable(*table);
    for (EncodingOption *option : options[bits]) {
      option->choice = withValues(option->choice, values);
      option->text += ",values=" + values;
    }
  }
  return llvm::Error::success();
}

std::string llmc::spellSpec(const EncodingSpace &space,
                            llvm::ArrayRef<size_t> chosen) {
  std::string spec = spellBase(space, space.method);
  for (auto [unit, option] : llvm::zip_equal(space.units, chosen)) {
    const std::string &text = unit.options[option].text;
    if (unit.isNamed || (text == "bits=4" && !unit.reading.isTable))
      continue; // what is inherited
    for (WeightOp weight : unit.weights)
      spec += ";" + spellName(weight.getSymName()) + ":" + text;
  }
  return spec + space.patterns;
}
