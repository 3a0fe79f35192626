//===- Normalize.cpp - Unicode normalisation forms ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Decompose, order the marks, compose (Unicode 3.11, D117); Hangul syllables by
// arithmetic (3.12).
//===----------------------------------------------------------------------===//
#include "Normalize.h"

#include "Unicode.h"
#include "Utf8.h"

#include <algorithm>
#include <cassert>
#include <tuple>
#include <vector>

using namespace llmrt;
using namespace llmrt::text;

namespace {

constexpr uint32_t hangulBase = 0xAC00, leadBase = 0x1100, vowelBase = 0x1161,
                   trailBase = 0x11A7;
constexpr uint32_t leads = 19, vowels = 21, trails = 28;

struct Character {
  uint32_t codePoint;
  uint8_t combiningClass;
  uint32_t order = 0; // among its neighbouring marks, as they came
};

void appendDecomposed(uint32_t codePoint, bool compatible,
                      std::vector<Character> &out) {
  std::span<const uint32_t> parts;
  if (compatible)
    parts = compatibilityDecomposition(codePoint);
  for (uint32_t part : parts)
    out.push_back({part, combiningClass(part)});
  if (!parts.empty())
    return;
  uint32_t syllable = codePoint - hangulBase;
  if (codePoint >= hangulBase && syllable < leads * vowels * trails) {
    out.push_back({leadBase + syllable / (vowels * trails), 0});
    out.push_back({vowelBase + syllable / trails % vowels, 0});
    if (syllable % trails)
      out.push_back({trailBase + syllable % trails, 0});
    return;
  }
  uint32_t first, second;
  if (!decompose(codePoint, first, second)) {
    out.push_back({codePoint, combiningClass(codePoint)});
    return;
  }
  appendDecomposed(first, compatible, out); // at most four deep in the data
  if (second)
    appendDecomposed(second, compatible, out);
}

void orderMarks(std::vector<Character> &characters) {
  auto end = characters.end();
  for (auto begin = characters.begin(); begin != end;) {
    if (begin->combiningClass == 0) {
      ++begin;
      continue;
    }
    uint32_t order = 0;
    auto next = begin;
    for (; next != end && next->combiningClass != 0; ++next)
      next->order = order++;
    std::sort(begin, next, [](const Character &a, const Character &b) {
      return std::tie(a.combiningClass, a.order) <
             std::tie(b.combiningClass, b.order);
    });
    begin = next;
  }
}

uint32_t composePair(uint32_t first, uint32_t second) {
  if (first - leadBase < leads && second - vowelBase < vowels)
    return hangulBase +
           ((first - leadBase) * vowels + (second - vowelBase)) * trails;
  if (first - hangulBase < leads * vowels * trails &&
      (first - hangulBase) % trails == 0 && second > trailBase &&
      second - trailBase < trails)
    return first + (second - trailBase);
  return compose(first, second);
}

/// Composes in place; returns the new length.
size_t composeAll(std::vector<Character> &characters) {
  size_t length = 0;
  constexpr size_t none = size_t(-1);
  size_t starter = none;
  for (const Character &character : characters) {
    // Blocked if something of an equal or higher class stands between.
    bool adjacent = starter != none && length == starter + 1;
    bool blocked =
        !adjacent && starter != none &&
        characters[length - 1].combiningClass >= character.combiningClass;
    if (starter != none && !blocked) {
      uint32_t composite =
          composePair(characters[starter].codePoint, character.codePoint);
      if (composite) {
        characters[starter].codePoint = composite;
        continue;
      }
    }
    if (character.combiningClass == 0)
      starter = length;
    assert(length < characters.size() && "composing only makes text shorter");
    characters[length++] = character;
  }
  return length;
}

} // namespace

bool text::isQuicklyNfc(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return uint8_t(c) < 0xCC; });
}

bool text::isAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return uint8_t(c) < 0x80; });
}

std::string text::normalizeUnicode(std::string_view text, UnicodeForm form) {
  bool compatible = form == UnicodeForm::KC || form == UnicodeForm::KD;
  std::vector<Character> characters;
  characters.reserve(text.size());
  for (size_t position = 0; position < text.size();)
    appendDecomposed(nextCodePoint(text, position), compatible, characters);
  orderMarks(characters);
  if (form == UnicodeForm::C || form == UnicodeForm::KC)
    characters.resize(composeAll(characters));
  std::string out;
  out.reserve(text.size());
  for (const Character &character : characters)
    appendUtf8(out, character.codePoint);
  return out;
}
