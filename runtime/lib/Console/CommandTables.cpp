//===- CommandTables.cpp - a command line as tables -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CommandTables.h"

using namespace llmrt;

/// "f32|f16" is a choice of names.
static std::vector<std::string> splitNames(const std::string &type) {
  std::vector<std::string> names;
  if (type.find('|') == std::string::npos)
    return names;
  for (size_t at = 0; at <= type.size();) {
    const size_t end = std::min(type.find('|', at), type.size());
    names.push_back(type.substr(at, end - at));
    at = end + 1;
  }
  return names;
}

std::vector<OptionDoc> llmrt::describeOptions(const CLI::App &command) {
  std::vector<OptionDoc> arguments, options;
  for (const CLI::Option *option : command.get_options()) {
    if (option->get_group().empty())
      continue;
    OptionDoc doc;
    for (const std::string &name : option->get_snames())
      doc.flags.push_back("-" + name);
    for (const std::string &name : option->get_lnames())
      doc.flags.push_back("--" + name);
    doc.name = option->get_name();
    if (option->get_type_size_max() > 0)
      doc.value = option->get_type_name();
    doc.values = splitNames(doc.value);
    doc.about = option->get_description();
    (doc.flags.empty() ? arguments : options).push_back(std::move(doc));
  }
  arguments.insert(arguments.end(), options.begin(), options.end());
  return arguments;
}

std::vector<const CLI::App *> llmrt::visibleCommands(const CLI::App &root) {
  std::vector<const CLI::App *> commands;
  for (const CLI::App *command : root.get_subcommands({}))
    if (!command->get_group().empty())
      commands.push_back(command);
  return commands;
}

std::string llmrt::joined(const std::vector<std::string> &words) {
  std::string text;
  for (const std::string &word : words)
    text += (text.empty() ? "" : " ") + word;
  return text;
}
