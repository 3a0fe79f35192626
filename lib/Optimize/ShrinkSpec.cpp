//===- ShrinkSpec.cpp - how a model is to become smaller, as text ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/ShrinkSpec.h"

#include "llmc/Weights/Selecting.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace llvm;
using namespace llmc;

namespace {

/// Sets what `key=value` says; the error names what the key takes.
struct Key {
  StringRef name;
  std::string takes;
  bool (*set)(ShrinkSpec &spec, StringRef value);
};

} // namespace

static bool setAmount(ShrinkAmount &amount, StringRef value) {
  if (!value.consume_back("%"))
    return !value.getAsInteger(10, amount.count) && amount.count > 0;
  double percent = 0;
  bool isNumber = !value.getAsDouble(percent);
  amount.share = percent / 100;
  return isNumber && percent > 0 && percent < 100;
}

static bool setLayers(std::vector<int64_t> &layers, StringRef value) {
  for (StringRef part : split(value, '/')) {
    int64_t layer = 0;
    if (part.getAsInteger(10, layer) || layer < 0 ||
        is_contained(layers, layer))
      return false;
    layers.push_back(layer);
  }
  llvm::sort(layers);
  return true;
}

static const Key keys[] = {
    {"channels", "a percentage (20%) or a number of channels",
     [](ShrinkSpec &spec, StringRef value) {
       return setAmount(spec.channels, value);
     }},
    {"heads", "a number of heads of keys (1), or a percentage",
     [](ShrinkSpec &spec, StringRef value) {
       return setAmount(spec.heads, value);
     }},
    {"layers", "a number of layers from 1 on",
     [](ShrinkSpec &spec, StringRef value) {
       return !value.getAsInteger(10, spec.layers) && spec.layers > 0;
     }},
    {"without", "numbers of layers from 0 on with / between, each once (20/21)",
     [](ShrinkSpec &spec, StringRef value) {
       return setLayers(spec.without, value);
     }},
    {"by", listSelectionMethods(),
     [](ShrinkSpec &spec, StringRef value) {
       spec.method = value.str();
       return isSelectionMethod(value);
     }},
    {"multiple", "a number of channels from 1 on",
     [](ShrinkSpec &spec, StringRef value) {
       return !value.getAsInteger(10, spec.multiple) && spec.multiple > 0;
     }}};

Expected<ShrinkSpec> llmc::parseShrinkSpec(StringRef text) {
  ShrinkSpec spec;
  for (StringRef part : split(text, ',')) {
    auto [name, value] = part.split('=');
    const auto *key = find_if(
        keys, [&, name = name](const Key &key) { return key.name == name; });
    if (key == std::end(keys))
      return createStringError(
          "'" + part + "' is no key=value of a key that is known (" +
          join(map_range(keys, [](const Key &key) { return key.name; }), ", ") +
          ")");
    if (!key->set(spec, value))
      return createStringError(name + " takes " + key->takes + ", found '" +
                               value + "'");
  }
  if (spec.layers && !spec.without.empty())
    return createStringError("layers=" + Twine(spec.layers) +
                             " chooses layers and without= names them: give "
                             "one");
  if (spec.channels.isAsked() || spec.heads.isAsked() || spec.layers ||
      !spec.without.empty())
    return spec;
  return createStringError(
      "'" + text +
      "' says of nothing that it goes: give channels=20%, heads=1, "
      "layers=2 or without=20/21");
}

std::string llmc::spellLayers(StringRef text, ArrayRef<int64_t> chosen) {
  std::string made;
  for (StringRef part : split(text, ',')) {
    made += made.empty() ? "" : ",";
    made += part.starts_with("layers=")
                ? "without=" + join(map_range(chosen,
                                              [](int64_t layer) {
                                                return std::to_string(layer);
                                              }),
                                    "/")
                : part.str();
  }
  return made;
}

bool llmc::needsStatistics(const ShrinkSpec &spec) {
  return selectionNeedsStatistics(spec.method) &&
         (spec.channels.isAsked() || spec.heads.isAsked());
}

int64_t llmc::countLeft(const ShrinkAmount &amount, int64_t all,
                        int64_t multiple) {
  const double left = amount.count
                          ? static_cast<double>(all - amount.count)
                          : static_cast<double>(all) * (1 - amount.share);
  return std::llround(left / static_cast<double>(multiple)) * multiple;
}
