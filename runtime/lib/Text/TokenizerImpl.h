//===- TokenizerImpl.h - the parts of an open tokenizer -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Views into the blob plus what cannot be stored: compiled patterns.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_TOKENIZERIMPL_H
#define LLMRT_TEXT_TOKENIZERIMPL_H

#include "Normalizer.h"
#include "PreTokenizer.h"
#include "TokenizerBlob.h"
#include "llmrt/Tokenizer.h"

#include <cassert>
#include <span>
#include <string_view>
#include <vector>

namespace llmrt::text {

/// Added tokens sorted by content, so that a search narrows byte by byte.
struct AddedTokenSet {
  std::span<const BlobAddedToken> tokens;
  std::string_view strings;

  std::string_view content(const BlobAddedToken &token) const {
    assert(uint64_t(token.content.offset) + token.content.length <=
               strings.size() &&
           "Opener has checked where a token's text lies");
    return strings.substr(token.content.offset, token.content.length);
  }
  /// The longest token that begins at `position`, or null, also where the
  /// budget is spent.
  const BlobAddedToken *longestAt(std::string_view text, size_t position,
                                  StepBudget &budget) const;
  const BlobAddedToken *find(std::string_view content) const;
};

/// What decoding a token depends on: how many spaces in front of the output are
/// left to strip, and whether it has begun.
struct OutputState {
  explicit OutputState(uint32_t stripSpaces) : stripSpaces(stripSpaces) {}
  uint32_t stripSpaces;
  bool isFirst = true;
};

/// A part of a text: an added token, or text to tokenise (token is null).
struct TextPart {
  std::string_view text;
  const BlobAddedToken *token = nullptr;
};

/// Cuts the added tokens out of `text`, in order. Fails where long tokens that
/// are nearly there take more than the budget.
Expected<std::vector<TextPart>> cutAddedTokens(std::string_view text,
                                               const AddedTokenSet &set,
                                               bool parseSpecial,
                                               StepBudget &budget);

} // namespace llmrt::text

namespace llmrt {

struct Tokenizer::Impl {
  const text::BlobHeader *header = nullptr;
  std::span<const uint32_t> tokenEnds;
  std::string_view tokenBytes;
  std::span<const uint8_t> tokenTypes;
  std::span<const uint32_t> wordEnds; // empty: tokenEnds
  std::string_view wordBytes;
  std::span<const int32_t> byteTokens;
  std::span<const int32_t> sortedWords;
  std::span<const int32_t> prefixLinks;
  std::span<const double> scores;
  std::span<const uint32_t> mergeEnds;
  std::span<const text::BlobMerge> merges;
  text::AddedTokenSet addedPlain;
  text::AddedTokenSet addedNormal;
  std::span<const int32_t> prefixIds;
  std::span<const int32_t> suffixIds;
  std::span<const int32_t> endIds;
  std::string_view strings;
  text::Normalizer normalizer;
  text::PreTokenizer preTokenizer;
  size_t longestToken = 0; // bytes

  TokenizerKind kind() const { return TokenizerKind(header->kind); }
  bool hasFlag(text::BlobFlag flag) const { return header->flags & flag; }
  /// What a token adds to the output, but for the first one.
  std::string_view bytesOf(int32_t id) const {
    return entryOf(id, tokenEnds, tokenBytes);
  }
  /// What text becomes this token.
  std::string_view wordOf(int32_t id) const {
    return wordEnds.empty() ? bytesOf(id) : entryOf(id, wordEnds, wordBytes);
  }
  /// Appends what a token adds to the output.
  void appendOutput(int32_t id, text::OutputState &state,
                    std::string &out) const;
  /// The token that `word` becomes as a whole, or -1.
  int32_t findWord(std::string_view word) const;
  /// The merge of two neighbours, or null.
  const text::BlobMerge *findMerge(int32_t left, int32_t right) const;

private:
  static std::string_view entryOf(int32_t id, std::span<const uint32_t> ends,
                                  std::string_view bytes) {
    assert(id >= 0 && size_t(id) < ends.size() &&
           "ids are checked where they come from");
    uint32_t begin = id == 0 ? 0 : ends[id - 1];
    return bytes.substr(begin, ends[id] - begin);
  }
};

} // namespace llmrt

#endif // LLMRT_TEXT_TOKENIZERIMPL_H
