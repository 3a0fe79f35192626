//===- SparsifySpec.cpp - how weights are to be pruned, as text -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/SparsifySpec.h"

#include "llmc/Weights/Pruning.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace llmc;

/// "50" or "2:4".
static bool setHow(SparsifyChoice &choice, StringRef text) {
  auto [keep, of] = text.split(':');
  if (text.contains(':'))
    return !keep.getAsInteger(10, choice.keep) &&
           !of.getAsInteger(10, choice.of) && choice.keep > 0 &&
           choice.keep < choice.of && choice.of <= 64;
  double percent = 0;
  bool isNumber = !text.getAsDouble(percent);
  choice.share = percent / 100;
  return isNumber && percent > 0 && percent < 100;
}

static Expected<SparsifyChoice> parseChoice(StringRef text) {
  SparsifyChoice choice;
  if (text == "keep") {
    choice.isKept = true;
    return choice;
  }
  auto [how, method] = text.split('-');
  if (!setHow(choice, how))
    return createStringError(
        "'" + text +
        "' is no keep, PERCENT-METHOD with a percentage of zeros between 0 and "
        "100 (50-wanda), nor KEPT:OF-METHOD with up to 64 (2:4-sparsegpt)");
  if (text.contains('-'))
    choice.method = method.str();
  if (isPruningMethod(choice.method))
    return choice;
  return createStringError("'" + method + "' is no method that prunes: " +
                           listPruningMethods() + " are");
}

Expected<SparsifySpec> llmc::parseSparsifySpec(StringRef text) {
  SparsifySpec spec;
  SmallVector<StringRef> parts;
  text.split(parts, ';');
  auto linears = parseChoice(parts.front());
  if (!linears)
    return linears.takeError();
  spec.linears = *linears;
  for (StringRef part : drop_begin(parts)) {
    auto [name, how] = part.split(':');
    if (how.empty())
      return createStringError("'" + part +
                               "' is no PATTERN:CHOICE: what stands behind a "
                               "';' is for the weights of a pattern");
    auto pattern = GlobPattern::create(name);
    if (!pattern)
      return createStringError("the pattern '" + name +
                               "': " + toString(pattern.takeError()));
    auto choice = parseChoice(how);
    if (!choice)
      return createStringError("the weights '" + name +
                               "': " + toString(choice.takeError()));
    spec.overrides.push_back({name.str(), std::move(*pattern), *choice});
  }
  return spec;
}

bool llmc::needsStatistics(const SparsifySpec &spec) {
  auto needs = [](const SparsifyChoice &choice) {
    return !choice.isKept && pruningNeedsStatistics(choice.method);
  };
  return needs(spec.linears) ||
         any_of(spec.overrides, [&](const SparsifySpec::Override &entry) {
           return needs(entry.choice);
         });
}
