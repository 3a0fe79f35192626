//===- SpecOverrides.cpp - choices for weights by their names -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmc/Optimize/SpecOverrides.h"

#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace llmc;

/// Whether the last colon is that of a KEPT:OF: digits on both sides, and another
/// colon before them.
static bool splitsCount(StringRef name, StringRef how) {
  StringRef kept = name.take_back(name.size() - (name.rfind(':') + 1));
  return name.contains(':') && !kept.empty() && all_of(kept, isDigit) &&
         !how.empty() && isDigit(how.front());
}

std::string llmc::spellName(StringRef name) {
  std::string pattern;
  for (char c : name) {
    if (StringRef("*?[]{}\\").contains(c))
      pattern += '\\';
    pattern += c == ';' ? '?' : c;
  }
  return pattern;
}

Expected<std::pair<StringRef, StringRef>> llmc::splitOverride(StringRef text) {
  auto [name, how] = text.rsplit(':');
  if (splitsCount(name, how))
    name = name.take_front(name.rfind(':'));
  how = text.drop_front(std::min(name.size() + 1, text.size()));
  if (name.empty() || how.empty())
    return createStringError("'" + text +
                             "' is no PATTERN:CHOICE: what stands behind a "
                             "';' is for the weights of a pattern");
  return std::pair(name, how);
}
