//===- Unigram.h - the most likely tokens of a word -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SentencePiece's unigram model: every token has a score, and of all ways to
// cut a word the one with the greatest sum is taken (Viterbi).
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_UNIGRAM_H
#define LLMRT_TEXT_UNIGRAM_H

#include "WordEncoder.h"

namespace llmrt::text {

class UnigramEncoder : public WordSink {
public:
  UnigramEncoder(const Tokenizer::Impl &tokenizer, std::vector<int32_t> &ids,
                 StepBudget &budget)
      : tokenizer(tokenizer), ids(ids), budget(budget),
        search(tokenizer, budget) {}

  Status takeWord(std::string_view word) override;

private:
  /// The best way to the end of a part of the word; at most 2^32 bytes.
  struct Node {
    double score = 0;
    uint32_t begin = none; // of its last token
    int32_t id = -1;
  };
  static constexpr uint32_t none = UINT32_MAX;

  void findBestCuts(std::string_view word);
  void improve(size_t begin, size_t end, double score, int32_t id);
  Status appendTokens(std::string_view word);
  Status appendPiece(std::string_view piece, int32_t id);

  const Tokenizer::Impl &tokenizer;
  std::vector<int32_t> &ids;
  StepBudget &budget;
  PrefixSearch search;
  std::vector<Node> nodes; // by end; reused from word to word
};

} // namespace llmrt::text

#endif // LLMRT_TEXT_UNIGRAM_H
