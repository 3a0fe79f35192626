//===- ManPage.cpp - a command line as a manual page ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CommandTables.h"

#include <algorithm>

using namespace llmrt;

/// Text for roff: nothing in it is a request or an escape, hyphens can be copied
/// into a shell.
static std::string roff(const std::string &text) {
  std::string result;
  for (char c : text) {
    const bool begins = result.empty() || result.back() == '\n';
    if (begins && (c == '.' || c == '\''))
      result += "\\&";
    if (c == '\\')
      result += "\\e";
    else if (c == '-')
      result += "\\-";
    else
      result += c;
  }
  return result;
}

static std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::toupper(c); });
  return text;
}

/// "-o, --output FILE".
static std::string heading(const OptionDoc &option) {
  std::string text;
  for (const std::string &flag : option.flags)
    text += (text.empty() ? "\\fB" : ", \\fB") + roff(flag) + "\\fR";
  if (option.flags.empty())
    return "\\fI" + roff(option.name) + "\\fR";
  if (!option.value.empty())
    text += " \\fI" + roff(option.value) + "\\fR";
  return text;
}

static std::string paragraph(const std::string &title,
                             const std::string &text) {
  return ".TP\n" + title + "\n" + roff(text) + "\n";
}

static std::string synopsis(const CLI::App &command, const std::string &called,
                            bool hasCommands) {
  std::string text = "\\fB" + roff(called) + "\\fR";
  if (hasCommands)
    return text + " \\fICOMMAND\\fR [\\fIOPTION\\fR]...\n";
  for (const OptionDoc &option : describeOptions(command))
    if (option.flags.empty())
      text += " \\fI" + roff(option.name) + "\\fR";
  return text + " [\\fIOPTION\\fR]...\n";
}

std::string llmrt::manPage(const CLI::App &root, const CLI::App &command,
                           const std::string &program,
                           const std::string &source) {
  const bool isRoot = &command == &root;
  const std::string called =
      isRoot ? program : program + " " + command.get_name();
  std::string page = isRoot ? program : program + "-" + command.get_name();
  const std::string about = command.get_description();
  std::string text = ".TH \"" + upper(page) + "\" 1 \"\" \"" + source + "\"\n";
  text += ".SH NAME\n" +
          roff(page + " - " + about.substr(0, about.find('\n'))) +
          "\n.SH SYNOPSIS\n" +
          synopsis(command, called, !visibleCommands(command).empty());
  if (const size_t rest = about.find('\n'); rest != std::string::npos)
    text += ".SH DESCRIPTION\n" + roff(about.substr(rest + 1)) + "\n";
  if (isRoot) {
    text += ".SH COMMANDS\n";
    for (const CLI::App *each : visibleCommands(root))
      text += paragraph("\\fB" + roff(each->get_name()) + "\\fR",
                        each->get_description());
  }
  text += ".SH OPTIONS\n";
  for (const OptionDoc &option : describeOptions(command))
    text += paragraph(heading(option), option.about);
  if (!command.get_footer().empty())
    text += ".SH NOTES\n" + roff(command.get_footer()) + "\n";
  text += ".SH EXIT STATUS\n0, 1 after an error, 2 after a wrong command "
          "line.\n.SH SEE ALSO\n";
  if (!isRoot)
    return text + "\\fB" + roff(program) + "\\fR(1)\n";
  std::string others;
  for (const CLI::App *each : visibleCommands(root))
    others += (others.empty() ? "\\fB" : ", \\fB") +
              roff(program + "-" + each->get_name()) + "\\fR(1)";
  return text + others + "\n";
}
