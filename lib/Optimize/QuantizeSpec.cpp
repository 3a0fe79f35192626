//===- QuantizeSpec.cpp - how weights are to be quantised, as text --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/QuantizeSpec.h"

#include "dialects/llm/ValueTables.h"
#include "llmc/Weights/Rounding.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace llmc;

namespace {

/// A name for a few keys.
struct Preset {
  StringRef name, keys;
};

/// Who chooses codes, and of which weights.
struct Method {
  StringRef name, rounding;
  bool scaled;
};

/// What codes of 2 to 4 bits stand for.
struct Values {
  StringRef name;
  ArrayRef<int8_t> numbers;
};

/// Percent of a row: floats take 32 bits with their column, codes 16.
constexpr double mostFloats = 10, mostCodes = 50;

/// Values that a model's weights decide: a table, or a format for each.
constexpr StringLiteral fittedTable = "kmeans", mixedFormats = "mofq";

/// Sets what `key=value` says; the error names what the key takes.
struct Key {
  StringRef name, takes;
  bool (*set)(QuantizeChoice &choice, StringRef value);
};

} // namespace

static const Preset presets[] = {
    {"w8", "method=rtn,bits=8,values=uniform"},
    {"w4", "method=rtn,bits=4,values=uniform"},
    {"w4-gptq", "method=gptq,bits=4,values=uniform,scale-search=yes"},
    {"w4-kmeans", "method=gptq,bits=4,values=kmeans,scale-search=yes"},
    {"w3-kmeans", "method=gptq,bits=3,values=kmeans,scale-search=yes"},
    {"w4-awq", "method=awq,bits=4,values=uniform,scale-search=yes"},
    {"w3-gptq", "method=gptq,bits=3,values=uniform,scale-search=yes"},
    {"w3-awq", "method=awq,bits=3,values=uniform,scale-search=yes"},
    {"w3-spqr", "method=gptq,bits=3,values=uniform,scale-search=yes,outliers=1,"
                "outliers-by=weight,outliers-as=f16"},
    {"w3-owq", "method=gptq,bits=3,values=uniform,scale-search=yes,outliers=1,"
               "outliers-by=column,outliers-as=f16"},
    {"w1-pb", "method=gptq,bits=1,values=uniform,scale-search=yes,outliers=10,"
              "outliers-by=hessian,outliers-as=i8"},
    {"w2-quip", "method=gptq,bits=2,values=uniform,zero=asym,scale-search=yes,"
                "rotate=input"},
    {"nf4", "method=rtn,bits=4,values=nf4"},
    {"fp4", "method=rtn,bits=4,values=fp4"},
    {"mxfp4", "method=rtn,bits=4,values=fp4,group=32,scale=e8m0"},
    {"fp8", "method=rtn,bits=8,values=e4m3,group=channel,scale=f32"}};

static const Values values[] = {{"uniform", {}},
                                {"nf4", mlir::llm::nf4Values},
                                {"fp4", mlir::llm::e2m1Values},
                                {"iq4_nl", mlir::llm::iq4Values}};

static const std::pair<StringRef, mlir::llm::Float8> float8Values[] = {
    {"e4m3", mlir::llm::Float8::e4m3}, {"e5m2", mlir::llm::Float8::e5m2}};

static const Method methods[] = {{"rtn", "rtn", false},
                                 {"gptq", "gptq", false},
                                 {"awq", "rtn", true},
                                 {"awq+gptq", "gptq", true},
                                 {"quantease", "quantease", false},
                                 {"awq+quantease", "quantease", true}};

static bool setMethod(QuantizeChoice &choice, StringRef value) {
  for (const Method &method : methods)
    if (method.name == value) {
      choice.rounding = method.rounding.str();
      choice.scaled = method.scaled;
      return true;
    }
  return false;
}

static bool setBits(QuantizeChoice &choice, StringRef value) {
  return !value.getAsInteger(10, choice.bits) && choice.bits >= 1 &&
         choice.bits <= 8;
}

static bool setGroup(QuantizeChoice &choice, StringRef value) {
  int64_t group = 0;
  if (value == "channel" || value == "0") {
    choice.group = 0;
    return true;
  }
  choice.group.reset();
  if (value == "auto")
    return true;
  bool isNumber = !value.getAsInteger(10, group);
  choice.group = group;
  return isNumber && group >= 16 && group <= 256 && group % 8 == 0;
}

static bool setZero(QuantizeChoice &choice, StringRef value) {
  choice.hasMin = value == "asym";
  return value == "sym" || value == "asym";
}

static bool setValues(QuantizeChoice &choice, StringRef value) {
  choice.valuesName = value.str();
  choice.fitsValues = value == fittedTable || value == mixedFormats;
  choice.values.clear();
  choice.float8.reset();
  for (auto [name, type] : float8Values)
    if (name == value)
      choice.float8 = type;
  if (choice.fitsValues || choice.float8)
    return true;
  for (const Values &known : values)
    if (known.name == value) {
      choice.values = known.numbers.vec();
      return true;
    }
  SmallVector<StringRef> parts;
  value.split(parts, '/');
  for (StringRef part : parts) {
    int number = 0;
    if (part.getAsInteger(10, number) || std::abs(number) > 127)
      return false;
    choice.values.push_back(static_cast<int8_t>(number));
  }
  auto [least, most] =
      std::minmax_element(choice.values.begin(), choice.values.end());
  return is_contained({4, 8, 16}, choice.values.size()) && *least < 0 &&
         *most > 0;
}

static bool setScale(QuantizeChoice &choice, StringRef value) {
  choice.powerScales = value == "e8m0";
  choice.subBits = value == "i8" ? 8 : value == "i6" ? 6 : 0;
  if (choice.powerScales || choice.subBits)
    return true;
  for (const Choice<FloatFormat> &format : getChoices(FloatFormat()))
    if (format.name == value) {
      choice.scale = format.value;
      return true;
    }
  return false;
}

static bool setFlag(bool &flag, StringRef value) {
  flag = value == "yes";
  return value == "yes" || value == "no";
}

static bool setSearch(QuantizeChoice &choice, StringRef value) {
  return setFlag(choice.search, value);
}

static bool setOrder(QuantizeChoice &choice, StringRef value) {
  return setFlag(choice.order, value);
}

static bool setRotate(QuantizeChoice &choice, StringRef value) {
  choice.rotated = value == "input"  ? RotatedSides::input
                   : value == "both" ? RotatedSides::both
                                     : RotatedSides::none;
  return value == "no" || value == "input" || value == "both";
}

static bool setDamp(QuantizeChoice &choice, StringRef value) {
  double damp = 0;
  bool isNumber = !value.getAsDouble(damp);
  choice.damp = damp;
  return isNumber && damp >= 0 && damp <= 1;
}

static bool setOutliers(QuantizeChoice &choice, StringRef value) {
  return !value.getAsDouble(choice.outliers) && choice.outliers >= 0 &&
         choice.outliers <= mostCodes;
}

static bool setOutliersBy(QuantizeChoice &choice, StringRef value) {
  choice.outliersBy = value.str();
  return value == "weight" || value == "column" || value == "magnitude" ||
         value == "hessian";
}

static bool setOutliersAs(QuantizeChoice &choice, StringRef value) {
  choice.outlierCodes = value == "i8";
  return value == "f16" || value == "i8";
}

static bool setRank(QuantizeChoice &choice, StringRef value) {
  return !value.getAsInteger(10, choice.rank) && choice.rank >= 0 &&
         choice.rank <= 256 && choice.rank % 8 == 0;
}

static bool setIterations(QuantizeChoice &choice, StringRef value) {
  return !value.getAsInteger(10, choice.iterations) && choice.iterations >= 1 &&
         choice.iterations <= 20;
}

static const Key keys[] = {
    {"method", "rtn, gptq, awq, awq+gptq, quantease or awq+quantease",
     setMethod},
    {"bits", "1 to 8", setBits},
    {"group",
     "a multiple of 8 from 16 to 256, channel (one scale per row) or auto",
     setGroup},
    {"zero", "sym or asym", setZero},
    {"values",
     "uniform, nf4, fp4, iq4_nl, kmeans, mofq, e4m3, e5m2 or 16 numbers (8 of "
     "3 "
     "bits, 4 of 2) of either sign from -127 to 127 with / between them",
     setValues},
    {"scale",
     "f32, f16, bf16, e8m0 (powers of two), i8 or i6 (integers of a float that "
     "groups share)",
     setScale},
    {"scale-search", "yes or no", setSearch},
    {"damp", "a number from 0 to 1", setDamp},
    {"act-order", "yes or no", setOrder},
    {"rotate", "no, input or both", setRotate},
    {"outliers", "a percentage from 0 to 10, or to 50 with outliers-as=i8",
     setOutliers},
    {"outliers-by", "weight, column, magnitude or hessian", setOutliersBy},
    {"outliers-as", "f16 or i8", setOutliersAs},
    {"rank", "a multiple of 8 up to 256, or 0", setRank},
    {"iterations", "1 to 20", setIterations}};

template <typename Range> static std::string listNames(const Range &range) {
  return join(map_range(range, [](const auto &entry) { return entry.name; }),
              ", ");
}

static Error setKey(QuantizeChoice &choice, StringRef text) {
  auto [name, value] = text.split('=');
  const auto *key = find_if(
      keys, [&, name = name](const Key &key) { return key.name == name; });
  if (key == std::end(keys))
    return createStringError(
        "'" + text + "' is no preset (" + listNames(presets) +
        "), nor key=value of a key that is known (" + listNames(keys) + ")");
  if (key->set(choice, value))
    return Error::success();
  return createStringError(name + " takes " + key->takes + ", found '" + value +
                           "'");
}

/// Of codes that are floats of 8 bits, or may become that.
static Error checkFloat8(const QuantizeChoice &choice) {
  const std::string asked = "values=" + choice.valuesName;
  if (choice.bits != 8)
    return createStringError(asked + " are floats of 8 bits, found bits=" +
                             std::to_string(choice.bits) +
                             ": take bits=8 or values=uniform");
  const std::string are =
      choice.fitsValues ? " of 8 bits may be floats" : " are floats";
  const char *other = choice.rounding != "rtn" || choice.scaled ? "method"
                      : choice.hasMin                           ? "zero=asym"
                      : choice.powerScales                      ? "scale=e8m0"
                      : choice.subBits      ? "scales that are integers"
                      : choice.search       ? "scale-search=yes"
                      : choice.outliers > 0 ? "outliers"
                      : choice.rank > 0     ? "rank"
                                            : nullptr;
  if (!other)
    return Error::success();
  return createStringError(asked + are +
                           ", to which only method=rtn "
                           "rounds, with nothing beside them: found " +
                           other + ", leave it out or take values=uniform");
}

/// Of `asked`, whose codes are places of a table.
static Error checkTable(const QuantizeChoice &choice,
                        const std::string &asked) {
  const std::string found = ", found bits=" + std::to_string(choice.bits);
  if (choice.fitsValues)
    return choice.bits >= 2 && choice.bits <= 4
               ? Error::success()
               : createStringError(asked +
                                   " fits tables for codes of 2 to 4 bits" +
                                   found + ": take bits=4 or values=uniform");
  const size_t count = choice.values.size();
  if (count == size_t(1) << choice.bits)
    return Error::success();
  const std::string bits = std::to_string(Log2_64(count));
  return createStringError(asked + " has " + std::to_string(count) +
                           " values, for codes of " + bits + " bits" + found +
                           ": take bits=" + bits + " or values=uniform");
}

/// Of codes that stand for -1 and 1.
static Error checkBinary(const QuantizeChoice &choice) {
  const std::string asked = "bits=1 has codes for -1 and 1 times a scale";
  if (choice.hasMin)
    return createStringError(asked + ", found zero=asym: take zero=sym");
  if (choice.search)
    return Error::success();
  return createStringError(asked + ", which is the mean magnitude of a group "
                                   "and not the largest, found "
                                   "scale-search=no: take scale-search=yes");
}

static Error checkOutliers(const QuantizeChoice &choice) {
  if (choice.outlierCodes && choice.outliers > 0 && choice.rank > 0)
    return createStringError(
        "outliers-as=i8 are what the codes leave, found rank=" +
        std::to_string(choice.rank) +
        " of factors, which are made of that too: take rank=0 or "
        "outliers-as=f16");
  if (choice.outlierCodes || choice.outliers <= mostFloats)
    return Error::success();
  return createStringError("outliers of floats are at most %g percent, found "
                           "outliers=%g: take outliers-as=i8, which has half "
                           "the bits, or fewer",
                           mostFloats, choice.outliers);
}

/// What keys say one by one may not go together.
static Error checkChoice(const QuantizeChoice &choice) {
  if (Error error = checkOutliers(choice))
    return error;
  if (choice.subBits && choice.group && *choice.group == 0)
    return createStringError(
        "scale=i" + std::to_string(choice.subBits) +
        " has integers of a float that groups share, and group=channel has one "
        "scale per row: take a number of columns, group=32, or scale=f16");
  const bool isMixed = choice.valuesName == mixedFormats;
  if (isMixed && choice.rotated != RotatedSides::none)
    return createStringError(
        "values=" + choice.valuesName +
        " follows from the weights as they are, and rotate makes other numbers "
        "of them: take values=kmeans, or rotate=no");
  if (choice.float8 || (isMixed && choice.bits == 8))
    return checkFloat8(choice);
  if (choice.values.empty() && !choice.fitsValues)
    return choice.bits == 1 ? checkBinary(choice) : Error::success();
  std::string asked = "values=" + choice.valuesName;
  if (isMixed && choice.bits != 4)
    return createStringError(asked +
                             " takes integers or floats, which have 4 or 8 "
                             "bits, found bits=" +
                             std::to_string(choice.bits) +
                             ": take bits=4, bits=8 or values=uniform");
  if (Error error = checkTable(choice, asked))
    return error;
  if (choice.hasMin)
    return createStringError(
        asked + " has values of either sign, and zero=asym puts a minimum "
                "below them: take zero=sym or values=uniform");
  return Error::success();
}

/// What stays floats may be turned, and has nothing else to choose.
static Error setKept(QuantizeChoice &choice, ArrayRef<StringRef> keys) {
  choice.keep = true;
  choice.rotated = RotatedSides::none;
  for (StringRef key : keys) {
    if (!key.starts_with("rotate="))
      return createStringError("keep takes rotate= alone, found '" + key + "'");
    if (Error error = setKey(choice, key))
      return error;
  }
  return Error::success();
}

/// The keys of a choice, those of its preset first.
static SmallVector<StringRef> listKeys(StringRef text) {
  SmallVector<StringRef> parts, all;
  text.split(parts, ',');
  const auto *preset = find_if(presets, [&](const Preset &preset) {
    return preset.name == parts.front();
  });
  if (preset == std::end(presets))
    return parts;
  preset->keys.split(all, ',');
  all.append(parts.begin() + 1, parts.end());
  return all;
}

static Error setChoice(QuantizeChoice &choice, StringRef text) {
  SmallVector<StringRef> parts = listKeys(text);
  if (parts.front() == "keep")
    return setKept(choice, ArrayRef(parts).drop_front());
  choice.keep = false;
  for (StringRef part : parts)
    if (Error error = setKey(choice, part))
      return error;
  // Only what it says itself: what it inherits, or has of a preset, may be of no use.
  SmallVector<StringRef> said;
  text.split(said, ',');
  for (StringRef part : said)
    if (choice.outliers == 0 && part.starts_with("outliers-"))
      return createStringError(
          part + " is of weights beside the codes, found outliers=0: say how "
                 "many percent there are (outliers=1), or leave it out");
  return checkChoice(choice);
}

/// Eight bits whatever the others have, and each row for itself: a table is read by
/// rows, of which the statistics of a product's input say nothing.
static QuantizeChoice chooseEmbeddings(const QuantizeChoice &linears) {
  QuantizeChoice choice = linears;
  choice.bits = 8;
  choice.rounding = "rtn";
  choice.scaled = false;
  choice.hasMin = false;
  setValues(choice, "uniform");
  choice.powerScales = false;
  choice.rank = 0;
  choice.outliers = 0;
  choice.rotated = RotatedSides::none;
  return choice;
}

std::string llmc::spellSearched(StringRef method) {
  return ("method=" + method + ",bits=4,scale-search=yes").str();
}

/// `front` is auto, alone or with a method.
static Expected<std::string> readSearched(StringRef front) {
  StringRef key = front.split(',').second, method = key;
  if (front == "auto")
    return spellSearched(searchedMethod);
  if (method.consume_front("method=") && !method.contains(','))
    return spellSearched(method);
  return createStringError("auto chooses the rest by itself, and takes "
                           "method=METHOD alone, found '" +
                           key + "'");
}

Expected<QuantizeSpec> llmc::parseQuantizeSpec(StringRef text) {
  QuantizeSpec spec;
  SmallVector<StringRef> parts;
  text.split(parts, ';');
  spec.isAuto = parts.front().split(',').first == "auto";
  std::string searched;
  if (spec.isAuto) {
    auto read = readSearched(parts.front());
    if (!read)
      return read.takeError();
    searched = std::move(*read);
    parts.front() = searched;
  }
  if (Error error = setChoice(spec.linears, parts.front()))
    return error;
  spec.embeddings = chooseEmbeddings(spec.linears);
  auto parse = [&](StringRef how) -> Expected<QuantizeChoice> {
    QuantizeChoice choice = spec.linears;
    if (Error error = setChoice(choice, how))
      return error;
    return choice;
  };
  if (Error error =
          parseOverrides(ArrayRef(parts).drop_front(), parse, spec.overrides))
    return error;
  auto isRotated = [](const SpecOverride<QuantizeChoice> &entry) {
    return entry.choice.rotated != RotatedSides::none;
  };
  if (spec.isAuto && any_of(spec.overrides, isRotated))
    return createStringError(
        "auto measures weights as they are, and rotate makes other numbers of "
        "them: leave rotate out, or give a SPEC without auto");
  return spec;
}

/// Whether there is a weight that may be rounded by such a choice.
static bool anyChoice(const QuantizeSpec &spec,
                      function_ref<bool(const QuantizeChoice &)> is) {
  auto isOne = [&](const QuantizeChoice &choice) {
    return !choice.keep && is(choice);
  };
  return isOne(spec.linears) || isOne(spec.embeddings) ||
         any_of(spec.overrides, [&](const SpecOverride<QuantizeChoice> &entry) {
           return isOne(entry.choice);
         });
}

bool llmc::weighsOutliers(const QuantizeChoice &choice) {
  return choice.outliers > 0 && choice.outliersBy == "hessian";
}

bool llmc::needsStatistics(const QuantizeSpec &spec) {
  return spec.isAuto || anyChoice(spec, [](const QuantizeChoice &choice) {
           return choice.scaled || needsStatistics(choice.rounding) ||
                  weighsOutliers(choice);
         });
}

std::string llmc::findFittedValues(const QuantizeSpec &spec) {
  std::string found;
  anyChoice(spec, [&](const QuantizeChoice &choice) {
    if (choice.fitsValues)
      found = choice.valuesName;
    return choice.fitsValues;
  });
  return found;
}

bool llmc::saysValues(StringRef part, StringRef values) {
  StringRef said;
  for (StringRef key : listKeys(part.substr(part.rfind(':') + 1)))
    if (key.consume_front("values="))
      said = key;
  return said == values;
}

std::string llmc::spellValues(StringRef text, StringRef asked,
                              StringRef values) {
  const std::string from = ("values=" + asked).str(),
                    to = ("values=" + values).str();
  std::string made = text.str();
  for (size_t at = 0; (at = made.find(from, at)) != made.npos; at += to.size())
    made.replace(at, from.size(), to);
  return made;
}

std::string llmc::spellTable(ArrayRef<int8_t> values) {
  return join(
      map_range(values, [](int value) { return std::to_string(value); }), "/");
}

QuantizeChoice llmc::withValues(QuantizeChoice choice, StringRef name) {
  [[maybe_unused]] const bool isKnown = setValues(choice, name);
  assert(isKnown && "a name of the table");
  return choice;
}
