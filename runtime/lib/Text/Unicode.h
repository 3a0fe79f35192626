//===- Unicode.h - character properties the tokenizer needs ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Own tables where the version of Unicode shows in the ids: the reference
// library is ahead of the PCRE2 that distributions ship.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_UNICODE_H
#define LLMRT_TEXT_UNICODE_H

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace llmrt::text {

/// General category N (Nd, Nl, No).
bool isNumeric(uint32_t codePoint);
/// Letters, marks, digits and connectors, as Rust's \w.
bool isWordCharacter(uint32_t codePoint);

/// `text` with every character that PCRE2's Unicode does not know replaced by a
/// known one of the same length and properties, for matching only. False and
/// `out` untouched where there is none, which is nearly always.
bool replaceNewCharacters(std::string_view text, std::string &out);

/// As Rust's char::is_whitespace.
bool isWhiteSpace(uint32_t codePoint);
/// General category P and what ASCII has of S.
bool isPunctuation(uint32_t codePoint);
/// General category M.
bool isMark(uint32_t codePoint);
/// What BERT's normaliser calls an accent (Mn) and a control character.
bool isNonSpacingMark(uint32_t codePoint);
bool isControl(uint32_t codePoint);
/// What BERT's normaliser calls Chinese.
bool isIdeograph(uint32_t codePoint);
/// Appends the lower case of a character, which may be two characters.
void appendLowercase(std::string &out, uint32_t codePoint);

/// Numbered as utils/make-unicode-tables.py does; Other: all that has no row.
enum class GraphemeClass : uint8_t {
  Other,
  CarriageReturn,
  LineFeed,
  Control,
  Extend,
  Joiner, // ZWJ
  RegionalIndicator,
  Prepend,
  SpacingMark,
  L, // Hangul, as the four that follow
  V,
  T,
  LV,
  LVT,
  Pictographic,
};
GraphemeClass graphemeClass(uint32_t codePoint);

/// The compatibility decomposition where it is not the canonical one, else
/// empty. Complete: no part of it decomposes.
std::span<const uint32_t> compatibilityDecomposition(uint32_t codePoint);

/// One step of canonical decomposition without Hangul: false if there is none;
/// `second` is 0 for a singleton.
bool decompose(uint32_t codePoint, uint32_t &first, uint32_t &second);
/// The primary composite of a pair without Hangul, or 0.
uint32_t compose(uint32_t first, uint32_t second);
/// Canonical combining class, 0 for starters.
uint8_t combiningClass(uint32_t codePoint);

} // namespace llmrt::text

#endif // LLMRT_TEXT_UNICODE_H
