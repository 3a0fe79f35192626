//===- Choice.h - options with a few named values ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An enum that can be asked on a command line has one table of names, found by
// overload: llvm::ArrayRef<Choice<T>> getChoices(T). Pass options, pipeline
// options and llmc's own read it, and an unknown name is told the known ones.
//===----------------------------------------------------------------------===//
#ifndef LLMC_SUPPORT_CHOICE_H
#define LLMC_SUPPORT_CHOICE_H

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"

#include <string>

namespace llmc {

/// One value and how it is spelled.
template <typename T> struct Choice {
  llvm::StringRef name;
  T value;
};

template <typename T>
concept HasChoices = std::is_enum_v<T> && requires(T value) {
  { getChoices(value) } -> std::convertible_to<llvm::ArrayRef<Choice<T>>>;
};

/// The name of `value`; empty for a value that nobody can ask.
template <HasChoices T> llvm::StringRef getChoiceName(T value) {
  for (const Choice<T> &choice : getChoices(value))
    if (choice.value == value)
      return choice.name;
  return "";
}

/// "f32, f16 or bf16"
template <HasChoices T> std::string listChoices() {
  llvm::ArrayRef<Choice<T>> choices = getChoices(T());
  std::string text;
  for (auto [i, choice] : llvm::enumerate(choices))
    text += (i == 0                    ? ""
             : i + 1 == choices.size() ? " or "
                                       : ", ") +
            choice.name.str();
  return text;
}

/// Reads the names of an enum as the value of an option of LLVM or MLIR.
template <typename T> class ChoiceParser : public llvm::cl::basic_parser<T> {
public:
  using llvm::cl::basic_parser<T>::basic_parser;

  bool parse(llvm::cl::Option &option, llvm::StringRef, llvm::StringRef given,
             T &value) {
    for (const Choice<T> &choice : getChoices(T()))
      if (choice.name == given) {
        value = choice.value;
        return false;
      }
    return option.error("takes " + listChoices<T>() + ", found '" + given +
                        "'");
  }
  /// How MLIR prints a pass with its options.
  static void print(llvm::raw_ostream &stream, T value) {
    stream << getChoiceName(value);
  }
  void printOptionDiff(const llvm::cl::Option &option, T,
                       const llvm::cl::OptionValue<T> &, size_t width) const {
    this->printOptionNoValue(option, width);
  }
  llvm::StringRef getValueName() const override { return "name"; }
  void anchor() override {}
};

} // namespace llmc

/// `llvm::cl` and MLIR find the parser of an option by its type.
template <llmc::HasChoices T>
class llvm::cl::parser<T> : public llmc::ChoiceParser<T> {
  using llmc::ChoiceParser<T>::ChoiceParser;
};

#endif // LLMC_SUPPORT_CHOICE_H
