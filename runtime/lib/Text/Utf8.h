//===- Utf8.h - reading and repairing UTF-8 -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Everything after `repairUtf8` may assume valid UTF-8, so the splitting and
// matching code carries no checks of its own.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_UTF8_H
#define LLMRT_TEXT_UTF8_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace llmrt::text {

/// What stands at the start of some bytes.
struct Utf8Step {
  size_t length;      // bytes consumed, at least 1
  uint32_t codePoint; // U+FFFD where invalid
  enum Kind : uint8_t { Valid, Invalid, Truncated } kind;
};

/// Reads one character of non-empty `bytes`. Invalid: `length` covers the
/// maximal part that could have begun a character, which one U+FFFD replaces
/// (Unicode 3.9, as Python and Rust do). Truncated: all of `bytes` is such a
/// part, more could complete it.
Utf8Step readUtf8(std::string_view bytes);

/// Reads one character of valid UTF-8 and moves `position` behind it.
uint32_t nextCodePoint(std::string_view text, size_t &position);

/// Of valid UTF-8.
size_t countCharacters(std::string_view text);

void appendUtf8(std::string &out, uint32_t codePoint);

bool isValidUtf8(std::string_view bytes);

/// `bytes` with every invalid part replaced by U+FFFD.
std::string repairUtf8(std::string_view bytes);

/// Where `wanted` begins in `text`, at `from` or behind it; npos: nowhere. In
/// time linear in both: std::string's own search takes their product.
size_t findText(std::string_view text, std::string_view wanted, size_t from);
/// Where it begins last.
size_t findLastText(std::string_view text, std::string_view wanted);

/// Moves the complete characters of `pending` to the result, repaired; keeps an
/// incomplete last one.
std::string takeCompleteUtf8(std::string &pending);

} // namespace llmrt::text

#endif // LLMRT_TEXT_UTF8_H
