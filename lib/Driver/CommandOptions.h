//===- CommandOptions.h - options that several commands have ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMC_LIB_DRIVER_COMMANDOPTIONS_H
#define LLMC_LIB_DRIVER_COMMANDOPTIONS_H

#include "llmc/Driver/Options.h"
#include "llmrt/Usage.h"

namespace llmc {

/// An enum option; its values and their names are those of getChoices.
template <typename T>
CLI::Option *addChoice(CLI::App *app, const std::string &flag, T &value,
                       const std::string &text,
                       const std::string &otherwise = {}) {
  std::vector<std::string> names;
  for (const Choice<T> &choice : getChoices(T()))
    names.push_back(choice.name.str());
  CLI::callback_t parse = [&value](const CLI::results_t &given) {
    for (const Choice<T> &choice : getChoices(T()))
      if (choice.name == given.front()) {
        value = choice.value;
        return true;
      }
    return false;
  };
  return llmrt::takesName(app->add_option(flag, parse, text), names, otherwise);
}

/// What leaves out parts of a model or makes weights 0, and the statistics for it.
void addPruneOptions(CLI::App *app, CompileOptions &options);

/// These, and what else changes weights: --quantize and its kin.
void addQuantizeOptions(CLI::App *app, CompileOptions &options);

/// Those, and all else that a build can be asked.
void addCompileOptions(CLI::App *app, CompileOptions &options);

} // namespace llmc

#endif // LLMC_LIB_DRIVER_COMMANDOPTIONS_H
