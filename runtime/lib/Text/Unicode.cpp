//===- Unicode.cpp - character properties the tokenizer needs -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Binary searches in sorted tables, after a test that settles ASCII.
//===----------------------------------------------------------------------===//
#include "Unicode.h"

#include "Utf8.h"

#include <algorithm>
#include <iterator>
#include <tuple>

using namespace llmrt;
using namespace llmrt::text;

namespace {

struct CodePointRange {
  uint32_t first;
  uint32_t last;
};

struct StandInRange {
  uint32_t first;
  uint32_t last;
  uint32_t standIn;
};

struct Decomposition {
  uint32_t codePoint;
  uint32_t first;
  uint32_t second;
};

struct Composition {
  uint32_t first;
  uint32_t second;
  uint32_t codePoint;
};

struct CombiningRange {
  uint32_t first;
  uint32_t last;
  uint8_t combiningClass;
};

struct Expansion {
  uint32_t codePoint;
  uint32_t place; // in compatibilityPool
  uint32_t count;
};

struct Mapping {
  uint32_t codePoint;
  uint32_t result;
};

struct GraphemeRange {
  uint32_t first;
  uint32_t last;
  uint8_t graphemeClass;
};

#include "UnicodeTables.inc"

/// The entry of a table of ranges that holds `codePoint`, or null.
template <typename Range, size_t N>
const Range *findRange(const Range (&table)[N], uint32_t codePoint) {
  const Range *range = std::lower_bound(
      std::begin(table), std::end(table), codePoint,
      [](const Range &range, uint32_t value) { return range.last < value; });
  return range != std::end(table) && codePoint >= range->first ? range
                                                               : nullptr;
}

/// The entry of a table of characters for `codePoint`, or null.
template <typename Entry, size_t N>
const Entry *findEntry(const Entry (&table)[N], uint32_t codePoint) {
  const Entry *entry =
      std::lower_bound(std::begin(table), std::end(table), codePoint,
                       [](const Entry &entry, uint32_t value) {
                         return entry.codePoint < value;
                       });
  return entry != std::end(table) && entry->codePoint == codePoint ? entry
                                                                   : nullptr;
}

} // namespace

bool text::isNumeric(uint32_t codePoint) {
  if (codePoint < 0x80)
    return codePoint >= '0' && codePoint <= '9';
  return findRange(numericRanges, codePoint) != nullptr;
}

bool text::isWordCharacter(uint32_t codePoint) {
  return findRange(wordRanges, codePoint) != nullptr;
}

bool text::isWhiteSpace(uint32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool text::isPunctuation(uint32_t codePoint) {
  return findRange(punctuationRanges, codePoint) != nullptr;
}

bool text::isMark(uint32_t codePoint) {
  return codePoint >= 0x300 && findRange(markRanges, codePoint) != nullptr;
}

bool text::isNonSpacingMark(uint32_t codePoint) {
  return codePoint >= 0x300 &&
         findRange(nonSpacingRanges, codePoint) != nullptr;
}

bool text::isControl(uint32_t codePoint) {
  return findRange(controlRanges, codePoint) != nullptr;
}

bool text::isIdeograph(uint32_t c) {
  // The gap at U+2B820 is the reference's.
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) ||
         (c >= 0x20000 && c <= 0x2A6DF) || (c >= 0x2A700 && c <= 0x2B81F) ||
         (c >= 0x2B920 && c <= 0x2CEAF) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0x2F800 && c <= 0x2FA1F);
}

void text::appendLowercase(std::string &out, uint32_t codePoint) {
  if (codePoint == 0x130) { // the only one that becomes two characters
    out += "i\u0307";
    return;
  }
  if (codePoint < 0x80) {
    out += codePoint >= 'A' && codePoint <= 'Z' ? char(codePoint + 32)
                                                : char(codePoint);
    return;
  }
  const Mapping *entry = findEntry(lowercaseRows, codePoint);
  appendUtf8(out, entry ? entry->result : codePoint);
}

GraphemeClass text::graphemeClass(uint32_t codePoint) {
  if (codePoint >= 0x20 && codePoint < 0x7F)
    return GraphemeClass::Other;
  const GraphemeRange *range = findRange(graphemeRanges, codePoint);
  return range ? GraphemeClass(range->graphemeClass) : GraphemeClass::Other;
}

std::span<const uint32_t> text::compatibilityDecomposition(uint32_t codePoint) {
  if (codePoint < 0xA0)
    return {};
  const Expansion *entry = findEntry(compatibilityRows, codePoint);
  if (!entry)
    return {};
  return std::span(compatibilityPool).subspan(entry->place, entry->count);
}

bool text::replaceNewCharacters(std::string_view text, std::string &out) {
  bool replaced = false;
  for (size_t position = 0; position < text.size();) {
    // The tables begin at U+0800: shorter characters pass without decoding.
    if (uint8_t(text[position]) < 0xE0) {
      ++position;
      continue;
    }
    size_t begin = position;
    const StandInRange *range =
        findRange(standInRanges, nextCodePoint(text, position));
    if (!range)
      continue;
    if (!replaced)
      out = text;
    replaced = true;
    std::string standIn;
    appendUtf8(standIn, range->standIn);
    out.replace(begin, position - begin, standIn);
  }
  return replaced;
}

bool text::decompose(uint32_t codePoint, uint32_t &first, uint32_t &second) {
  if (codePoint < 0xC0)
    return false;
  const Decomposition *entry = findEntry(decompositions, codePoint);
  if (!entry)
    return false;
  first = entry->first;
  second = entry->second;
  return true;
}

uint32_t text::compose(uint32_t first, uint32_t second) {
  const Composition *entry =
      std::lower_bound(std::begin(compositions), std::end(compositions),
                       std::pair(first, second),
                       [](const Composition &entry,
                          const std::pair<uint32_t, uint32_t> &wanted) {
                         return std::pair(entry.first, entry.second) < wanted;
                       });
  bool found = entry != std::end(compositions) && entry->first == first &&
               entry->second == second;
  return found ? entry->codePoint : 0;
}

uint8_t text::combiningClass(uint32_t codePoint) {
  if (codePoint < 0x300)
    return 0;
  const CombiningRange *range = findRange(combiningRanges, codePoint);
  return range ? range->combiningClass : 0;
}
