//===- SpecOverrides.h - choices for weights by their names -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   SPEC = CHOICE { ";" PATTERN ":" CHOICE }
//
// PATTERN is a weight's name with * and ? for what may be anything. Names of graphs may
// have colons: it ends at the last one, or before a KEPT:OF.
//===----------------------------------------------------------------------===//
#ifndef LLMC_OPTIMIZE_SPECOVERRIDES_H
#define LLMC_OPTIMIZE_SPECOVERRIDES_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/GlobPattern.h"

#include <string>
#include <utility>
#include <vector>

namespace llmc {

/// What becomes of the weights of a pattern; the last one that matches decides.
template <typename Choice> struct SpecOverride {
  std::string text; // of the pattern
  llvm::GlobPattern pattern;
  Choice choice;
};

/// Of "PATTERN:CHOICE". Fails, saying what is wanted, on what is none.
llvm::Expected<std::pair<llvm::StringRef, llvm::StringRef>>
splitOverride(llvm::StringRef text);

/// A pattern for this name alone. What would end it may be anything.
std::string spellName(llvm::StringRef name);

/// Adds those of `texts`, whose choices `parse` reads.
template <typename Choice, typename Parse>
llvm::Error parseOverrides(llvm::ArrayRef<llvm::StringRef> texts, Parse parse,
                           std::vector<SpecOverride<Choice>> &overrides) {
  for (llvm::StringRef text : texts) {
    auto parts = splitOverride(text);
    if (!parts)
      return parts.takeError();
    auto [name, how] = *parts;
    auto pattern = llvm::GlobPattern::create(name);
    if (!pattern)
      return llvm::createStringError("the pattern '" + name +
                                     "': " + toString(pattern.takeError()));
    llvm::Expected<Choice> choice = parse(how);
    if (!choice)
      return llvm::createStringError("the weights '" + name +
                                     "': " + toString(choice.takeError()));
    overrides.push_back({name.str(), std::move(*pattern), std::move(*choice)});
  }
  return llvm::Error::success();
}

} // namespace llmc

#endif // LLMC_OPTIMIZE_SPECOVERRIDES_H
