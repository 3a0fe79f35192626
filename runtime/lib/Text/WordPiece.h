//===- WordPiece.h - the longest token first ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// BERT's model: a word is its longest beginning that is a token, then the
// longest continuation ("##ing"), and so on; if that fails it is unknown.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_WORDPIECE_H
#define LLMRT_TEXT_WORDPIECE_H

#include "WordEncoder.h"

namespace llmrt::text {

class WordPieceEncoder : public WordSink {
public:
  WordPieceEncoder(const Tokenizer::Impl &tokenizer, std::vector<int32_t> &ids,
                   StepBudget &budget)
      : tokenizer(tokenizer), ids(ids), search(tokenizer, budget),
        budget(budget) {}

  Status takeWord(std::string_view word) override;

private:
  bool appendPieces(std::string_view word);

  const Tokenizer::Impl &tokenizer;
  std::vector<int32_t> &ids;
  PrefixSearch search;
  StepBudget &budget;
  std::string buffer; // reused from word to word
};

} // namespace llmrt::text

#endif // LLMRT_TEXT_WORDPIECE_H
