//===- Pattern.cpp - fuzzes split patterns and their search -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Fuzz.h"

#include "Regex.h"
#include "Utf8.h"

using namespace llmrt;
using namespace llmrt::text;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string_view input = fuzz::textOf(data, size);
  // A pattern and a text, with a byte 0 between.
  size_t end = std::min(input.find('\0'), input.size());
  Expected<Regex> regex = Regex::compile(input.substr(0, end));
  if (!regex)
    return 0;
  std::string text = repairUtf8(end < input.size() ? input.substr(end + 1)
                                                   : "a 1\n\u00e9'll  \u3042A");
  StepBudget budget(0);
  budget.spend(31'900'000); // a second for every input would be too long
  RegexMatcher matcher(*regex, budget);
  for (size_t from = 0; from <= text.size();) {
    Expected<RegexMatch> match = matcher.search(text, from);
    if (!match || !match->found)
      return 0;
    fuzz::require(match->begin >= from && match->end >= match->begin &&
                      match->end <= text.size(),
                  "a match lies in the text, behind the last");
    from = std::max(match->end, from + 1);
    while (from < text.size() && (uint8_t(text[from]) & 0xC0) == 0x80)
      ++from;
  }
  return 0;
}
