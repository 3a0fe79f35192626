//===- Charsmap.h - SentencePiece's compiled rewriting rules --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `precompiled_charsmap` of a tokenizer.model, tokenizer.json or GGUF file
// holds: a double-array trie of what is replaced, and the replacements.
//
//   u32 size of the trie in bytes | units of the trie, u32 each | replacements,
//   each ended by a byte 0
//
// Little endian. It is read in place; a step that leaves the trie finds
// nothing, so damage changes ids and nothing else.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_CHARSMAP_H
#define LLMRT_TEXT_CHARSMAP_H

#include "StepBudget.h"
#include "llmrt/Status.h"

#include <optional>
#include <string_view>

namespace llmrt::text {

class Charsmap {
public:
  struct Match {
    size_t length; // bytes of text that are replaced
    std::string_view replacement;
  };

  /// `bytes` must outlive the map. Fails where they are no map, or a
  /// replacement is longer than 64 bytes or no UTF-8.
  static Expected<Charsmap> open(std::string_view bytes);

  /// The rule for the shortest beginning of `text` that has one.
  std::optional<Match> shortest(std::string_view text) const;
  /// For the longest one; nothing, too, where the budget is spent.
  std::optional<Match> longest(std::string_view text, StepBudget &budget) const;

private:
  uint32_t unit(size_t index) const;
  /// Moves `node` along `byte`; false: no text of the trie goes on with it.
  bool step(size_t &node, uint8_t byte) const;
  std::string_view replacementOf(size_t node) const;

  std::string_view units;
  std::string_view replacements;
};

} // namespace llmrt::text

#endif // LLMRT_TEXT_CHARSMAP_H
