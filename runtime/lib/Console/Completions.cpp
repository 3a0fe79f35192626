//===- Completions.cpp - a command line as the shells complete it ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CommandTables.h"

using namespace llmrt;

/// 'text', for every shell; `extra` are replaced by blanks.
static std::string quoted(const std::string &text, const char *extra = "") {
  std::string result = "'";
  for (char c : text)
    if (c == '\'')
      result += "'\\''";
    else
      result +=
          std::string_view(extra).find(c) != std::string_view::npos || c == '\n'
              ? ' '
              : c;
  return result + "'";
}

static std::vector<std::string> commandNames(const CLI::App &root) {
  std::vector<std::string> names;
  for (const CLI::App *command : visibleCommands(root))
    names.push_back(command->get_name());
  return names;
}

static std::vector<std::string> allFlags(const CLI::App &command) {
  std::vector<std::string> flags;
  for (const OptionDoc &option : describeOptions(command))
    flags.insert(flags.end(), option.flags.begin(), option.flags.end());
  return flags;
}

//===----------------------------------------------------------------------===//
// bash
//===----------------------------------------------------------------------===//

/// The lines of a case: a command's options that take names.
static std::string bashValues(const std::string &command, const CLI::App &app) {
  std::string text;
  for (const OptionDoc &option : describeOptions(app))
    for (const std::string &flag : option.flags)
      if (!option.values.empty())
        text += "    " + command + ":" + flag +
                ") words=" + quoted(joined(option.values)) + " ;;\n";
  return text;
}

std::string llmrt::bashCompletion(const CLI::App &root,
                                  const std::string &program) {
  const std::string names = joined(commandNames(root));
  std::string values = bashValues("", root), flags, commands;
  for (const CLI::App *command : visibleCommands(root)) {
    const std::string &name = command->get_name();
    values += bashValues(name, *command);
    flags += "    " + name + ") words=" + quoted(joined(allFlags(*command))) +
             " ;;\n";
    commands += (commands.empty() ? "" : "|") + name;
  }
  return "# bash completion of " + program + R"(
_)" + program +
         R"(() {
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
  local command= word words=
  # "--kv=f16" is three words.
  if [[ $current == = ]]; then current=; fi
  if [[ $before == = ]]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
    )" + commands +
         R"() command=$word; break ;;
    esac
  done
  case $command:$before in
)" + values +
         R"(  esac
  if [[ -z $words && $current == -* ]]; then
    case $command in
)" + flags +
         R"(    *) words=)" + quoted(joined(allFlags(root))) + R"( ;;
    esac
  elif [[ -z $words && -z $command ]]; then
    words=)" +
         quoted(names) + R"(
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _)" +
         program + " " + program + "\n";
}

//===----------------------------------------------------------------------===//
// zsh
//===----------------------------------------------------------------------===//

/// One specification of _arguments.
static std::string zshOption(const OptionDoc &option) {
  std::string text;
  const std::string about = quoted(option.about, "[]:");
  const std::string action =
      option.values.empty() ? "_files" : "(" + joined(option.values) + ")";
  if (option.flags.empty())
    return " \\\n      " + quoted("*:" + option.name + ":_files");
  for (const std::string &flag : option.flags) {
    const bool isLong = flag.starts_with("--");
    std::string one = flag + (option.value.empty() ? "" : isLong ? "=" : "+");
    one += "[" + about.substr(1, about.size() - 2) + "]";
    if (!option.value.empty())
      one += ":value:" + action;
    text += " \\\n      '" + one + "'";
  }
  return text;
}

std::string llmrt::zshCompletion(const CLI::App &root,
                                 const std::string &program) {
  std::string text = "#compdef " + program + "\n_" + program + "() {\n" +
                     "  local -a commands=(\n";
  for (const CLI::App *command : visibleCommands(root))
    text += "    " +
            quoted(command->get_name() + ":" + command->get_description(), "") +
            "\n";
  text += "  )\n  if (( CURRENT == 2 )); then\n    _describe command commands\n"
          "    return\n  fi\n  local command=$words[2]\n  shift words\n"
          "  (( CURRENT-- ))\n  case $command in\n";
  for (const CLI::App *command : visibleCommands(root)) {
    text += "    " + command->get_name() + ")\n      _arguments";
    for (const OptionDoc &option : describeOptions(*command))
      text += zshOption(option);
    text += " ;;\n";
  }
  return text + "  esac\n}\n_" + program + " \"$@\"\n";
}

//===----------------------------------------------------------------------===//
// fish
//===----------------------------------------------------------------------===//

std::string llmrt::fishCompletion(const CLI::App &root,
                                  const std::string &program) {
  std::string text = "# fish completion of " + program + "\n";
  for (const CLI::App *command : visibleCommands(root)) {
    const std::string &name = command->get_name();
    text += "complete -c " + program + " -f -n __fish_use_subcommand -a " +
            name + " -d " + quoted(command->get_description()) + "\n";
    for (const OptionDoc &option : describeOptions(*command)) {
      if (option.flags.empty())
        continue;
      text += "complete -c " + program + " -n '__fish_seen_subcommand_from " +
              name + "'";
      for (const std::string &flag : option.flags)
        text += flag.starts_with("--") ? " -l " + flag.substr(2)
                                       : " -s " + flag.substr(1);
      if (!option.values.empty())
        text += " -x -a " + quoted(joined(option.values));
      else if (!option.value.empty())
        text += " -r";
      text += " -d " + quoted(option.about) + "\n";
    }
  }
  return text;
}
