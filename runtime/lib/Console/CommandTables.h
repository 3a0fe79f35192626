//===- CommandTables.h - a command line as tables ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LLMRT_LIB_CONSOLE_COMMANDTABLES_H
#define LLMRT_LIB_CONSOLE_COMMANDTABLES_H

#include "llmrt/CommandDocs.h"

#include <vector>

namespace llmrt {

struct OptionDoc {
  std::vector<std::string> flags;  // "-o", "--output"; none: an argument
  std::string name;                // of an argument
  std::string value;               // "FILE", "f32|f16"; empty: a switch
  std::vector<std::string> values; // where it takes names
  std::string about;
};

/// The options that people see, arguments first.
std::vector<OptionDoc> describeOptions(const CLI::App &command);
std::vector<const CLI::App *> visibleCommands(const CLI::App &root);
/// "a b c".
std::string joined(const std::vector<std::string> &words);

} // namespace llmrt

#endif // LLMRT_LIB_CONSOLE_COMMANDTABLES_H
