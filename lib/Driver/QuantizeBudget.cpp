//===- QuantizeBudget.cpp - what --quantize=auto keeps to -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "QuantizeBudget.h"

#include "SpelledNumbers.h"

using namespace llmc;
using llvm::StringRef;

namespace {

/// An option that names a budget, and how its value is read.
struct BudgetOption {
  StringRef name;
  QuantizeBudget::Kind kind;
  std::string CompileOptions::*given;
  bool (*read)(StringRef text, double &limit);
  std::string takes;
};

} // namespace

static const BudgetOption budgetOptions[] = {
    {"--bits-budget", QuantizeBudget::bits, &CompileOptions::bitsBudget,
     readPositive, "bits per weight, a number above 0: 3.5"},
    {"--size-budget", QuantizeBudget::size, &CompileOptions::sizeBudget,
     readBytes, (bytesForm + ": 60MB").str()},
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
