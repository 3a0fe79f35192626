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

} // namespace

bool text::isNumeric(uint32_t codePoint) {
  if (codePoint < 0x80)
    return codePoint >= '0' && codePoint <= '9';
  return findRange(numericRanges, codePoint) != nullptr;
}

bool text::isWordCharacter(uint32_t codePoint) {
  return findRange(wordRanges, codePoint) != nullptr;
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
  const Decomposition *entry = std::lower_bound(
      std::begin(decompositions), std::end(decompositions), codePoint,
      [](const Decomposition &entry, uint32_t value) {
        return entry.codePoint < value;
      });
  if (entry == std::end(decompositions) || entry->codePoint != codePoint)
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
