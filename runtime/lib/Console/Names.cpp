//===- Names.cpp - the name that was probably meant -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "llmrt/Console.h"

#include <algorithm>

using namespace llmrt;

/// Damerau-Levenshtein distance: letters wrong, missing, too many or swapped.
static size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before, last, row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    before = std::move(last);
    last = row;
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1,
                         last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

/// Whether all of `part` is in `whole`, in order.
static bool leavesOut(std::string_view part, std::string_view whole) {
  size_t at = 0;
  for (char c : whole)
    if (at < part.size() && part[at] == c)
      ++at;
  return at == part.size();
}

/// Smaller is nearer; above `most` it is another name.
static size_t unlikeness(std::string_view given, std::string_view name) {
  const size_t apart = distance(given, name);
  const size_t shorter = std::min(given.size(), name.size());
  if (shorter >= 2 && given[0] == name[0] &&
      (leavesOut(given, name) || leavesOut(name, given)))
    return std::min<size_t>(apart, 2);
  return apart;
}

std::string llmrt::nearestName(std::string_view given,
                               const std::vector<std::string> &names) {
  // Two letters of three say nothing; two of seven are a mistake.
  const size_t most = given.size() < 4 ? 1 : given.size() < 6 ? 2 : 3;
  std::string nearest;
  size_t least = most + 1;
  constexpr size_t longest = 64; // of what is compared letter by letter
  if (given.empty() || given.size() > longest)
    return nearest;
  for (const std::string &name : names) {
    if (name.size() > longest)
      continue;
    const size_t apart = unlikeness(given, name);
    if (apart < least && apart < std::max(given.size(), name.size())) {
      least = apart;
      nearest = name;
    }
  }
  return nearest;
}

std::string llmrt::didYouMean(std::string_view given,
                              const std::vector<std::string> &names) {
  const std::string nearest = nearestName(given, names);
  return nearest.empty() ? "" : ": did you mean '" + nearest + "'?";
}

std::string llmrt::listNames(const std::vector<std::string> &names,
                             std::string_view last) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i)
      text += i + 1 == names.size() ? " " + std::string(last) + " " : ", ";
    text += names[i];
  }
  return text;
}
