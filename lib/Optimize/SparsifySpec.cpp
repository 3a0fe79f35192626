//===- SparsifySpec.cpp - how weights are to be pruned, as text -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/SparsifySpec.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace llmc;

namespace {

/// Sets what `key=value` says; the error names what the key takes.
struct Key {
  StringRef name;
  std::string (*takes)();
  bool (*set)(SparsifyChoice &choice, StringRef value);
};

} // namespace

static bool setNumber(double &number, StringRef value) {
  return !value.getAsDouble(number) && number > 0;
}

/// Of a block: beyond 64 little is left to choose.
static bool setSize(int64_t &size, StringRef value) {
  return !value.getAsInteger(10, size) && size >= 1 && size <= 64;
}

static const Key keys[] = {
    {"allocate", listAllocationMethods,
     [](SparsifyChoice &choice, StringRef value) {
       choice.allocation.method = value.str();
       return isAllocationMethod(value);
     }},
    {"block", [] { return std::string("ROWSxCOLUMNS, 1 to 64 each (16x1)"); },
     [](SparsifyChoice &choice, StringRef value) {
       auto [rows, cols] = value.split('x');
       return setSize(choice.blockRows, rows) &&
              setSize(choice.blockCols, cols);
     }},
    {"lambda", [] { return std::string("a number from 0 to 1"); },
     [](SparsifyChoice &choice, StringRef value) {
       double &lambda = choice.allocation.lambda;
       return setNumber(lambda, value) && lambda < 1;
     }},
    {"outlier", [] { return std::string("a number over 1"); },
     [](SparsifyChoice &choice, StringRef value) {
       double &outlier = choice.allocation.outlier;
       return setNumber(outlier, value) && outlier > 1;
     }}};

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

static Error setKey(SparsifyChoice &choice, StringRef text) {
  auto [name, value] = text.split('=');
  const auto *key = find_if(
      keys, [&, name = name](const Key &key) { return key.name == name; });
  if (key == std::end(keys))
    return createStringError(
        "'" + text + "' is no key=value of a key that is known (" +
        join(map_range(keys, [](const Key &key) { return key.name; }), ", ") +
        ")");
  if (key->set(choice, value))
    return Error::success();
  return createStringError(name + " takes " + key->takes() + ", found '" +
                           value + "'");
}

/// Shares of layers must stay shares of zeros that a matrix can have.
static Error checkAllocation(const SparsifyChoice &choice) {
  const SparsityAllocation &allocation = choice.allocation;
  if (allocation.method.empty())
    return Error::success();
  if (choice.of)
    return createStringError("allocate=" + allocation.method +
                             " needs a percentage of zeros: of each " +
                             Twine(choice.of) + " as many stay everywhere");
  if (choice.share - allocation.lambda > 0 &&
      choice.share + allocation.lambda < 1)
    return Error::success();
  return createStringError("lambda=" + formatv("{0:f2}", allocation.lambda) +
                           " around a share of " +
                           formatv("{0:f2}", choice.share) +
                           " leaves the range from 0 to 1: take a smaller one");
}

static Expected<SparsifyChoice> parseChoice(StringRef text) {
  SparsifyChoice choice;
  if (text == "keep") {
    choice.isKept = true;
    return choice;
  }
  SmallVector<StringRef> parts;
  text.split(parts, ',');
  auto [how, method] = parts.front().split('-');
  if (!setHow(choice, how))
    return createStringError(
        "'" + text +
        "' is no keep, PERCENT-METHOD with a percentage of zeros between 0 and "
        "100 (50-wanda), nor KEPT:OF-METHOD with up to 64 (2:4-sparsegpt)");
  if (parts.front().contains('-'))
    choice.method = method.str();
  if (!isPruningMethod(choice.method))
    return createStringError("'" + method + "' is no method that prunes: " +
                             listPruningMethods() + " are");
  for (StringRef part : drop_begin(parts))
    if (Error error = setKey(choice, part))
      return error;
  if (choice.hasBlocks() && !prunesBlocks(choice.method))
    return createStringError(choice.method +
                             " prunes no blocks: magnitude and wanda do");
  if (Error error = checkAllocation(choice))
    return error;
  return choice;
}

Expected<SparsifySpec> llmc::parseSparsifySpec(StringRef text) {
  SparsifySpec spec;
  SmallVector<StringRef> parts;
  text.split(parts, ';');
  auto linears = parseChoice(parts.front());
  if (!linears)
    return linears.takeError();
  spec.linears = *linears;
  if (Error error = parseOverrides(ArrayRef(parts).drop_front(), parseChoice,
                                   spec.overrides))
    return error;
  return spec;
}

bool llmc::needsStatistics(const SparsifySpec &spec) {
  auto needs = [](const SparsifyChoice &choice) {
    return !choice.isKept && (pruningNeedsStatistics(choice.method) ||
                              !choice.allocation.method.empty());
  };
  return needs(spec.linears) ||
         any_of(spec.overrides, [&](const SpecOverride<SparsifyChoice> &entry) {
           return needs(entry.choice);
         });
}
