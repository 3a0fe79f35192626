//===- EqualizeSpec.cpp - how inputs are to be scaled, as text ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/EqualizeSpec.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

using namespace llvm;
using namespace llmc;

namespace {
struct Method {
  StringRef name;
  std::optional<double> alpha; // its own; none: it takes no such number
};
} // namespace

static const Method methods[] = {{"smooth", 0.5}, {"lae", {}}};

Expected<EqualizeSpec> llmc::parseEqualizeSpec(StringRef text) {
  auto [name, rest] = text.split(',');
  const auto *method = find_if(methods, [&, name = name](const Method &known) {
    return known.name == name;
  });
  if (method == std::end(methods))
    return createStringError(
        "'" + name + "' is no method that scales inputs: smooth and lae are");
  EqualizeSpec spec{name.str(), method->alpha};
  if (!text.contains(','))
    return spec;
  if (!method->alpha)
    return createStringError(name + " has no numbers to choose, found '" +
                             rest + "': leave it out");
  auto [key, value] = rest.split('=');
  if (key == "alpha" && !value.getAsDouble(*spec.alpha) && *spec.alpha >= 0 &&
      *spec.alpha <= 1)
    return spec;
  return createStringError(name + " takes alpha=NUMBER from 0 to 1, found '" +
                           rest + "'");
}
