//===- Unicode.h - character properties the tokenizer needs ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Own tables where the version of Unicode shows in the ids: the reference
// library is ahead of the PCRE2 that distributions ship.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_UNICODE_H
#define LLMRT_TEXT_UNICODE_H

#include <cstdint>
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

/// One step of canonical decomposition without Hangul: false if there is none;
/// `second` is 0 for a singleton.
bool decompose(uint32_t codePoint, uint32_t &first, uint32_t &second);
/// The primary composite of a pair without Hangul, or 0.
uint32_t compose(uint32_t first, uint32_t second);
/// Canonical combining class, 0 for starters.
uint8_t combiningClass(uint32_t codePoint);

} // namespace llmrt::text

#endif // LLMRT_TEXT_UNICODE_H
