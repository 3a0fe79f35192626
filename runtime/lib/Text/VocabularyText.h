//===- VocabularyText.h - the rules of BERT's tokenizer -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A vocab.txt and a GGUF file of a BERT hold nothing but tokens; what happens to
// text is the same for both.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_VOCABULARYTEXT_H
#define LLMRT_TEXT_VOCABULARYTEXT_H

#include "llmrt/TokenizerModel.h"

namespace llmrt::text {

struct BertRules {
  bool lowercase = true;
  bool stripAccents = true;
  bool spaceIdeographs = true;

  /// Lower case and no accents, unless a token has an upper-case letter: no
  /// other key of a GGUF file tells the two kinds of BERT apart.
  static BertRules of(const TokenizerModel &model);
};

/// Makes a WordPiece model of tokens as vocab.txt spells them.
void applyBertRules(const BertRules &rules, TokenizerModel &model);

} // namespace llmrt::text

#endif // LLMRT_TEXT_VOCABULARYTEXT_H
