//===- EqualizeSpec.cpp - how inputs are to be scaled, as text ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/EqualizeSpec.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace llmc;

namespace {
struct Method {
  StringRef name;
  std::optional<double> alpha; // its own; none: it takes no such number
};
} // namespace

static const Method methods[] = {
    {"smooth", 0.5}, {"lae", {}}, {"osplus", {}}, {"quip", {}}};

/// "alpha=0.5"; the error says what there is to choose.
static Error setKey(EqualizeSpec &spec, StringRef text) {
  auto [key, value] = text.split('=');
  double number = 0;
  const bool isNumber = !value.getAsDouble(number) && number >= 0;
  if (key == "alpha" && spec.alpha) {
    spec.alpha = number;
    if (isNumber && number <= 1)
      return Error::success();
    return createStringError(
        spec.method + " takes alpha=NUMBER from 0 to 1, found '" + text + "'");
  }
  if (key != "from" && key != "to")
    return createStringError(spec.method + " takes " +
                             (spec.alpha ? "alpha=NUMBER, " : "") +
                             "from=NUMBER and to=NUMBER, found '" + text + "'");
  (key == "from" ? spec.from : spec.to) = number;
  if (isNumber)
    return Error::success();
  return createStringError(key + " takes the magnitude of an input, found '" +
                           value + "'");
}

Expected<EqualizeSpec> llmc::parseEqualizeSpec(StringRef text) {
  SmallVector<StringRef> parts;
  text.split(parts, ',');
  StringRef name = parts.front();
  const auto *method =
      find_if(methods, [&](const Method &known) { return known.name == name; });
  if (method == std::end(methods))
    return createStringError("'" + name +
                             "' is no method that scales inputs: smooth, lae, "
                             "osplus and quip are");
  EqualizeSpec spec{name.str(), method->alpha};
  for (StringRef part : drop_begin(parts))
    if (Error error = setKey(spec, part))
      return error;
  if (spec.from && spec.to && *spec.from > *spec.to)
    return createStringError("from=" + formatv("{0}", *spec.from) +
                             " is above to=" + formatv("{0}", *spec.to) +
                             ": no input is between them");
  return spec;
}
