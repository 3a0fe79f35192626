//===- LowRankSpec.cpp - which products become two, as text ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/LowRankSpec.h"

#include "llmc/Weights/Factoring.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace llmc;

namespace {

/// Sets what `key=value` says; the error names what the key takes.
struct Key {
  StringRef name;
  std::string (*takes)();
  bool (*set)(LowRankChoice &choice, StringRef value);
};

} // namespace

static const Key keys[] = {
    {"method", listFactoringMethods,
     [](LowRankChoice &choice, StringRef value) {
       choice.method = value.str();
       return isFactoringMethod(value);
     }},
    {"rank",
     [] {
       return "a multiple of " + std::to_string(rankStep) + " from " +
              std::to_string(rankStep) + " on";
     },
     [](LowRankChoice &choice, StringRef value) {
       return !value.getAsInteger(10, choice.rank) && choice.rank > 0 &&
              choice.rank % rankStep == 0;
     }},
    {"ratio",
     [] { return std::string("a number between 0 and 1, of what is left"); },
     [](LowRankChoice &choice, StringRef value) {
       choice.rank = 0;
       return !value.getAsDouble(choice.ratio) && choice.ratio > 0 &&
              choice.ratio < 1;
     }}};

int64_t LowRankChoice::getRank(int64_t rows, int64_t cols) const {
  if (rank)
    return rank;
  const auto most =
      static_cast<int64_t>(ratio * static_cast<double>(rows * cols) /
                           static_cast<double>(rows + cols));
  // Groups of 32 codes are the smallest that are usual.
  constexpr int64_t usual = 32;
  return most < usual ? most / rankStep * rankStep : most / usual * usual;
}

static Error setKey(LowRankChoice &choice, StringRef text) {
  auto [name, value] = text.split('=');
  const auto *key = find_if(
      keys, [&, name = name](const Key &key) { return key.name == name; });
  if (key == std::end(keys))
    return createStringError(
        "'" + text + "' is no keep, no method (" + listFactoringMethods() +
        "), nor key=value of a key that is known (" +
        join(map_range(keys, [](const Key &key) { return key.name; }), ", ") +
        ")");
  if (key->set(choice, value))
    return Error::success();
  return createStringError(name + " takes " + key->takes() + ", found '" +
                           value + "'");
}

static Error setChoice(LowRankChoice &choice, StringRef text) {
  choice.isKept = text == "keep";
  if (choice.isKept)
    return Error::success();
  SmallVector<StringRef> parts;
  text.split(parts, ',');
  ArrayRef<StringRef> rest = parts;
  if (isFactoringMethod(rest.front())) {
    choice.method = rest.front().str();
    rest = rest.drop_front();
  }
  for (StringRef part : rest)
    if (Error error = setKey(choice, part))
      return error;
  return Error::success();
}

Expected<LowRankSpec> llmc::parseLowRankSpec(StringRef text) {
  LowRankSpec spec;
  SmallVector<StringRef> parts;
  text.split(parts, ';');
  if (Error error = setChoice(spec.linears, parts.front()))
    return error;
  auto parse = [&](StringRef how) -> Expected<LowRankChoice> {
    LowRankChoice choice = spec.linears;
    if (Error error = setChoice(choice, how))
      return error;
    return choice;
  };
  if (Error error =
          parseOverrides(ArrayRef(parts).drop_front(), parse, spec.overrides))
    return error;
  return spec;
}

bool llmc::needsStatistics(const LowRankSpec &spec) {
  auto needs = [](const LowRankChoice &choice) {
    return !choice.isKept && factoringNeedsStatistics(choice.method);
  };
  return needs(spec.linears) ||
         any_of(spec.overrides, [&](const SpecOverride<LowRankChoice> &entry) {
           return needs(entry.choice);
         });
}
