//===- Usage.cpp - what a wrong command line is told ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Of CLI11's errors only the kind and the option's name are read; everything
// else comes from the parsed App: what it could not place, and what it knows.
//===----------------------------------------------------------------------===//
#include "llmrt/Usage.h"

#include <charconv>
#include <cmath>

using namespace llmrt;

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

/// "'text'", shortened, control characters replaced: it goes to a terminal.
static std::string quote(std::string text) {
  constexpr size_t most = 60;
  if (text.size() > most)
    text = text.substr(0, most) + "...";
  for (char &c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      c = '?';
  return "'" + text + "'";
}

/// "4k" is how people write 4096.
static std::string spellOut(const std::string &given) {
  int64_t number = 0;
  auto [rest, error] =
      std::from_chars(given.data(), given.data() + given.size(), number);
  const std::string suffix(rest, given.data() + given.size());
  if (error != std::errc() || number <= 0 || number > (int64_t(1) << 32))
    return "";
  if (suffix == "k" || suffix == "K")
    return ": write " + std::to_string(number << 10);
  if (suffix == "m" || suffix == "M")
    return ": write " + std::to_string(number << 20);
  return "";
}

CLI::Option *llmrt::takesWhole(CLI::Option *option, int64_t least,
                               int64_t most) {
  const std::string range =
      most >= INT32_MAX
          ? std::to_string(least) + " or more"
          : "from " + std::to_string(least) + " to " + std::to_string(most);
  auto check = [=](const std::string &given) -> std::string {
    int64_t number;
    const char *end = given.data() + given.size();
    auto [rest, error] = std::from_chars(given.data(), end, number);
    if (error == std::errc() && rest == end && number >= least &&
        number <= most)
      return "";
    return "takes a whole number, " + range + ", found " + quote(given) +
           spellOut(given);
  };
  return option->type_name("N")->check(CLI::Validator(check, ""));
}

static std::string spell(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", number);
  return text;
}

CLI::Option *llmrt::takesNumber(CLI::Option *option, double least,
                                double most) {
  const std::string range = std::isinf(most)
                                ? spell(least) + " or more"
                                : "from " + spell(least) + " to " + spell(most);
  auto check = [=](const std::string &given) -> std::string {
    double number;
    const char *end = given.data() + given.size();
    auto [rest, error] = std::from_chars(given.data(), end, number);
    if (error == std::errc() && rest == end && number >= least &&
        number <= most && std::isfinite(number))
      return "";
    return "takes a number, " + range + ", found " + quote(given);
  };
  return option->type_name("X")->check(CLI::Validator(check, ""));
}

CLI::Option *llmrt::takesName(CLI::Option *option,
                              std::vector<std::string> names,
                              std::string otherwise) {
  std::string known;
  for (const std::string &name : names)
    known += (known.empty() ? "" : "|") + name;
  auto check = [names = std::move(names), otherwise = std::move(otherwise)](
                   const std::string &given) -> std::string {
    if (std::find(names.begin(), names.end(), given) != names.end())
      return "";
    std::string advice = didYouMean(given, names);
    if (advice.empty() && !otherwise.empty())
      advice = ": " + otherwise;
    return "takes " + listNames(names, "or") + ", found " + quote(given) +
           advice;
  };
  return option->type_name(known)->check(CLI::Validator(check, ""));
}

//===----------------------------------------------------------------------===//
// What the command line says and what the App knows
//===----------------------------------------------------------------------===//

namespace {

/// One wrong command line. The command is the last one that was recognised.
class WrongUsage {
public:
  WrongUsage(const CLI::App &root, const UsageContext &context)
      : root(root), context(context), command(&root) {
    while (!command->get_subcommands().empty())
      command = command->get_subcommands().front();
  }

  std::string explain(const CLI::ParseError &error) const;
  /// "llmc compile".
  std::string called() const {
    return context.program +
           (command == &root ? "" : " " + command->get_name());
  }

private:
  std::string explainValue(std::string text) const;
  std::string explainMissing(const std::string &text) const;
  std::string explainMissingCommand() const;
  std::string explainCount(const std::string &text) const;
  std::string explainExtras() const;
  std::string explainOption(const std::string &given) const;
  std::string explainArgument(const std::string &given) const;
  std::string adviseHabit(const std::string &given) const;
  std::vector<std::string> leftOver() const;

  const CLI::App &root;
  const UsageContext &context;
  const CLI::App *command;
};

} // namespace

static bool isOption(const std::string &argument) {
  return argument.size() > 1 && argument[0] == '-';
}

/// "--max-batch" of "--max-batch=0".
static std::string nameOf(const std::string &argument) {
  return argument.substr(0, argument.find('='));
}

static std::vector<std::string> optionNames(const CLI::App &command) {
  std::vector<std::string> names;
  for (const CLI::Option *option : command.get_options()) {
    for (const std::string &name : option->get_lnames())
      names.push_back("--" + name);
    for (const std::string &name : option->get_snames())
      names.push_back("-" + name);
  }
  return names;
}

static bool takesArguments(const CLI::App &command) {
  for (const CLI::Option *option : command.get_options())
    if (option->get_positional())
      return true;
  return false;
}

static std::vector<std::string> commandNames(const CLI::App &root) {
  std::vector<std::string> names;
  for (const CLI::App *command : root.get_subcommands({}))
    names.push_back(command->get_name());
  return names;
}

/// The commands that have this very option.
static std::vector<std::string> ownersOf(const std::string &name,
                                         const CLI::App &root) {
  std::vector<std::string> owners;
  for (const CLI::App *command : root.get_subcommands({})) {
    std::vector<std::string> names = optionNames(*command);
    if (std::find(names.begin(), names.end(), name) != names.end())
      owners.push_back(command->get_name());
  }
  return owners;
}

/// What nobody could place, in the order in which it was given.
std::vector<std::string> WrongUsage::leftOver() const {
  std::vector<std::string> left = root.remaining();
  if (left.empty() && command != &root)
    left = command->remaining();
  return left;
}

std::string WrongUsage::adviseHabit(const std::string &given) const {
  for (const Habit &habit : context.habits) {
    std::string_view known = habit.given;
    if (known == given)
      return habit.advice;
    if (known.ends_with('*') &&
        given.starts_with(known.substr(0, known.size() - 1)))
      return habit.advice;
  }
  return "";
}

//===----------------------------------------------------------------------===//
// Sentences
//===----------------------------------------------------------------------===//

/// Of a validator: "--kv: takes f32 or f16, found 'q8_0'". Of CLI11, where an
/// option has none: "Could not convert: --kv = q8_0".
std::string WrongUsage::explainValue(std::string text) const {
  const std::string convert = "Could not convert: ";
  if (text.starts_with(convert)) {
    const size_t is = text.find(" = ");
    return text.substr(convert.size(), is - convert.size()) + " cannot be " +
           quote(text.substr(std::min(is + 3, text.size())));
  }
  if (const size_t at = text.find(": takes "); at != std::string::npos)
    text.erase(at, 1);
  return text;
}

std::string WrongUsage::explainMissingCommand() const {
  const std::string commands =
      "the commands are " + listNames(commandNames(root));
  const std::vector<std::string> left = leftOver();
  if (left.empty())
    return "a command is missing: " + commands;
  for (const std::string &given : left)
    if (!isOption(given))
      return explainArgument(given);
  return explainOption(left.front());
}

std::string WrongUsage::explainMissing(const std::string &text) const {
  if (text.starts_with("A subcommand"))
    return explainMissingCommand();
  const std::string name = text.substr(0, text.find(' '));
  // A mistyped option is why a required one is missing.
  for (const std::string &given : leftOver())
    if (isOption(given))
      return explainOption(given);
  for (const CLI::Option *option : command->get_options())
    if (option->get_name() == name)
      return (command == &root ? "" : command->get_name() + ": ") + name +
             " is missing: " + option->get_description();
  return text;
}

std::string WrongUsage::explainCount(const std::string &text) const {
  const std::string name = text.substr(0, text.find(':'));
  for (const CLI::Option *option : command->get_options()) {
    if (option->get_name() != name)
      continue;
    if (text.find("At Most") != std::string::npos)
      return name + " is given " + std::to_string(option->results().size()) +
             " times: give it once";
    return name + " needs a value, " + option->get_type_name() + ": " +
           option->get_description();
  }
  return text;
}

std::string WrongUsage::explainOption(const std::string &given) const {
  const std::string name = nameOf(given);
  const std::string unknown = "unknown option " + quote(name);
  if (std::string advice = adviseHabit(name); !advice.empty())
    return unknown + ": " + advice;
  if (auto owners = ownersOf(name, root); !owners.empty())
    return quote(name) + " is an option of " + listNames(owners) + ": " +
           context.program + " " + owners.front() + " " + name + " ...";
  const std::vector<std::string> names = optionNames(*command);
  if (std::string advice = didYouMean(name, names); !advice.empty())
    return unknown + advice;
  return unknown + ": " + called() + " has " + listNames(names);
}

std::string WrongUsage::explainArgument(const std::string &given) const {
  const std::string unknown = "unknown command " + quote(given);
  if (command != &root || takesArguments(root))
    return quote(given) + " is one argument too many: " + called() +
           " takes no more; quote a text that has blanks";
  if (std::string advice = adviseHabit(given); !advice.empty())
    return unknown + ": " + advice;
  const std::vector<std::string> names = commandNames(root);
  if (std::string advice = didYouMean(given, names); !advice.empty())
    return unknown + advice + " The commands are " + listNames(names);
  if (context.adviseArgument)
    if (std::string advice = context.adviseArgument(given); !advice.empty())
      return quote(given) + " is no command: " + advice;
  return unknown + ": the commands are " + listNames(names);
}

std::string WrongUsage::explainExtras() const {
  const std::vector<std::string> left = leftOver();
  for (const std::string &given : left)
    if (isOption(given))
      return explainOption(given);
  if (left.empty())
    return "too many arguments";
  return explainArgument(left.front());
}

std::string WrongUsage::explain(const CLI::ParseError &error) const {
  const std::string kind = error.get_name(), text = error.what();
  if (kind == "ConversionError" || kind == "ValidationError")
    return explainValue(text);
  if (kind == "RequiredError")
    return explainMissing(text);
  if (kind == "ArgumentMismatch")
    return explainCount(text);
  if (const size_t at = text.find(" excludes "); kind == "ExcludesError")
    return text.substr(0, at) + " and " + text.substr(at + 10) +
           " do not go together: give one of them";
  if (const size_t at = text.find(" requires "); kind == "RequiresError")
    return text.substr(0, at) + " goes with " + text.substr(at + 10) +
           " only: give both";
  // An extra names the command that it stood behind, not its kind.
  return explainExtras();
}

std::string llmrt::explainUsage(const CLI::App &app,
                                const CLI::ParseError &error,
                                const UsageContext &context) {
  WrongUsage usage(app, context);
  return usage.explain(error) + "\nRun '" + usage.called() +
         " --help' for more.";
}
