//===- Charsmap.cpp - SentencePiece's compiled rewriting rules ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The trie is one of darts-clone: bits 0-7 of a unit are its label and bit 31
// says that it is a value (bits 0-30); bit 8 that a value follows; bits 10-30
// are the offset to the children, times 256 if bit 9 is set.
//===----------------------------------------------------------------------===//
#include "Charsmap.h"

#include "Utf8.h"

#include <cstring>
#include <string>

using namespace llmrt;
using namespace llmrt::text;

namespace {

constexpr uint32_t leafBit = 1u << 31;

uint32_t offsetOf(uint32_t unit) {
  return (unit >> 10) << ((unit & (1u << 9)) >> 6);
}

} // namespace

Expected<Charsmap> Charsmap::open(std::string_view bytes) {
  uint32_t size = 0;
  if (bytes.size() > sizeof size)
    std::memcpy(&size, bytes.data(), sizeof size);
  if (size == 0 || size % 4 != 0 || size > bytes.size() - sizeof size)
    return Status::error("precompiled charsmap of " +
                         std::to_string(bytes.size()) +
                         " bytes wants a trie of " + std::to_string(size));
  Charsmap map;
  map.units = bytes.substr(sizeof size, size);
  map.replacements = bytes.substr(sizeof size + size);
  // Bounded, for a text that is all rules must not grow beyond measure.
  constexpr size_t longest = 64;
  for (size_t begin = 0; begin < map.replacements.size();) {
    size_t end =
        std::min(map.replacements.find('\0', begin), map.replacements.size());
    std::string_view text = map.replacements.substr(begin, end - begin);
    if (text.size() > longest || !isValidUtf8(text))
      return Status::error("precompiled charsmap has a replacement of " +
                           std::to_string(text.size()) +
                           " bytes; wants up to 64 of UTF-8");
    begin = end + 1;
  }
  return map;
}

uint32_t Charsmap::unit(size_t index) const {
  uint32_t value;
  std::memcpy(&value, units.data() + index * sizeof value, sizeof value);
  return value;
}

bool Charsmap::step(size_t &node, uint8_t byte) const {
  if (byte == 0) // ends the texts of the trie
    return false;
  size_t next = node ^ offsetOf(unit(node)) ^ byte;
  if (next >= units.size() / 4 || (unit(next) & (leafBit | 0xFF)) != byte)
    return false;
  node = next;
  return true;
}

std::string_view Charsmap::replacementOf(size_t node) const {
  size_t leaf = node ^ offsetOf(unit(node));
  size_t at = leaf < units.size() / 4 ? unit(leaf) & ~leafBit : SIZE_MAX;
  if (at >= replacements.size())
    return {};
  std::string_view rest = replacements.substr(at);
  std::string_view text = rest.substr(0, rest.find('\0'));
  // A damaged value may lead into the middle of a character.
  return isValidUtf8(text) ? text : std::string_view();
}

std::optional<Charsmap::Match> Charsmap::shortest(std::string_view text) const {
  size_t node = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!step(node, uint8_t(text[i])))
      return std::nullopt;
    if (unit(node) & (1u << 8))
      return Match{i + 1, replacementOf(node)};
  }
  return std::nullopt;
}

std::optional<Charsmap::Match> Charsmap::longest(std::string_view text,
                                                 StepBudget &budget) const {
  std::optional<Match> best;
  size_t node = 0;
  for (size_t i = 0; i < text.size() && step(node, uint8_t(text[i])); ++i) {
    if (!budget.spend(1))
      return std::nullopt;
    // A rule must end where a character does.
    bool whole = i + 1 == text.size() || (uint8_t(text[i + 1]) & 0xC0) != 0x80;
    if ((unit(node) & (1u << 8)) && whole)
      best = Match{i + 1, replacementOf(node)};
  }
  return best;
}
