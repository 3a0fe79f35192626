//===- SentencePiece.h - what files leave to SentencePiece's conventions --===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A tokenizer.model and the GGUF file made of it hold pieces with scores, and
// flags; the rules behind them are spelled out here for both.
//===----------------------------------------------------------------------===//
#ifndef LLMRT_TEXT_SENTENCEPIECE_H
#define LLMRT_TEXT_SENTENCEPIECE_H

#include "llmrt/TokenizerModel.h"

namespace llmrt::text {

/// Stands for a space inside tokens.
inline constexpr std::string_view metaspace = "\u2581";

/// The value of a byte's token, "<0x0A>", or -1.
int byteOfSpelling(std::string_view token);

struct SentencePieceRules {
  std::string charsmap; // empty: none
  bool joinSpaces;      // no spaces at the ends, one between words
  bool prefixSpace;     // one in front of the text
  bool escapeSpaces = true;
};

/// Completes a model of which kind, tokens, types and scores are there: merges
/// by score, normalisers, outputs, and byte fallback where all bytes have a
/// token. Scores that are not needed go.
Status applySentencePieceRules(const SentencePieceRules &rules,
                               TokenizerModel &model);

} // namespace llmrt::text

#endif // LLMRT_TEXT_SENTENCEPIECE_H
