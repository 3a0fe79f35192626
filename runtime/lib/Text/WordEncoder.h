//===- WordEncoder.h - one interface for every tokenizer model ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pre-tokenizer hands over words of normalised text; how a word becomes
// tokens is all that the models differ in. A new model is one file with a class
// like these and a line in `createWordEncoder`.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_WORDENCODER_H
#define LLMRT_TEXT_WORDENCODER_H

#include "TokenizerImpl.h"

#include <memory>

namespace llmrt::text {

/// Appends to `ids` the tokens of every word that it takes. Tokenizer, ids and
/// budget must outlive it.
std::unique_ptr<WordSink> createWordEncoder(const Tokenizer::Impl &tokenizer,
                                            std::vector<int32_t> &ids,
                                            StepBudget &budget);

/// Appends the tokens of the bytes of `text`; false, appending nothing, where
/// one has none.
bool appendByteTokens(const Tokenizer::Impl &tokenizer, std::string_view text,
                      std::vector<int32_t> &ids);

/// The words of the vocabulary that a text begins with, longest first.
class PrefixSearch {
public:
  PrefixSearch(const Tokenizer::Impl &tokenizer, StepBudget &budget)
      : tokenizer(tokenizer), budget(budget) {}

  /// Visits (id, bytes) until there are no more, the visitor returns false or
  /// the budget is spent.
  template <typename Visit>
  void visit(std::string_view text, const Visit &visit) {
    int32_t place = -1;
    size_t common = 0;
    // All words that `text` begins with are beginnings of the last word that
    // does not sort behind it, and so on its chain of links.
    findLast(text, place, common);
    for (; place >= 0; place = tokenizer.prefixLinks[place]) {
      int32_t id = tokenizer.sortedWords[place];
      size_t length = tokenizer.wordOf(id).size();
      if (length <= common && !visit(id, length))
        return;
      if (!budget.spend(1))
        return;
    }
  }

private:
  /// The place in `sortedWords` of the last word <= `text`, -1: none, and how
  /// many bytes the two have in common.
  void findLast(std::string_view text, int32_t &place, size_t &common);

  const Tokenizer::Impl &tokenizer;
  StepBudget &budget;
};

} // namespace llmrt::text

#endif // LLMRT_TEXT_WORDENCODER_H
