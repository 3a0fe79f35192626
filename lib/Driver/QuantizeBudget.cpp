//===- QuantizeBudget.cpp - what --quantize=auto keeps to -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "QuantizeBudget.h"

#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace llmc;
using llvm::StringRef;

namespace {

/// An option that names a budget, and how its value is read.
struct BudgetOption {
  StringRef name;
  QuantizeBudget::Kind kind;
  std::string CompileOptions::*given;
  bool (*read)(StringRef text, double &limit);
  StringRef takes;
};

struct Unit {
  StringRef name;
  double bytes;
};

} // namespace

static bool readNumber(StringRef text, double &limit) {
  return !text.empty() &&
         (llvm::isDigit(text.front()) || text.front() == '.') &&
         !text.getAsDouble(limit) && std::isfinite(limit);
}

static bool readPositive(StringRef text, double &limit) {
  return readNumber(text, limit) && limit > 0;
}

static const Unit units[] = {
    {"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1}};

static bool readBytes(StringRef text, double &limit) {
  for (const Unit &unit : units) {
    StringRef number = text;
    if (!number.consume_back(unit.name))
      continue;
    if (!readPositive(number, limit))
      return false;
    limit *= unit.bytes;
    return limit < 0x1p62;
  }
  return false;
}

static const BudgetOption budgetOptions[] = {
    {"--bits-budget", QuantizeBudget::bits, &CompileOptions::bitsBudget,
     readPositive, "bits per weight, a number above 0: 3.5"},
    {"--size-budget", QuantizeBudget::size, &CompileOptions::sizeBudget,
     readBytes, "a number with B, kB, MB or GB (MB: 10^6 bytes): 60MB"},
    {"--kl-budget", QuantizeBudget::divergence, &CompileOptions::klBudget,
     readNumber, "a KL divergence in nats, 0 or more: 0.02"}};

/// What measuring does not go with.
static llvm::Error checkCompany(const CompileOptions &options) {
  StringRef other = !options.sparsify.empty()   ? "--sparsify"
                    : !options.equalize.empty() ? "--equalize"
                    : !options.lowRank.empty()  ? "--low-rank"
                    : !options.shrink.empty()   ? "--shrink"
                                                : "";
  if (other.empty())
    return llvm::Error::success();
  return llvm::createStringError(
      "--quantize=auto measures layers of the model as it is, and " + other +
      " changes them: leave one out");
}

llvm::Expected<std::optional<QuantizeBudget>>
llmc::readBudget(const CompileOptions &options) {
  const bool isAuto = StringRef(options.quantize).take_until([](char c) {
    return c == ',' || c == ';';
  }) == "auto";
  std::optional<QuantizeBudget> budget;
  StringRef first;
  for (const BudgetOption &option : budgetOptions) {
    const std::string &given = options.*option.given;
    if (given.empty())
      continue;
    if (budget)
      return llvm::createStringError(first + " and " + option.name +
                                     " are two budgets: leave one out");
    first = option.name;
    budget.emplace();
    budget->kind = option.kind;
    budget->text = (option.name + "=" + given).str();
    if (!option.read(given, budget->limit))
      return llvm::createStringError(option.name + " takes " + option.takes +
                                     ", found '" + given + "'");
  }
  if (isAuto && !budget)
    return llvm::createStringError(
        "--quantize=auto needs a budget: --bits-budget=3.5 (bits per weight), "
        "--size-budget=60MB or --kl-budget=0.02");
  if (budget && !isAuto)
    return llvm::createStringError(
        budget->text + " is what --quantize=auto keeps to, " +
        (options.quantize.empty() ? "which is not given"
                                  : "found --quantize=" + options.quantize) +
        ": give --quantize=auto, or leave the budget out");
  if (budget)
    if (llvm::Error error = checkCompany(options))
      return std::move(error);
  return budget;
}
