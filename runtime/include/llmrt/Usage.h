//===- Usage.h - what a wrong command line is told --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// CLI11 knows that something is wrong; what was given, what is allowed and what
// was probably meant it says nowhere, or in the wrong order. One formatter says
// it, for llmc and for every program that it makes.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_USAGE_H
#define LLMRT_USAGE_H

#include "llmrt/Console.h"

#include <CLI/CLI.hpp>

#include <functional>
#include <string>
#include <vector>

namespace llmrt {

/// The option takes a whole number of this range.
CLI::Option *takesWhole(CLI::Option *option, int64_t least, int64_t most);

/// The option takes a finite number of this range.
CLI::Option *takesNumber(CLI::Option *option, double least, double most);

/// The option takes one of these names. `otherwise` is the advice to who asked
/// for a name that is near none.
CLI::Option *takesName(CLI::Option *option, std::vector<std::string> names,
                       std::string otherwise = {});

/// What people type who come from another tool, and what to do here.
struct Habit {
  std::string given; // a trailing * stands for any rest
  std::string advice;
};

struct UsageContext {
  std::string program; // as it is called: "llmc", "./app"
  std::vector<Habit> habits;
  /// Advice for an argument that is no command; empty: none.
  std::function<std::string(const std::string &)> adviseArgument;
};

/// What was given, what is allowed, what was probably meant; then where to read
/// more. Without a label and a line end.
std::string explainUsage(const CLI::App &app, const CLI::ParseError &error,
                         const UsageContext &context);

} // namespace llmrt

#endif // LLMRT_USAGE_H
