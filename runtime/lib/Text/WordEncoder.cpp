//===- WordEncoder.cpp - what the tokenizer models share ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "WordEncoder.h"

#include "BytePairMerge.h"
#include "Unigram.h"
#include "WordPiece.h"

#include <algorithm>

using namespace llmrt;
using namespace llmrt::text;

std::unique_ptr<WordSink>
text::createWordEncoder(const Tokenizer::Impl &tokenizer,
                        std::vector<int32_t> &ids, StepBudget &budget) {
  switch (tokenizer.kind()) {
  case TokenizerKind::ByteLevelBpe:
  case TokenizerKind::Bpe:
    return std::make_unique<BytePairMerger>(tokenizer, ids);
  case TokenizerKind::Unigram:
    return std::make_unique<UnigramEncoder>(tokenizer, ids, budget);
  case TokenizerKind::WordPiece:
    return std::make_unique<WordPieceEncoder>(tokenizer, ids, budget);
  }
  return nullptr;
}

bool text::appendByteTokens(const Tokenizer::Impl &tokenizer,
                            std::string_view text, std::vector<int32_t> &ids) {
  for (uint8_t byte : text)
    if (tokenizer.byteTokens[byte] < 0)
      return false;
  for (uint8_t byte : text)
    ids.push_back(tokenizer.byteTokens[byte]);
  return true;
}

void PrefixSearch::findLast(std::string_view text, int32_t &place,
                            size_t &common) {
  // Every word before `first` is <= text, with `low` bytes in common for the
  // last of them; every word from `last` on is greater, with `high` bytes in
  // common for the first. Words between share the smaller of the two.
  size_t first = 0, last = tokenizer.sortedWords.size(), low = 0, high = 0;
  constexpr size_t freeBytes = 64; // longer comparisons are paid for
  while (first < last) {
    size_t middle = first + (last - first) / 2;
    std::string_view word = tokenizer.wordOf(tokenizer.sortedWords[middle]);
    size_t same = std::min(low, high);
    size_t most = std::min(word.size(), text.size());
    size_t begin = same;
    while (same < most && word[same] == text[same])
      ++same;
    if (same - begin > freeBytes && !budget.spend(same - begin))
      return;
    bool notBehind =
        same == word.size() ||
        (same < text.size() && uint8_t(word[same]) < uint8_t(text[same]));
    if (notBehind) {
      first = middle + 1;
      low = same;
    } else {
      last = middle;
      high = same;
    }
  }
  place = int32_t(first) - 1;
  common = low;
}
