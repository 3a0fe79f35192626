//===- AddedTokens.cpp - special tokens are cut out of the text first -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Leftmost, then longest, as the reference's Aho-Corasick search. The sorted
// table is walked like a trie: each byte of text narrows a range of it.
//===----------------------------------------------------------------------===//
#include "TokenizerImpl.h"
#include "Unicode.h"
#include "Utf8.h"

#include <algorithm>
#include <bitset>

using namespace llmrt;
using namespace llmrt::text;

namespace {

/// Where the last character of `text[0, end)` begins.
size_t previousCharacter(std::string_view text, size_t end) {
  do
    --end;
  while (end > 0 && (uint8_t(text[end]) & 0xC0) == 0x80);
  return end;
}

/// Back to `from` at most: what stands before it is another part.
size_t skipSpaceBackward(std::string_view text, size_t from, size_t end) {
  while (end > from) {
    size_t begin = previousCharacter(text, end), position = begin;
    if (!isWhiteSpace(nextCodePoint(text, position)))
      break;
    end = begin;
  }
  return end;
}

size_t skipSpaceForward(std::string_view text, size_t position) {
  while (position < text.size()) {
    size_t next = position;
    if (!isWhiteSpace(nextCodePoint(text, next)))
      break;
    position = next;
  }
  return position;
}

bool isWordAt(std::string_view text, size_t position) {
  return isWordCharacter(nextCodePoint(text, position));
}

/// Whether nothing that is part of a word touches `text[begin, end)`.
bool standsAlone(std::string_view text, size_t begin, size_t end) {
  if (begin > 0 && isWordAt(text, previousCharacter(text, begin)))
    return false;
  return end == text.size() || !isWordAt(text, end);
}

} // namespace

const BlobAddedToken *AddedTokenSet::longestAt(std::string_view text,
                                               size_t position,
                                               StepBudget &budget) const {
  // Published tokens are shorter, and a search that ends here is linear.
  constexpr size_t freeDepth = 64;
  const BlobAddedToken *best = nullptr;
  auto first = tokens.begin(), last = tokens.end();
  for (size_t depth = 0; position + depth < text.size(); ++depth) {
    if (depth >= freeDepth && !budget.spend(1))
      return nullptr;
    uint8_t byte = text[position + depth];
    auto byteAt = [&](const BlobAddedToken &token) {
      std::string_view bytes = content(token);
      return depth < bytes.size() ? int(uint8_t(bytes[depth])) : -1;
    };
    first = std::partition_point(
        first, last, [&](const auto &token) { return byteAt(token) < byte; });
    last = std::partition_point(
        first, last, [&](const auto &token) { return byteAt(token) <= byte; });
    if (first == last)
      break;
    if (first->content.length == depth + 1)
      best = &*first;
  }
  return best;
}

const BlobAddedToken *AddedTokenSet::find(std::string_view wanted) const {
  auto found = std::lower_bound(tokens.begin(), tokens.end(), wanted,
                                [&](const auto &token, std::string_view text) {
                                  return content(token) < text;
                                });
  return found != tokens.end() && content(*found) == wanted ? &*found : nullptr;
}

Expected<std::vector<TextPart>> text::cutAddedTokens(std::string_view text,
                                                     const AddedTokenSet &set,
                                                     bool parseSpecial,
                                                     StepBudget &budget) {
  std::bitset<256> firstBytes;
  for (const BlobAddedToken &token : set.tokens)
    firstBytes.set(uint8_t(set.content(token).front()));

  std::vector<TextPart> parts;
  size_t done = 0, spaceEnd = 0; // of the white space that was passed last
  for (size_t position = 0; position < text.size();) {
    const BlobAddedToken *token = firstBytes[uint8_t(text[position])]
                                      ? set.longestAt(text, position, budget)
                                      : nullptr;
    if (!token) {
      ++position;
      continue;
    }
    size_t begin = position, end = begin + token->content.length;
    position = end;
    if (!parseSpecial && (token->flags & addedSpecial))
      continue;
    if ((token->flags & addedSingleWord) && !standsAlone(text, begin, end))
      continue;
    if (token->flags & addedLstrip)
      begin = std::max(skipSpaceBackward(text, done, begin), done);
    if (token->flags & addedRstrip) // a token in this space is none the less
      end = spaceEnd = skipSpaceForward(text, std::max(end, spaceEnd));
    if (done < begin)
      parts.push_back({text.substr(done, begin - done)});
    parts.push_back({text.substr(begin, end - begin), token});
    done = end;
  }
  if (budget.isSpent())
    return Status::error("finding added tokens in " +
                         std::to_string(text.size()) +
                         " bytes of text takes too long; pass the text in "
                         "smaller parts");
  if (done < text.size())
    parts.push_back({text.substr(done)});
  return parts;
}
